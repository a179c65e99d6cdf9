"""What waits is kept in order; in trouble and beyond a bound the logs go first, and alerts and mails never."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from netwatch.model import Transaction
from netwatch.store import backlog as backlog_module
from netwatch.store.backlog import Backlog, essential, weight_of
from netwatch.store.jobs import Job

from .nouns import alert, entry, event, group, memory, silence, trap

LOG_LINE = Transaction(events=(event("x" * 1000),))


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "BOUND_BYTES", 20_000)


class Subject:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop, self.backlog = loop, Backlog()

    def push(self, transaction: Transaction | None, *, troubled: bool = True) -> list[Transaction | None]:
        job = Job(future=self.loop.create_future(), transaction=transaction)
        return [one.transaction for one in self.backlog.push(job, troubled=troubled)]

    def left(self) -> list[Transaction | None]:
        return [job.transaction for job in self.backlog.take(10**6)]


@pytest.fixture
def subject(loop: asyncio.AbstractEventLoop) -> Subject:
    return Subject(loop)


def test_jobs_are_taken_in_their_order(subject: Subject):
    for number in range(5):
        subject.push(Transaction(groups=(group(sent=number),)))

    first = subject.backlog.take(2)

    assert [job.transaction.groups[0].sent for job in first if job.transaction] == [0, 1]
    assert (len(subject.backlog), len(subject.left()), len(subject.backlog)) == (3, 3, 0)


def test_a_burst_on_a_well_database_is_kept_whole(subject: Subject):
    for _ in range(100):
        assert subject.push(LOG_LINE, troubled=False) == []

    assert len(subject.left()) == 100


def test_in_trouble_below_the_bound_everything_is_kept(subject: Subject):
    for _ in range(5):
        assert subject.push(LOG_LINE) == []

    assert subject.left() == [LOG_LINE] * 5


def test_in_trouble_beyond_the_bound_lines_and_traps_that_stand_alone_go(subject: Subject):
    kept = Transaction(alerts=(alert(),), entries=(entry(),), events=(event(),))
    given_up = 0
    for _ in range(50):
        given_up += len(subject.push(LOG_LINE)) + len(subject.push(Transaction(traps=(trap(),))))
        subject.push(kept)

    left = subject.left()

    assert given_up + len(left) == 150
    assert left.count(kept) == 50
    assert subject.backlog.left_out["events"] + left.count(LOG_LINE) == 50
    assert subject.backlog.left_out["traps"] > 40


def test_alerts_and_mails_are_kept_however_many(subject: Subject):
    for number in range(300):
        assert subject.push(Transaction(entries=(entry(f"m{number}", message=b"m" * 1000),))) == []

    assert len(subject.left()) == 300


def test_of_memories_the_last_is_kept(subject: Subject):
    for _ in range(30):
        subject.push(LOG_LINE)
    for number in range(5000):
        subject.push(Transaction(memories=(memory("a", str(number)), memory(f"b{number % 2}", str(number)))))

    left = [job for job in subject.left() if job is not None and job.memories]

    kept = [(one.key, one.text) for transaction in left for one in transaction.memories]
    assert dict(kept) == {"a": "4999", "b0": "4998", "b1": "4999"}
    assert len(kept) < 50
    assert subject.backlog.left_out["memories"] == 10_000 - len(kept)


def test_what_was_taken_to_be_written_is_not_touched_any_more(subject: Subject):
    for _ in range(30):
        subject.push(LOG_LINE)
    remembered = Transaction(memories=(memory("a", "1"),))
    subject.push(remembered)
    taken = subject.left()

    subject.push(Transaction(memories=(memory("a", "2"),)))

    assert taken[-1] == remembered
    assert len(subject.backlog) == 1


def test_who_waits_for_everything_before_is_never_given_up(subject: Subject):
    for _ in range(50):
        subject.push(LOG_LINE)
        subject.push(Transaction())

    assert subject.left().count(Transaction()) == 50


@pytest.mark.parametrize(
    "noun",
    [{"alerts": (alert(),)}, {"groups": (group(),)}, {"closed_groups": ("k",)}, {"entries": (entry(),)},
     {"silences": (silence(),)}],
    ids=lambda noun: next(iter(noun)),
)  # fmt: skip
def test_what_people_decided_or_must_be_told_keeps_its_lines_and_loses_its_traps(noun: dict[str, object]):
    whole = Transaction(events=(event(),), memories=(memory("a", "1"),), traps=(trap(),), **noun)  # type: ignore[arg-type]

    assert essential(whole) == Transaction(events=(event(),), memories=(memory("a", "1"),), **noun)  # type: ignore[arg-type]


def test_weight_grows_with_what_is_large():
    assert weight_of(Transaction(entries=(entry(message=b"m" * 100_000),))) > 100_000
    assert weight_of(LOG_LINE) > 1000
    assert weight_of(None) < 1000
