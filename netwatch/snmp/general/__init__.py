"""The general engine: what the fast lane refuses, SET, and notifications to other managers, through pysnmp.

No other folder of this room knows pysnmp. Used by the dispatcher above, and by cli and app through the room's door.
"""
