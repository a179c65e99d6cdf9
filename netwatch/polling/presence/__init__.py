"""What a device is, and which of all the tables that any profile knows it has: asked once, remembered, asked seldom.

May import: netwatch.model, netwatch.profiles, netwatch.snmp, netwatch.polling. Called by: netwatch.polling.
"""
