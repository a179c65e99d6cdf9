"""Brings the target of a request into the one form everybody behind reads, or says in words what is wrong with it.

A target may be written with the server's own address before it (RFC 9112, section 3.2.2), as proxies do; what stands
there counts as Host. A request whose length can be read in two ways is refused, since whoever stands before this
server may have read it in the other one (request smuggling).

A quiet room. May import: nothing. Called by: netwatch.web.guard.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

Scope = MutableMapping[str, Any]
MOST_BYTES_OF_A_TARGET = 16 * 1024
MOST_HEADERS = 100
MOST_BYTES_OF_HEADERS = 32 * 1024
_ABSOLUTE = re.compile(rb"https?://([^/?#]*)", re.IGNORECASE)
_LONE_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def in_origin_form(scope: Scope) -> Scope:
    """Return the scope with path and Host as if the target had been written without an address."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode("ascii", "replace")
    absolute = _ABSOLUTE.match(raw)
    if absolute is None:
        return scope
    path = raw[absolute.end() :] or b"/"
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {
        **scope,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "headers": [(b"host", absolute[1]), *headers],
    }


def what_is_wrong(scope: Scope) -> tuple[int, str]:
    """Return the status and the words to refuse a request with; 0 for one that can be read."""
    return _of_length(scope) or _of_headers(scope) or _of_target(scope) or (0, "")


def _of_length(scope: Scope) -> tuple[int, str] | None:
    names = [name for name, _ in scope["headers"]]
    coded = b"transfer-encoding" in names
    if coded and b"content-length" in names:
        return 400, "Content-Length and Transfer-Encoding contradict each other; send one of them"
    if coded and scope.get("http_version") == "1.0":
        return 400, "HTTP/1.0 knows no Transfer-Encoding"
    return None


def _of_headers(scope: Scope) -> tuple[int, str] | None:
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MOST_HEADERS or size > MOST_BYTES_OF_HEADERS:
        return (
            431,
            f"more than {MOST_HEADERS} headers or {MOST_BYTES_OF_HEADERS // 1024} KiB is more than NetWatch reads",
        )
    return None


def _of_target(scope: Scope) -> tuple[int, str] | None:
    path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    query: bytes = scope.get("query_string", b"")
    if len(path) + len(query) > MOST_BYTES_OF_A_TARGET:
        return 414, f"an address of more than {MOST_BYTES_OF_A_TARGET // 1024} KiB is more than NetWatch reads"
    if not path.startswith(b"/"):
        return 400, "ask for a path, such as /metrics"
    for name, part in (("path", path), ("query", query)):
        if _LONE_PERCENT.search(part):
            return 400, f"a lone % stands in the {name}; a percent sign itself is written %25"
        plain = unquote_to_bytes(part)
        if b"\0" in plain:
            return 400, f"NUL stands in the {name}"
        if not _is_text(plain):
            return 400, f"the {name} is not in UTF-8"
    return None


def _is_text(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
