"""The first page: is anything wrong, what, since when, who knows of it, and is NetWatch itself well.

May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""
