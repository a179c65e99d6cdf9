"""Files that are NetWatch's own: those it came with, and those it keeps for its next start.

May import: nothing. Called by: every room, through netwatch.model.
"""
