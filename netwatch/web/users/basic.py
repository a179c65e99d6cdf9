"""Reads name and password of HTTP's Basic authentication (RFC 7617).

A quiet room. May import: nothing. Called by: gatekeeper, netwatch.web.prometheus.gate.
"""

from __future__ import annotations

import base64
import binascii


def credentials_in(header: str) -> tuple[str, str]:
    """Return name and password of an Authorization header, both empty where it is none of Basic."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
