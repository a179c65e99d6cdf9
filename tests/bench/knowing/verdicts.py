"""How a row that was expected is told from one that NetWatch has: right, wrong or missing.

A row of ours answers for one expected row only. It is found by the OID it was read from, where that is known, then by
the end of the OID (the index of the table), then by its name, and by its value alone only among what is left, so that
it can be said how much rests on luck.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

RIGHT, WRONG, MISSING = "right", "wrong", "missing"
LONGEST_NAME = 100
TELLING = 3
"""An index of so many characters is not one that every second table has."""


class Ground(StrEnum):
    """On what a row of ours was taken for the one expected."""

    OBJECT = "object"
    INDEX = "index"
    NAME = "name"
    VALUE = "value"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one expected row.

    kind:  the class within its figure (`temperature`), empty where there is none. wanted, found: for people.
    """

    figure: str
    outcome: str
    kind: str = ""
    wanted: str = ""
    found: str = ""
    ground: Ground = Ground.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An expected row as matching sees it: its names, and the OID that its value was read from, if that is known."""

    oid: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A row of ours as matching sees it; `objects` are the OIDs it was read from, as far as they are known."""

    index: str = ""
    name: str = ""
    objects: frozenset[str] = frozenset()


def matched(
    wanted: Sequence[Wanted],
    offered: Sequence[Offered],
    agree: Callable[[int, int], bool],
    *,
    by_value: Callable[[int], bool] = lambda a: True,
    by_place: Callable[[int], bool] = lambda a: True,
) -> dict[int, tuple[int, Ground]]:
    """Return which row of ours answers for which expected one, each once.

    agree: whether row `offered[b]` says what `wanted[a]` says. Those that agree come first, and among them those that
    stand in the same place. What is left is joined where place and name both speak for it, so that it can be called
    wrong rather than missing. by_value: whether an expected row's value tells enough to go by it alone; by_place:
    whether it does beside a place that many tables have, such as 1.
    """
    found: dict[int, tuple[int, Ground]] = {}
    free = set(range(len(offered)))

    def take(ground: Ground, fits: Callable[[int, int], bool]) -> None:
        for a in range(len(wanted)):
            best = None if a in found else next((b for b in sorted(free) if fits(a, b)), None)
            if best is not None:
                found[a] = best, ground
                free.discard(best)

    def place(a: int, b: int) -> bool:
        return ends_with(wanted[a].oid, offered[b].index)

    def name(a: int, b: int) -> bool:
        return names_agree(wanted[a].name, offered[b].name)

    def same(a: int, b: int) -> bool:
        return wanted[a].oid.strip(".") in offered[b].objects

    take(Ground.OBJECT, lambda a, b: same(a, b) and agree(a, b))
    take(Ground.INDEX, lambda a, b: place(a, b) and name(a, b) and agree(a, b))
    take(Ground.INDEX, lambda a, b: len(offered[b].index) >= TELLING and place(a, b) and agree(a, b))
    take(Ground.NAME, lambda a, b: name(a, b) and agree(a, b))
    take(Ground.INDEX, lambda a, b: by_place(a) and place(a, b) and agree(a, b))
    take(Ground.INDEX, lambda a, b: place(a, b) and name(a, b))
    take(Ground.VALUE, lambda a, b: by_value(a) and agree(a, b))
    return found


def outcome_of(*, found: bool, right: bool) -> str:
    """Return what became of a row."""
    return RIGHT if right else WRONG if found else MISSING


def ends_with(oid: str, index: str) -> bool:
    """Return whether an OID ends with the index of a row, whole numbers only."""
    return bool(oid and index) and f".{oid.strip('.')}".endswith(f".{index}")


def names_agree(one: str, other: str) -> bool:
    """Return whether two names speak of one thing: the numbers of one are all in the other, and most words."""
    if one and one.strip().lower() == other.strip().lower():
        return True
    first, second = (set(re.findall(r"[a-z]+", name.lower())) for name in (one, other))
    numbers, others = (Counter(map(int, re.findall(r"[0-9]+", name))) for name in (one, other))
    if not (numbers <= others or others <= numbers):
        return False
    fewer = min(len(first), len(second))
    return fewer > 0 and len(first & second) >= 0.6 * fewer and bool(numbers) == bool(others)


def near(one: float, other: float, *, share: float = 0.01, least: float = 1e-9) -> bool:
    """Return whether two numbers are the same but for rounding."""
    return abs(one - other) <= max(share * max(abs(one), abs(other)), least)


def normalised(text: str) -> str:
    """Return a text without what is only dress: case, spaces, punctuation at its ends, zeros before a number."""
    bare = re.sub(r"\s+", " ", text.replace("\0", "")).strip(" \t.,;:()[]\"'").lower()
    return re.sub(r"(?<![0-9a-z])0+(?=[0-9])", "", bare)


def texts_agree(wanted: str, found: str) -> bool:
    """Return whether two texts name one thing: they are equal, or one is most of the other or a word of it.

    4.3.0 within 4.3.0p1 counts, and R640 within PowerEdge R640; 15.0 within 15.0(2a)EX5 does not, and nothing does
    within a text so long that it may hold anything.
    """
    short, long = sorted((normalised(wanted), normalised(found)), key=len)
    if not short or len(long) > LONGEST_NAME:
        return False
    if short == long or re.sub("[^a-z0-9]", "", short) == re.sub("[^a-z0-9]", "", long) != "":
        return True
    return len(short) >= 3 and short in long and (2 * len(short) >= len(long) or _is_word(short, long))


def _is_word(short: str, long: str) -> bool:
    return re.search(rf"(?<![a-z0-9.]){re.escape(short)}(?![a-z0-9.(\-])", long) is not None


def counted(wanted: Sequence[Hashable], found: Sequence[Hashable]) -> list[bool]:
    """Return for each wanted thing whether it is among the found ones, each of which answers once."""
    left: dict[Hashable, int] = {}
    for thing in found:
        left[thing] = left.get(thing, 0) + 1
    answers = []
    for thing in wanted:
        answers.append(left.get(thing, 0) > 0)
        left[thing] = left.get(thing, 0) - 1
    return answers


def tally(verdicts: Sequence[Verdict], by: Callable[[Verdict], str]) -> Mapping[str, Mapping[str, int]]:
    """Return how many verdicts of each outcome there are under each name."""
    counts: dict[str, dict[str, int]] = {}
    for verdict in verdicts:
        row = counts.setdefault(by(verdict), {RIGHT: 0, WRONG: 0, MISSING: 0})
        row[verdict.outcome] += 1
    return counts
