"""An address that refused mail three times in a row is taken for dead, and not a day longer than it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.mailbox.dead_addresses import (
    DEAD_ADDRESSES_MEMORY,
    DEAD_AFTER,
    FORGOTTEN_AFTER,
    MOST_ADDRESSES,
    DeadAddresses,
)
from netwatch.model import Memory

NOW = datetime(2026, 11, 30, 3, 5, tzinfo=UTC)


def refuse(addresses: DeadAddresses, address: str, times: int) -> list[Memory]:
    written: list[Memory] = []
    for number in range(times):
        _, memories = addresses.refused(address, f"550 {number}", NOW + timedelta(hours=number))
        addresses.note(memories)
        written += memories
    return written


def test_an_address_is_dead_after_three_reports_in_a_row():
    addresses = DeadAddresses()

    refuse(addresses, "Ann@example.net", DEAD_AFTER - 1)
    assert addresses.dead(NOW) == []

    refuse(addresses, "ann@example.net", 1)
    (dead,) = addresses.dead(NOW)
    assert (dead.address, dead.count, dead.words) == ("ann@example.net", DEAD_AFTER, "550 0")


def test_nothing_is_known_before_it_is_written():
    addresses = DeadAddresses()

    for _ in range(DEAD_AFTER):
        addresses.refused("ann@example.net", "550", NOW)

    assert addresses.dead(NOW) == []


def test_one_mail_that_arrives_takes_it_back():
    addresses = DeadAddresses()
    refuse(addresses, "ann@example.net", DEAD_AFTER)

    addresses.note(addresses.reached("ANN@example.net"))

    assert addresses.dead(NOW) == []
    assert addresses.reached("ann@example.net") == ()


def test_a_later_life_knows_what_the_former_wrote_and_passes_over_what_it_cannot_read():
    written = refuse(DeadAddresses(), "ann@example.net", 2)
    later = DeadAddresses()
    first = Memory(scope=DEAD_ADDRESSES_MEMORY, key="x@example.net", text="{}")
    later.restore([written[-1], first, Memory(scope=DEAD_ADDRESSES_MEMORY, key="y@example.net", text="no JSON")])

    new, _ = later.refused("ann@example.net", "550 again", NOW)

    assert (new.count, new.first_at) == (3, NOW)


def test_what_was_put_right_without_a_word_is_forgotten_after_a_week():
    addresses = DeadAddresses()
    refuse(addresses, "ann@example.net", DEAD_AFTER)
    last = NOW + timedelta(hours=DEAD_AFTER - 1)

    assert len(addresses.dead(last + FORGOTTEN_AFTER)) == 1
    assert addresses.dead(last + FORGOTTEN_AFTER + timedelta(seconds=1)) == []
    again, _ = addresses.refused("ann@example.net", "550", last + FORGOTTEN_AFTER + timedelta(days=1))
    assert again.count == 1


def test_there_is_a_bound_and_the_oldest_goes():
    addresses = DeadAddresses()
    refuse(addresses, "old@example.net", 1)
    for number in range(MOST_ADDRESSES):
        _, memories = addresses.refused(f"{number}@example.net", "550", NOW + timedelta(days=1))
        addresses.note(memories)

    assert addresses.reached("old@example.net") == ()
    assert addresses.reached("0@example.net") != ()
