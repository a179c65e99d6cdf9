"""Puts devices in the order of their names, addresses or labels, without taking ten thousand texts apart each time.

Where a text stands among others depends on the texts alone: places that were found once hold for every page, also
where only some of the texts are there. Texts nobody has met have the places found anew.
A quiet room. May import: netwatch.model, netwatch.web. Called by: search, netwatch.web.pages.overview.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from netwatch.model import DeviceSign, DeviceStatus
from netwatch.web.alert_search import natural

MOST_TEXTS: Final = 100_000
"""So many are kept; where more are met, those there are now."""

Text = TypeVar("Text", bound=Hashable)
Standing = TypeVar("Standing", bound=DeviceStatus | DeviceSign)


class Places(Generic[Text]):
    """Where texts stand by a key; those with the same key share a place. Safe to be asked by several threads."""

    def __init__(self, key: Callable[[Text], tuple[object, ...]]) -> None:
        self._key = key
        self._known: dict[Text, int] = {}

    def of(self, texts: Iterable[Text]) -> list[int]:
        """Return a number for each text: the smaller, the more to the front."""
        wanted, known = list(texts), self._known
        try:
            return [known[text] for text in wanted]
        except KeyError:
            known = self._known = self._sorted(set(wanted), known)
        return [known[text] for text in wanted]

    def _sorted(self, texts: set[Text], known: dict[Text, int]) -> dict[Text, int]:
        every = texts | known.keys() if len(texts) + len(known) <= MOST_TEXTS else texts
        keys = {text: self._key(text) for text in every}
        places = {key: place for place, key in enumerate(sorted(set(keys.values())))}
        return {text: places[key] for text, key in keys.items()}


BY_NAME: Final = Places(natural)


def in_order(devices: Sequence[Standing]) -> list[Standing]:
    """Return devices by name, `sw2` before `sw10`; of the same name as they came."""
    places = BY_NAME.of([one.device.name for one in devices])
    return [devices[number] for number in sorted(range(len(devices)), key=places.__getitem__)]
