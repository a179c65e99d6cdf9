"""Bytes to values and back: BER, messages of v1 and v2c, the hot decoders that polls and walks spend their time in.

Quiet: no socket, no clock, no security. Used by v3, the fast lane and the general engine of this room, and by traps
through the room's door.
"""
