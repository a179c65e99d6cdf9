"""The JSON API below /api/v1: lists of flat objects, acknowledgements, and why an alert is as it is.

It knows neither the pages nor Alertmanager's API. Called by the app above, which puts them together.
"""
