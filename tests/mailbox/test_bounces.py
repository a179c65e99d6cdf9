"""Reports of mail servers are read as they were meant: what became of a mail for whom, and which mail it was."""

from __future__ import annotations

import pytest

from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Answer, Bounce, Fate, Ignored
from tests.mailbox.samples import ANSWERS, BOUNCES, TOLD, bounce_as_meant, meant_by


def report(octets: bytes) -> Bounce:
    said = read_mail(octets).said
    assert isinstance(said, Bounce), said
    return said


@pytest.mark.parametrize("path", BOUNCES, ids=lambda path: path.stem)
def test_a_report_says_what_its_server_meant(path):
    octets = path.read_bytes()
    meant = meant_by(octets)

    bounce = report(octets)

    assert bounce_as_meant(bounce) == f"{meant.command} | {meant.comment}"
    assert bounce.message_ids[:1] == (TOLD,)


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_no_answer_of_a_person_is_a_report(path):
    assert not isinstance(read_mail(path.read_bytes()).said, Bounce)


def test_words_about_delivery_from_a_person_are_an_answer():
    mail = b"Return-Path: <ann@example.net>\nFrom: ann@example.net\nSubject: Undeliverable?\n\nstatus\n"

    assert isinstance(read_mail(mail).said, Answer)


def test_a_daemon_that_says_nothing_of_delivery_is_no_report():
    mail = b"Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nSubject: quota warning\n\nYour mailbox is 90 % full.\n"

    assert isinstance(read_mail(mail).said, Ignored)


def test_a_report_that_was_cut_before_the_returned_mail_names_it_no_more_but_says_what_happened():
    octets = BOUNCES[0].read_bytes()
    cut = report(octets[: octets.index(b"Content-Description: Undelivered Message")])

    assert (cut.reports[0].fate, cut.message_ids, cut.envelope_id) == (Fate.BOUNCED, (), "row-4711")


def test_a_report_to_an_address_of_its_own_says_which():
    octets = BOUNCES[0].read_bytes().replace(b"To: netwatch@example.org", b"To: netwatch+row-12@example.org", 1)

    assert report(octets).verp == ("row-12",)


def test_a_server_that_gave_up_says_bounced_though_its_status_is_a_passing_one():
    gave_up = next(path for path in BOUNCES if "gave-up" in path.stem)
    told = report(gave_up.read_bytes()).reports[0]

    assert (told.fate, told.status, told.wrong_address) == (Fate.BOUNCED, "4.4.1", False)


@pytest.mark.parametrize(("name", "wrong"), [
    ("postfix-user-unknown", True), ("smtputf8-global", True), ("exchange-online", True), ("sendmail-host", True),
    ("exim-says-5.0.0", False),  # its mailbox is full
    ("postfix-delayed", False), ("success", False),
])  # fmt: skip
def test_an_address_is_wrong_for_good_only_where_it_is_the_address_that_was_refused(name, wrong):
    path = next(path for path in BOUNCES if name in path.stem)

    assert report(path.read_bytes()).reports[0].wrong_address is wrong
