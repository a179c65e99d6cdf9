"""Walks over a page and finds numbers that nobody can read: those without a unit.

The rule. What stands in a cell of a table (`td`) or in a list of facts (`dd`)
and is nothing but a number, with or without a letter for its size (`942 M`), needs a unit beside it, or must stand
under the noun of what is counted (`Times`, `Tries`) or numbered (`VLAN`, `ifIndex`). Numbers within a sentence have
their noun there. A table as the device gave it (`details#raw`) has the unit in the heading of the column, below the
name of the object, where anybody gave it one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

COUNTED = frozenset({"Times", "Tries", "Alerts", "Devices", "Covers", "Rows", "Clients", "Traps",
                     "Prefixes", "Sessions"})  # fmt: skip
"""Headings that are the noun of what is counted."""
NUMBERED = frozenset({"Example", "VLAN", "VLANs", "ifIndex", "Index", "Row", "Port", "Slot", "Part", "AS", "Name"})
"""Headings of what has a number for a name."""
_NUMBER = re.compile(r"[-+\u2212]?(\d[\d,]*)(\.\d+)?(e[-+]?\d+)?( ?[kMGTPµm])?")
_VOID = frozenset({"meta", "link", "input", "br", "img", "path", "rect", "hr", "wbr", "line", "circle", "option"})


@dataclass
class _Table:
    is_raw: bool
    headings: list[str] = field(default_factory=list)
    column: int = -1


class _Walk(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.bare: list[tuple[str, str]] = []
        self._open: list[tuple[str, str | None]] = []
        self._tables: list[_Table] = []
        self._text: str | None = None
        self._label = ""
        self._term = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        known = dict(attrs)
        self._open.append((tag, known.get("id")))
        if tag == "table":
            is_raw = any(identity == "raw" for _, identity in self._open)
            self._tables.append(_Table(is_raw or "values" in str(known.get("class"))))
        elif tag == "tr" and self._tables:
            self._tables[-1].column = -1
        elif tag in ("th", "td", "dt", "dd"):
            self._text = ""
            self._label = str(known.get("data-label") or "")
            if tag in ("th", "td") and self._tables:
                self._tables[-1].column += 1

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1][0] != tag:
            self._open.pop()
        if self._open:
            self._open.pop()
        text = " ".join((self._text or "").split())
        if tag == "table" and self._tables:
            self._tables.pop()
        elif tag == "th" and self._tables:
            self._tables[-1].headings.append(text)
            self._text = None
        elif tag == "dt":
            self._term, self._text = text, None
        elif tag == "td" and self._tables:
            table = self._tables[-1]
            there = table.headings[table.column] if table.column < len(table.headings) else ""
            self._judge(self._label or there, text, table.is_raw)
            self._text = None
        elif tag == "dd":
            self._judge(self._term, text, False)
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def _judge(self, heading: str, text: str, is_raw: bool) -> None:
        if not is_raw and heading not in COUNTED | NUMBERED and _NUMBER.fullmatch(text):
            self.bare.append((heading, text))


def bare_numbers(page: str) -> list[tuple[str, str]]:
    """Return heading and text of the numbers on a page that have neither a unit nor a noun."""
    walk = _Walk()
    walk.feed(page)
    return walk.bare
