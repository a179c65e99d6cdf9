"""A report is about the mail that it names, and about its recipient; what it says becomes of the row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Bounce, Fate, Reported, ReportForm
from netwatch.mailbox.returns import MOST_IDS, returned, rows_named
from netwatch.model import OutboxEntry, OutboxState
from tests.mailbox.samples import BOUNCES, TOLD

NOW = datetime(2026, 11, 30, 3, 5, tzinfo=UTC)
ROW = OutboxEntry(
    id="told.7f3a", message_id=TOLD, envelope_sender="netwatch@example.org", recipient="Ann@example.net",
    subject="[CRITICAL] edge1", message=b"", created_at=NOW - timedelta(minutes=1), not_before=NOW,
    state=OutboxState.SENT, last_reply="250 ok", sent_at=NOW - timedelta(seconds=50),
)  # fmt: skip
ROWS = {ROW.id: ROW}
FAILED = Reported(recipient="ann@example.net", fate=Fate.BOUNCED, status="5.1.1", diagnostic="550 5.1.1 unknown")


def bounce(*reports: Reported, ids: tuple[str, ...] = (TOLD,), **fields: object) -> Bounce:
    return Bounce(form=ReportForm.DSN, reports=reports or (FAILED,), message_ids=ids, **fields)


@pytest.mark.parametrize("path", BOUNCES, ids=lambda path: path.stem)
def test_every_report_finds_its_row(path):
    said = read_mail(path.read_bytes()).said
    assert isinstance(said, Bounce)

    told = returned(said, ROWS, NOW)

    assert told is not None
    assert told.entry.id == ROW.id
    assert told.is_dead is (told.report.fate is Fate.BOUNCED)


def test_a_mail_that_came_back_is_dead_and_says_why():
    told = returned(bounce(), ROWS, NOW)

    assert told is not None
    assert told.entry == replace(
        ROW, state=OutboxState.DEAD, last_reply="came back: 550 5.1.1 unknown", last_tried_at=NOW
    )
    assert told.words == "mail to Ann@example.net came back: 550 5.1.1 unknown"


def test_a_mail_that_is_late_stays_sent():
    late = Reported(recipient="ann@example.net", fate=Fate.DELAYED, status="4.4.1", diagnostic="timed out")
    told = returned(bounce(late), ROWS, NOW)

    assert told is not None
    assert (told.entry.state, told.is_dead) == (OutboxState.SENT, False)
    assert told.entry.last_reply == "on its way, late: 4.4.1 timed out"


@pytest.mark.parametrize(("fates", "words", "new"), [
    ([Fate.RELAYED], "passed on: 2.0.0 ok", [True]),
    ([Fate.DELIVERED, Fate.READ], "opened: 2.0.0 ok", [True, True]),
    ([Fate.DELAYED, Fate.DELIVERED], "arrived: 2.0.0 ok", [True, True]),
    ([Fate.READ, Fate.DELIVERED, Fate.DELAYED, Fate.READ], "opened: 2.0.0 ok", [True, False, False, False]),
])  # fmt: skip
def test_what_is_known_of_a_mail_grows_and_never_shrinks(fates, words, new):
    row, found = ROW, []
    for fate in fates:
        told = returned(bounce(Reported(recipient="ann@example.net", fate=fate, diagnostic="2.0.0 ok")),
                        {row.id: row}, NOW)  # fmt: skip
        assert told is not None
        row = told.entry
        found.append(told.is_new)

    assert (row.state, row.last_reply, found) == (OutboxState.SENT, words, new)


def test_a_mail_that_arrived_and_comes_back_after_all_is_dead():
    row = replace(ROW, last_reply="arrived: 2.0.0 ok")
    told = returned(bounce(), {row.id: row}, NOW)

    assert told is not None
    assert (told.is_dead, told.is_new) == (True, True)


def test_whom_it_was_passed_on_to_opened_it_is_no_proof_that_our_recipient_did():
    told = returned(bounce(Reported(recipient="jane@example.net", fate=Fate.READ)), ROWS, NOW)

    assert told is not None
    assert (told.elsewhere, told.is_new, told.entry) == (True, False, ROW)


def test_what_an_address_was_passed_on_to_does_not_make_our_mail_dead():
    elsewhere = replace(FAILED, recipient="ann.private@example.com")
    told = returned(bounce(elsewhere), ROWS, NOW)

    assert told is not None
    assert (told.elsewhere, told.is_dead, told.entry) == (True, False, ROW)
    assert told.words == "mail to Ann@example.net came back for ann.private@example.com: 550 5.1.1 unknown"


@pytest.mark.parametrize("recipient", ["ANN@EXAMPLE.NET", "ann@example.net", ""])
def test_a_recipient_is_known_in_any_case_and_where_none_is_named(recipient):
    told = returned(bounce(replace(FAILED, recipient=recipient.lower())), ROWS, NOW)

    assert told is not None
    assert told.is_dead


def test_a_recipient_with_a_plus_is_known_as_some_servers_write_it():
    row = replace(ROW, recipient="ann+noc@example.net")
    told = returned(bounce(replace(FAILED, recipient="ann+2bnoc@example.net")), {row.id: row}, NOW)

    assert told is not None
    assert told.is_dead


@pytest.mark.parametrize("report", [
    bounce(ids=("<told.7f3a@elsewhere.example>",)),  # the right row, by a name that we never gave
    bounce(ids=("<another@netwatch.example.org>",)),
    bounce(ids=()),
])  # fmt: skip
def test_a_report_that_names_no_mail_of_ours_is_about_none(report):
    assert returned(report, ROWS, NOW) is None


def test_a_report_without_a_copy_of_the_mail_names_it_by_its_envelope():
    assert returned(bounce(ids=(), envelope_id=ROW.id), ROWS, NOW) is not None
    assert returned(bounce(ids=(), verp=(ROW.id,)), ROWS, NOW) is not None


def test_a_row_that_is_dead_already_does_not_die_again():
    dead = replace(ROW, state=OutboxState.DEAD, last_reply="550 before")
    told = returned(bounce(), {dead.id: dead}, NOW)

    assert told is not None
    assert (told.is_dead, told.entry) == (False, dead)


def test_a_report_that_names_a_thousand_mails_is_asked_about_the_first():
    assert len(rows_named(bounce(ids=tuple(f"<{n}@x>" for n in range(1_000))))) == MOST_IDS
