"""What a YAML file holds: plain dicts, lists and scalars, in which dicts and lists know where everything stands.

May import: nothing. Called by: parsing, which makes trees; file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Spot = tuple[int, int]
"""Line and column, counted from 1."""


class PlacedMapping(dict[Any, Any]):
    """A mapping. `at` is where it begins; `spots` has key and value of each entry, but not of merged ones."""

    __slots__ = ("at", "spots")

    def __init__(self, at: Spot) -> None:
        super().__init__()
        self.at = at
        self.spots: dict[Any, tuple[Spot, Spot]] = {}


class PlacedList(list[Any]):
    """A list. `at` is where it begins, `spots` where each item does."""

    __slots__ = ("at", "spots")

    def __init__(self, at: Spot) -> None:
        super().__init__()
        self.at = at
        self.spots: list[Spot] = []


def plain(node: Any) -> Any:
    """Return the tree as dicts and lists without places, as pydantic wants them."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [plain(item) for item in node]
    return node
