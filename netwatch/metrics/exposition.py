"""Writes /metrics: NetWatch's own metrics first, then the device series, family by family.

The device part is written on the event loop in slices of a few hundred microseconds, with a turn of the loop between
two. A thread would not take it off the loop: holding the interpreter's lock 5 ms at a time, it cost a loop busy with
datagrams 99 % of its round trips and 10 ms at the worst, slices 0.4 ms. What does release the lock, compression,
goes to a thread.

May import: netwatch.model, netwatch.metrics. Called by: netwatch.web through a Protocol of its own.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from prometheus_client import REGISTRY

from netwatch.metrics.board import Board
from netwatch.metrics.families import Family, FamilySorter
from netwatch.metrics.metrics import LONGEST_SLICE_SECONDS, RENDER_SECONDS, RENDERS
from netwatch.metrics.own_metrics import Registry, own_text
from netwatch.metrics.text_format import TextFormat, preferred_format
from netwatch.model import OWN_NAME, DeviceStatus, TableSchema

SLICE_BYTES = 64 * 1024
SLICE_SECONDS = 0.001
"""A slice ends when it has either; then the loop has its turn."""
STATUS_SECONDS = 5.0
"""For so long what is said of a device that is scraped alone may be what it was."""
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A /metrics answer in the making: its Content-Type, its Content-Encoding ("" or "gzip"), its bytes."""

    content_type: str
    content_encoding: str
    chunks: AsyncIterator[bytes]


class Exposition:
    """The renderer of /metrics."""

    def __init__(
        self,
        board: Board,
        schema: Mapping[str, TableSchema],
        statuses: Callable[[], Sequence[DeviceStatus]] = tuple,
        registry: Registry = REGISTRY,
        device_labels: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        *,
        wrap: bool = False,
    ) -> None:
        """Read device series from `board`, their kinds from `schema`, `netwatch_device_info` from `statuses`.

        `device_labels` are the labels that the configuration gives devices, for every series of theirs. `wrap` has
        counters go round at 2**53, beyond which Prometheus does not know every number.
        """
        self._board = board
        self._statuses = statuses
        self._registry = registry
        self._sorter = FamilySorter(schema, device_labels, wrap=wrap)
        self._wrap = wrap
        self._schema = schema
        self._sorters: dict[str, FamilySorter] = {}
        self._known = device_labels.keys()
        self._status_by_name: Mapping[str, DeviceStatus] = {}
        self._statuses_until = 0.0

    def knows(self, device: str) -> bool:
        """Return whether there is a device of this name; NetWatch is one here."""
        return device in self._known or device == OWN_NAME

    def render(self, accept: str = "", *, gzip: bool = False, device: str = "") -> Rendering:
        """Return the text in the format that the Accept header prefers, compressed if asked for.

        With a device only its series, without its name and without NetWatch's own metrics, which are those of a
        device called as NetWatch itself.
        """
        text_format = preferred_format(accept)
        chunks = self._chunks(text_format, device)
        return Rendering(
            content_type=text_format.content_type,
            content_encoding="gzip" if gzip else "",
            chunks=_compressed(chunks) if gzip else chunks,
        )

    def device_text(self, text_format: TextFormat, device: str = "") -> Iterator[bytes]:
        """Yield the device part in pieces; an empty piece is only a chance for the event loop to have its turn."""
        for families in self._sorted_for(device):
            yield b""
            for family in families:
                yield from _family_text(family, text_format)

    def _sorted_for(self, device: str) -> Iterator[list[Family]]:
        if device == OWN_NAME:
            return iter(())
        if not device:
            return self._sorter.families(self._board.fresh(), self._statuses(), self._board.identity)
        sorter = self._sorters.get(device)
        if sorter is None:
            sorter = self._sorters[device] = FamilySorter(self._schema, nameless=True, wrap=self._wrap)
        return sorter.families(
            [(device, self._board.readings(device))], self._status_of(device), self._board.identity
        )

    def _status_of(self, device: str) -> Sequence[DeviceStatus]:
        """Return how one device is; what all of them say is asked for once in a while, whoever is scraped."""
        now = time.monotonic()
        if now >= self._statuses_until:
            self._status_by_name = {status.device.name: status for status in self._statuses()}
            self._statuses_until = now + STATUS_SECONDS
        found = self._status_by_name.get(device)
        return () if found is None else (found,)

    async def _chunks(self, text_format: TextFormat, device: str) -> AsyncIterator[bytes]:
        RENDERS.labels(format=text_format.name.lower()).inc()
        if device in ("", OWN_NAME):
            yield await asyncio.to_thread(own_text, self._registry, text_format)
        spent = longest = 0.0
        for text, seconds in _slices(self.device_text(text_format, device)):
            spent, longest = spent + seconds, max(longest, seconds)
            if text:
                yield text
            await asyncio.sleep(0)
        RENDER_SECONDS.set(spent)
        LONGEST_SLICE_SECONDS.set(longest)
        if text_format.end:
            yield text_format.end


def _family_text(family: Family, text_format: TextFormat) -> Iterator[bytes]:
    """Yield a family's text; nothing at all where no row of it has a value."""
    header = family.header(text_format)
    for lines in family.chunks():
        if lines and header:
            yield header
            header = b""
        yield lines
    if not header:
        yield b"\n"


def _slices(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, float]]:
    """Join pieces into slices; yield each with the seconds it took."""
    held: list[bytes] = []
    size, began = 0, time.perf_counter()
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= SLICE_BYTES or time.perf_counter() - began >= SLICE_SECONDS:
            yield b"".join(held), time.perf_counter() - began
            held, size, began = [], 0, time.perf_counter()
    yield b"".join(held), time.perf_counter() - began


async def _compressed(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Compress at level 1: four fifths of what level 6 saves, for a quarter of its time."""
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    async for chunk in chunks:
        packed = await asyncio.to_thread(packer.compress, chunk)
        if packed:
            yield packed
    yield packer.flush()
