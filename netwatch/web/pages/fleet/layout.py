"""Places devices that are tied to each other: the same devices and ties always come out at the same places.

What hangs together stands together, as a tree from left to right: its root is what most is reached through. Of a
device that has many behind it of which nothing goes on, these stand in a block. A tree is at most so deep; what lies
deeper stands in the block of the last.

A quiet room. May import: netwatch.web. Called by: map.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

from netwatch.web.alert_search import natural

WIDTH: Final = 190
HEIGHT: Final = 22
ROW: Final = 28
GAP: Final = 56
BETWEEN: Final = 10
MOST_DEEP: Final = 7
MOST_COLUMNS: Final = 4
MOST_KEPT: Final = 16
"""Maps whose places are kept: the whole one, and those that people have narrowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the upper left corners are, and which ties are drawn as branches of the trees: (from, to)."""

    places: Mapping[str, tuple[float, float]]
    branches: frozenset[tuple[str, str]]
    width: float
    height: float


@dataclass(slots=True)
class _Tree:
    order: list[str]
    children: dict[str, list[str]]

    def leaves(self, name: str) -> list[str]:
        return [one for one in self.children[name] if not self.children[one]]

    def inner(self, name: str) -> list[str]:
        return [one for one in self.children[name] if self.children[one]]


@lru_cache(maxsize=MOST_KEPT)
def laid_out(names: tuple[str, ...], ties: tuple[tuple[str, str, str], ...]) -> Layout:
    """Return the places of devices by their ties; what is tied to nothing stands in a block at the end.

    names, ties: all that the places depend on, so that those of the same graph are found once. A tie is its two
    devices, and which of them the other is reached through, empty for neither.
    """
    near: dict[str, list[str]] = defaultdict(list)
    carries: dict[str, int] = defaultdict(int)
    for one, other, through in ties:
        near[one].append(other)
        near[other].append(one)
        if through:
            carries[through] += 1
    roots_first = sorted(names, key=lambda name: (-carries[name], -len(near[name]), natural(name)))
    reached = {(through, other if through == one else one) for one, other, through in ties if through}
    places: dict[str, tuple[float, float]] = {}
    branches: list[tuple[str, str]] = []
    top = 0.0
    for root in roots_first:
        if root not in places and near[root]:
            tree = _tree_from(root, near, reached)
            top = _placed(tree, places, top) + ROW
            branches += [(name, child) for name in tree.order for child in tree.children[name]]
    alone = sorted((name for name in near if not near[name]), key=natural)
    alone += [name for name in roots_first if name not in near]
    _block(sorted(set(alone), key=natural), 0, top, MOST_COLUMNS + 1, places)
    return Layout(
        places=places, branches=frozenset(branches),
        width=max((x for x, _ in places.values()), default=0) + WIDTH,
        height=max((y for _, y in places.values()), default=0) + HEIGHT,
    )  # fmt: skip


def _tree_from(root: str, near: Mapping[str, list[str]], through: set[tuple[str, str]]) -> _Tree:
    """Return the tree of what hangs together with a root, its nearest first."""
    depth, children = {root: 0}, defaultdict[str, list[str]](list)
    order, waiting, above = [root], deque([root]), {root: root}
    children[root] = []
    while waiting:
        name = waiting.popleft()
        beyond = sorted(near[name], key=lambda one: ((name, one) not in through, natural(one)))
        for one in beyond:
            if one in depth:
                continue
            depth[one] = depth[name] + 1
            above[one] = name if depth[name] < MOST_DEEP else above[name]
            children[above[one]].append(one)
            children[one] = []
            order.append(one)
            waiting.append(one)
    return _Tree(order, children)


def _placed(tree: _Tree, places: dict[str, tuple[float, float]], top: float) -> float:
    """Put a tree below `top`, and return where it ends."""
    tall: dict[str, float] = {}
    for name in reversed(tree.order):
        rows = _rows(len(tree.leaves(name))) * ROW
        tall[name] = max(ROW, sum(tall[one] for one in tree.inner(name)) + rows) + BETWEEN
    begins = {tree.order[0]: (0.0, top)}
    for name in tree.order:
        if name not in begins:
            continue  # it stands in a block
        x, y = begins[name]
        places[name] = (x, y)
        for one in tree.inner(name):
            begins[one] = (x + WIDTH + GAP, y)
            y += tall[one]
        leaves = tree.leaves(name)
        _block(leaves, x + WIDTH + GAP, y, _columns(len(leaves)), places)
    return top + tall[tree.order[0]]


def _columns(count: int) -> int:
    return min(MOST_COLUMNS, max(1, ceil(count / 6)))


def _rows(count: int) -> int:
    return ceil(count / _columns(count)) if count else 0


def _block(names: Sequence[str], x: float, y: float, columns: int, places: dict[str, tuple[float, float]]) -> None:
    for number, name in enumerate(names):
        row, column = divmod(number, columns)
        places[name] = (x + column * (WIDTH + BETWEEN), y + row * ROW)
