"""The state of a walk: which columns still run, what to ask next, and when enough is enough.

A quiet room: it takes answers and says what to ask; `engine` does the asking.
May import: netwatch.model, this room's client, metrics, learning and codec, `request`. Called by: engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from netwatch.model import Missing, Oid, Value, Varbind
from netwatch.model.oid import MAX_SUB_IDENTIFIERS
from netwatch.snmp import metrics
from netwatch.snmp.client import Walk, WalkedColumn
from netwatch.snmp.codec.message import ErrorStatus
from netwatch.snmp.general.request import Answer, Request, error_name
from netwatch.snmp.learning import BatchSize

MAX_COLUMNS = 12
MAX_VARBINDS = 48
"""Varbinds in one answer: pysnmp decodes 7,000 in a second, so that this holds the loop some 7 ms."""


@dataclass(slots=True, eq=False)
class _Column:
    oid: Oid
    last: Oid
    suffixes: list[tuple[int, ...]] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    def take(self, varbind: Varbind) -> None:
        """Keep a varbind of this column."""
        self.last = varbind.oid
        self.suffixes.append(tuple(varbind.oid[len(self.oid) :]))
        self.tags.append(varbind.tag)
        self.values.append(varbind.value)


class WalkState:
    """A walk of several columns, asked side by side; `request()` until it is None, then `result()`."""

    def __init__(
        self,
        columns: Sequence[Oid],
        *,
        bulk: bool,
        max_varbinds: int,
        size: BatchSize | None = None,
        after: Oid | None = None,
    ) -> None:
        self._columns = [_Column(oid, after or oid) for oid in columns]
        self._capped = False
        self._running = list(self._columns)
        self._asked: list[_Column] = []
        self._alone: list[_Column] = []
        self._width = MAX_COLUMNS
        self._bulk, self._left = bulk, max_varbinds
        self._reasons: list[str] = []
        self._size = size or BatchSize(MAX_VARBINDS)
        self._most = self._size.value
        self._silent = 0

    def request(self) -> Request | None:
        """Return what to ask next, None at the end."""
        self._alone = [column for column in self._alone if column in self._running]
        self._asked = self._alone[:1] or self._running[: self._width]
        if not self._asked:
            return None
        repetitions = max(1, self._most // len(self._asked)) if self._bulk else 1
        return Request(oids=[column.last for column in self._asked], repetitions=repetitions)

    def take(self, answer: Answer) -> None:
        """Take the answer to the last request."""
        if answer.error_status == ErrorStatus.NO_SUCH_NAME:
            self._take_no_such_name(answer.error_index)
            return
        self._alone = self._alone[1:]
        if answer.error_status:
            if answer.error_status == ErrorStatus.TOO_BIG:
                self._size.shrink(self._most)
            self.shrink(error_name(answer), f"the device answers {error_name(answer)}")
        elif not answer.varbinds:
            self.give_up("empty", "the device answers with nothing")
        else:
            self._learn()
            before = [(column, column.last) for column in self._asked[: len(answer.varbinds)]]
            for position, varbind in enumerate(answer.varbinds):
                self._take_varbind(self._asked[position % len(self._asked)], varbind)
            for column, last in before:
                if column in self._running and column.last == last:
                    self._end(column, "not_increasing", f"the device's answers do not increase at {last}")

    def shrink(self, cause: str, words: str) -> None:
        """Ask for half as much; where that is impossible, leave out the column that cannot be read."""
        asked = self.request()
        if asked is not None and asked.is_big:
            self._silent = max(self._silent, self._most) if cause == "silence" else self._silent
            metrics.resizes.labels(cause=cause).inc()
            self._most = max(1, self._most // 2)
            if self._most < len(self._asked):
                self._width = max(1, len(self._asked) // 2)
        else:
            self._end(self._asked[0], cause, words)

    def give_up(self, cause: str, words: str) -> None:
        """End the walk here; what was read is kept."""
        if self._running:
            self._note(cause, words)
        self._running.clear()

    def result(self) -> Walk:
        """Return what was walked."""
        columns = tuple(
            WalkedColumn(oid=column.oid, suffixes=column.suffixes, tags=column.tags, values=column.values)
            for column in self._columns
        )
        return Walk(
            columns=columns,
            partial=bool(self._reasons),
            reason="; ".join(dict.fromkeys(self._reasons)),
            capped=self._capped,
        )

    def _learn(self) -> None:
        """Learn from a good answer: the size is fine, or one that was met by silence was not."""
        if self._silent:
            self._size.shrink(self._silent)
            self._silent = 0
        else:
            self._size.succeed()

    def _take_varbind(self, column: _Column, varbind: Varbind) -> None:
        if column not in self._running:
            return
        if isinstance(varbind.value, Missing) or not varbind.oid.is_under(column.oid):
            self._end(column)
        elif varbind.oid == column.last:
            return  # some agents say a name twice within an answer; one that goes no further is ended by `take`
        elif varbind.oid < column.last:
            self._end(column, "not_increasing", f"the device's answers do not increase at {varbind.oid}")
        elif self._left <= 0:
            self._capped = not self._reasons
            self.give_up("varbind_cap", "more values than allowed")
        elif len(varbind.oid) > MAX_SUB_IDENTIFIERS:
            self._left -= 1
            column.last = varbind.oid
            self._note("no_oid", f"a row of {column.oid} left out: a name of {len(varbind.oid)} numbers is no OID")
        else:
            self._left -= 1
            column.take(varbind)

    def _take_no_such_name(self, error_index: int) -> None:
        """Do what endOfMibView does in v2: v1 has only this error for it, for one varbind at a time.

        Some agents count from 0, so a column is over only where it was asked for alone.
        """
        if len(self._asked) == 1:
            self._end(self._asked[0])
        elif 0 < error_index <= len(self._asked):
            self._alone = [self._asked[error_index - 1]]
        else:
            self._alone = list(self._asked)

    def _end(self, column: _Column, cause: str = "", words: str = "") -> None:
        self._running.remove(column)
        if words:
            self._note(cause, f"{words} after {column.last}" if column.values else words)

    def _note(self, cause: str, words: str) -> None:
        metrics.partial_walks.labels(cause=cause).inc()
        self._reasons.append(words)
