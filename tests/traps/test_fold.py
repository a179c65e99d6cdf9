"""The first is told at once, repeats are counted exactly, what stands at the end is how things are."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from netwatch.model import Oid, Tag, TrapEvent
from netwatch.traps import sayings
from netwatch.traps.fold import Folder, whole_content
from netwatch.traps.oids import TRAP_STORM
from netwatch.traps.sayings import Told
from tests.cpu import spent

from .messages import IF_INDEX, LINK_DOWN, LINK_UP, integer, named

AT = datetime(2026, 1, 1, tzinfo=UTC)
INTERVAL = 10.0


def event(trap: Oid = LINK_DOWN, port: int = 1, source: str = "192.0.2.1", *more) -> TrapEvent:
    varbinds = (integer(IF_INDEX.child(port), port), *more)
    return TrapEvent(at=AT, source=source, device="", version="2c", trap_oid=trap, varbinds=varbinds)


def short(told: list[Told[str]]) -> list[tuple[str, int, int]]:
    """Return kind, port and count of what is told."""
    return [(one.kind, one.event.varbinds[0].value, one.event.count) for one in told]


def test_the_first_is_told_at_once_and_its_repeats_once_per_interval_as_a_count():
    folder: Folder[str] = Folder(INTERVAL)

    assert short(folder.take(event(), 0.0)) == [("first", 1, 1)]
    assert [folder.take(event(), at / 10) for at in range(1, 50)] == [[]] * 49
    assert folder.due(9.9) == []
    (told,) = folder.due(10.0)
    assert (told.event.count, told.event.repeated) == (49, True)
    assert folder.next_due() is None


def test_repeats_that_go_on_are_told_once_in_every_interval():
    folder: Folder[str] = Folder(INTERVAL)
    told = []
    for tenth in range(1000):
        now = tenth / 10
        told += short(folder.take(event(), now)) + short(folder.due(now))
    told += short(folder.rest(100.0))

    assert sum(count for _, _, count in told) == 1000
    assert len(told) == 11


def test_after_a_quiet_interval_the_same_is_a_first_again():
    folder: Folder[str] = Folder(INTERVAL)
    folder.take(event(), 0.0)

    assert short(folder.take(event(), 10.0)) == [("first", 1, 1)]


def test_different_things_are_all_told_at_once_whatever_their_rate():
    folder: Folder[str] = Folder(INTERVAL)

    told = [folder.take(event(port=port), 0.0) for port in range(5000)]

    assert all(told)


def test_down_up_down_is_told_as_it_happens():
    folder: Folder[str] = Folder(INTERVAL)
    traps = [LINK_DOWN, LINK_UP, LINK_DOWN, LINK_UP]

    told = [folder.take(event(trap), at / 10) for at, trap in enumerate(traps)]

    assert [one.event.trap_oid for listed in told for one in listed] == traps


@pytest.mark.parametrize("seed", range(20))
def test_whatever_comes_the_last_told_about_a_port_is_the_last_said_and_no_count_is_lost(seed):
    dice = random.Random(seed)
    folder: Folder[str] = Folder(INTERVAL)
    told, now, taken, last = [], 0.0, 0, {}
    for _ in range(3000):
        now += dice.expovariate(dice.choice((1, 100)))
        told += folder.due(now)
        said = event(dice.choice((LINK_DOWN, LINK_UP)), dice.choice((1, 1, 1, 2)))
        told += folder.take(said, now)
        taken += 1
        last[said.varbinds] = said.trap_oid
    told += folder.due(now + INTERVAL)

    assert sum(one.event.count for one in told) == taken
    assert {one.event.varbinds: one.event.trap_oid for one in told} == last


def test_clocks_and_counters_do_not_make_a_repeat_something_else():
    folder: Folder[str] = Folder(INTERVAL)
    for value in range(5):
        folder.take(event(LINK_DOWN, 1, "192.0.2.1", named("1.3.6.1.2.1.2.2.1.9.1", value, Tag.TIME_TICKS)), 0.0)

    assert short(folder.due(10.0)) == [("repeats", 1, 4)]


def test_who_uses_it_may_say_what_makes_two_traps_the_same():
    folder: Folder[str] = Folder(INTERVAL, key_of=lambda _: None)
    told = [folder.take(event(port=port), 0.0) for port in range(3)]

    assert [len(one) for one in told] == [1, 0, 0]


def test_what_many_ports_say_in_turn_is_repeats_and_not_news():
    folder: Folder[str] = Folder(INTERVAL)
    told = [one for turn in range(10) for port in range(50) for one in folder.take(event(port=port), turn / 10)]

    assert len(told) == 50
    assert [count for _, _, count in short(folder.due(10.0))] == [9] * 50


def test_sources_do_not_mix():
    folder: Folder[str] = Folder(INTERVAL)

    assert folder.take(event(source="192.0.2.1"), 0.0)
    assert folder.take(event(source="192.0.2.2"), 0.0)


def test_more_different_traps_than_can_be_remembered_are_one_storm_with_an_exact_count():
    folder: Folder[str] = Folder(INTERVAL, keys_per_source=100, marks_per_source=0)
    told = [folder.take(event(port=port), 0.0) for port in range(150)]
    quiet = folder.take(event(source="192.0.2.2"), 0.0)

    assert sum(map(len, told)) == 100
    assert quiet
    (storm,) = folder.due(10.0)
    assert (storm.kind, storm.event.trap_oid, storm.event.count) == ("storm", TRAP_STORM, 50)
    assert [one.value for one in storm.event.varbinds] == [LINK_DOWN]
    assert folder.take(event(port=149), 10.0), "after the storm it is heard again"


def test_all_sources_together_are_bounded_too():
    folder: Folder[str] = Folder(INTERVAL, keys_in_all=100, marks_in_all=50)
    told = [folder.take(event(source=f"192.0.2.{number}"), 0.0) for number in range(500)]

    assert len(folder) == 100
    assert sum(map(len, told)) == 150
    assert sum(one.event.count for one in folder.due(60.0)) == 350
    assert len(folder) == 0
    assert len([one for port in range(150) for one in folder.take(event(port=port), 61.0)]) == 150, "room again"


def test_the_first_of_what_cannot_be_remembered_whole_is_told_and_its_repeats_are_a_storm():
    folder: Folder[str] = Folder(INTERVAL, keys_per_source=100)

    first = [folder.take(event(port=port), 0.0, f"inform {port}") for port in range(5000)]
    again = [folder.take(event(port=port), 1.0) for port in range(5000)]
    counts = folder.due(INTERVAL + 1.0)

    assert [short(told) for told in first] == [[("first", port, 1)] for port in range(5000)]
    assert [told[0].tickets for told in first] == [(f"inform {port}",) for port in range(5000)]
    assert sum(map(len, again)) == 0
    assert sorted(one.event.count for one in counts) == [1] * 100 + [4900]
    assert sum(one.kind == "storm" for one in counts) == 1
    assert short(folder.take(event(port=4999), INTERVAL + 1.0)) == [("first", 4999, 1)], "an interval later"


def test_what_was_marked_and_could_not_be_kept_is_told_again():
    folder: Folder[str] = Folder(INTERVAL, keys_per_source=1)
    folder.take(event(port=1), 0.0)
    (told,) = folder.take(event(port=2), 0.0)
    folder.forget(told.name)

    assert short(folder.take(event(port=2), 1.0)) == [("first", 2, 1)]


def test_large_traps_take_the_room_of_many():
    folder: Folder[str] = Folder(INTERVAL, keys_in_all=100, marks_in_all=0)
    told = [folder.take(event(port=port), 0.0, None, 10) for port in range(50)]

    assert sum(map(len, told)) == 10
    folder.due(60.0)
    assert len(folder) == 0


def test_what_could_not_be_kept_is_told_again():
    folder: Folder[str] = Folder(INTERVAL)
    (told,) = folder.take(event(), 0.0)
    folder.forget(told.name)

    assert short(folder.take(event(), 1.0)) == [("first", 1, 1)]


def test_a_repeated_inform_is_told_at_once_while_its_sender_keeps_to_a_rate():
    folder: Folder[str] = Folder(INTERVAL)
    most = int(sayings.INFORMS[0])
    told = [folder.take(event(), 0.0, f"inform {number}") for number in range(most + 50)]

    assert sum(map(len, told)) == most + 1
    (rest,) = folder.due(10.0)
    assert len(rest.tickets) == rest.event.count == 49


def test_no_more_informs_wait_for_one_count_than_can_be_remembered(monkeypatch):
    monkeypatch.setattr(sayings, "INFORMS", (0.0, 0.0))
    folder: Folder[str] = Folder(INTERVAL)
    for number in range(sayings.TICKETS_PER_KEY + 1):
        folder.take(event(), 0.0, f"inform {number}")

    with pytest.raises(OverflowError):
        folder.take(event(), 0.0, "one more")
    assert folder.rest(0.0)[0].event.count == sayings.TICKETS_PER_KEY


def test_the_content_that_counts_is_names_and_values():
    assert whole_content(event(port=1)) == whole_content(event(port=1))
    assert whole_content(event(port=1)) != whole_content(event(port=2))


def test_what_is_remembered_is_not_looked_through_for_every_trap_beyond_it():
    folder: Folder[str] = Folder(INTERVAL)
    events = [event(port=port) for port in range(1, 12_001)]

    def cost(some: list[TrapEvent]) -> float:
        with spent() as cpu:
            for number, one in enumerate(some):
                folder.take(one, number / 1_000)
        return cpu.seconds / len(some)

    within = cost(events[:10_000])
    assert cost(events[10_000:]) < 10 * within  # 50 times and more where it is
