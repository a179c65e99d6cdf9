"""Builds every room from the settings, starts them in order, stops them in reverse.

May import: every room below. Called by: netwatch.cli (run, demo).
"""

from netwatch.app.app import App

__all__ = ["App"]
