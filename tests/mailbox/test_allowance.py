from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.mailbox import ReplyAllowance
from netwatch.mailbox.allowance import MOST_ADDRESSES

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def test_an_address_is_replied_to_so_often_within_the_hour_whatever_its_case():
    allowance = ReplyAllowance(replies=2)

    assert [allowance.admits(address, NOW) for address in ("a@x", "A@X", "a@x", "b@x")] == [True, True, False, True]
    assert allowance.admits("a@x", NOW + timedelta(hours=1))


def test_a_clock_that_is_set_back_holds_nobody_for_long():
    allowance = ReplyAllowance(replies=1)
    allowance.admits("a@x", NOW)

    assert allowance.admits("a@x", NOW - timedelta(days=300))


def test_no_number_of_addresses_takes_more_than_so_much_memory():
    allowance = ReplyAllowance()
    for number in range(MOST_ADDRESSES * 2):
        allowance.admits(f"{number}@x", NOW)

    assert len(allowance._sent) == MOST_ADDRESSES
