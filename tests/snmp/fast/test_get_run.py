"""GET plans against devices that refuse, cut short or misunderstand: every value that can be had is had."""

from __future__ import annotations

from datetime import timedelta

import pytest

from netwatch.errors import FastLaneRefused, PollError, RequestTimedOut
from netwatch.model import Missing, Oid, Tag, Varbind
from netwatch.snmp import PduKind
from netwatch.snmp.codec.message import ErrorStatus

OIDS = [Oid.parse(f"1.3.6.1.2.1.2.2.1.10.{number}") for number in range(1, 101)]
KNOWN = [Varbind(oid=oid, tag=Tag.COUNTER32, value=oid[-1]) for oid in OIDS]
NUMBERS = [oid[-1] for oid in OIDS]


def asked(request):
    return [varbind.oid for varbind in request.pdu.varbinds]


async def test_values_come_in_the_order_asked_however_many_requests_it_takes(lane, agent, device, table, counted):
    peer = await agent(table(KNOWN))
    one = device(peer.port)
    plan = lane.compile(one, OIDS[::-1])

    assert await lane.run_plan(one, plan) == NUMBERS[::-1]
    assert await lane.run_plan(one, plan) == NUMBERS[::-1]
    assert counted("netwatch_snmp_varbinds_total") == 200
    assert counted("netwatch_snmp_responses_total") == len(peer.requests)
    assert counted("netwatch_snmp_round_trip_seconds_count") == len(peer.requests)


async def test_what_a_device_has_not_is_missing_and_the_rest_stands(lane, agent, device, table):
    peer = await agent(table(KNOWN[1:]))
    one = device(peer.port)

    assert await lane.run_plan(one, lane.compile(one, OIDS)) == [Missing.NO_SUCH_INSTANCE, *NUMBERS[1:]]


async def test_an_empty_plan_asks_nothing(lane, agent, device, table):
    peer = await agent(table(KNOWN))
    one = device(peer.port)

    assert await lane.run_plan(one, lane.compile(one, [])) == []
    assert peer.requests == []


@pytest.mark.parametrize("status", [ErrorStatus.TOO_BIG, ErrorStatus.GEN_ERR])
async def test_a_request_too_big_is_halved_until_it_is_answered(lane, agent, device, table, status):
    good = table(KNOWN)
    peer = await agent(lambda request: table.error(request, status) if len(asked(request)) > 10 else good(request))
    one = device(peer.port)

    assert await lane.run_plan(one, lane.compile(one, OIDS)) == NUMBERS


async def test_a_device_is_not_asked_twice_for_more_than_it_bears(lane, agent, device, table):
    good = table(KNOWN)
    peer = await agent(
        lambda request: table.error(request, ErrorStatus.TOO_BIG) if len(asked(request)) > 10 else good(request)
    )
    one = device(peer.port)
    plan = lane.compile(one, OIDS)
    await lane.run_plan(one, plan)
    before = len(peer.requests)

    assert await lane.run_plan(one, plan) == NUMBERS

    assert max(len(asked(request)) for request in peer.requests[before:]) <= 10


async def test_one_unreadable_instance_costs_only_itself(lane, agent, device, table, counted):
    good, bad = table(KNOWN), OIDS[41]
    peer = await agent(
        lambda request: table.error(request, ErrorStatus.GEN_ERR, 1) if bad in asked(request) else good(request)
    )
    one = device(peer.port)

    values = await lane.run_plan(one, lane.compile(one, OIDS))

    assert values == [None if oid == bad else oid[-1] for oid in OIDS]
    assert counted("netwatch_snmp_unreadable_instances_total") == 1
    assert counted("netwatch_snmp_errors_total", status="genErr") >= 6


async def test_a_v1_device_names_what_it_has_not_and_is_asked_for_the_rest(lane, agent, device, table):
    gone = {OIDS[0], OIDS[7], OIDS[99]}
    good = table([varbind for varbind in KNOWN if varbind.oid not in gone])

    def behave(request):
        missing = [place for place, oid in enumerate(asked(request), 1) if oid in gone]
        return table.error(request, ErrorStatus.NO_SUCH_NAME, missing[0]) if missing else good(request)

    peer = await agent(behave)
    one = device(peer.port, version="1")

    values = await lane.run_plan(one, lane.compile(one, OIDS))
    varbinds = await lane.get(one, OIDS[:2])

    assert values == [Missing.NO_SUCH_INSTANCE if oid in gone else oid[-1] for oid in OIDS]
    assert [(varbind.oid, varbind.tag, varbind.value) for varbind in varbinds] == [
        (OIDS[0], Tag.NO_SUCH_INSTANCE, Missing.NO_SUCH_INSTANCE),
        (OIDS[1], Tag.COUNTER32, 2),
    ]


@pytest.mark.parametrize("first", [0, 1], ids=["counts from 0", "counts from 1"])
async def test_a_v1_device_may_count_its_error_index_from_anywhere(lane, agent, device, table, first):
    gone = {OIDS[0], OIDS[1], OIDS[7], OIDS[99]}
    good = table([varbind for varbind in KNOWN if varbind.oid not in gone])

    def behave(request):
        missing = [place for place, oid in enumerate(asked(request), first) if oid in gone]
        return table.error(request, ErrorStatus.NO_SUCH_NAME, missing[0]) if missing else good(request)

    peer = await agent(behave)
    one = device(peer.port, version="1")

    values = await lane.run_plan(one, lane.compile(one, OIDS))
    (alone,) = await lane.get(one, [OIDS[0]])
    found = await lane.get_next(one, OIDS[:3])

    assert values == [Missing.NO_SUCH_INSTANCE if oid in gone else oid[-1] for oid in OIDS]
    assert alone.value is Missing.NO_SUCH_INSTANCE
    assert [varbind.value for varbind in found] == [Missing.END_OF_MIB_VIEW, Missing.END_OF_MIB_VIEW, 4]


