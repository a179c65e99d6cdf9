"""What a rule would say of a row if its columns were as somebody tells: a trap, before the poll has looked.

Nothing is remembered of it: what was ever seen of the row counts, what is supposed does not.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, netwatch.rules.{memory, rule}. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from netwatch.formulas import Frame, LongAgo, Prepared
from netwatch.model import RowSet, TableReading, Value
from netwatch.rules.memory import TableMemory
from netwatch.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class _Recalled:
    """A memory that is only asked: whatever looks back over a time span is unknown."""

    memory: TableMemory

    def seen(self, key: str, rows: RowSet, evaluate: Callable[[], Sequence[Any]]) -> Prepared:
        """Return whether a condition was ever true, or would be now."""
        flags = [self.memory.has_seen(key, row) or value for row, value in zip(rows.keys, evaluate(), strict=True)]
        return flags, None not in flags

    def over(
        self,
        key: str,
        function: str,
        span: timedelta,
        at: datetime,
        rows: RowSet,
        values: Sequence[Any],
        parameter: float = 0.0,
    ) -> Sequence[Any]:
        """Return nothing."""
        return [None] * len(rows.keys)

    def long_ago(self, source: LongAgo, at: datetime, rows: RowSet, values: Sequence[Any]) -> Sequence[Any] | None:
        """Return that nothing is known."""
        return [None] * len(rows.keys)

    def system(self) -> Frame | None:
        """Return what the device last said of itself."""
        return self.memory.system()


def would_be_broken(rule: Rule, memory: TableMemory, key: str, told: Mapping[str, Value]) -> bool | None:
    """Return what the rule would say of a row of the newest reading that holds what is told, and nothing else.

    What is not told may be other than it was when it was read, so it is unknown; and so, mostly, is the answer.
    """
    newest = memory.newest
    row = None if newest is None else memory.row_numbers(newest.reading.rows).get(key)
    if newest is None or row is None or rule.is_aggregate:
        return None
    verdict: bool | None = rule.broken.at(
        Frame(_supposed(newest.reading, row, told), memory=_Recalled(memory)), 0
    )  # fmt: skip
    return verdict


def says_no_of(rule: Rule, reading: TableReading, row: int) -> bool:
    """Return whether a rule says no of a row whatever its columns hold: its labels, as a port's role, decide that."""
    return rule.broken.at(Frame(_supposed(reading, row, {})), 0) is False


def _supposed(reading: TableReading, row: int, told: Mapping[str, Value]) -> TableReading:
    """Return a reading of one row with what is told, and nothing else."""
    rows = reading.rows
    return TableReading(
        device=reading.device, table=reading.table, at=reading.at,
        columns={name: [told.get(name)] for name in reading.columns},
        rows=RowSet(
            index=(rows.index[row],), keys=(rows.keys[row],),
            labels={name: (texts[row],) for name, texts in rows.labels.items()},
        ),
    )  # fmt: skip
