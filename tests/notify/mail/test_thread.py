"""What keeps one incident's mails together."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from netwatch.notify.mail.thread import message_id, thread_index

OPENED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def index(sequence: int, minutes: int = 0, thread: str = "abc") -> bytes:
    at = OPENED + timedelta(minutes=minutes)
    return base64.b64decode(thread_index(thread, opened_at=OPENED, at=at, sequence=sequence))


def test_the_first_mail_has_outlooks_22_octets_and_the_incidents_time():
    first = index(1)

    assert len(first) == 22
    assert first[0] == 1
    since_1601 = timedelta(microseconds=(int.from_bytes(first[:6], "big") << 16) / 10)
    assert abs(datetime(1601, 1, 1, tzinfo=UTC) + since_1601 - OPENED) < timedelta(seconds=1)


def test_later_mails_hang_below_the_first_each_at_its_own_place():
    first, second, third = index(1), index(2, 5), index(3, 10)

    assert second[:22] == third[:22] == first
    assert len(second) == len(third) == 27
    assert second[22:] < third[22:]


def test_another_incident_is_another_thread():
    assert index(1)[6:] != index(1, thread="def")[6:]


def test_a_message_id_is_made_of_what_may_stand_there():
    assert message_id("0123abcd", "example.net") == "<0123abcd@example.net>"
    assert message_id("<x>\r\nX-Other: y", "example.net") == message_id("<x>\r\nX-Other: y", "example.net")
    assert message_id("<x>\r\nX-Other: y", "example.net").count("@") == 1
    assert "\r" not in message_id("<x>\r\nX-Other: y", "example.net")
