"""What a simulated router or switch is made of: parts, and whether they work (ENTITY-MIB, ENTITY-STATE-MIB).

May import: netwatch.model, tree. Called by: device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from netwatch.model import Oid, Tag
from netwatch.simulator.tree import DataTree, put_column, text

PHYSICAL_ENTRY = Oid.parse("1.3.6.1.2.1.47.1.1.1.1")
STATE_ENTRY = Oid.parse("1.3.6.1.2.1.131.1.1.1")
CHASSIS, POWER_SUPPLY, FAN = 3, 6, 7
UNLOCKED, DISABLED, ENABLED = 4, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part by the name that people know it by; `kind` is its entPhysicalClass."""

    name: str
    kind: int
    model: str = ""
    serial: str = ""


class Chassis:
    """A chassis and its parts, which work until somebody says otherwise."""

    def __init__(self, model: str, serial: str, parts: Sequence[Part]) -> None:
        self._parts = (Part(name="Chassis", kind=CHASSIS, model=model, serial=serial), *parts)
        self._broken: set[str] = set()

    def break_part(self, name: str) -> None:
        """Have a part stop working.

        Raises:
            ValueError: there is none of that name.
        """
        if name not in [part.name for part in self._parts]:
            raise ValueError(f"no part {name} here")
        self._broken.add(name)

    def mend_part(self, name: str) -> None:
        """Have it work again."""
        self._broken.discard(name)

    def put_into(self, tree: DataTree) -> None:
        """Add a row of entPhysicalTable and of entStateTable for each part."""
        for index, part in enumerate(self._parts, 1):
            for column, words in ((2, part.name), (7, part.name), (11, part.serial), (13, part.model)):
                put_column(tree, PHYSICAL_ENTRY, index, column, Tag.OCTET_STRING, text(words))
            put_column(tree, PHYSICAL_ENTRY, index, 4, Tag.INTEGER, 0 if part.kind == CHASSIS else 1)
            put_column(tree, PHYSICAL_ENTRY, index, 5, Tag.INTEGER, part.kind)
            put_column(tree, STATE_ENTRY, index, 2, Tag.INTEGER, UNLOCKED)
            put_column(tree, STATE_ENTRY, index, 3, Tag.INTEGER, partial(self._state, part.name))

    def _state(self, name: str) -> int:
        return DISABLED if name in self._broken else ENABLED
