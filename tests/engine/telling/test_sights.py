"""What a reading of reachability means for those around its device on the map."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.alerts import Parents, Sight, Topology
from netwatch.engine.telling.sights import Sights
from netwatch.model import SCALARS, Alert, AlertKey, AlertState, TableReading

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
PATIENCE = timedelta(0)
NETWORK = Topology({
    "r1": Parents(names=("core",)), "r2": Parents(names=("core",)), "sw1": Parents(names=("r1",)),
    "sw2": Parents(names=("r1", "r2")), "sw3": Parents(names=("r1", "r2"), needs="all"),
    "ap": Parents(names=("sw3",)),
})  # fmt: skip
NAMES = ("core", "r1", "r2", "sw1", "sw2", "sw3", "ap")
BEHIND_R1 = {"sw1", "sw2", "sw3", "ap"}
LOOKS = st.lists(st.tuples(st.sampled_from(NAMES), st.booleans(), st.integers(0, 3), st.booleans()), max_size=40)


def seen(
    device: str, up: bool, at: datetime = START, *, table: str = "reachability", took: float = 0
) -> TableReading:
    asked_at = at - timedelta(seconds=took)
    return TableReading(
        device=device, table=table, at=at, rows=SCALARS, columns={"up": [int(up)]}, asked_at=asked_at
    )  # fmt: skip


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def alert_on(device: str) -> Alert:
    return Alert(id=device, key=AlertKey(rule="A", device=device), state=AlertState.FIRING, pending_at=START)


def test_a_device_that_others_stand_behind_is_remembered_when_it_comes_or_goes_and_not_at_every_look():
    sights = Sights(NETWORK, PATIENCE)

    first, same, gone = (
        sights.take(seen("r1", up, after(seconds))) for seconds, up in enumerate((True, True, False))
    )  # fmt: skip

    assert [[memory.key for memory in one.memories] for one in (first, same, gone)] == [["r1"], [], ["r1"]]
    again = Sights(NETWORK, PATIENCE)
    again.recall(gone.memories[0])
    assert again.muting_of(alert_on("sw1"), after(3)) == sights.muting_of(alert_on("sw1"), after(3)) is not None


def test_nobody_stands_behind_a_leaf_so_that_nothing_of_it_is_remembered():
    sighting = Sights(NETWORK, PATIENCE).take(seen("ap", False))

    assert (sighting.memories, sighting.devices, sighting.frees) == ((), ("ap",), False)


def test_whoever_answers_comes_or_goes_has_all_behind_it_looked_at_again():
    sights = Sights(NETWORK, PATIENCE)

    first, gone, still_gone, back = (
        set(sights.take(seen("r1", up, after(seconds))).devices)
        for seconds, up in enumerate((True, False, False, True))
    )

    assert first == gone == back == {"r1", *BEHIND_R1}
    assert still_gone == {"r1"}


def test_an_answer_from_behind_a_silent_device_frees_all_that_stands_behind_that():
    sights = Sights(NETWORK, PATIENCE)
    assert not sights.take(seen("r1", False)).frees
    assert sights.freed(START) == []

    sighting = sights.take(seen("sw1", True, after(1)))

    assert sighting.frees
    assert set(sights.freed(after(1))) == BEHIND_R1


def test_other_tables_and_a_network_without_a_map_say_nothing():
    assert Sights(NETWORK, PATIENCE).take(seen("r1", False, table="ifTable")) is None
    assert Sights(Topology({}), PATIENCE).take(seen("r1", False)) is None


@settings(deadline=None)
@given(LOOKS)
def test_the_map_that_is_kept_is_the_one_that_would_be_drawn_anew(looks):
    sights, known, now = Sights(NETWORK, PATIENCE), {}, START
    for device, up, seconds, asks in looks:
        now += timedelta(seconds=seconds)
        before = known.get(device)
        since = before.since if before is not None and before.up is up else now
        known[device] = Sight(up=up, at=now if up else now - timedelta(seconds=2), since=since)
        sights.take(seen(device, up, now, took=2))
        if not asks:
            continue
        view = NETWORK.view(known, now, patience=PATIENCE)
        for alert in map(alert_on, NAMES):
            assert sights.muting_of(alert, now) == view.muting_of(alert)


def test_what_is_behind_a_silent_device_is_freed_once_a_moment_however_many_answer():
    sights = Sights(NETWORK, PATIENCE)
    sights.take(seen("core", False))
    found = []
    for number, device in enumerate(("r1", "r2")):
        now = after(1 + number / 10)
        sights.take(seen(device, True, now))
        found.append(set(sights.freed(now)))

    assert found == [{*NAMES} - {"core"}, set()]
    assert sights.next_freed_at() == after(2)
    assert set(sights.freed(after(2))) == found[0]
    assert sights.next_freed_at() is None


def test_an_answer_that_says_nothing_new_of_a_silent_device_frees_nobody():
    sights = Sights(NETWORK, PATIENCE)
    sights.take(seen("core", False))
    sights.take(seen("r1", True, after(1)))
    sights.freed(after(1))

    assert not sights.take(seen("r1", True, after(11))).frees
