"""The daily mail: one look says whether there is anything to do."""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from zoneinfo import ZoneInfo

import pytest

from netwatch.notify import Daily, Letterhead, compose_daily

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
HEAD = Letterhead(sender="NetWatch <nw@example.net>", page="https://netwatch.example.net/")


def mails(daily: Daily, *to: str) -> list[EmailMessage]:
    entries = compose_daily(daily, receiver="noc", recipients=to or ("NOC <noc@example.net>",), letterhead=HEAD)
    return [BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(one.message) for one in entries]


def body(mail: EmailMessage, kind: str = "plain") -> str:
    return mail.get_body((kind,)).get_content().replace("\r\n", "\n")


def test_a_good_day_is_one_line_and_a_few_figures():
    (mail,) = mails(Daily(at=NOW, up=42, sent=7))

    assert mail["Subject"] == "[OK] NetWatch: all is well, 42 devices up"
    assert mail["To"] == "NOC <noc@example.net>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert body(mail).splitlines()[:7] == [
        "All is well, 42 devices up.",
        "",
        "  Devices  42 up, 0 down",
        "  Alerts   0 firing",
        "  Mails    7 sent in 24 h, 0 waiting, 0 refused for good",
        "  Ledger   balanced: every mail is accounted for",
        "  As of    2026-03-01 07:00:00 UTC",
    ]
    assert "How it stands now: https://netwatch.example.net/" in body(mail)
    assert "42 devices up" in body(mail, "html")


def test_its_times_are_those_of_its_place():
    head = HEAD.in_zone(ZoneInfo("Europe/Berlin"))

    (entry,) = compose_daily(Daily(at=NOW, up=1), receiver="noc", recipients=["noc@example.net"], letterhead=head)

    assert b"As of    2026-03-01 08:00:00 CET" in entry.message


def test_a_bad_day_says_what_there_is_to_do():
    daily = Daily(
        at=NOW, up=40, down=("sw1", "sw2"), firing=("sw1 does not answer",), dead=1, unaccounted=3,
        problems=("the disk is full",),
    )  # fmt: skip

    (mail,) = mails(daily)

    assert mail["Subject"] == "[WARN] NetWatch in trouble: 2 down, 1 firing, 1 refused"
    assert body(mail).startswith("2 devices down, 1 alert firing, 1 mail refused, NetWatch itself is in trouble.\n")
    text = body(mail)
    assert "Devices that do not answer:\n  sw1\n  sw2\n" in text
    assert "Wrong with NetWatch itself:\n  the disk is full\n" in text
    assert "3 mails unaccounted for" in text


def test_many_devices_are_counted_beyond_the_first():
    (mail,) = mails(Daily(at=NOW, up=0, down=tuple(f"sw{number}" for number in range(1012))))

    assert "  ... and 1,002 more" in body(mail)


def test_each_recipient_has_a_mail_of_their_own():
    entries = compose_daily(
        Daily(at=NOW, up=1), receiver="noc", recipients=["a@example.net", "b@example.net"], letterhead=HEAD
    )

    assert [entry.recipient for entry in entries] == ["a@example.net", "b@example.net"]
    assert len({entry.message_id for entry in entries}) == 2
    assert {(entry.created_at, entry.receiver, entry.thread_id) for entry in entries} == {
        (NOW, "noc", "daily-2026-03-01")
    }


@pytest.mark.parametrize("hostile", ["x\r\nX-Other: yes", "<b>bold</b>", "=?utf-8?q?one?="])
def test_hostile_names_stay_text(hostile):
    (mail,) = mails(Daily(at=NOW, up=0, down=(hostile,), firing=(hostile,)))

    assert mail["Bcc"] is None
    assert "<script>" not in body(mail, "html")
