"""Who asks, and what they may: users, tokens, sessions, and what holds every request against the table of routes.

May import: netwatch.model, netwatch.errors, netwatch.web. Called by: netwatch.web.
"""
