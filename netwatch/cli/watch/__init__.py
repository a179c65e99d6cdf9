"""Commands that run the agent: for good, or for a demonstration.

What systemd wants to hear is here as well. Called by: netwatch.cli, which loads each when it is called.
"""
