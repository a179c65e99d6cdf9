"""The cycle collector of a process that runs for months, paced."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from netwatch.app.health.collector import (
    FIRST_SECONDS,
    LEAST_SECONDS,
    MOST_SECONDS,
    NEVER,
    REST_SECONDS,
    SETTLE_SECONDS,
    YOUNG,
    Collector,
    young_alone,
)
from tests.patience import PATIENCE_SECONDS


class Circle:
    """Refers to itself, so that only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


class Agent:
    """An agent, which is full of circles as well."""

    def __init__(self) -> None:
        self.itself = self


class House:
    """What the collector sees of the process: the agent at work, its memory, the time."""

    def __init__(self) -> None:
        self.agent, self.bytes, self.seconds = Agent(), 1000, 0.0
        self.collector = Collector(lambda: self.agent, resident=lambda: self.bytes, clock=lambda: self.seconds)


@pytest.fixture
async def house() -> Iterator[House]:
    house = House()
    house.collector.start()
    yield house
    house.collector.stop()


def age() -> None:
    """Let the collector run by itself, as it does when enough has come to live."""
    gc.collect(1)


async def test_what_lives_is_put_aside_once_and_not_looked_at_again(house):
    kept = [Circle() for _ in range(1000)]
    frozen = gc.get_freeze_count()

    age()
    house.collector.look()

    assert gc.get_freeze_count() >= frozen + len(kept)
    assert not any(isinstance(one, Circle) for one in gc.get_objects())


async def test_a_start_looks_at_the_young_alone_and_what_ended_before_is_freed_with_the_next_agent():
    old = Circle()
    age()
    seen_old, house = weakref.ref(old), House()
    young = Circle()
    seen_young = weakref.ref(young)
    del old, young

    house.collector.start()
    try:
        left = seen_old() is not None, seen_young() is not None
        house.agent = Agent()
        house.collector.look()
    finally:
        house.collector.stop()

    assert left == (True, False)
    assert seen_old() is None


async def test_a_circle_that_ends_young_is_freed(house):
    circle = Circle()
    seen = weakref.ref(circle)

    del circle
    age()

    assert seen() is None


async def test_a_circle_that_ends_after_it_was_put_aside_is_freed_when_memory_has_grown(house):
    circle = Circle()
    seen = weakref.ref(circle)
    age()
    house.collector.look()
    del circle

    house.seconds = REST_SECONDS + 1
    house.collector.look()
    untouched = seen() is not None
    house.bytes = 1300
    house.collector.look()

    assert untouched  # memory had not grown: no reason to hold the loop up
    assert seen() is None


async def test_memory_that_grows_as_devices_are_asked_for_the_first_time_is_no_reason_to_look(house):
    circle = Circle()
    seen = weakref.ref(circle)
    age()
    house.collector.look()
    del circle

    house.seconds, house.bytes = SETTLE_SECONDS - 1, 5000
    house.collector.look()
    house.seconds = REST_SECONDS + 1
    house.collector.look()

    assert seen() is not None


async def test_an_agent_that_was_replaced_is_freed_with_all_its_circles(house):
    old = weakref.ref(house.agent)
    age()
    house.collector.look()

    house.agent = Agent()
    house.collector.look()

    assert old() is None


async def test_the_collector_looks_by_itself_and_everything_is_as_before_in_the_end():
    usual, callbacks = gc.get_threshold(), len(gc.callbacks)
    house = House()
    house.collector.start()
    paced = gc.get_threshold()
    freed = asyncio.Event()
    weakref.finalize(house.agent, freed.set)
    house.agent = Agent()

    await asyncio.wait_for(freed.wait(), PATIENCE_SECONDS)
    house.collector.stop()

    assert paced == (YOUNG, NEVER, NEVER)
    assert (gc.get_threshold(), len(gc.callbacks), gc.get_freeze_count()) == (usual, callbacks, 0)


async def test_young_objects_are_put_aside_though_as_many_old_ones_went_and_python_counts_none(house):
    held = [Circle() for _ in range(5000)]
    age()
    house.collector.look()
    held[:] = [[] for _ in range(5000)]  # each in the place of one that was put aside

    house.collector.look()

    assert not any(one is held[-1] for one in gc.get_objects())


async def test_a_circle_that_comes_after_many_looks_that_found_nothing_is_freed_by_the_next(house):
    for _ in range(30):
        house.collector.look()
    seen = weakref.ref(Circle())

    house.collector.look()

    assert seen() is None


async def test_the_next_look_is_the_sooner_the_longer_one_took(house):
    first = house.collector.seconds_apart
    kept = [[] for _ in range(2_000_000)]

    house.collector.look()

    assert gc.get_freeze_count() >= len(kept)
    assert LEAST_SECONDS <= house.collector.seconds_apart < first == FIRST_SECONDS


async def test_where_little_comes_looks_are_far_apart_at_last(house):
    for _ in range(200):
        house.collector.look()
        if house.collector.seconds_apart == MOST_SECONDS:
            break

    assert house.collector.seconds_apart == MOST_SECONDS


def test_while_an_agent_starts_the_young_alone_are_looked_through_and_afterwards_it_is_as_before():
    usual = gc.get_threshold()

    with young_alone():
        within = gc.get_threshold()

    assert within == (YOUNG, NEVER, NEVER)
    assert gc.get_threshold() == usual
