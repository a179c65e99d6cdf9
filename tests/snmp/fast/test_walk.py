"""Walks: whole where the device lets them be, partial with a reason where not, and always at an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.errors import FastLaneRefused, RequestTimedOut
from netwatch.model import Missing, Oid, Tag, Varbind
from netwatch.snmp import PduKind, encode_message
from netwatch.snmp.codec.message import ErrorStatus
from netwatch.snmp.fast.peer import BULK_RESTS_SECONDS
from netwatch.snmp.fast.walk import GROUPS_AT_ONCE
from netwatch.snmp.fast.walk_columns import COLUMNS_PER_REQUEST, Column, in_groups
from netwatch.snmp.general.engine import GeneralEngine
from tests.odd_agent import OddAgent
from tests.patience import PATIENCE_SECONDS

ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
COLUMNS = [ENTRY.child(number) for number in range(1, 23)]
ROWS = range(1, 131)
CELLS = [
    Varbind(oid=column.child(row), tag=Tag.COUNTER32, value=column[-1] * 1000 + row)
    for column in COLUMNS
    for row in ROWS
]
BEHIND = Varbind(oid=Oid.parse("1.3.6.1.2.1.3.1"), tag=Tag.INTEGER, value=1)


def whole(walk):
    return [
        [(suffix, tag, value) for suffix, tag, value in zip(one.suffixes, one.tags, one.values, strict=True)]
        for one in walk.columns
    ] == [[((row,), Tag.COUNTER32, column[-1] * 1000 + row) for row in ROWS] for column in COLUMNS]


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_table_is_walked_whole(lane, agent, device, table, version):
    good = table([*CELLS, BEHIND])
    peer = await agent(good)

    walk = await lane.walk(device(peer.port, version=version), COLUMNS)

    assert [one.oid for one in walk.columns] == COLUMNS
    assert whole(walk)
    assert (walk.partial, walk.reason) == (False, "")
    kind = PduKind.GET_NEXT if version == "1" else PduKind.GET_BULK
    assert {request.pdu.kind for request in peer.requests} == {kind}


def without_bulk(good):
    """An agent that leaves GETBULK unanswered and answers everything else."""
    return lambda request: None if request.pdu.kind == PduKind.GET_BULK else good(request)


async def test_a_device_that_never_answers_getbulk_is_walked_by_getnext_and_not_asked_so_again(
    lane, agent, device, table, counted
):
    peer = await agent(without_bulk(table([*CELLS, BEHIND])))
    asked = device(peer.port, timeout=timedelta(seconds=0.3))

    walk = await lane.walk(asked, COLUMNS)

    assert whole(walk)
    assert not walk.partial
    assert counted("netwatch_snmp_without_bulk_total") == 1
    peer.requests.clear()
    assert whole(await lane.walk(asked, COLUMNS))
    assert {request.pdu.kind for request in peer.requests} == {PduKind.GET_NEXT}


async def test_getbulk_that_was_given_up_is_tried_again_after_a_day_and_then_once(lane, agent, device, table):
    good = table([*CELLS, BEHIND])
    peer = await agent(without_bulk(good))
    asked = device(peer.port, timeout=timedelta(seconds=0.3))
    assert whole(await lane.walk(asked, COLUMNS))

    def a_day_later():
        known.bulk_again_at -= BULK_RESTS_SECONDS
        peer.requests.clear()

    known = lane._peers[asked.name]
    a_day_later()
    assert whole(await lane.walk(asked, COLUMNS))
    in_vain = [request for request in peer.requests if request.pdu.kind is PduKind.GET_BULK]
    assert 0 < len(in_vain) <= 2 * GROUPS_AT_ONCE  # one try each, which is sent once more when it takes long
    assert known.answers_bulk is False

    peer.behave = good  # it was the network that lost them
    a_day_later()
    assert whole(await lane.walk(asked, COLUMNS))
    assert {request.pdu.kind for request in peer.requests} == {PduKind.GET_BULK}


@pytest.mark.parametrize("retries", [0, 1])
async def test_however_few_the_tries_a_device_that_leaves_getbulk_unanswered_is_walked_in_the_end(
    lane, agent, device, table, retries
):
    peer = await agent(without_bulk(table([*CELLS, BEHIND])))
    asked = device(peer.port, timeout=timedelta(seconds=0.3), retries=retries)

    for _ in range(2 - retries):
        with pytest.raises(RequestTimedOut):
            await lane.walk(asked, COLUMNS)

    assert whole(await lane.walk(asked, COLUMNS))


async def test_a_device_that_answered_getbulk_once_is_not_walked_row_by_row_for_a_silence(lane, agent, device, table):
    good = table([*CELLS, BEHIND])
    peer = await agent(good)
    asked = device(peer.port, timeout=timedelta(seconds=0.1))
    assert whole(await lane.walk(replace(asked, timeout=timedelta(seconds=PATIENCE_SECONDS)), COLUMNS))
    peer.requests.clear()
    peer.behave = without_bulk(good)

    with pytest.raises(RequestTimedOut):
        await lane.walk(asked, COLUMNS)

    assert {request.pdu.kind for request in peer.requests} == {PduKind.GET_BULK}


async def test_many_cells_come_with_each_request(lane, agent, device, table):
    peer = await agent(table([*CELLS, BEHIND]))

    await lane.walk(device(peer.port), COLUMNS)

    assert len(peer.requests) < len(CELLS) / 35


async def test_little_is_read_beyond_the_end_of_a_table(lane, agent, device, table, counted):
    peer = await agent(table([*CELLS, BEHIND]))

    await lane.walk(device(peer.port), COLUMNS)

    assert counted("netwatch_snmp_varbinds_total") < 1.1 * len(CELLS)


async def test_a_walk_ends_at_the_end_of_the_view(lane, agent, device, table):
    peer = await agent(table(CELLS))

    assert whole(await lane.walk(device(peer.port), COLUMNS))


@pytest.mark.parametrize("first", [0, 1], ids=["counts from 0", "counts from 1"])
async def test_a_v1_walk_ends_where_the_device_has_no_more_names(lane, agent, device, table, first):
    good = table(CELLS)

    def behave(request):
        answer = good(request)
        ends = [i for i, one in enumerate(answer.pdu.varbinds, first) if one.value is Missing.END_OF_MIB_VIEW]
        return table.error(request, ErrorStatus.NO_SUCH_NAME, ends[0]) if ends else answer

    peer = await agent(behave)
    walk = await lane.walk(device(peer.port, version="1"), COLUMNS)

    assert whole(walk)
    assert not walk.partial


async def test_columns_with_holes_keep_their_own_rows(lane, agent, device, table):
    holes = [cell for cell in CELLS if (cell.oid[-1] + cell.oid[-2]) % 3]
    peer = await agent(table([*holes, BEHIND]))

    walk = await lane.walk(device(peer.port), COLUMNS)

    for column in walk.columns:
        assert list(column.suffixes) == [(row,) for row in ROWS if (row + column.oid[-1]) % 3]


async def test_nothing_to_walk_is_an_empty_walk(lane, agent, device, table):
    peer = await agent(table([BEHIND]))

    assert await lane.walk(device(peer.port), []) is not None
    walk = await lane.walk(device(peer.port), COLUMNS[:2])

    assert [list(column.values) for column in walk.columns] == [[], []]
    assert not walk.partial


async def test_a_device_that_goes_in_circles_ends_the_walk_partial(lane, agent, device, table, counted):
    stuck = Varbind(oid=COLUMNS[0].child(5), tag=Tag.INTEGER, value=5)
    peer = await agent(lambda request: table.reply(request, [stuck] * 4))

    walk = await lane.walk(device(peer.port), COLUMNS[:1])

    assert walk.partial
    assert "goes back" in walk.reason
    assert counted("netwatch_snmp_partial_walks_total", cause="not_increasing") == 1
    assert len(peer.requests) <= 2


async def test_a_device_that_invents_rows_for_ever_is_left_at_the_varbind_cap(lane, agent, device, table):
    def behave(request):
        oid = request.pdu.varbinds[0].oid
        start = oid[-1] if len(oid) > len(COLUMNS[0]) else 0
        rows = [COLUMNS[0].child(start + step) for step in range(1, 40)]
        return table.reply(request, [Varbind(oid=row, tag=Tag.INTEGER, value=1) for row in rows])

    peer = await agent(behave)
    walk = await lane.walk(device(peer.port), COLUMNS[:1], max_varbinds=1000)

    assert walk.partial
    assert "1000" in walk.reason
    assert 1000 <= len(walk.columns[0].values) < 1100


async def test_a_walk_that_ends_exactly_at_the_cap_is_whole(lane, agent, device, table):
    peer = await agent(table([*CELLS[:130], BEHIND]))

    walk = await lane.walk(device(peer.port), COLUMNS[:1], max_varbinds=131)

    assert len(walk.columns[0].values) == 130
    assert not walk.partial


@pytest.mark.parametrize("varbinds", [b"\x30\x00", b"\x30", b"\x05\x00\x05\x00"])
async def test_an_answer_whose_varbinds_are_none_is_left_to_the_general_engine(lane, agent, device, table, varbinds):
    def behave(request):
        empty = encode_message(table.reply(request, []))
        size = len(varbinds)
        grown = bytearray(empty + varbinds)
        for place in (1, empty.index(0xA2) + 1, len(empty) - 1):
            grown[place] += size
        return bytes(grown)

    peer = await agent(behave)

    with pytest.raises(FastLaneRefused):
        await lane.walk(device(peer.port), COLUMNS)


async def test_a_walk_that_takes_too_long_is_partial(lane, agent, device, table):
    good = table(CELLS)
    peer = await agent(lambda request: good(request) if len(peer.requests) < 5 else None)
    one = device(peer.port, timeout=timedelta(seconds=30))

    walk = await lane.walk(one, COLUMNS, time_budget=timedelta(seconds=0.2))

    assert walk.partial
    assert walk.reason == "not done after 0.2 s"
    assert lane.endpoint.in_flight == 0


async def test_a_device_that_falls_silent_in_mid_walk_leaves_it_partial(lane, agent, device, table):
    good = table(CELLS)
    peer = await agent(lambda request: good(request) if len(peer.requests) < 5 else None)

    walk = await lane.walk(device(peer.port, timeout=timedelta(seconds=0.1)), COLUMNS)

    assert walk.partial
    assert "no answer" in walk.reason
    assert any(column.values for column in walk.columns)


async def test_a_device_that_never_answers_has_no_walk(lane, agent, device):
    peer = await agent(lambda _: None)

    with pytest.raises(RequestTimedOut):
        await lane.walk(device(peer.port, timeout=timedelta(seconds=0.1)), COLUMNS)
    with pytest.raises(RequestTimedOut):
        await lane.walk(device(peer.port), COLUMNS, time_budget=timedelta(seconds=0.02))


@pytest.mark.parametrize("status", [ErrorStatus.TOO_BIG, ErrorStatus.GEN_ERR])
async def test_answers_too_big_are_made_smaller_and_the_walk_is_whole(lane, agent, device, table, status):
    good = table([*CELLS, BEHIND])

    def behave(request):
        cells = len(request.pdu.varbinds) * request.pdu.error_index
        return table.error(request, status) if cells > 12 else good(request)

    peer = await agent(behave)
    walk = await lane.walk(device(peer.port), COLUMNS)

    assert whole(walk)
    assert not walk.partial


async def test_one_unreadable_cell_ends_only_its_column_and_is_said_aloud(lane, agent, device, table):
    good, bad = table([*CELLS, BEHIND]), COLUMNS[3].child(70)

    def behave(request):
        answer = good(request)
        broken = any(varbind.oid == bad for varbind in answer.pdu.varbinds)
        return table.error(request, ErrorStatus.GEN_ERR) if broken else answer

    peer = await agent(behave)
    walk = await lane.walk(device(peer.port), COLUMNS)

    assert walk.partial
    assert walk.reason == f"the device answers genErr after {COLUMNS[3].child(69)}"
    assert [len(column.values) for column in walk.columns] == [
        69 if column == COLUMNS[3] else len(ROWS) for column in COLUMNS
    ]


async def test_an_agent_that_cuts_its_answers_is_walked_to_the_end(lane, agent, device, table):
    good = table([*CELLS, BEHIND])
    peer = await agent(lambda request: table.reply(request, good(request).pdu.varbinds[:7]))

    assert whole(await lane.walk(device(peer.port), COLUMNS))


async def test_an_agent_that_loses_big_answers_is_asked_for_less(lane, agent, device, table):
    good = table([*CELLS, BEHIND])

    def behave(request):
        return good(request) if len(request.pdu.varbinds) * request.pdu.error_index <= 30 else None

    peer = await agent(behave)
    one = device(peer.port, timeout=timedelta(seconds=0.1))

    assert whole(await lane.walk(one, COLUMNS))


async def test_an_answer_beyond_the_fast_lane_ends_the_walk_for_the_general_engine(lane, agent, device, table):
    bad = replace(CELLS[0], tag=0x45, value=b"")
    peer = await agent(lambda request: table.reply(request, [bad]))

    with pytest.raises(FastLaneRefused) as refused:
        await lane.walk(device(peer.port), COLUMNS)

    assert refused.value.reason == "unknown_type"
    assert lane.endpoint.in_flight == 0


@pytest.mark.parametrize("count", [0, 1, 10, 11, 41, 100])
def test_columns_are_shared_out_evenly(count):
    groups = in_groups([Column(ENTRY.child(number)) for number in range(count)])

    sizes = [len(group.columns) for group in groups]
    assert sum(sizes) == count
    assert not sizes or (max(sizes) <= COLUMNS_PER_REQUEST and max(sizes) - min(sizes) <= 1)


LONG_ROW = ".".join(["1"] * 120)


@pytest.mark.parametrize("kind", ["fast lane", "general engine"])
async def test_a_row_whose_oid_is_too_long_is_left_out_and_said(device, kind, lane):
    lines = ["1.3.6.1.2.1.2.2.1.8.1|2|1", f"1.3.6.1.2.1.2.2.1.8.1.{LONG_ROW}|2|1", "1.3.6.1.2.1.2.2.1.8.2|2|2"]
    client = lane if kind == "fast lane" else GeneralEngine()
    if client is not lane:
        await client.start()
    with OddAgent([*lines, "1.3.6.1.2.1.3.1.0|2|1"]) as peer:
        walk = await client.walk(device(peer.port), [ENTRY.child(8), ENTRY.child(9)])
    if client is not lane:
        await client.stop()

    assert [tuple(one.suffixes) for one in walk.columns] == [((1,), (2,)), ()]
    assert list(walk.columns[0].values) == [1, 2]
    assert walk.partial
    assert "1.3.6.1.2.1.2.2.1.8" in walk.reason
    assert "131 numbers" in walk.reason


async def test_a_row_whose_name_is_no_oid_is_left_out_and_said(device, lane):
    with OddAgent(["1.3.6.1.2.1.2.2.1.8.1|2|1", "1.3.6.1.2.1.3.1.0|2|1"]) as peer:
        peer.put("1.3.6.1.2.1.2.2.1.8.4294967296|2|1")
        walk = await lane.walk(device(peer.port), [ENTRY.child(8)])

    assert list(walk.columns[0].suffixes) == [(1,)]
    assert walk.reason == "in 1.3.6.1.2.1.2.2.1.8 1 row left out: a name that is no OID"
