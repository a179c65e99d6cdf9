"""What a sweep finds: hosts that answered, and the devices that they are.

May import: netwatch.model. Called by: the files of this room, netwatch.cli.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Host(NamedTuple):
    """One address that answered something: a tuple, since a sweep may find a million.

    engine_id: of SNMP version 3, as hex; empty where none was told. closed: its host says that nothing listens there.
    round_trip_seconds: of the ping, None where none was answered. credential: the name of the one it answered to,
    empty for none. addresses: those it says are its own.
    """

    address: str
    pinged: bool = False
    engine_id: str = ""
    closed: bool = False
    round_trip_seconds: float | None = None
    credential: str = ""
    sys_name: str = ""
    sys_descr: str = ""
    sys_object_id: str = ""
    serial: str = ""
    chassis: str = ""
    addresses: tuple[str, ...] = ()

    @property
    def answers(self) -> bool:
        """Return whether anything came from it."""
        return self.pinged or self.closed or bool(self.engine_id)

    @property
    def may_have_agent(self) -> bool:
        """Return whether credentials are worth trying."""
        return bool(self.engine_id) or (self.pinged and not self.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    """One device, by whatever of its addresses it was found.

    name: what it is to be called, unique. known_as: the name that the configuration has for it already, else empty.
    """

    name: str
    host: Host
    others: tuple[str, ...] = ()
    known_as: str = ""
