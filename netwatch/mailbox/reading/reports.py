"""Reads reports on mails of ours: what became of each recipient (RFC 3464, RFC 6533), or that it was read (RFC 8098).

A quiet room. A report is known by its part of type delivery-status, wherever that stands: some servers do not mark
the mail around it. Servers that write for people alone are in odd_reports.
May import: netwatch.mailbox.reading.{addresses, head, limits, odd_reports, outcome, parts, tags}.
Called by: netwatch.mailbox.reading.mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from netwatch.mailbox.reading.addresses import details_of, likely_addresses
from netwatch.mailbox.reading.head import Head, read_head
from netwatch.mailbox.reading.limits import MOST_DIAGNOSTIC, MOST_IDS, MOST_REPORTED
from netwatch.mailbox.reading.odd_reports import odd_report, status_in
from netwatch.mailbox.reading.outcome import Bounce, Fate, Reported, ReportForm
from netwatch.mailbox.reading.parts import Part
from netwatch.mailbox.reading.tags import message_ids

_STATUSES = ("message/delivery-status", "message/global-delivery-status")
_DISPOSITIONS = ("message/disposition-notification", "message/global-disposition-notification")
_RETURNED = (
    "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers",
)  # fmt: skip
_ACTIONS = {
    "delayed": Fate.DELAYED, "delivered": Fate.DELIVERED, "relayed": Fate.RELAYED,
    "expanded": Fate.DELIVERED,
}  # fmt: skip
_BY_CLASS = {"5": Fate.BOUNCED, "4": Fate.DELAYED, "2": Fate.DELIVERED}
_BLOCKS = re.compile(rb"\n[ \t\r]*\n")
_DISPLAYED = re.compile(r"[\w/-]+ ?; ?displayed ?(?:/|$)", re.IGNORECASE)
"""RFC 8098, section 3.2.6: how it came about, and what was done; not `deleted` with a remark."""
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_ID_LINE = re.compile(r"^[> \t]*message-id:\s*(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE)


def report_in(mail: Part, recipients: Sequence[str]) -> Bounce | None:
    """Return the report that a mail is, None if it is none. recipients: whom the report itself is to."""
    leaves = tuple(mail.leaves())
    status = next((leaf for leaf in leaves if leaf.kind in _STATUSES), None)
    told = _of_status(mail, leaves, status, recipients) if status is not None else None
    if told is not None and told.reports:
        return told
    disposition = next((leaf for leaf in leaves if leaf.kind in _DISPOSITIONS), None)
    if disposition is not None:
        return _of_disposition(mail, leaves, disposition, recipients)
    odd = odd_report(mail, leaves, recipients)
    if odd is None:
        return told
    form, reports = odd
    return Bounce(form=form, reports=reports, message_ids=_originals(mail, leaves), verp=details_of(recipients))


def _of_status(mail: Part, leaves: Sequence[Part], status: Part, recipients: Sequence[str]) -> Bounce:
    blocks = [
        head for block in _BLOCKS.split(status.content(), MOST_REPORTED + 1) if (head := read_head(block)).fields
    ]
    of_mail = blocks[0] if blocks else Head(())
    reports = tuple(report for head in blocks[: MOST_REPORTED + 1] for report in _reported(head))
    return Bounce(
        form=ReportForm.DSN,
        reports=reports[:MOST_REPORTED],
        envelope_id=_text(of_mail.first("original-envelope-id"))[:200],
        message_ids=_originals(mail, leaves),
        verp=details_of(recipients),
        reporting_mta=_behind_type(of_mail.first("reporting-mta"))[:200],
    )


def _reported(head: Head) -> Iterator[Reported]:
    """Yield what a block says of its recipient; nothing of a block about the whole mail."""
    original, final = _address(head.first("original-recipient")), _address(head.first("final-recipient"))
    if not (original or final):
        return
    diagnostic = _behind_type(head.first("diagnostic-code"))[:MOST_DIAGNOSTIC]
    stated = _STATUS.match(head.first("status"))
    # Exim says x.0.0 whatever the reason was, and gives the remote server's own code in its words.
    general = stated is None or stated[1].endswith(".0.0")
    status = (status_in(diagnostic) if general else "") or (stated[1] if stated else "")
    fate = _action(head.first("action")) or _BY_CLASS.get(status[:1])
    if fate is not None:
        yield Reported(
            recipient=original or final,
            final=final if original and final != original else "",
            fate=fate,
            status=status,
            diagnostic=diagnostic,
            remote_mta=_behind_type(head.first("remote-mta"))[:200],
        )


def _action(value: str) -> Fate | None:
    """Return what an Action says; the failures of some servers are called `failure`."""
    word = value.split(" ")[0].strip().lower()
    return Fate.BOUNCED if word.startswith("fail") else _ACTIONS.get(word)


def _of_disposition(mail: Part, leaves: Sequence[Part], disposition: Part, recipients: Sequence[str]) -> Bounce:
    head = read_head(disposition.content().lstrip())
    who = _address(head.first("original-recipient")) or _address(head.first("final-recipient"))
    how = _text(head.first("disposition"))
    read = _DISPLAYED.match(how) is not None and bool(who)
    report = Reported(recipient=who, fate=Fate.READ, diagnostic=how[:MOST_DIAGNOSTIC])
    ids = (*message_ids(head.first("original-message-id")), *_originals(mail, leaves))
    return Bounce(
        form=ReportForm.MDN,
        reports=(report,) if read else (),
        message_ids=tuple(dict.fromkeys(ids))[:MOST_IDS],
        verp=details_of(recipients),
    )


def _originals(mail: Part, leaves: Sequence[Part]) -> tuple[str, ...]:
    """Return ids of the mail that is reported on: of what was returned of it, of References, of any text."""
    ids: list[str] = []
    for leaf in leaves:
        if leaf.kind in _RETURNED:
            ids += message_ids(read_head(leaf.content().lstrip()).first("message-id"))
    ids += message_ids(mail.head.first("in-reply-to")) + message_ids(mail.head.first("references"))[::-1]
    if not ids:
        ids += [found for leaf in leaves if leaf.kind.startswith("text/") for found in _ID_LINE.findall(leaf.text())]
    return tuple(dict.fromkeys(ids))[:MOST_IDS]


def _address(value: str) -> str:
    """Return the address of `rfc822; address`, lower case, empty if there is none."""
    return next(iter(likely_addresses(_behind_type(value))), "").lower()


def _behind_type(value: str) -> str:
    """Return what follows `smtp;` or `dns;`, fit for a log."""
    kind, semicolon, rest = value.partition(";")
    return _text(rest if semicolon and len(kind) < 40 and " " not in kind.strip() else value)


def _text(value: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in value[: 4 * MOST_DIAGNOSTIC]).split())