async def test_a_v1_device_that_points_nowhere_is_asked_for_each(lane, agent, device, table):
    good = table(KNOWN[1:])
    peer = await agent(
        lambda request: (
            table.error(request, ErrorStatus.NO_SUCH_NAME, 0) if OIDS[0] in asked(request) else good(request)
        )
    )
    one = device(peer.port, version="1")

    assert await lane.run_plan(one, lane.compile(one, OIDS)) == [Missing.NO_SUCH_INSTANCE, *NUMBERS[1:]]


async def test_an_answer_cut_short_is_kept_and_the_rest_asked_for(lane, agent, device, table, counted):
    good = table(KNOWN)
    peer = await agent(lambda request: table.reply(request, good(request).pdu.varbinds[:9]))
    one = device(peer.port)

    assert await lane.run_plan(one, lane.compile(one, OIDS)) == NUMBERS
    assert counted("netwatch_snmp_resizes_total", cause="truncated") > 5


@pytest.mark.parametrize(("spoil", "reason"), [
    (lambda varbinds: varbinds[::-1], "other_varbinds"),
    (lambda varbinds: varbinds + varbinds[:1], "other_varbinds"),
    (lambda _: (), "no_varbinds"),
])  # fmt: skip
async def test_an_answer_to_another_question_is_left_to_the_general_engine(lane, agent, device, table, spoil, reason):
    good = table(KNOWN)
    peer = await agent(lambda request: table.reply(request, spoil(good(request).pdu.varbinds)))
    one = device(peer.port)

    with pytest.raises(FastLaneRefused) as refused:
        await lane.run_plan(one, lane.compile(one, OIDS))

    assert refused.value.reason == reason
    assert lane.endpoint.in_flight == 0


async def test_a_device_that_forbids_everything_is_said_to(lane, agent, device, table):
    peer = await agent(lambda request: table.error(request, ErrorStatus.AUTHORIZATION_ERROR))
    one = device(peer.port)

    with pytest.raises(PollError, match="authorizationError"):
        await lane.run_plan(one, lane.compile(one, OIDS))


async def test_a_device_that_loses_big_answers_is_asked_in_halves(lane, agent, device, table, counted):
    good = table(KNOWN)
    peer = await agent(lambda request: good(request) if len(asked(request)) <= 30 else None)
    one = device(peer.port, timeout=timedelta(seconds=0.1))
    plan = lane.compile(one, OIDS)

    assert await lane.run_plan(one, plan) == NUMBERS
    assert counted("netwatch_snmp_resizes_total", cause="silence") >= 1
    before = len(peer.requests)
    assert await lane.run_plan(one, plan) == NUMBERS
    assert max(len(asked(request)) for request in peer.requests[before:]) <= 30


async def test_a_plan_to_a_silent_device_fails_as_a_whole_and_leaves_nothing(lane, agent, device):
    peer = await agent(lambda _: None)
    one = device(peer.port, timeout=timedelta(seconds=0.1))

    with pytest.raises(RequestTimedOut):
        await lane.run_plan(one, lane.compile(one, OIDS))

    assert lane.endpoint.in_flight == 0
    assert len(peer.requests) <= 12


async def test_successors_come_with_their_names_and_types(lane, agent, device, table):
    peer = await agent(table(KNOWN))

    found = await lane.get_next(device(peer.port), [OIDS[4], Oid.parse("1.3.6.1.2.1.2.2.1.9"), OIDS[-1]])

    assert found[:2] == [KNOWN[5], KNOWN[0]]
    assert found[2].value is Missing.END_OF_MIB_VIEW
    assert peer.requests[0].pdu.kind == PduKind.GET_NEXT


async def test_the_end_of_a_v1_device_is_the_end_of_its_view(lane, agent, device, table):
    good = table(KNOWN)

    def behave(request):
        last = [place for place, oid in enumerate(asked(request), 1) if oid >= OIDS[-1]]
        return table.error(request, ErrorStatus.NO_SUCH_NAME, last[0]) if last else good(request)

    peer = await agent(behave)

    found = await lane.get_next(device(peer.port, version="1"), [OIDS[-1], OIDS[0]])

    assert [varbind.value for varbind in found] == [Missing.END_OF_MIB_VIEW, 2]


async def test_a_device_that_bears_few_successors_at_once_is_asked_fewer_from_then_on(lane, agent, device, table):
    good = table(KNOWN)

    def behave(request):
        return table.error(request, ErrorStatus.TOO_BIG, 0) if len(asked(request)) > 2 else good(request)

    peer = await agent(behave)
    one = device(peer.port)

    first = await lane.get_next(one, OIDS[:5])
    requests = len(peer.requests)
    again = await lane.get_next(one, OIDS[:5])

    assert first == again == KNOWN[1:6]
    assert all(len(asked(request)) <= 2 for request in peer.requests[requests:])
    assert (
        lane._peers[one.name].get_size.value > 2
    )  # instances are mostly numbers, what follows a name may be anything
