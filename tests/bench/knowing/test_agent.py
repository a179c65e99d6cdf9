"""The agent of recordings, asked by NetWatch's own wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import IPv4Address

import pytest

from netwatch.model import Missing, Oid, Tag
from netwatch.polling import PollingSettings
from netwatch.snmp import Snmp
from tests.bench.knowing.agent import RecordedAgent, base128, decoded, listening
from tests.bench.knowing.polled import device_at

NAME = Oid.parse("1.3.6.1.2.1.1.5.0")
CELLS = [
    (NAME, Tag.OCTET_STRING, b"sw1"),
    (Oid.parse("1.3.6.1.2.1.1.2.0"), Tag.OBJECT_IDENTIFIER, Oid.parse("1.3.6.1.4.1.4294967295.1")),
    (Oid.parse("1.3.6.1.2.1.4.20.1.1.1"), Tag.IP_ADDRESS, IPv4Address("192.0.2.1")),
    *((Oid.parse(f"1.3.6.1.2.1.2.2.1.2.{n}"), Tag.OCTET_STRING, b"port" * 30) for n in range(1, 200)),
    *((Oid.parse(f"1.3.6.1.2.1.2.2.1.10.{n}"), Tag.COUNTER32, 2**32 - n) for n in range(1, 200)),
]


@pytest.fixture
async def client() -> AsyncIterator[Snmp]:
    snmp = Snmp(PollingSettings())
    await snmp.start()
    yield snmp
    await snmp.stop()


async def test_every_type_of_value_comes_as_it_was_recorded(client):
    async with listening(RecordedAgent(CELLS)) as agent:
        device = device_at("d", agent.port)
        found = await client.get(device, [name for name, _, _ in CELLS[:3]])

    assert [varbind.value for varbind in found] == [value for _, _, value in CELLS[:3]]


async def test_a_walk_finds_every_row_though_a_message_holds_only_some(client):
    async with listening(RecordedAgent(CELLS)) as agent:
        walk = await client.walk(device_at("d", agent.port), [Oid.parse("1.3.6.1.2.1.2.2.1.10")])

    [column] = walk.columns
    assert column.values == [2**32 - n for n in range(1, 200)]
    assert agent.requests > 3


async def test_what_is_put_and_removed_shows_in_the_next_answer(client):
    async with listening(RecordedAgent(CELLS)) as agent:
        device = device_at("d", agent.port)
        agent.put(NAME, Tag.OCTET_STRING, b"sw2")
        [changed] = await client.get(device, [NAME])
        agent.remove([NAME])
        [gone] = await client.get(device, [NAME])

    assert changed.value == b"sw2"
    assert isinstance(gone.value, Missing)


@pytest.mark.parametrize("name", [(1, 3, 6, 1, 127, 128), (2, 100, 3), (0, 39, 4294967295), (1, 3)])
def test_names_are_encoded_and_read_back(name):
    assert decoded(base128(name)) == name
