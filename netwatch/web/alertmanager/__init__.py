"""Alertmanager's API v2 below /api/v2, so that amtool and its like read and silence NetWatch's alerts.

It knows neither the pages nor our own API. Called by the app above, which puts them together.
"""
