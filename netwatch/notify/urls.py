"""Where posts go: what a URL in the configuration must be, and how it is shown without what may be secret in it.

A quiet room.
May import: nothing. Called by: netwatch.notify.settings, webhook_compose, alertmanager_compose, web_sender.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

HIDDEN = "..."
_A_WORD = re.compile(r"[A-Za-z][A-Za-z_.-]{0,23}|v[0-9]{1,3}")
"""A part of a path that can be no token: chat services put theirs there."""


def parse_url(text: str) -> SplitResult:
    """Read an http or https URL.

    Raises:
        ValueError: it is none, or holds a user or password; the message says why.
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\x00-\x1f]", text):
        raise ValueError("is no URL such as https://alerts.example.net/hook")
    if parts.port == 0:  # reading it raises ValueError where it is no port at all
        raise ValueError("the port of the URL is none")
    if "@" in parts.netloc:
        raise ValueError("a user or password does not belong into a URL, which is shown and logged")
    return parts


def shown_url(text: str) -> str:
    """Return the URL as people see it: without its query, and with what might be a token in its path left out."""
    parts = urlsplit(text)
    path = "/".join(part if not part or _A_WORD.fullmatch(part) else HIDDEN for part in parts.path.split("/"))
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}{'?' + HIDDEN if parts.query else ''}"
