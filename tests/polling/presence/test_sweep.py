"""A sweep over a real socket: what is asked, what is made of the answers, and what of a device that bears little."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.errors import PollError
from netwatch.model import Oid
from netwatch.polling.presence.sweep import AT_ONCE, MOST_FAILURES, Sweep
from netwatch.profiles import Probe
from tests.odd_agent import GEN_ERR, GET_NEXT, TOO_BIG, OddAgent

ROOT = "1.3.6.1.4.1.99999"
UPTIME = "1.3.6.1.2.1.1.3.0|67|8640000"


def table(number: int) -> Probe:
    entry = Oid.parse(f"{ROOT}.{number}.1")
    return Probe(item=Oid(entry[:-1]), after=entry, below=entry)


def scalar(number: int) -> Probe:
    oid = Oid.parse(f"{ROOT}.{number}.0")
    return Probe(item=oid, after=Oid(oid[:-1]), below=oid)


TABLES = [table(number) for number in range(1, 101)]
ROWS = [f"{ROOT}.{number}.1.3.7|2|5" for number in (3, 50, 99)]
HAS = {TABLES[number - 1].item for number in (3, 50, 99)}


@pytest.fixture
def of(client, device):
    """Return a sweep of an agent."""

    def sweep(agent, version="2c", at_once=0, **changes):
        credential = replace(device.credential, version=version)
        one = replace(device, port=agent.port, credential=credential, **changes)
        return Sweep(client, one, time.monotonic, at_once)

    return sweep


def questions(agent):
    return [request.names for request in agent.requests if request.kind == GET_NEXT]


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_device_has_the_tables_below_whose_entry_something_stands(of, version):
    with OddAgent([UPTIME, *ROWS]) as agent:
        swept = await of(agent, version).ask(TABLES)

    assert swept.has == HAS
    assert (swept.unsure, swept.chokes, swept.why) == (frozenset(), frozenset(), "")


async def test_a_hundred_tables_are_five_requests(of):
    with OddAgent([UPTIME, *ROWS]) as agent:
        sweep = of(agent)
        await sweep.ask(TABLES)

    assert sweep.requests == 5
    assert [len(names) for names in questions(agent)] == [AT_ONCE, AT_ONCE, AT_ONCE, AT_ONCE, 4]


async def test_a_scalar_is_there_only_as_itself(of):
    with OddAgent([UPTIME, f"{ROOT}.1.0|2|5", f"{ROOT}.3.1|2|5"]) as agent:
        swept = await of(agent).ask([scalar(1), scalar(2), scalar(3)])

    assert swept.has == {scalar(1).item}


async def test_one_instance_of_something_is_found_by_what_stands_before_it(of):
    item = Oid.parse(f"{ROOT}.5.2")
    probe = Probe(item=item, after=Oid.parse(f"{ROOT}.5.1"), below=item)
    with OddAgent([UPTIME, f"{ROOT}.5.1|2|5", f"{ROOT}.5.2|2|5"]) as agent:
        swept = await of(agent).ask([probe])

    assert swept.has == {item}


async def test_a_v1_device_whose_tree_is_at_its_end_is_not_asked_for_what_stands_behind(of):
    with OddAgent([UPTIME, f"{ROOT}.3.1.3.7|2|5"]) as agent:
        swept = await of(agent, "1").ask(TABLES)

    assert swept.has == {TABLES[2].item}
    assert len(agent.requests) < 20


@pytest.mark.parametrize("status", [TOO_BIG, GEN_ERR])
async def test_a_device_that_bears_few_questions_at_once_is_asked_fewer(of, status):
    def few(request):
        return status if request.kind == GET_NEXT and len(request.names) > 5 else 0

    with OddAgent([UPTIME, *ROWS], manners=few) as agent:
        swept = await of(agent).ask(TABLES)

    assert swept.has == HAS
    assert swept.unsure == frozenset()


async def test_a_device_that_is_silent_over_many_questions_is_asked_fewer_and_that_is_learned(of):
    def few(request):
        return None if request.kind == GET_NEXT and len(request.names) > 10 else 0

    with OddAgent([UPTIME, *ROWS], manners=few) as agent:
        swept = await of(agent, timeout=timedelta(seconds=0.1), retries=0).ask(TABLES)
        agent.requests.clear()
        again = await of(agent, at_once=swept.at_once).ask(TABLES)

    assert swept.has == again.has == HAS
    assert swept.at_once <= 10
    assert max(len(names) for names in questions(agent)) == swept.at_once


async def test_the_one_question_over_which_a_device_is_silent_is_found_and_left_out(of):
    choke = tuple(TABLES[49].after)

    def chokes(request):
        return None if request.kind == GET_NEXT and choke in request.names else 0

    with OddAgent([UPTIME, *ROWS], manners=chokes) as agent:
        swept = await of(agent, timeout=timedelta(seconds=0.1), retries=0).ask(TABLES)

    assert swept.chokes == {TABLES[49].item}
    assert swept.has == HAS - swept.chokes
    assert swept.silent_at == ()


async def test_a_question_that_is_answered_with_an_error_leaves_its_table_unsure_and_the_others_known(of):
    broken = tuple(TABLES[10].after)

    def errs(request):
        return GEN_ERR if request.kind == GET_NEXT and broken in request.names else 0

    with OddAgent([UPTIME, *ROWS], manners=errs) as agent:
        swept = await of(agent).ask(TABLES)

    assert swept.has == HAS
    assert swept.unsure == {TABLES[10].item}
    assert swept.why


async def test_a_device_that_falls_silent_altogether_is_left_alone_and_the_questions_are_known(of):
    with OddAgent([UPTIME, *ROWS]) as agent:

        def dies(request):
            if request.kind == GET_NEXT and tuple(TABLES[40].after) in request.names:
                agent.manners = lambda _: None
                return None
            return 0

        agent.manners = dies
        swept = await of(agent, timeout=timedelta(seconds=0.1), retries=0).ask(TABLES)

    assert TABLES[40] in swept.silent_at
    assert swept.has == {TABLES[2].item}
    assert TABLES[98].item in swept.unsure
    assert "no answer" in swept.why


async def test_suspects_are_asked_last_and_one_by_one(of):
    with OddAgent([UPTIME, *ROWS]) as agent:
        swept = await of(agent).ask(TABLES, alone=TABLES[1:4])

    assert swept.has == HAS
    assert [len(names) for names in questions(agent)][-3:] == [1, 1, 1]


async def test_a_device_that_answers_no_such_question_is_not_asked_all_of_them(of):
    def refuses(request):
        return 16 if request.kind == GET_NEXT else 0  # authorizationError

    with OddAgent([UPTIME, *ROWS], manners=refuses) as agent:
        sweep = of(agent)
        with pytest.raises(PollError, match="authorizationError"):
            await sweep.ask(TABLES)

    assert sweep.requests < 4 * MOST_FAILURES


async def test_a_sweep_ends_at_its_time_and_says_what_is_not_known(client, device):
    times = iter(range(0, 1000, 25))
    with OddAgent([UPTIME, *ROWS]) as agent:
        sweep = Sweep(client, replace(device, port=agent.port), lambda: float(next(times)))
        swept = await sweep.ask(TABLES)

    assert swept.ended_early
    assert swept.has == {TABLES[2].item}
    assert TABLES[98].item in swept.unsure
    assert swept.why == "it took too long, 2 requests so far"
