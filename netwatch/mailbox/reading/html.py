"""Turns HTML into lines, as far as words and quotes go: no markup is trusted, none is needed.

A quiet room, one pass from left to right whatever the markup is; Python's own parser has had inputs that took it
minutes, and its `unescape` raises at a number of 5,000 digits.
May import: netwatch.mailbox.reading.{limits, lines}. Called by: netwatch.mailbox.reading.words.
"""

from __future__ import annotations

import re
from html.entities import html5

from netwatch.mailbox.reading.limits import MOST_LINE, MOST_LINES
from netwatch.mailbox.reading.lines import Line, marked_line

_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:]{0,20})((?:[^<>"']+|"[^"<]{0,4000}"|'[^'<]{0,4000}'|["'])*)>?""")
_SPACES = re.compile(r"[ \t\n\f\u00a0\u200b\ufeff]+")
_ENTITY = re.compile(r"&(?:#(\d{1,7});?|#[xX]([0-9A-Fa-f]{1,6});?|([A-Za-z][A-Za-z0-9]{1,30});)")
_BREAKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
_UNSEEN = {
    name: re.compile(rf"</{name}\b[^>]{{0,200}}>?", re.IGNORECASE)
    for name in ("style", "script", "title", "head", "svg", "template", "noscript", "xml")
}
_BEFORE = re.compile(
    r"""\bid\s*=\s*["']?(?:x_)*(?:appendonsend|divRplyFwdMsg|mail-editor-reference-message-container|OLK_SRC_BODY_SECTION)\b""",
    re.IGNORECASE,
)
"""Where Outlook, by what its programs call it, begins what was there before."""
_PARAGRAPHS = frozenset(("p", "blockquote", "table", "ul", "ol", "pre", "h1", "h2", "h3"))


def html_lines(text: str) -> list[Line]:
    """Return what a person sees of it, line by line."""
    return _Page().read(text)


class _Page:
    """A page as far as it was read: the line that is being written, and how many blockquotes are open."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.words: list[str] = []
        self.depth = 0
        self.never_closed: set[str] = set()

    def read(self, text: str) -> list[Line]:
        position, end = 0, len(text)
        while position < end and len(self.lines) < MOST_LINES:
            opened = text.find("<", position)
            opened = end if opened < 0 else opened
            if opened > position:
                self.words.append(text[position:opened])
            position = self._markup(text, opened) if opened < end else end
        self._break()
        return self.lines

    def _markup(self, text: str, at: int) -> int:
        """Take in what begins with < here; return where it ends."""
        if text.startswith("<!--", at):
            return _behind(text, "-->", at)
        if text.startswith(("<!", "<?"), at):
            return _behind(text, ">", at)
        tag = _TAG.match(text, at)
        if tag is None:
            self.words.append("<")
            return at + 1
        closing, name, attributes = tag[1] == "/", tag[2].lower(), tag[3]
        if name in _UNSEEN and not closing and not attributes.endswith("/"):
            return self._behind(text, name, tag.end())
        self._tag(name, closing=closing, attributes=attributes)
        return tag.end()

    def _behind(self, text: str, name: str, at: int) -> int:
        """Return the place behind an element that nobody sees; where it is never closed, right here."""
        closing = None if name in self.never_closed else _UNSEEN[name].search(text, at)
        if closing is None:
            self.never_closed.add(name)  # looked for once: a thousand of them would be a thousand times the rest
            return at
        return closing.end()

    def _tag(self, name: str, *, closing: bool, attributes: str) -> None:
        if name in _BREAKS:
            self._break(even_empty=name == "br")
            if name in _PARAGRAPHS and self.lines and self.lines[-1].text:
                self.lines.append(Line("", self.depth))
        if name == "blockquote":
            self.depth = max(0, self.depth + (-1 if closing else 1))
        if not closing and _BEFORE.search(attributes):
            self.lines.append(Line("", self.depth, cut=True))

    def _break(self, *, even_empty: bool = False) -> None:
        raw = "".join(self.words)
        self.words = []
        text = unescaped(_SPACES.sub(" ", raw)).strip()
        text = _SPACES.sub(" ", text)[:MOST_LINE].strip()
        if text or even_empty:
            written = marked_line(text)  # plain text that a program made HTML of keeps its marks
            self.lines.append(written._replace(depth=written.depth + self.depth))


def unescaped(text: str) -> str:
    """Return text with its character references resolved."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return html5.get(f"{found[3]};", found[0])
    code = int(found[1]) if found[1] else int(found[2], 16)
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"


def _behind(text: str, mark: str, at: int) -> int:
    """Return the place behind the next mark, the end of the text if there is none: then nothing more is looked at."""
    found = text.find(mark, at)
    return len(text) if found < 0 else found + len(mark)
