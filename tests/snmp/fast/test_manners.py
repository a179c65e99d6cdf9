"""Agents that cannot do what every agent can: what they can do is found out, used, and remembered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from netwatch.model import Oid
from tests.odd_agent import GEN_ERR, GET, GET_BULK, TOO_BIG, OddAgent

ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
COLUMNS = [ENTRY.child(number) for number in range(1, 15)]
ROWS = 20
LINES = [f"{column.child(row)}|2|{row}" for column in COLUMNS for row in range(1, ROWS + 1)]
INSTANCES = [column.child(row) for column in COLUMNS for row in range(1, ROWS + 1)]


def bulk_is(status):
    return lambda request: status if request.kind == GET_BULK else 0


def more_than_one_is(status, *, also_bulk=False):
    def manners(request):
        return status if len(request.names) > 1 or (also_bulk and request.kind == GET_BULK) else 0

    return manners


def whole(walk):
    return [list(column.values) for column in walk.columns] == [list(range(1, ROWS + 1))] * len(COLUMNS)


@pytest.mark.parametrize("status", [GEN_ERR, TOO_BIG, None], ids=["genErr", "tooBig", "silence"])
async def test_a_device_that_refuses_getbulk_is_walked_by_getnext_and_that_is_remembered(lane, device, status):
    with OddAgent([*LINES, "1.3.6.1.2.1.3.1.0|2|1"], manners=bulk_is(status)) as agent:
        one = device(agent.port, timeout=timedelta(seconds=0.2))
        first = await lane.walk(one, COLUMNS)
        tried = len(agent.asked(GET_BULK))
        second = await lane.walk(one, COLUMNS)

    assert whole(first)
    assert whole(second)
    assert not first.partial
    assert tried
    assert len(agent.asked(GET_BULK)) == tried


@pytest.mark.parametrize("retries", [1, 3])
@pytest.mark.parametrize("status", [GEN_ERR, TOO_BIG, None], ids=["genErr", "tooBig", "silence"])
async def test_a_device_that_answers_one_instance_per_get_is_asked_so_from_then_on(lane, device, status, retries):
    with OddAgent(LINES, manners=more_than_one_is(status)) as agent:
        one = device(agent.port, timeout=timedelta(seconds=0.2), retries=retries)
        await lane.get(one, INSTANCES[:3])
        plan = lane.compile(one, INSTANCES)
        before = len(agent.asked(GET))
        values = await lane.run_plan(one, plan)
        asked = agent.asked(GET)[before:]

    assert values == [row for _ in COLUMNS for row in range(1, ROWS + 1)]
    assert set(asked) == {(name,) for name in INSTANCES}  # one that is late on a busy machine is asked for again


async def test_an_instance_that_cannot_be_read_is_not_taken_for_a_request_that_is_too_big(lane, device):
    broken = tuple(INSTANCES[5])
    with OddAgent(LINES, manners=lambda request: GEN_ERR if broken in request.names else 0) as agent:
        one = device(agent.port)
        values = await lane.run_plan(one, lane.compile(one, INSTANCES))
        before = len(agent.requests)
        await lane.run_plan(one, lane.compile(one, INSTANCES[100:150]))

    assert values[5] is None
    assert values[6] == 7
    assert len(agent.requests) == before + 1


async def test_what_waits_to_be_sent_is_made_as_small_as_the_first_answers_teach(lane, device):
    with OddAgent(LINES, manners=lambda request: TOO_BIG if len(request.names) > 8 else 0) as agent:
        one = device(agent.port)
        values = await lane.run_plan(one, lane.compile(one, INSTANCES))
        refused = [names for names in agent.asked(GET) if len(names) > 8]

    assert values == [row for _ in COLUMNS for row in range(1, ROWS + 1)]
    assert len(refused) < 12  # each of the plan's requests came down from 55 on its own


@pytest.mark.parametrize("status", [GEN_ERR, None], ids=["genErr", "silence"])
async def test_a_device_that_answers_one_thing_at_a_time_and_no_getbulk_is_walked_all_the_same(lane, device, status):
    manners = more_than_one_is(status, also_bulk=True)
    with OddAgent([*LINES, "1.3.6.1.2.1.3.1.0|2|1"], manners=manners) as agent:
        one = device(agent.port, timeout=timedelta(seconds=0.2))
        walk = await lane.walk(one, COLUMNS)

    assert whole(walk)
    assert not walk.partial
