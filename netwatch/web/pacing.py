"""Works through long lists in slices that leave the event loop its turn: ten thousand alerts must not hold a poll.

May import: nothing. Called by: netwatch.web.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TypeVar

from fastapi.responses import Response, StreamingResponse

SLICE_SECONDS = 0.003

Item = TypeVar("Item")


async def paced(items: Iterable[Item]) -> AsyncIterator[Item]:
    """Yield the items, and give way whenever a slice of time is over."""
    until = time.perf_counter() + SLICE_SECONDS
    for item in items:
        yield item
        if time.perf_counter() >= until:
            await asyncio.sleep(0)
            until = time.perf_counter() + SLICE_SECONDS


def json_list(objects: Iterable[Mapping[str, object]]) -> Response:
    """Return a list as JSON, written piece by piece."""
    return StreamingResponse(_pieces(objects), media_type="application/json")


async def _pieces(objects: Iterable[Mapping[str, object]]) -> AsyncIterator[bytes]:
    """Write the list; text that is no Unicode (half a surrogate pair) must not end it in the middle."""
    text, first = "[", True
    async for one in paced(objects):
        text += ("\n" if first else ",\n") + json.dumps(one, allow_nan=False, ensure_ascii=False)
        first = False
        if len(text) > _PIECE:
            yield text.encode("utf-8", "replace")
            text = ""
    yield (text + "\n]\n").encode("utf-8", "replace")


_PIECE = 32_768
