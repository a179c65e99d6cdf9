"""Where posts go, as people see it: a URL without what may be secret in it.

A quiet room.
May import: nothing. Called by: netwatch.notify.http.*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

HIDDEN = "..."
SHORTEST_SECRET = 6
"""Less is no token, and would be found in any text."""
_A_WORD = re.compile(r"[A-Za-z][A-Za-z_.-]{0,23}|v[0-9]{1,3}")
"""A part of a path that can be no token: chat services put theirs there."""


def shown_url(text: str) -> str:
    """Return the URL as people see it: without its query, and with what might be a token in its path left out."""
    parts = urlsplit(text)
    path = "/".join(part if not part or _A_WORD.fullmatch(part) else HIDDEN for part in parts.path.split("/"))
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}{'?' + HIDDEN if parts.query else ''}"


def shown_urls(texts: Iterable[str]) -> dict[str, str]:
    """Return each URL by how people see it; those that look the same are numbered, so that each stays its own."""
    shown: dict[str, str] = {}
    for text in dict.fromkeys(text.rstrip("/") for text in texts):
        plain, number = shown_url(text), 1
        name = plain
        while name in shown:
            number += 1
            name = f"{plain} #{number}"
        shown[name] = text
    return shown


def without_hidden(text: str, url: str) -> str:
    """Return a text, such as a server's, without what is hidden of the URL: some repeat what they were asked for."""
    parts = urlsplit(url)
    hidden = [part for part in parts.path.split("/") if not _A_WORD.fullmatch(part)]
    hidden += [parts.query, *(value for _, value in parse_qsl(parts.query))]
    forms = {form for part in hidden for form in (part, unquote(part)) if len(form) >= SHORTEST_SECRET}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text
