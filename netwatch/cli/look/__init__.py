"""Commands that look and change nothing: at the store, also while the agent runs, and at what the agent knows.

The outbox's by-hand commands stand with the looking. Called by: netwatch.cli, which loads each when it is called.
"""
