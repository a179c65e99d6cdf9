"""The words of an Accept header that Prometheus 3 brought along: text 1.0.0, and how names are to be escaped.

All names of ours are names in every scheme but `dots`, which doubles each underscore; so `allow-utf-8`, `underscores`
and `values` are the same text, and only `dots` is written anew.
A quiet room. Sources: Prometheus' content negotiation and escaping schemes (docs/instrumenting), RFC 9110.
May import: nothing. Called by: metrics_route, scrape_route.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

UNDERSCORES, DOTS = "underscores", "dots"
SCHEMES = frozenset({"allow-utf-8", UNDERSCORES, DOTS, "values"})
_OPENMETRICS, _TEXT = "application/openmetrics-text", "text/plain"
_LINE = re.compile(rb"^(# (?:HELP|TYPE|UNIT) )?([A-Za-z_:][\w:]*)(\{.*\})?", re.MULTILINE)
_LABEL = re.compile(rb'([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Wish:
    """One item of an Accept header."""

    type: str
    quality: float
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def escaping(self) -> str:
        """Return the scheme it asks for; empty where it asks for none that there is."""
        word = self.parameters.get("escaping", "")
        return word if word in SCHEMES else ""


def wishes(accept: str) -> list[Wish]:
    """Return what an Accept header asks for, what is liked best first; what is not wanted is left out."""
    found = []
    for item in accept.split(","):
        kind, *rest = (part.strip().lower() for part in item.split(";"))
        parameters = {name.strip(): text.strip().strip('"') for name, _, text in (one.partition("=") for one in rest)}
        try:
            quality = float(parameters.pop("q", "1"))
        except ValueError:
            continue
        if 0 < quality <= 1:
            found.append(Wish(kind, quality, parameters))
    return sorted(found, key=lambda wish: -wish.quality)


def escaping_asked(accept: str) -> str:
    """Return how names are to be escaped as /snmp has it: as the last wish says that is no plainer than 0.0.4."""
    scheme = UNDERSCORES
    for wish in wishes(accept):
        scheme = wish.escaping or scheme
        if wish.type == _TEXT and wish.parameters.get("version", "0.0.4") == "0.0.4":
            break
    return scheme


def content_type_of(content_type: str, accept: str) -> tuple[str, str]:
    """Return the Content-Type of a text in this format, and how names are to be escaped in it.

    A version, and how names are escaped, are said where they were asked for: who knows nothing of either gets what he
    always got.
    """
    wanted = _OPENMETRICS if content_type.startswith(_OPENMETRICS) else _TEXT
    wish = next((wish for wish in wishes(accept) if wish.type == wanted), None)
    if wish is None:
        return content_type, UNDERSCORES
    if wanted == _TEXT and wish.parameters.get("version") == "1.0.0":
        content_type = content_type.replace("version=0.0.4", "version=1.0.0")
    elif wanted == _TEXT or "escaping" not in wish.parameters:
        return content_type, UNDERSCORES
    scheme = wish.escaping or UNDERSCORES
    return f"{content_type}; escaping={scheme}", scheme


def with_dots(text: bytes) -> bytes:
    """Return whole lines with every name as the scheme `dots` has it."""
    return _LINE.sub(_dotted_line, text)


async def streamed_with_dots(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Do so with each chunk; a chunk is whole lines."""
    async for chunk in chunks:
        yield with_dots(chunk)


def _dotted_line(match: re.Match[bytes]) -> bytes:
    head, name, labels = match[1] or b"", match[2].replace(b"_", b"__"), match[3] or b""
    return head + name + _LABEL.sub(lambda label: label[1].replace(b"_", b"__") + b"=" + label[2], labels)
