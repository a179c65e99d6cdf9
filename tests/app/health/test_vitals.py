"""What each room says of its own health."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily

from netwatch.app.clock.pulse import LagMeter
from netwatch.app.clock.steady import SteadyClock
from netwatch.app.clock.watch import ClockWatch
from netwatch.app.health.life_signs import LOSSES
from netwatch.app.health.limits import LimitVitals
from netwatch.app.health.vitals import (
    AddressVitals,
    ClockVitals,
    DiskVitals,
    FaultVitals,
    GuessVitals,
    HistoryVitals,
    LedgerVitals,
    LoopVitals,
    LossVitals,
    NameVitals,
    PingVitals,
    PollingVitals,
    ProbeVitals,
    RelayVitals,
    TrapPortVitals,
    WriterVitals,
)
from netwatch.engine.metrics import GONE_ROWS_FORGOTTEN, TRAPS_NOT_KEPT
from netwatch.model import SELF, Fault, OutboxEntry, OutboxState, Transaction
from netwatch.polling.metrics import LOST_ROWS_FORGOTTEN
from netwatch.store import MemoryStore
from netwatch.traps.metrics import DROPPED, REPORTS_HELD_BACK, UNLISTED

from ..machine import TurnedMachine

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


@dataclass
class Rooms:
    """The rooms as their vitals see them, each with what a test lets it say."""

    relays_up: int = 1
    relays_down: int = 0
    lag_seconds: float = 0.0
    late_ratio: float = 0.0
    trouble: str = ""
    degraded: str = ""
    reserve_used: bool = False
    moved_aside: str = ""
    put_back_lately: str = ""


@pytest.fixture
async def store() -> AsyncIterator[MemoryStore]:
    store = MemoryStore()
    await store.start()
    yield store
    await store.stop()


async def mail(store: MemoryStore, name: str, ago: timedelta, **fields: object) -> None:
    at = NOW - ago
    entry = OutboxEntry(
        id=name, message_id=f"<{name}@netwatch>", envelope_sender="n@example.net", recipient="noc@example.net",
        subject="[DOWN] sw1", message=b"", created_at=at, not_before=at,
    )  # fmt: skip
    await store.commit(Transaction(entries=(replace(entry, **fields),)))


def watched() -> ClockWatch:
    return ClockWatch(SteadyClock(TurnedMachine()), on_step=lambda step: None, on_sleep=lambda asleep: None)


async def test_every_column_is_one_the_rules_know(store, tmp_path):
    rooms = Rooms(trouble="the disk is full")
    organs = (
        LedgerVitals(store), WriterVitals(rooms), RelayVitals(rooms), PollingVitals(rooms), LoopVitals(LagMeter()),
        ClockVitals(watched()), DiskVitals(tmp_path), LossVitals(LOSSES), TrapPortVitals(lambda: ("no",)),
        LimitVitals(), FaultVitals(lambda: ()), HistoryVitals(rooms),
    )  # fmt: skip

    said = {name for organ in organs for name in await organ.vitals(NOW)}

    assert said <= set(SELF.columns)


async def test_the_history_is_told_where_one_is_kept():
    rooms = Rooms(trouble="the disk is full")

    assert await HistoryVitals(None).vitals(NOW) == {}
    assert await HistoryVitals(rooms).vitals(NOW) == {"history_refuses": 1, "history_trouble": b"the disk is full"}
    rooms.trouble = ""
    assert await HistoryVitals(rooms).vitals(NOW) == {"history_refuses": 0, "history_trouble": None}


async def test_relays_and_the_punctuality_of_polls_are_told_as_they_are():
    rooms = Rooms(relays_up=1, relays_down=2, lag_seconds=3.5, late_ratio=0.25)

    assert await RelayVitals(rooms).vitals(NOW) == {"relays_up": 1, "relays_down": 2}
    assert await PollingVitals(rooms).vitals(NOW) == {"poll_lag_seconds": 3.5, "polls_late_ratio": 0.25}


async def test_the_oldest_mail_not_sent_is_told_by_its_age(store):
    await mail(store, "old", timedelta(minutes=20), state=OutboxState.DEFERRED)
    await mail(store, "older", timedelta(minutes=40), state=OutboxState.SENT, sent_at=NOW)

    assert (await LedgerVitals(store).vitals(NOW))["oldest_unsent_seconds"] == 1200.0
    assert REGISTRY.get_sample_value("netwatch_outbox_oldest_unsent_seconds") == 1200.0
    assert REGISTRY.get_sample_value("netwatch_outbox_messages", {"state": "sent"}) == 1
    assert REGISTRY.get_sample_value("netwatch_outbox_messages", {"state": "dead"}) == 0


async def test_dead_letters_are_those_of_the_last_day(store):
    for name, ago in (("fresh", timedelta(hours=23)), ("stale", timedelta(hours=25))):
        await mail(store, name, ago, state=OutboxState.DEAD, last_tried_at=NOW - ago)

    assert (await LedgerVitals(store).vitals(NOW))["dead_letters"] == 1


async def test_a_ledger_that_balances_has_nothing_unaccounted(store):
    await mail(store, "one", timedelta(minutes=1))

    assert (await LedgerVitals(store).vitals(NOW))["outbox_unaccounted"] == 0


async def test_a_writer_in_trouble_says_why_and_for_how_long_and_begins_anew_after_it():
    rooms = Rooms(trouble="the disk is full", degraded="the disk is full; left out so far: 3 traps")
    vitals = WriterVitals(rooms)
    await vitals.vitals(NOW)
    well = {
        "store_refuses": 0, "store_reserve_used": 0, "store_trouble": None, "store_trouble_seconds": 0.0,
        "database_replaced": 0, "database_moved_to": None, "database_put_back": 0, "database_put_back_words": None,
    }  # fmt: skip

    assert await vitals.vitals(later(seconds=30)) == well | {
        "store_refuses": 1, "store_trouble": b"the disk is full; left out so far: 3 traps",
        "store_trouble_seconds": 30.0,
    }  # fmt: skip
    rooms.trouble = rooms.degraded = ""
    assert await vitals.vitals(later(seconds=40)) == well
    rooms.trouble = "locked"
    assert (await vitals.vitals(later(seconds=50)))["store_trouble_seconds"] == 0.0


async def test_a_reserve_in_use_and_a_database_that_was_replaced_are_told():
    rooms = Rooms(
        degraded="written from the reserve", reserve_used=True, moved_aside="/var/lib/netwatch/damaged",
        put_back_lately="it was deleted",
    )  # fmt: skip

    told = await WriterVitals(rooms).vitals(NOW)

    assert (told["store_refuses"], told["store_reserve_used"]) == (0, 1)
    assert told["store_trouble"] == b"written from the reserve"
    assert (told["database_replaced"], told["database_moved_to"]) == (1, b"/var/lib/netwatch/damaged")
    assert (told["database_put_back"], told["database_put_back_words"]) == (1, b"it was deleted")


async def test_where_it_may_not_ping_that_is_told_in_words():
    assert await PingVitals(lambda: "").vitals(NOW) == {"ping_refused": 0, "ping_trouble": None}
    assert await PingVitals(lambda: "type x").vitals(NOW) == {"ping_refused": 1, "ping_trouble": b"type x"}


async def test_trap_ports_that_cannot_be_had_are_counted_and_told():
    assert await TrapPortVitals(lambda: ()).vitals(NOW) == {"trap_ports_refused": 0, "trap_ports_trouble": None}
    refused = TrapPortVitals(lambda: ("cannot listen on a. Type x", "cannot listen on b. Type y"))
    assert await refused.vitals(NOW) == {
        "trap_ports_refused": 2,
        "trap_ports_trouble": b"cannot listen on a. Type x cannot listen on b. Type y",
    }


async def test_rules_that_take_no_trap_for_want_of_a_name_are_counted_and_the_first_told():
    assert await NameVitals(lambda: ()).vitals(NOW) == {"rules_without_names": 0, "names_trouble": None}

    told = await NameVitals(lambda: [f"rule {number}" for number in range(9)]).vitals(NOW)

    assert told == {"rules_without_names": 9, "names_trouble": b"rule 0; rule 1; rule 2; rule 3; rule 4"}


async def test_addresses_that_refuse_every_mail_are_counted_and_the_first_told():
    assert await AddressVitals(lambda: ()).vitals(NOW) == {"addresses_dead": 0, "addresses_dead_words": None}

    told = await AddressVitals(lambda: [f"a{number}" for number in range(9)]).vitals(NOW)

    assert told == {"addresses_dead": 9, "addresses_dead_words": b"a0; a1; a2; a3; a4"}


async def test_relays_whose_mail_is_lost_or_slow_are_told_apart():
    told = await ProbeVitals(lambda: ["mx1 loses"], lambda: ()).vitals(NOW)

    assert told == {
        "probes_lost": 1, "probes_lost_words": b"mx1 loses", "probes_slow": 0, "probes_slow_words": None,
    }  # fmt: skip


async def test_a_step_and_a_sleep_of_the_clock_are_told_in_seconds():
    machine = TurnedMachine()
    watch = ClockWatch(SteadyClock(machine), on_step=lambda step: None, on_sleep=lambda asleep: None)
    machine.set(hours=-1)
    machine.sleep(hours=2)
    watch.look()

    assert await ClockVitals(watch).vitals(NOW) == {"clock_set_seconds": -3600.0, "asleep_seconds": 7200.0}


async def test_the_loops_lag_is_told():
    meter = LagMeter()
    meter.note(0.25)

    told = await LoopVitals(meter).vitals(NOW)

    assert told["loop_lag_max_seconds"] == 0.25


async def test_the_disk_of_the_database_is_measured_and_its_absence_is_no_zero(tmp_path: Path):
    told = await DiskVitals(tmp_path).vitals(NOW)

    assert told["disk_free_bytes"] > 0
    assert 0 < told["disk_free_ratio"] <= 1
    assert await DiskVitals(None).vitals(NOW) == {}


async def test_what_is_lost_at_a_bound_is_told_of_the_last_ten_minutes():
    lost, forgotten = iter((5.0, 8.0, 8.0, 8.0)), iter((0.0, 0.0, 2.0, 2.0))
    vitals = LossVitals({"traps_lost": lambda: next(lost), "rows_forgotten": lambda: next(forgotten)})

    told = [await vitals.vitals(later(minutes=minutes)) for minutes in (0, 1, 10.5, 12)]

    assert [one["traps_lost"] for one in told] == [0, 3, 3, 0]
    assert [one["rows_forgotten"] for one in told] == [0, 0, 2, 2]


@pytest.mark.parametrize(("column", "counter"), [
    ("senders_unlisted", UNLISTED), ("traps_unjudged", TRAPS_NOT_KEPT), ("reports_held_back", REPORTS_HELD_BACK),
    ("rows_forgotten", GONE_ROWS_FORGOTTEN), ("rows_forgotten", LOST_ROWS_FORGOTTEN),
])  # fmt: skip
async def test_every_loss_is_counted_by_a_metric_that_is_there(column, counter):
    vitals = LossVitals(LOSSES)
    before = (await vitals.vitals(NOW))[column]

    counter.inc(7)

    assert before == 0
    assert (await vitals.vitals(later(minutes=1)))[column] == 7


class WithEveryDevice:
    """A metric with a series for each of ten thousand devices, that knows how often it is read."""

    read = 0

    def describe(self) -> list[CounterMetricFamily]:
        return [CounterMetricFamily("netwatch_of_every_device", "One series for each device", labels=["device"])]

    def collect(self) -> list[CounterMetricFamily]:
        self.read += 1
        return self.describe()


async def test_looking_for_losses_reads_no_metric_that_has_a_series_for_every_device():
    large, sought = WithEveryDevice(), (DROPPED, UNLISTED)
    for metric in sought:  # they stand behind it, as they do behind the metrics of polling
        REGISTRY.unregister(metric)
    for metric in (large, *sought):
        REGISTRY.register(metric)
    try:
        lost_before = (await LossVitals(LOSSES).vitals(NOW))["traps_lost"]
    finally:
        REGISTRY.unregister(large)

    assert (large.read, lost_before) == (0, 0)


async def test_traps_that_the_house_could_not_keep_are_lost_and_those_of_strangers_are_not():
    vitals = LossVitals(LOSSES)
    await vitals.vitals(NOW)

    for cause, number in (("kernel", 2), ("queue_full", 3), ("not_written", 4), ("wrong_community", 50)):
        DROPPED.labels(cause).inc(number)

    assert (await vitals.vitals(later(minutes=1)))["traps_lost"] == 9


async def test_what_of_netwatch_breaks_off_is_counted_and_the_newest_is_named():
    fault = Fault(
        kind="rule", name="CpuBusy", device="sw1", error="ValueError: odd", where="netwatch/rules/memory.py:88",
        since=NOW, at=NOW,
    )  # fmt: skip
    standing = [replace(fault, name="Older", since=NOW - timedelta(minutes=1)), fault]
    vitals = FaultVitals(lambda: standing)

    assert await vitals.vitals(NOW) == {
        "faults": 2,
        "fault": b"rule CpuBusy on sw1 fails (ValueError at netwatch/rules/memory.py:88): please report it",
    }
    assert REGISTRY.get_sample_value("netwatch_faults_standing") == 2
    standing.clear()
    assert await vitals.vitals(NOW) == {"faults": 0, "fault": None}


async def test_who_guesses_passwords_is_counted_and_the_first_are_named():
    assert await GuessVitals(lambda: ()).vitals(NOW) == {"passwords_guessed": 0, "passwords_guessed_words": None}

    told = await GuessVitals(lambda: ["of anna", "from 192.0.2.1"]).vitals(NOW)

    assert told == {"passwords_guessed": 2, "passwords_guessed_words": b"of anna; from 192.0.2.1"}
