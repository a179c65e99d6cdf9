"""Names of folders as IMAP writes them: modified UTF-7 (RFC 3501, section 5.1.3).

A quiet room. May import: nothing. Called by: netwatch.mailbox.imap.client.
"""

from __future__ import annotations

import base64
import re

_OTHER = re.compile(r"[^\x20-\x7e]+")


def folder_octets(name: str) -> bytes:
    """Return a folder's name for the wire: printable ASCII stands for itself, `&` is `&-`, all else is base64."""
    return _OTHER.sub(_shifted, name.replace("&", "&-")).encode("ascii")


def _shifted(run: re.Match[str]) -> str:
    octets = run[0].encode("utf-16-be", "surrogatepass")
    return "&" + base64.b64encode(octets, b"+,").decode("ascii").rstrip("=") + "-"
