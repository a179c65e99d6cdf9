"""Who was turned away: a bounded list that is fair, and outlives a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.traps.refusal import MOST_OF_ONE, RefusedList

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_invented_addresses_push_out_each_other_and_no_device_that_keeps_trying():
    listed = RefusedList(newcomers=4, known=4)
    for _ in range(2):
        listed.note("192.0.2.1", "wrong_community", "", NOON)

    for number in range(1000):
        listed.note(f"10.0.{number // 250}.{number % 250}", "wrong_source", "", NOON + timedelta(seconds=number))

    found = listed.newest_first()
    assert len(found) == 5
    assert [(one.source, one.count) for one in found if one.count > 1] == [("192.0.2.1", 2)]


def test_one_sender_with_many_reasons_takes_few_places():
    listed = RefusedList()

    for number in range(100):
        listed.note("192.0.2.1", "v3_unknown_user", f"user u{number}", NOON)

    found = listed.newest_first()
    assert len(found) == MOST_OF_ONE + 1
    assert sum(one.count for one in found) == 100


def test_the_list_is_the_same_after_a_restart():
    listed = RefusedList()
    for _ in range(3):
        listed.note("192.0.2.1", "wrong_community", "", NOON)
    listed.note("192.0.2.2", "wrong_source", "", NOON + timedelta(seconds=1))
    again = RefusedList()

    again.recall([listed.to_remember()])
    again.note("192.0.2.1", "wrong_community", "", NOON + timedelta(hours=1))

    first, second = again.newest_first()
    assert (first.source, first.count, first.first_at, first.last_at) == (
        "192.0.2.1",
        4,
        NOON,
        NOON + timedelta(hours=1),
    )
    assert second == listed.newest_first()[0]
