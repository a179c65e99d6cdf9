"""The pages of what is different for single rows: what was said of a port or a sensor, and the form that says it.

May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""
