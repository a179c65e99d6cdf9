"""What a trap is called and what it carried, in words: written once, and only where somebody wants it.

A quiet room: no clock, no socket, no database. May import: netwatch.model. Called by: rule, evidence, engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from netwatch.model import NUMBERS, ObjectNames, TrapEvent, Varbind, cleaned, trap_name, value_text

MAX_VARBINDS_SHOWN = 20
MAX_SENTENCES = 200
LEAST_WORDS = 3
"""A text of so many words says something; shorter ones are names."""


def varbinds_text(varbinds: Sequence[Varbind], names: ObjectNames = NUMBERS) -> str:
    """Write varbinds on one line: `IF-MIB::ifIndex.3 = 3, IF-MIB::ifOperStatus.3 = down(2)`."""
    shown = [
        f"{cleaned(names.name_of(one.oid))} = {cleaned(value_text(names, one.oid, one.value))}"
        for one in varbinds[:MAX_VARBINDS_SHOWN]
    ]
    more = len(varbinds) - len(shown)
    return ", ".join([*shown, f"and {more} more"] if more > 0 else shown)


class TrapWords:
    """The words of one trap, by one who knows names."""

    __slots__ = ("_event", "_name", "_names", "_varbinds")

    def __init__(self, event: TrapEvent, names: ObjectNames) -> None:
        self._event, self._names = event, names
        self._name: str | None = None
        self._varbinds: str | None = None

    @property
    def name(self) -> str:
        """Return what the trap is called."""
        if self._name is None:
            self._name = trap_name(self._names, self._event.trap_oid)
        return self._name

    @property
    def sentences(self) -> str:
        """Return what the sender says in words of its own, as a UPS does: texts of several words, no names."""
        texts = (
            cleaned(value_text(self._names, one.oid, one.value)).strip()
            for one in self._event.varbinds
            if isinstance(one.value, bytes) and b" " in one.value.strip()
        )
        several = [text for text in dict.fromkeys(texts) if len(text.split()) >= LEAST_WORDS]
        return "; ".join(several)[:MAX_SENTENCES]

    @property
    def varbinds(self) -> str:
        """Return all that it carried, on one line."""
        if self._varbinds is None:
            self._varbinds = varbinds_text(self._event.varbinds, self._names)
        return self._varbinds
