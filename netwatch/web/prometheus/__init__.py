"""What Prometheus asks for: /metrics, /snmp, and whether NetWatch is well.

Called by: netwatch.web.app.
"""
