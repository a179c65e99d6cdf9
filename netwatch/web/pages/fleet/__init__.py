"""Pages of many devices at once: the list, and the map.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""
