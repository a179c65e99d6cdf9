"""Commands that change what the running agent does with alerts: acknowledgements and silences.

They ask the agent and never touch the database. Called by: netwatch.cli, which loads each when it is called.
"""
