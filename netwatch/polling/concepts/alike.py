"""Rows that a mapping made before of the very same texts, for this device or for one like it.

The labels of ten thousand like switches are worked out once. Whoever asks says all that the rows are made of; what is
pushed out is worked out again. Quiet but for that memory. May import: nothing of netwatch. Called by: source.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

MOST_ROWS: Final = 50_000
"""Rows that are kept altogether, 1 kB each at the most; those that were asked for last stay."""
LARGEST: Final = 512
"""What has more rows is no switch's ports but what hangs on them, and like that of no other device."""
BESIDE: Final = 4
"""Kept of one kind: rows are called the same, and something else about them differs."""
Made = TypeVar("Made")


class Alike(Generic[Made]):
    """What was made lately, by what it was made of."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[Hashable, list[tuple[object, Made, int]]] = OrderedDict()
        self._rows = 0

    def made(self, kind: Hashable, of: object, make: Callable[[], Made], rows: int) -> Made:
        """Return what was made of something equal, or make it; `kind` narrows down what it is compared with."""
        if rows > LARGEST:
            return make()
        known = self._kinds.get(kind, [])
        for made_of, made, _ in known:
            if made_of == of:
                self._kinds.move_to_end(kind)
                return made
        made = make()
        self._kinds[kind] = [*known[1 - BESIDE :], (of, made, rows + 1)]
        self._kinds.move_to_end(kind)
        self._rows += rows + 1 - sum(entry[2] for entry in known[: 1 - BESIDE])
        while self._rows > MOST_ROWS:
            _, forgotten = self._kinds.popitem(last=False)
            self._rows -= sum(entry[2] for entry in forgotten)
        return made
