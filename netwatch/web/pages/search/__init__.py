"""The box above every page: what is called so, of devices, ports and alerts.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""
