"""How much mail a person can bear at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.notify.mail.pacing import Allowance, Pacing

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def pacing(mails: int = 3, critical: int = 2) -> Pacing:
    return Pacing(Allowance(mails=mails, per=MINUTE), Allowance(mails=critical, per=MINUTE))


def admitted(one: Pacing, count: int, *, critical: bool = False, now: datetime = NOW, to: str = "noc") -> int:
    return sum(one.admits(to, critical=critical, now=now) for _ in range(count))


def test_so_many_mails_leave_at_once_and_no_more():
    assert admitted(pacing(mails=3), 10) == 3


def test_every_recipient_has_an_allowance_of_his_own():
    one = pacing()

    assert [admitted(one, 10, to=to) for to in ("a", "b")] == [3, 3]


def test_the_allowance_comes_back_little_by_little():
    one = pacing(mails=3)
    admitted(one, 10)

    assert admitted(one, 10, now=NOW + MINUTE / 3) == 1
    assert admitted(one, 10, now=NOW + MINUTE * 10) == 3


def test_a_storm_of_warnings_leaves_room_for_what_is_critical():
    one = pacing(mails=3, critical=2)
    admitted(one, 100)

    assert admitted(one, 10, critical=True) == 2


def test_what_is_critical_takes_from_the_common_allowance_too():
    assert admitted(pacing(mails=3, critical=2), 10, critical=True) == 5


def test_a_clock_set_back_keeps_nobody_waiting_until_it_has_caught_up():
    one = pacing(mails=3)
    admitted(one, 10)
    before = NOW - timedelta(hours=1)

    assert admitted(one, 10, now=before) == 0
    assert admitted(one, 10, now=before + MINUTE) == 3
