"""Which addresses of the web a configuration may name, and whether a host is this machine.

May import: nothing. Called by: the settings of every room that asks by HTTP; oauth, notify.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator


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


def _a_url(text: str) -> str:
    parse_url(text)
    return text


UrlText = Annotated[str, AfterValidator(_a_url)]
"""A URL as a configuration writes it, checked."""


def is_loopback(host: str) -> bool:
    """Return whether a host name or address can only be this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
