"""A request that takes no task: asked again and again, its outcome comes as a call."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.errors import FastLaneRefused, PollError, RequestTimedOut
from netwatch.model import Missing, Oid, Tag, Varbind
from tests.patience import PATIENCE_SECONDS

UPTIME, NOBODY = Oid.parse("1.3.6.1.2.1.1.3.0"), Oid.parse("1.3.6.1.2.1.1.99.0")
KNOWN = [Varbind(oid=UPTIME, tag=Tag.TIME_TICKS, value=4711)]


@pytest.fixture
def asked(lane):
    """Ask once as usual, so that the device is known, then without a task; return what is told."""

    async def ask(one, oids=(UPTIME,)):
        plan, told = lane.compile(one, list(oids)), asyncio.get_running_loop().create_future()
        with contextlib.suppress(PollError):
            await lane.run_plan(one, plan)
        assert lane.begin(one, plan, told.set_result)
        return await asyncio.wait_for(told, PATIENCE_SECONDS)

    return ask


async def test_what_a_device_says_is_told_in_a_call(agent, device, table, asked, lane):
    peer = await agent(table(KNOWN))

    assert await asked(device(peer.port), (UPTIME, NOBODY)) == [4711, Missing.NO_SUCH_INSTANCE]
    assert lane.endpoint.in_flight == 0


async def test_a_silence_is_told_after_all_tries(agent, device, asked, lane):
    peer = await agent(lambda request: None)

    told = await asked(device(peer.port, timeout=timedelta(seconds=0.05), retries=1))

    assert isinstance(told, RequestTimedOut)
    assert str(told).startswith("no answer to 2 requests")
    assert lane.endpoint.in_flight == 0


async def test_an_answer_that_says_error_is_left_to_those_with_more_patience(agent, device, table, asked):
    peer = await agent(lambda request: table.error(request, 5, 1))

    assert isinstance(await asked(device(peer.port)), FastLaneRefused)


async def test_an_answer_that_is_cut_short_is_left_to_those_with_more_patience(agent, device, table, asked):
    peer = await agent(lambda request: table.reply(request, KNOWN))

    assert isinstance(await asked(device(peer.port), (UPTIME, NOBODY)), FastLaneRefused)


async def test_a_device_not_asked_yet_and_one_whose_place_is_to_be_found_anew_take_a_task(agent, device, table, lane):
    peer = await agent(table(KNOWN))
    one = device(peer.port)
    plan = lane.compile(one, [UPTIME])

    assert not lane.begin(one, plan, print)
    assert await lane.run_plan(one, plan) == [4711]
    assert not lane.begin(replace(one, address="localhost"), plan, print)


async def test_what_is_under_way_at_the_stop_is_told_so(agent, device, table, lane):
    peer = await agent(table(KNOWN))
    one, told = device(peer.port), []
    plan = lane.compile(one, [UPTIME])
    await lane.run_plan(one, plan)
    peer.behave = lambda request: None

    assert lane.begin(one, plan, told.append)
    await lane.stop()

    assert [str(outcome) for outcome in told] == ["the SNMP endpoint was stopped"]
