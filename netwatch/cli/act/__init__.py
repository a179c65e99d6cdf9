"""Commands that change what the running agent does with alerts: acknowledgements, silences, and what is forgotten.

They ask the agent and never touch the database. Called by: netwatch.cli, which loads each when it is called.
"""
