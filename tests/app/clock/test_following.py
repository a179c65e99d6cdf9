"""A story of alerts, mails and retries, told once in peace and once with the wall clock set in the middle of it.

Nothing may come sooner or later for that, and people read times of the clock as it stands then.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from netwatch.alerts import RouteSettings, build_route
from netwatch.app.clock.following import Clockwork
from netwatch.app.clock.steady import SteadyClock
from netwatch.app.clock.watch import mark_of
from netwatch.engine import Engine
from netwatch.model import REACHABILITY, SCALARS, AlertState, OutboxState, TableReading
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.notify.ledger.timetable import next_attempt_at
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore, Store, StoreSettings

from ..machine import TurnedMachine

RULES = """
rules:
  - {alert: DeviceDown, expr: up == 0, labels: {severity: critical}}
  - {alert: LongDown, expr: up == 0, for: 2m}
  - {alert: Slow, expr: round_trip_seconds > 1, keep_firing_for: 90s}
  - {alert: SlowOnAverage, expr: "avg_over(round_trip_seconds, '1m') > 1"}
"""
ROUTE = RouteSettings(receiver="noc", group_by=[], group_wait="30s", group_interval="1m", repeat_interval="5m")
POLL_EVERY = 10
DOWN = range(20, 320)
SLOW = range(330, 420)
LENGTH = 720
LEASE = timedelta(minutes=2)
TRIES = 3


@dataclass
class Story:
    """The rooms on a machine turned by hand; `told` is what happened, in seconds since the start."""

    store: MemoryStore | Store = field(default_factory=MemoryStore)
    machine: TurnedMachine = field(default_factory=TurnedMachine)
    told: list[tuple[int, str]] = field(default_factory=list)
    second: int = 0

    def __post_init__(self) -> None:
        numbers = itertools.count(1)
        self.clock = SteadyClock(self.machine)
        self.mailer = Mailer(
            SmtpSettings(), [ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))]
        )
        self.engine = Engine(
            rules=parse_rules(RULES, "rules.yaml", {REACHABILITY.name: REACHABILITY}),
            route=build_route(ROUTE),
            device_labels={"sw1": {}},
            ledger=self.store,
            mailer=self.mailer,
            clock=self.clock.now,
            new_id=lambda: f"{id(self)}-{next(numbers)}",
        )
        self.clockwork = Clockwork(self.clock, self.store, lambda: (self.mailer, self.engine), boot=lambda: "boot")
        self.states: dict[str, AlertState] = {}

    async def open(self) -> Story:
        await self.store.start()
        await self.clockwork.catch_up()
        await self.engine.start()
        return self

    async def close(self) -> None:
        await self.engine.stop()
        await self.store.stop()

    async def run(self, seconds: int = LENGTH) -> None:
        """Let seconds pass: the clocks are looked at, the device polled, mails written and tried."""
        for _ in range(seconds):
            self.clockwork.watch.look()
            if self.second % POLL_EVERY == 0:
                self.poll()
            self.engine.flush_due(self.clock.now())
            self.note_states()
            await self.try_mails()
            self.machine.turn(seconds=1)
            self.second += 1

    def poll(self) -> None:
        columns = {
            "up": [int(self.second not in DOWN)],
            "round_trip_seconds": [3.0 if self.second in SLOW else 0.01],
        }
        reading = TableReading(
            device="sw1", table=REACHABILITY.name, at=self.clock.now(), rows=SCALARS,
            columns={**{name: [None] for name in REACHABILITY.columns}, **columns},
        )  # fmt: skip
        self.engine.take_reading(reading)

    def note_states(self) -> None:
        now = {alert.key.rule: alert.state for alert in self.engine.desk.alerts()}
        for rule in sorted(now.keys() | self.states.keys()):
            if now.get(rule) is not self.states.get(rule):
                self.told.append((self.second, f"{rule} {now.get(rule, 'over')}"))
        self.states = now

    async def try_mails(self) -> None:
        """Try what is due; a server that greylists takes a mail at the third try."""
        now = self.clock.now()
        for entry in await self.store.claim_due(now, LEASE, 100):
            tries = entry.attempts + 1
            self.told.append((self.second, f"{entry.subject}, try {tries}"))
            due = next_attempt_at(tries, created_at=entry.created_at, now=now, dice=0.5)
            row = replace(entry, attempts=tries, lease_until=None, last_tried_at=now, not_before=due)
            done = replace(row, state=OutboxState.SENT, sent_at=now)
            await self.store.record(done if tries == TRIES else replace(row, state=OutboxState.DEFERRED))


async def in_peace() -> list[tuple[int, str]]:
    story = await Story().open()
    await story.run()
    await story.close()
    return story.told


def words(told: Sequence[tuple[int, str]]) -> list[str]:
    return [text for _, text in told]


MOMENTS = (
    25,   # DeviceDown waits for group_wait, LongDown for its hold time
    52,   # the mail was deferred and is to be tried again in seconds
    100,  # everything is told; repeat_interval runs
    321,  # the end waits for group_interval
    440,  # keep_firing_for runs, and the average still holds what is over
)  # fmt: skip


async def test_the_story_in_peace_has_everything_a_clock_could_disturb():
    told = words(await in_peace())

    for state in ("DeviceDown firing", "LongDown pending", "LongDown firing", "LongDown over", "Slow over"):
        assert state in told
    assert sum(", try 1" in text for text in told) >= 4
    assert sum(", try 3" in text for text in told) == sum(", try 1" in text for text in told)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("step", [{"hours": 1}, {"hours": -1}, {"days": 400}, {"days": -2}, {"seconds": -40}])
async def test_a_wall_clock_that_is_set_makes_nothing_sooner_or_later(moment, step):
    story = await Story().open()
    await story.run(moment)
    story.machine.set(**step)
    await story.run(LENGTH - moment)
    await story.close()

    assert story.told == await in_peace()
    assert story.clock.now() == story.machine.time


@pytest.mark.parametrize("hours", [1, -1])
async def test_the_same_on_a_database(hours, tmp_path: Path):
    story = await Story(Store(StoreSettings(url=f"sqlite:///{tmp_path / 'netwatch.db'}"))).open()
    await story.run(52)
    story.machine.set(hours=hours)
    await story.run(LENGTH - 52)
    await story.close()

    assert story.told == await in_peace()


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_set_while_no_agent_ran_makes_nothing_sooner_or_later_either(hours):
    story = await Story().open()
    await story.run(52)
    await story.engine.stop()
    story.machine.set(hours=hours)
    again = Story(store=story.store, machine=story.machine, told=story.told, second=story.second)
    again.states = story.states
    await again.open()
    await again.run(LENGTH - 52)
    await again.close()

    assert again.told == await in_peace()


async def test_people_read_times_of_the_clock_as_it_stands_now():
    story = await Story().open()
    await story.run(25)
    story.machine.set(hours=-1)
    await story.run(15)

    (down,) = [alert for alert in story.engine.desk.alerts() if alert.key.rule == "DeviceDown"]
    assert down.firing_at == story.clock.now() - timedelta(seconds=20)
    texts = [event.text for event in await story.store.events()]
    assert "the wall clock was set back by 1h; what is open moved with it" in texts
    assert await story.store.memories("clock") == [mark_of(story.clock.started_at, "boot")]
    await story.close()


async def test_a_sleep_of_two_hours_raises_nothing_and_loses_nothing():
    """What was due meanwhile is done at once; what must last goes on where it was."""
    story = await Story().open()
    await story.run(52)
    story.machine.sleep(hours=2)
    await story.run(LENGTH - 52)
    await story.close()

    peace = await in_peace()
    states = [(second, text) for second, text in story.told if ", try" not in text]
    assert states == [(second, text) for second, text in peace if ", try" not in text]
    tried = [second for second, text in story.told if ", try" in text]
    assert next(second for second in tried if second >= 52) == 52  # the repeat, which takes the waiting mail's place
    assert sum(", try 3" in text for text in words(story.told)) >= sum(", try 3" in text for text in words(peace))


async def test_a_device_that_went_before_the_sleep_is_still_told_at_once_after_it():
    story = await Story().open()
    await story.run(40)
    assert not any(", try" in text for text in words(story.told))
    story.machine.sleep(hours=2)

    await story.run(1)

    assert any(", try 1" in text for text in words(story.told))
    await story.close()


async def test_an_alert_before_a_sleep_says_when_it_really_began():
    story = await Story().open()
    await story.run(25)
    began: datetime = story.clock.now() - timedelta(seconds=5)
    story.machine.sleep(hours=2)
    await story.run(10)

    (down,) = [alert for alert in story.engine.desk.alerts() if alert.key.rule == "DeviceDown"]
    assert down.firing_at == began
    await story.close()


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_reading_under_way_while_the_clock_is_set_makes_no_hold_time_jump(hours):
    story = await Story().open()
    await story.run(25)
    on_the_way = TableReading(
        device="sw1", table=REACHABILITY.name, at=story.clock.now(), rows=SCALARS,
        columns={**{name: [None] for name in REACHABILITY.columns}, "up": [0]},
    )  # fmt: skip
    story.machine.set(hours=hours)
    story.clockwork.watch.look()
    story.engine.take_reading(on_the_way)
    await story.run(LENGTH - 25)
    await story.close()

    states = [one for one in story.told if ", try" not in one[1]]
    assert states == [one for one in await in_peace() if ", try" not in one[1]]
