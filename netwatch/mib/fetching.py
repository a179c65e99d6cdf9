"""Gets a MIB module from where the operator says: a directory, or a web server. Nothing is fetched unasked.

What comes is compiled before it is kept, so that only modules land in the directory, under their own names.
May import: netwatch.errors and this room. Called by: netwatch mib fetch.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from netwatch.errors import NetWatchError
from netwatch.mib.child import Compiler
from netwatch.mib.sources import MAX_FILE_BYTES, as_text

ENDINGS = ("", ".txt", ".mib", ".my")
SECONDS = 20.0
MODULE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
PLACE = "@mib@"
"""Stands in a URL for the module's name; without it the name is put behind the URL."""


class NotFetched(NetWatchError):
    """A module could not be had; the message says from where and why."""


def fetch(name: str, source: str, target: Path, *, replace: bool = False) -> tuple[Path, tuple[str, ...]]:
    """Fetch a module into a directory; return the file, and the modules it imports from.

    Raises:
        NotFetched: it is not there, is not that module, or may not be written.
    """
    if not MODULE_NAME.fullmatch(name):
        raise NotFetched(f"{name!r} is no name of a module")
    file = target / name
    if file.exists() and not replace:
        raise NotFetched(f"{file} is already there; --replace takes the new one")
    raw = _read(name, source)
    imports = _checked(name, raw, source)
    _write(file, raw)
    return file, imports


def _read(name: str, source: str) -> bytes:
    scheme = urllib.parse.urlsplit(source).scheme
    if scheme in ("http", "https"):
        return _from_web(name, source)
    if scheme and not Path(source).is_dir():
        raise NotFetched(f"{source}: modules are fetched from a directory or an http(s) URL")
    return _from_directory(name, Path(source))


def _from_directory(name: str, directory: Path) -> bytes:
    for ending in ENDINGS:
        path = directory / f"{name}{ending}"
        if path.is_file():
            with path.open("rb") as file:
                return _bounded(file.read(MAX_FILE_BYTES + 1), str(path))
    raise NotFetched(f"{directory} has no {name}")


def _urls(name: str, source: str) -> Iterator[str]:
    for ending in ENDINGS:
        if PLACE in source:
            yield source.replace(PLACE, name + ending)
        else:
            yield f"{source.rstrip('/')}/{name}{ending}"


def _from_web(name: str, source: str) -> bytes:
    for url in _urls(name, source):
        request = urllib.request.Request(url, headers={"User-Agent": "netwatch"})  # noqa: S310 - http(s), see _read
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                return _bounded(answer.read(MAX_FILE_BYTES + 1), url)
        except urllib.error.HTTPError as exc:
            exc.close()
            if exc.code not in (404, 410):
                raise NotFetched(f"{url}: the server answers {exc.code}") from exc
        except (OSError, http.client.HTTPException, ValueError) as exc:
            raise NotFetched(f"{url}: {getattr(exc, 'reason', None) or exc}") from exc
    raise NotFetched(f"{source} has no {name}")


def _bounded(raw: bytes, where: str) -> bytes:
    if len(raw) > MAX_FILE_BYTES:
        raise NotFetched(f"{where} is larger than {MAX_FILE_BYTES // 2**20} MiB, so no MIB")
    return raw


def _checked(name: str, raw: bytes, source: str) -> tuple[str, ...]:
    """Return the imports of the module, which must be in what came."""
    if b"\0" in raw:
        raise NotFetched(f"what {source} gives for {name} is no text")
    with Compiler() as compiler:
        found = compiler.compile(as_text(raw)).found["modules"]
    module = next((m for m in found if m["name"] == name), None)
    if module is None:
        held = ", ".join(m["name"] for m in found) or "no module"
        raise NotFetched(f"what {source} gives for {name} holds {held}")
    return tuple(sorted(set(module["imports"].values())))


def _write(file: Path, raw: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    except OSError as exc:
        raise NotFetched(f"{file.parent}: {exc.strerror}") from exc
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(raw)
        Path(beside).chmod(0o644)
        Path(beside).replace(file)
    except OSError as exc:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise NotFetched(f"{file}: {exc.strerror}") from exc
