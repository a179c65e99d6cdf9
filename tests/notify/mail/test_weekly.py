"""The weekly mail: how available all was, who was away, which ports are full."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from netwatch.notify import Availability, FullPort, Letterhead, Weekly, compose_weekly
from netwatch.notify.mail.weekly import percent

END = datetime(2026, 3, 9, 7, tzinfo=UTC)
HEAD = Letterhead(sender="NetWatch <nw@example.net>", page="https://netwatch.example.net/")


def mail(weekly: Weekly) -> EmailMessage:
    (entry,) = compose_weekly(weekly, receiver="noc", recipients=["NOC <noc@example.net>"], letterhead=HEAD)
    return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(entry.message)


def body(one: EmailMessage, kind: str = "plain") -> str:
    return one.get_body((kind,)).get_content().replace("\r\n", "\n")


def week(**more: object) -> Weekly:
    return Weekly(since=END - timedelta(days=7), at=END, **more)


def test_the_worst_and_the_fullest_are_named_in_text_and_html():
    devices = (
        Availability(device="sw1", ratio=0.9921, away=timedelta(hours=1, minutes=20)),
        Availability(device="sw2", ratio=1.0, away=timedelta(0)),
    )
    ports = (FullPort(device="sw1", port="Gi1/0/1", alias="uplink <b>", tail=0.874, highest=0.99),)

    one = mail(week(devices=devices, ports=ports))

    assert one["Subject"] == "[WEEK] NetWatch: 99.61 % available, 2 devices"
    assert "sw1: 99.21 %, away for 1 h 20 min" in body(one)
    assert "sw2:" not in body(one)
    assert "2, of which 1 was away at times" in body(one)
    assert "sw1 Gi1/0/1 (uplink <b>): 87 %, highest 99 %" in body(one)
    assert "uplink &lt;b&gt;" in body(one, "html")
    assert "NetWatch's weekly mail to receiver noc." in body(one)


def test_a_week_of_which_nothing_is_known_says_why():
    one = mail(week(trouble="the history in /x cannot be read: file is not a database"))

    assert one["Subject"] == "[WEEK] NetWatch: nothing is known of the week"
    assert "file is not a database" in body(one)


@pytest.mark.parametrize(("ratio", "words"), [(1, "100 %"), (0.999999, "99.99 %"), (0.5, "50.00 %"), (0, "0.00 %")])
def test_what_is_not_quite_all_is_never_all(ratio, words):
    assert percent(ratio) == words
