"""Traps to rows of the trap log and back, without loss: every value keeps its type.

Varbinds are JSON, a list of [OID, BER tag, value]. Numbers and nothing are JSON's own; a text begins with a letter
that says what it is: x octets in hexadecimal, o an OID, a an address, m one of the three kinds of missing.

Pure. May import: netwatch.model. Called by: changes, queries, memory.
"""

from __future__ import annotations

import json
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Any

from sqlalchemy import RowMapping

from netwatch.model import Missing, Oid, TrapEvent, Value, Varbind
from netwatch.store.sql.rows import Row, clean, instant, microseconds

MOST_COLUMNS = 4096
LONGEST_COLUMN = 32
"""What of OIDs is kept as text."""
_MICROSECOND = timedelta(microseconds=1)
_columns: dict[tuple[int, ...], str] = {}


def trap_row(trap: TrapEvent) -> Row:
    """Return the row of a trap."""
    varbinds = ",".join([f'["{_dotted(one.oid)}",{one.tag:d},{_written(one.value)}]' for one in trap.varbinds])
    return {
        "at": microseconds(trap.at),
        "source": clean(trap.source),
        "device": clean(trap.device),
        "version": trap.version,
        "trap_oid": _dotted(trap.trap_oid),
        "varbinds": f"[{varbinds}]",
        "uptime": None if trap.uptime is None else trap.uptime // _MICROSECOND,
        "count": trap.count,
        "repeated": int(trap.repeated),
        "inform": int(trap.inform),
        "relay": clean(trap.relay),
        "user": clean(trap.user),
    }


def trap_of(row: RowMapping) -> TrapEvent:
    """Return the trap of a row."""
    return TrapEvent(
        at=instant(row["at"]),
        source=row["source"],
        device=row["device"],
        version=row["version"],
        trap_oid=_oid(row["trap_oid"]),
        varbinds=tuple(
            Varbind(oid=_oid(oid), tag=tag, value=_read(value)) for oid, tag, value in json.loads(row["varbinds"])
        ),
        uptime=None if row["uptime"] is None else row["uptime"] * _MICROSECOND,
        count=row["count"],
        repeated=bool(row["repeated"]),
        inform=bool(row["inform"]),
        relay=row["relay"],
        user=row["user"],
        number=row["number"],
    )


def _dotted(oid: Oid) -> str:
    """Return an OID as text; what is above its last number is written once, thousands of rows have it alike."""
    column = oid[:-1]
    text = _columns.get(column)
    if text is None:
        if len(_columns) >= MOST_COLUMNS:
            _columns.clear()
        text = "".join([f"{number}." for number in column])
        if len(column) <= LONGEST_COLUMN:
            _columns[column] = text
    return f"{text}{oid[-1]}" if oid else ""


def _oid(text: str) -> Oid:
    """Return an OID as it was heard, whatever limits it breaks: what was logged can always be read."""
    return Oid(map(int, text.split(".") if text else ()))


def _written(value: Value) -> str:
    """Return a value as JSON; of what becomes a text nothing has to be escaped."""
    if type(value) is int:  # no bool, which JSON writes otherwise
        return str(value)
    match value:
        case bytes():
            return f'"x{value.hex()}"'
        case Oid():
            return f'"o{value}"'
        case IPv4Address():
            return f'"a{value}"'
        case Missing():
            return f'"m{value.value}"'
    return json.dumps(value)


def _read(value: Any) -> Value:
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    kind, text = value[0], value[1:]
    match kind:
        case "x":
            return bytes.fromhex(text)
        case "o":
            return _oid(text)
        case "a":
            return IPv4Address(text)
    return Missing(text)
