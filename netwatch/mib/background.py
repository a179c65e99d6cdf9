"""Has the index of many files made by a child process, while the event loop goes on, and takes what it brings.

May import: this room. Called by: app.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netwatch.mib.index import MibIndex
from netwatch.mib.loading import counted
from netwatch.mib.metrics import COMPILE_SECONDS
from netwatch.mib.pack.reading import Packed
from netwatch.mib.survey import LoadOptions

MAX_INDEX_BYTES = 2**30
MAX_LINE_BYTES = 2**16
LAST_WORDS_BYTES = 2**12
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL", "HOME", "TMPDIR")


class NotBuilt(Exception):
    """The child brought no whole index; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """An index that was made. `whole` where it holds everything; else more is to come.

    files: how many there are. compiled: how many the cache did not have. seconds: how long it took.
    """

    index: MibIndex
    whole: bool
    files: int = 0
    compiled: int = 0
    seconds: float = 0.0


async def build_in_child(
    paths: Sequence[Path],
    *,
    first: Sequence[str],
    options: LoadOptions,
    take: Callable[[Brought], Awaitable[None]],
    progress: Callable[[int, int], None],
) -> None:
    """Have the index of these paths made; `first` names modules that somebody waits for.

    Cancelled, it ends the child, and what was compiled until then is in the cache.

    Raises:
        NotBuilt: the child ended before it brought a whole index.
    """
    asked = {
        "paths": [str(path) for path in paths], "first": list(first), "seconds": options.seconds_per_file,
        "cache": None if options.cache is None else str(options.cache),
    }  # fmt: skip
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "netwatch.mib.builder",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=environment | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}, limit=MAX_LINE_BYTES,
        )  # fmt: skip
    except OSError as exc:
        raise NotBuilt(f"the process that compiles MIB files does not start: {exc}") from exc
    words = asyncio.create_task(_last_words(child))
    try:
        await _ask(child, asked)
        if not await _taken(child, take, progress):
            raise NotBuilt(f"the process that compiles MIB files ended: {await words or 'it says nothing'}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        words.cancel()
        await child.wait()


async def _ask(child: asyncio.subprocess.Process, asked: dict[str, Any]) -> None:
    assert child.stdin is not None  # noqa: S101 - PIPE was asked for
    with contextlib.suppress(ConnectionError):  # that it is gone is seen by what it says
        child.stdin.write(json.dumps(asked).encode() + b"\n")
        await child.stdin.drain()


async def _taken(
    child: asyncio.subprocess.Process,
    take: Callable[[Brought], Awaitable[None]],
    progress: Callable[[int, int], None],
) -> bool:
    """Hand on what the child says till it ends; return whether the whole index was there."""
    assert child.stdout is not None  # noqa: S101
    whole = False
    while (said := await _next(child.stdout)) is not None:
        words, packed = said
        if packed is None:
            progress(words["done"], words["total"])
            continue
        index = await asyncio.to_thread(lambda raw: counted(MibIndex(Packed(raw))), packed)
        COMPILE_SECONDS.inc(words.get("seconds", 0.0))
        whole = words["whole"]
        await take(Brought(index=index, **words))
    return whole


async def _next(stream: asyncio.StreamReader) -> tuple[dict[str, Any], bytes | None] | None:
    """Return what is said next, and the index that comes with it; None at the end, also in the middle of a word."""
    try:
        line = await stream.readline()
        if not line.endswith(b"\n"):
            return None
        words: dict[str, Any] = json.loads(line)
        size = words.pop("index", None)
        return words, None if size is None else await stream.readexactly(min(size, MAX_INDEX_BYTES))
    except (asyncio.IncompleteReadError, ValueError):
        return None


async def _last_words(child: asyncio.subprocess.Process) -> str:
    assert child.stderr is not None  # noqa: S101
    last = b""
    while chunk := await child.stderr.read(LAST_WORDS_BYTES):
        last = (last + chunk)[-LAST_WORDS_BYTES:]
    lines = last.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
