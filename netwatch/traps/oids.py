"""The object identifiers that make a trap a trap.

May import: netwatch.model. Called by: netwatch.traps.
"""

from __future__ import annotations

from netwatch.model import Oid

SYS_UP_TIME = Oid.parse("1.3.6.1.2.1.1.3.0")
SNMP_TRAP_OID = Oid.parse("1.3.6.1.6.3.1.1.4.1.0")
SNMP_TRAP_ENTERPRISE = Oid.parse("1.3.6.1.6.3.1.1.4.3.0")
SNMP_TRAP_ADDRESS = Oid.parse("1.3.6.1.6.3.18.1.3.0")
SNMP_TRAP_COMMUNITY = Oid.parse("1.3.6.1.6.3.18.1.4.0")

GENERIC_TRAPS = Oid.parse("1.3.6.1.6.3.1.1.5")
"""coldStart is .1, linkDown .3, and so on: generic-trap + 1 (RFC 3584, section 3.1)."""

TRAP_STORM = Oid.parse("1.3.6.1.4.1.32473.1.0.4")
"""Our own: a source sends more different traps than can be told apart; 32473 is RFC 5612's example enterprise."""
