"""Signing in, and the pages of who is: his password and his sessions, and for an admin those of all.

May import: netwatch.web. Called by: netwatch.web.app.
"""
