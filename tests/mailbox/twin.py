"""A second reader of answers, slow and simple, which shares no line with the first.

Python's own mail and HTML parsers, and every line tried until one begins with a word that is known. It believes
whatever it is given.
"""

from __future__ import annotations

import email
import email.policy
import re
from html.parser import HTMLParser

BEFORE = re.compile(
    r"(?im)^(?:.*\b(?:original message|pgp signature)\b.*|_{10,}|"
    r"\W?(?:from|von|de|发件人)\W? ?[:\uff1a].*(?:\n.*){0,3}"
    r"\n\W?(?:sent|gesendet|envoyé|date|to|发送时间)\W? ?[:\uff1a].*)$"
)
WRAPPED = re.compile(r"(?m)^(.{50,})\n(?=\S)")
HOURS = {"h": 3600, "m": 60}


class Text(HTMLParser):
    """The text of a page, with a line for each block and a `>` for each level of quotes."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.quotes, self.hidden = "", 0, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quotes += tag == "blockquote"
        self.hidden += tag in ("style", "head")
        if dict(attrs).get("id") in ("divRplyFwdMsg", "appendonsend"):
            self.text += "\n__________\n"
        if tag in ("p", "div", "br", "blockquote", "hr"):
            self.text += "\n" + "> " * self.quotes

    def handle_endtag(self, tag: str) -> None:
        self.quotes -= tag == "blockquote"
        self.hidden -= tag in ("style", "head")
        if tag in ("p", "div", "blockquote"):
            self.text += "\n" + "> " * self.quotes

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text += " ".join(data.replace("\n", " ").split(" "))


def text_of(octets: bytes) -> str:
    """Return the text of a mail, by Python's own parsers."""
    message = email.message_from_bytes(octets, policy=email.policy.default)
    parts = [part for part in message.walk() if part.get_content_type() in ("text/plain", "text/html")]
    part = next(
        (one for one in parts if one.get_content_type() == "text/plain" and one.get_content().strip()), parts[0]
    )
    text = part.get_content().replace("\r\n", "\n")
    if part.get_content_type() == "text/html":
        page = Text()
        page.feed(text)
        return page.text
    if part["content-type"].params.get("format") == "flowed":
        text = re.sub(r"(?m)^((?!-- $)(?!>).* )\n(?!>)", r"\1", text)
    return text


def command_of(octets: bytes) -> str:
    """Return what an answer asks for in the words of `Meant.command`."""
    text = re.sub(r"(?m)^\s{0,4}[A-Z]{0,2}>.*$", "", text_of(octets))
    text = BEFORE.split(text, maxsplit=1)[0]
    text = WRAPPED.sub(r"\1 ", text)
    for line in text.splitlines():
        words = re.sub(r"(?i)\bplease\b|[!?.,;]+(?=\s|$)", " ", line).replace("#", " ").split()
        if words and words[0].lower() in ("ack", "unack", "silence", "status", "why", "help"):
            return _meaning(words[0].lower(), " ".join(words[1:]).lower())
    return "unknown"


def _meaning(verb: str, rest: str) -> str:
    numbers = ""
    found = re.match(r"(?:alert )?(\d+)(?:([-,])(\d+))?(?= (?!h|min)|$)", rest)
    if found:
        first, last = int(found[1]), int(found[3] or found[1])
        numbers = " " + ",".join(map(str, (first, last) if found[2] == "," else range(first, last + 1)))
        rest = rest[found.end() :]
    if verb != "silence":
        return verb + numbers
    if at := re.search(r"until (\d+):(\d+) ?(pm)?", rest):
        return f"silence until {int(at[1]) + 12 * bool(at[3]):02}:{at[2]}" + numbers
    lasts = sum(int(n) * HOURS[unit] for n, unit in re.findall(r"(\d+) ?([hm])", rest))
    return f"silence {lasts}{numbers}" if lasts else "unknown"
