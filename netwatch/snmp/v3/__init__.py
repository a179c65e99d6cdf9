"""SNMPv3 of our own: keys, ciphers, what an engine's clock says, and messages put together and judged.

Quiet: instants come in, datagrams go in and out as bytes. Who sends them, and finds an engine before it is asked,
stands in the fast lane above. Used by the fast lane, and by traps through the room's door.
"""
