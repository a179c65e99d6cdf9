"""Tells other SNMP managers: composes notifications, keeps the order of each alert's, sends traps and informs.

The wire stays outside: the transport comes from netwatch.snmp and is handed in. Called by notify's mailer, which has
notifications composed, and by app, which starts the `TrapSender`.
"""
