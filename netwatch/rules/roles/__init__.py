"""Which port matters: what hangs on it, learned from what devices say of their ports and of their neighbours.

A sub-room of rules. `Roles` gives readings of interfaces the role that was in force before anything went wrong.
"""
