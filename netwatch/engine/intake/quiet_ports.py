"""Access and unused ports that go down and come up: lines of the event log, and nobody is mailed.

What no rule tells of is still to be found: on the device's page, in the API, by `netwatch explain`. Many at once are
one line, as where a floor's power went.

A quiet room: no clock, no socket, no database. May import: netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netwatch.model import Event, RowSet, TableReading, cleaned
from netwatch.model.concepts import ACCESS, UNUSED

INTERFACE: Final = "interface"
RULE: Final = "InterfaceDown"
"""The rule that would tell of them, were they more."""
QUIET: Final = frozenset({ACCESS, UNUSED})
MOST_LINES: Final = 5
"""Lines of the log that one reading makes of each kind; more ports are one line."""
MOST_NAMED: Final = 20
_UP, _ADMIN_UP = 1, 1
_DOWN: Final = frozenset({2, 7})
States = tuple[RowSet, Sequence[object]]


class QuietPorts:
    """How the ports of every device were in the reading before."""

    def __init__(self) -> None:
        self._before: dict[str, States] = {}

    def take(self, reading: TableReading) -> list[Event]:
        """Return what happened to quiet ports since the reading before; nothing for most readings."""
        if reading.table != INTERFACE or reading.lacking or "role" not in reading.rows.labels:
            return []
        now = reading.columns.get("interface_oper")
        before = self._before.get(reading.device)
        if now is None or (before is not None and before[0] is reading.rows and before[1] is now):
            return []
        self._before[reading.device] = (reading.rows, now)
        return [] if before is None else self._news(reading, now, before)

    def _news(self, reading: TableReading, now: Sequence[object], before: States) -> list[Event]:
        rows = reading.rows
        roles, admin = rows.labels["role"], reading.columns.get("interface_admin", ())
        if QUIET.isdisjoint(roles):
            return []
        if before[0].keys == rows.keys:
            was: Sequence[object] = before[1]
        else:
            known = dict(zip(before[0].keys, before[1], strict=True))
            was = [known.get(key) for key in rows.keys]
        fell, rose = [], []
        for row, (state, earlier) in enumerate(zip(now, was, strict=True)):
            if state == earlier or roles[row] not in QUIET:
                continue
            if earlier == _UP and state in _DOWN and (not admin or admin[row] == _ADMIN_UP):
                fell.append(row)
            elif earlier in _DOWN and state == _UP:
                rose.append(row)
        return [*_events(reading, fell, "down"), *_events(reading, rose, "up")]


def _events(reading: TableReading, ports: Sequence[int], what: str) -> list[Event]:
    labels = reading.rows.labels
    names = [cleaned(name) for name in labels.get("ifName", reading.rows.keys)]
    quiet = "; nobody is mailed" if what == "down" else ""
    if len(ports) > MOST_LINES:
        some = ", ".join(names[row] for row in ports[:MOST_NAMED])
        more = f" and {len(ports) - MOST_NAMED} more" if len(ports) > MOST_NAMED else ""
        text = f"{len(ports)} access ports are {what}{quiet}: {some}{more}"
        return [Event(at=reading.at, kind="device", text=text, device=reading.device, rule=RULE)]
    return [
        Event(
            at=reading.at, kind="device", device=reading.device, rule=RULE, instance=reading.rows.keys[row],
            text=f"{names[row]} is {what}, {_an(labels['role'][row])} port{quiet}",
            details={"role": labels["role"][row], "why": labels["role_reason"][row]},
        )
        for row in ports
    ]  # fmt: skip


def _an(role: str) -> str:
    return f"an {role}"
