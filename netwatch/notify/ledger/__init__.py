"""What every way of sending has in common: claiming rows of the outbox, trying them again, giving them up.

`Carrier` claims what is due and records what came of each try; how a row is tried stays with whoever sends, and what
is said in it with whoever composes. Called by the senders in smtp, snmp and http, and by dead_letters.
"""
