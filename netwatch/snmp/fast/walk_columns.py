"""The columns of a walk while it runs: what has come, and what to ask for next.

Quiet. May import: netwatch.model. Called by: walk.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import lt
from typing import NamedTuple

from netwatch.model import Oid, Value
from netwatch.model.oid import MAX_SUB_IDENTIFIERS
from netwatch.snmp.client import WalkedColumn
from netwatch.snmp.codec.ber import decode_sub_identifiers
from netwatch.snmp.codec.hot import Target
from netwatch.snmp.fast.plan import answer_bytes, encode_name

COLUMNS_PER_REQUEST = 10
MOST_REPETITIONS = 64


class Trouble(NamedTuple):
    """Why a column is not whole: a word for the metric, and a sentence."""

    cause: str
    words: str


class Increasing(NamedTuple):
    """Suffixes, each behind the one before.

    rows: their places among all that came; None where that is each of them. went_back: what came then is left out.
    """

    suffixes: list[tuple[int, ...]]
    rows: list[int] | None = None
    went_back: bool = False


class Suffixes(dict[bytes, tuple[int, ...]]):
    """What stands behind a column's OID, decoded once however many columns carry it; `broken` is what is no OID."""

    __slots__ = ("_encoded", "_increasing", "broken")

    def __init__(self) -> None:
        self.broken: set[tuple[int, ...]] = set()
        self._encoded: list[bytes] = []
        self._increasing = Increasing([])

    def __missing__(self, encoded: bytes) -> tuple[int, ...]:
        suffix, sound = decode_sub_identifiers(encoded)
        self[encoded] = suffix
        if not sound:
            self.broken.add(suffix)
        return suffix

    def increasing(self, encoded: list[bytes]) -> Increasing:
        """Decode a column's suffixes as far as none stands before the one that came before it.

        The columns of a table mostly have the same rows, so the last answer often serves again.
        """
        if encoded != self._encoded:
            suffixes = list(map(self.__getitem__, encoded))
            rises = all(map(lt, suffixes, suffixes[1:]))
            self._encoded, self._increasing = encoded, Increasing(suffixes) if rises else _rising_part(suffixes)
        return self._increasing


def _rising_part(suffixes: Sequence[tuple[int, ...]]) -> Increasing:
    """Return a column up to where it goes back, less names that came a second time.

    Agents that step over a part of their MIB within one answer repeat the name behind it (mod_snmp of ProFTPD).
    """
    rows, went_back = [0], False
    for row, (one, other) in enumerate(pairwise(suffixes), 1):
        if other < one:
            went_back = True
            break
        if other != one:
            rows.append(row)
    return Increasing([suffixes[row] for row in rows], rows, went_back)


@lru_cache(maxsize=4096)
def prefix_of(oid: Oid) -> bytes:
    """Return a column's OID as encoded, without tag and length."""
    return encode_name(oid)[2:]


