"""Decides whether a request that changes something comes from our own page, or from no browser at all.

Any page in the world can have its visitor's browser post a form to this server (cross-site request forgery). Browsers
say where a request comes from and no page can make them lie: in Sec-Fetch-Site, and where that is missing (it is sent
to secure addresses only) in Origin. What says neither is no browser: amtool, curl, our own command line.

A quiet room.
May import: nothing. Called by: netwatch.web.guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})
"""`none`: the person did it, by a bookmark or by sending a form again after a restart of the browser."""


def is_foreign(headers: Mapping[str, str], external_url: str = "") -> bool:
    """Return whether another site's page sent this; `external_url` is what people reach us by through a proxy."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site.strip().lower() not in _OURS
    origin = headers.get("origin")
    if origin is None:
        return False
    host = headers.get("host", "")
    ours = {_place(f"http://{host}"), _place(f"https://{host}"), _place(external_url)}
    return _place(origin) not in ours - {None}


def _place(url: str) -> tuple[str, int] | None:
    """Return host and port, None where there are none (`null` is the origin of a sandboxed page)."""
    try:
        split = urlsplit(url)
        port = split.port or {"https": 443, "http": 80}.get(split.scheme)
    except ValueError:
        return None
    return (split.hostname, port) if split.hostname and port else None
