"""Changes a finished mail at the moment it is sent: a note on top of it, or one short text instead of the whole.

A quiet room. A mail keeps its headers as they were written, and in particular its thread. What cannot be read as a
mail of ours is sent as it is: an alert is not kept back for a note.

So a retry has the same octets, except where a newer mail about the same thing went out meanwhile. Then it has the
same Message-ID and a note on top, also where its outcome is unknown: whoever has the first copy had it before the
newer one and loses nothing, most servers and readers keep one of two; whoever has not would read old news as the last
word. The row in the outbox holds what is sent, before it is sent.
May import: netwatch.model, netwatch.notify.{guard, mail.{mime, thread}}.
Called by: app, which hands it to the notifier.
"""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from netwatch.model import Elsewhere, OutboxEntry, OutboxState
from netwatch.notify.guard import clean_line
from netwatch.notify.mail.mime import Header, ascii_header, plain, text_part
from netwatch.notify.mail.thread import message_id

MOST_LINES = 20
SHORT_OCTETS = 3_000
MARK, NOTED = "X-NetWatch-Short", "X-NetWatch-Note"
_BODY = re.compile(r"<body[^>]*>", re.IGNORECASE)


class Rewriter:
    """What the notifier is handed, which knows of SMTP and not of what stands in mails."""

    def with_note(self, entry: OutboxEntry) -> OutboxEntry:
        """Return a mail that says what is newer, and what is not sent because of it."""
        return with_note(entry)

    def shorter(self, entry: OutboxEntry, now: datetime) -> OutboxEntry | None:
        """Return the short version of a mail that is too large, None where it is that already."""
        return None if is_short(entry) else shortened(entry, now)


def with_note(entry: OutboxEntry) -> OutboxEntry:
    """Return a mail with a note of newer mails that its reader has had, and of older ones that are not sent."""
    lines = _note(entry)
    if not lines:
        return entry
    mark = f"{NOTED}: {uuid.uuid5(uuid.NAMESPACE_OID, repr(lines)).hex}\r\n".encode()
    head, gap, _ = entry.message.partition(b"\r\n\r\n")
    if not gap or mark in head + b"\r\n":  # a retry says it once
        return entry
    return replace(entry, message=mark + _noted(entry.message, lines))


def is_short(entry: OutboxEntry) -> bool:
    """Return whether a mail is the short version of another."""
    return f"\r\n{MARK}:".encode() in entry.message.partition(b"\r\n\r\n")[0]


def shortened(entry: OutboxEntry, now: datetime) -> OutboxEntry:
    """Return the row of a short plain-text version of a mail that was too large; the same for the same mail."""
    own = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{entry.id} short"))
    domain = entry.message_id.rpartition("@")[2].rstrip(">") or "localhost"
    own_id = message_id(own, domain)
    kept = [header for header in _headers(entry.message) if header.name.lower() not in _REPLACED]
    headers = [_marked(header, own_id) for header in kept]
    text = (
        f"{_text(entry.message)}\n\n-- \nThe mail server takes no larger mail. This one was cut; "
        f"`netwatch outbox show {entry.id}` has the whole.\n"
    )
    mail = plain([*headers, ascii_header(MARK, entry.id)], text=text)
    return replace(
        entry, id=own, message_id=own_id, subject=f"[short] {entry.subject}", message=mail.message,
        state=OutboxState.QUEUED, attempts=0, created_at=now, not_before=now, lease_until=None, last_reply="",
        last_tried_at=None, sent_at=None, told_by="", news=(), overtaken=(), instead_of=(),
    )  # fmt: skip


_REPLACED = frozenset({"content-type", "content-transfer-encoding", "mime-version"})


def _marked(header: Header, own_id: str) -> Header:
    if header.name == "Message-ID":
        return ascii_header("Message-ID", own_id)
    if header.name == "Subject":
        return replace(header, wire=f" [short]{header.wire}")
    return header


def _headers(message: bytes) -> list[Header]:
    head = message.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    lines = re.split(r"\r\n(?![ \t])", head)
    return [Header(name=name, value="", wire=wire) for name, _, wire in (line.partition(":") for line in lines)]


def _text(message: bytes) -> str:
    """Return the beginning of what the text part says, whole lines of it."""
    parsed = BytesParser(policy=compat32).parsebytes(message)
    part = next((one for one in parsed.walk() if one.get_content_type() == "text/plain"), None)
    said = _decoded(part) if part is not None else ""
    octets = said.encode()
    if len(octets) <= SHORT_OCTETS:
        return said.rstrip()
    return octets[:SHORT_OCTETS].decode("utf-8", "ignore").rpartition("\n")[0].rstrip() + "\n..."


def _decoded(part: Message) -> str:
    octets = part.get_payload(decode=True)
    text = octets.decode("utf-8", "replace") if isinstance(octets, bytes) else ""
    return text.replace("\r\n", "\n")


def _note(entry: OutboxEntry) -> list[str]:
    lines: list[str] = []
    if entry.overtaken:
        lines.append("This mail comes late. Newer ones were sent before it, and what they say is what counts:")
        lines += _lines(entry.overtaken)
    if entry.instead_of:
        lines.append("This mail is newer than some that could not be delivered and are not sent any more:")
        lines += _lines(entry.instead_of)
    return lines


def _lines(others: tuple[Elsewhere, ...]) -> list[str]:
    shown = [f"  {clean_line(one.subject)} ({one.at.astimezone(UTC):%H:%M:%S} UTC)" for one in others[:MOST_LINES]]
    more = len(others) - len(shown)
    return [*shown, *([f"  and {more} more"] if more else [])]


def _noted(block: bytes, lines: list[str]) -> bytes:
    """Return a mail, or a part of one, with the note on top of its text and its HTML."""
    head, gap, body = block.partition(b"\r\n\r\n")
    parsed = BytesParser(policy=compat32).parsebytes(head + gap, headersonly=True)
    if parsed.is_multipart() or parsed.get_content_maintype() == "multipart":
        boundary = parsed.get_boundary()
        if boundary is None:
            return block
        line = f"--{boundary}\r\n".encode()
        before, *parts = body.split(line)
        return head + gap + line.join([before, *(_noted(part, lines) for part in parts)])
    if parsed.get_content_maintype() != "text":
        return block
    body, closing, after = _before_closing(body)
    parsed.set_payload(body)
    text = _decoded(parsed)
    if parsed.get_content_subtype() == "html":
        shown = "<br>\n".join(html.escape(line) for line in lines)
        text = _BODY.sub(lambda found: f"{found[0]}\n<p><strong>{shown}</strong></p>", text, count=1)
    else:
        text = "\n".join([*lines, "", text])
    encoding, encoded = text_part(text)
    others = [one for one in _headers(head + gap) if one.name.lower() != "content-transfer-encoding"]
    headers = [*others, ascii_header("Content-Transfer-Encoding", encoding)]
    wire = "".join(f"{one.name}:{one.wire}\r\n" for one in headers).encode("ascii", "replace")
    return wire + b"\r\n" + encoded + closing + after


def _before_closing(body: bytes) -> tuple[bytes, bytes, bytes]:
    """Return a part's body, and the closing delimiter of the multipart around it where this is its last part."""
    found = re.search(rb"(?m)^--=_[^\r\n]*--\r\n", body)
    return (body, b"", b"") if found is None else (body[: found.start()], found[0], body[found.end() :])
