"""Many alerts at once: in groups, and what is done to all of them together.

May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""
