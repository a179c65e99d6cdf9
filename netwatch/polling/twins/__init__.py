"""Which of a 32-bit counter and its 64-bit twin a device keeps, row by row: what is decided, and when it is looked.

May import: netwatch.model, netwatch.profiles, netwatch.snmp, netwatch.polling. Called by: netwatch.polling.
"""