class Column:
    """One column under way; suffixes stay encoded until the walk is over."""

    __slots__ = ("_begin", "done", "encoded", "oid", "prefix", "stands_still", "tags", "values")

    def __init__(self, oid: Oid, after: Oid | None = None) -> None:
        self.oid = oid
        self._begin = prefix_of(oid) if after is None else encode_name(after)[2:]
        self.prefix = prefix_of(oid)
        self.encoded: list[bytes] = []
        self.tags: list[int] = []
        self.values: list[Value] = []
        self.done = self.stands_still = False

    @property
    def name(self) -> bytes:
        """Return the last name that came, without tag and length: what to ask for the successors of."""
        return self.prefix + self.encoded[-1] if self.encoded else self._begin

    def target(self, place: int, more: int) -> Target:
        """Return what the hot decoder needs, if `more` bytes probably stand behind the column's OID."""
        size = len(self.prefix)
        head = bytes((0x06, size + more & 0xFF)) + self.prefix
        return (
            head, size + 4, size + 4 + more, self.prefix, place,
            self.encoded.append, self.tags.append, self.values.append,
        )  # fmt: skip

    def end_if_no_further(self, rows_before: int, known: Suffixes) -> None:
        """End the column where an answer led no further than the one before it: it would be asked for ever again."""
        if rows_before and len(self.encoded) > rows_before:
            self.stands_still = known[self.encoded[-1]] <= known[self.encoded[rows_before - 1]]
            self.done = self.done or self.stands_still

    def walked(self, known: Suffixes) -> tuple[WalkedColumn, Trouble | None]:
        """Return what came, up to where the device went back and less names that are no OIDs, and what is wrong."""
        suffixes, rows, went_back = known.increasing(self.encoded)
        count, tags, values = len(suffixes), self.tags, self.values
        trouble = None
        if rows is not None:
            tags, values = [tags[row] for row in rows], [values[row] for row in rows]
        if went_back or self.stands_still:
            trouble = Trouble("not_increasing", f"the device goes back in {self.oid}")
        longest = MAX_SUB_IDENTIFIERS - len(self.oid)
        if known.broken or (suffixes and max(map(len, suffixes)) > longest):
            sound = [at for at in range(count) if len(suffixes[at]) <= longest and suffixes[at] not in known.broken]
            if len(sound) < count:
                trouble = trouble or Trouble("no_oid", _no_oids(self.oid, suffixes, longest, count - len(sound)))
                suffixes = [suffixes[at] for at in sound]
                tags, values = [tags[at] for at in sound], [values[at] for at in sound]
        return WalkedColumn(oid=self.oid, suffixes=suffixes, tags=tags, values=values), trouble


def _no_oids(column: Oid, suffixes: Sequence[tuple[int, ...]], longest: int, count: int) -> str:
    """Say what is wrong with names that are none."""
    numbers = max(map(len, suffixes))
    why = (
        f"a name of {len(column) + numbers} numbers, more than the {MAX_SUB_IDENTIFIERS} of an OID"
        if numbers > longest
        else "a name that is no OID"
    )
    return f"in {column} {count} row{'s'[: count > 1]} left out: {why}"


class Group:
    """Columns asked for together; `limit` caps the repetitions after a trouble, `varbind_bytes` is measured.

    by_next: asked for by GETNEXT, whatever the other groups are. was_bulk: the last request was a GETBULK.
    """

    __slots__ = ("_expected", "_targets", "by_next", "columns", "limit", "repetitions", "varbind_bytes", "was_bulk")

    def __init__(self, columns: list[Column], limit: int = MOST_REPETITIONS) -> None:
        self.by_next = self.was_bulk = False
        self.columns = columns
        self.limit = limit
        self.repetitions = 1
        self.varbind_bytes = sum(answer_bytes(column.prefix) + 4 for column in columns) / max(len(columns), 1)
        self._targets: list[Target] = []
        self._expected = -1

    def targets(self, first: int) -> Sequence[Target]:
        """Return the columns for the hot decoder; `first` is the length of the first name of the answer.

        The suffixes of one answer are mostly as long as that of its first name; others are only slower to read.
        """
        if first != self._expected:
            more = max(first - len(self.columns[0].prefix), 1)
            self._targets = [column.target(place, more) for place, column in enumerate(self.columns)]
            self._expected = first
        return self._targets

    def drop_done(self) -> None:
        """Go on without the columns that have come to their end."""
        if any(column.done for column in self.columns):
            self.columns = [column for column in self.columns if not column.done]
            self._expected = -1

    def fit(self, room: int, most: int, rows: int) -> int:
        """Choose how many repetitions to ask for, so that the answer fits `room` bytes and `most` varbinds.

        Where a column already walked had `rows` rows, this one is asked for one more than that: to see it end.
        """
        count = len(self.columns)
        fitting = max(1, min(int(room / self.varbind_bytes), most) // count)
        left = rows - len(self.columns[0].encoded)
        self.repetitions = min(fitting, self.limit, left + 1 if left >= 0 else fitting)
        return self.repetitions


def in_groups(columns: Sequence[Column], most: int = COLUMNS_PER_REQUEST) -> list[Group]:
    """Share columns out to groups of at most `most`, as even as may be."""
    count = -(-len(columns) // min(most, COLUMNS_PER_REQUEST))
    bounds = [len(columns) * number // count for number in range(count + 1)] if count else [0]
    return [Group(list(columns[start:stop])) for start, stop in pairwise(bounds)]
