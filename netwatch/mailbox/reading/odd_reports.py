"""Reads reports that servers write for people alone: qmail, Exim and Exchange of old, and whatever says the like.

A quiet room. Such a mail must come from a mail system by its envelope or its sender, and must say in words that
something could not be delivered; addresses in it that have nothing to do with that are left out.
May import: netwatch.mailbox.reading.{addresses, encodings, html, languages, limits, outcome, parts}.
Called by: netwatch.mailbox.reading.reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from netwatch.mailbox.reading.addresses import likely_addresses
from netwatch.mailbox.reading.encodings import header_text
from netwatch.mailbox.reading.html import html_lines
from netwatch.mailbox.reading.languages import DELAYED, RETURNED_FROM_HERE, UNDELIVERED
from netwatch.mailbox.reading.limits import MOST_DIAGNOSTIC, MOST_LINE, MOST_REPORTED
from netwatch.mailbox.reading.outcome import Fate, Reported, ReportForm
from netwatch.mailbox.reading.parts import Part

_SYSTEM = re.compile(
    r"<?(?:mailer-daemon|mail-daemon|maildaemon|postmaster|mdaemon|microsoftexchange[0-9a-f]*|mmdf|uucp|smail"
    r"|mail\.?delivery\.?su?bs?ystem|mail\.?delivery\.?system|mailsystem|dlvsys|amavis)\b",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.:])([45]\d\d)(?![\d.:])(?=[ -])")
_MARKS = " <>'\"()[]*:;,.-"
_MOST_LINES = 400
_FAR = 8
"""Lines below an address in which what became of it is told."""


def status_in(text: str) -> str:
    """Return the enhanced status code in a server's words, empty if there is none (RFC 3463)."""
    found = _ENHANCED.search(text)
    return found[1] if found else ""


def odd_report(
    mail: Part, leaves: Sequence[Part], recipients: Sequence[str]
) -> tuple[ReportForm, tuple[Reported, ...]] | None:
    """Return how the report is written and whom it is about, None if the mail is no such report."""
    failed = likely_addresses(" ".join(mail.head.every("x-failed-recipients")))
    if not failed and not _from_a_mail_system(mail):
        return None
    lines = _lines(leaves)
    opening = " ".join((header_text(mail.head.first("subject")), *lines[:40])).lower()
    if not failed and not any(words in opening for words in (*UNDELIVERED, *DELAYED)):
        return None
    late = any(words in opening for words in DELAYED) and not opening.startswith(UNDELIVERED)
    passed_over = {one.lower() for one in recipients}
    reports = tuple(_reports(_cut(lines), failed, passed_over, late=late))[:MOST_REPORTED]
    return _form(mail, opening), reports


def _from_a_mail_system(mail: Part) -> bool:
    sender = mail.head.first("from")
    addresses = likely_addresses(sender) or (sender.strip(),)
    path = mail.head.first("return-path").strip()
    return (
        path.replace(" ", "") == "<>"
        or _SYSTEM.match(path) is not None
        or mail.kind == "multipart/report"
        or any(map(_SYSTEM.match, addresses))
    )


def _form(mail: Part, opening: str) -> ReportForm:
    if "hi. this is the" in opening:
        return ReportForm.QMAIL
    if mail.head.has("x-failed-recipients") or "mail delivery software" in opening:
        return ReportForm.EXIM
    if "microsoft" in mail.head.first("from").lower() or "generating server" in opening or "exchange" in opening:
        return ReportForm.EXCHANGE
    return ReportForm.TEXT


def _lines(leaves: Sequence[Part]) -> list[str]:
    leaf = next((one for one in leaves if one.kind == "text/plain"), None)
    if leaf is not None:
        return [line[:MOST_LINE].strip() for line in leaf.text().split("\n", _MOST_LINES)[:_MOST_LINES]]
    leaf = next((one for one in leaves if one.kind == "text/html"), None)
    return [line.text for line in html_lines(leaf.text())[:_MOST_LINES]] if leaf is not None else []


def _cut(lines: Sequence[str]) -> list[str]:
    """Return the lines before the copy of our own mail."""
    ends = (n for n, line in enumerate(lines) if line.lower().lstrip("-= *").startswith(RETURNED_FROM_HERE))
    return list(lines[: next(ends, len(lines))])


def _reports(lines: Sequence[str], failed: Sequence[str], passed_over: set[str], *, late: bool) -> Iterator[Reported]:
    """Yield the addresses a text is about: those a header names, or that stand at the edge of a line, or any.

    One without an address says that the mail did not arrive; a mail of ours has one recipient.
    """
    named = {one.lower() for one in failed}
    places = _places(lines, named, passed_over)
    known: set[str] = set()
    for place, address in places:
        if address not in known:
            known.add(address)
            end = next((n for n, other in places if n > place and other != address), len(lines))
            yield _reported(address, lines[place : min(end, place + _FAR)], late=late)
    for address in sorted(named - known):
        yield _reported(address, lines, late=late)
    if not known and not named:
        yield _reported("", lines[: 3 * _FAR], late=late)


def _places(lines: Sequence[str], named: set[str], passed_over: set[str]) -> list[tuple[int, str]]:
    found = [
        (n, line.lower(), one.lower())
        for n, line in enumerate(lines)
        for one in likely_addresses(line)
        if one.lower() not in passed_over and not _SYSTEM.match(one) and not line.lower().startswith("from:")
    ]
    if named:
        return [(n, one) for n, _, one in found if one in named]
    first = [(n, one) for n, line, one in found if line.lstrip(_MARKS).startswith(one)]
    last = [(n, one) for n, line, one in found if line.rstrip(_MARKS).endswith(one)]
    return first or last or [(n, one) for n, _, one in found]


def _reported(address: str, lines: Sequence[str], *, late: bool) -> Reported:
    words = " ".join(" ".join(lines).split())
    status = status_in(words)
    code = _CODE.search(words)
    digit = status[:1] or (code[1][0] if code else "4" if late else "5")
    return Reported(
        recipient=address,
        fate=Fate.DELAYED if late or (digit == "4" and not _given_up(words)) else Fate.BOUNCED,
        status=status,
        diagnostic=words[:MOST_DIAGNOSTIC],
    )


def _given_up(words: str) -> bool:
    return any(
        one in words.lower()
        for one in ("given up", "giving up", "retry time", "too long", "expired", "timeout exceeded")
    )
