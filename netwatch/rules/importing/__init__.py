"""Carries rules of Prometheus over into rules of NetWatch: what can be is written, the rest is named with its reason.

Called by: netwatch.cli, through the door of netwatch.rules.
"""
