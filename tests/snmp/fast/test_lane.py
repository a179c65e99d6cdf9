"""The fast lane against a real net-snmp agent: the same values as net-snmp's own tools give."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.errors import FastLaneRefused, RequestTimedOut
from netwatch.model import Missing, Oid, Tag
from netwatch.snmp import FastLane
from tests.patience import PATIENCE_SECONDS

SYSTEM = Oid.parse("1.3.6.1.2.1.1")
SYS_NAME = SYSTEM.child(5, 0)
SYS_UPTIME = SYSTEM.child(3, 0)
IF_ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
FLAGS = {"1": "-v1", "2c": "-v2c"}


@pytest.fixture
def real(device):
    """A device with a name for each version."""
    return lambda port, version="2c": device(port, version, name=f"snmpd-{version}")


async def tool(program: str, version: str, port: int, *oids: Oid) -> list[str]:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (Debian package: snmp)")
    flags = [FLAGS[version], "-c", "public", "-On", "-Oq", "-Oe", "-Ox"]
    command = [program, *flags, f"127.0.0.1:{port}", *map(str, oids)]
    run = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )
    return re.sub(r"\n(?!\.1|$)", " ", run.stdout).splitlines()


def as_text(oid: Oid, value: object) -> str:
    if isinstance(value, bytes):
        value = '"' + "".join(f"{byte:02X} " for byte in value) + '"'
    elif isinstance(value, Oid):
        value = f".{value}"
    return f".{oid} {value}"


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_gets_agree_with_snmpget(lane, snmpd, real, version):
    port = snmpd("sysLocation here").port
    scalars = [SYSTEM.child(number, 0) for number in (1, 2, 4, 5, 6)]
    oids = scalars + [IF_ENTRY.child(column, 1) for column in (1, 3, 4, 6)]

    found = await lane.get(real(port, version), oids)
    values = await lane.run_plan(real(port, version), lane.compile(real(port, version), oids))

    expected = await tool("snmpget", version, port, *oids)
    assert [squeezed(as_text(one.oid, one.value)) for one in found] == [squeezed(line) for line in expected]
    assert values == [one.value for one in found]


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_walks_agree_with_snmpwalk(lane, snmpd, real, version):
    port = snmpd().port
    columns = [IF_ENTRY.child(number) for number in (1, 2, 3, 4, 6, 7, 8)]

    walk = await lane.walk(real(port, version), columns)

    assert not walk.partial
    for column in walk.columns:
        cells = zip(column.suffixes, column.values, strict=True)
        found = [as_text(column.oid.join(suffix), value) for suffix, value in cells]
        expected = await tool("snmpwalk", version, port, column.oid)
        assert [squeezed(line) for line in found] == [squeezed(line) for line in expected]


def squeezed(line: str) -> str:
    """Leave out what only the tool's taste decides: quotes, spaces, and how it writes bytes that are text."""
    oid, _, value = line.partition(" ")
    return oid + "=" + value.replace('"', "").replace(" ", "").lower()


async def test_a_real_agent_says_what_it_has_not(lane, snmpd, real):
    one = real(snmpd().port)

    values = await lane.run_plan(one, lane.compile(one, [SYS_NAME, SYSTEM.child(99, 0), IF_ENTRY.child(1, 9999)]))

    assert values == [b"snmpd-under-test", Missing.NO_SUCH_OBJECT, Missing.NO_SUCH_INSTANCE]


async def test_the_last_name_of_a_real_agent_has_no_successor(lane, snmpd, real):
    found = await lane.get_next(real(snmpd().port), [Oid.parse("2.100.1"), SYS_NAME.child()])

    assert found[0].value is Missing.END_OF_MIB_VIEW
    assert found[1].tag == Tag.OCTET_STRING


async def test_a_killed_agent_is_silent_and_a_started_one_answers_again(lane, snmpd, device):
    server = snmpd()
    one = device(server.port, retries=1)
    plan = lane.compile(one, [SYS_NAME])
    assert await lane.run_plan(one, plan) == [b"snmpd-under-test"]

    server.kill()
    with pytest.raises(RequestTimedOut):
        await lane.run_plan(replace(one, timeout=timedelta(seconds=0.3)), plan)

    await asyncio.to_thread(server.start)
    assert await lane.run_plan(one, plan) == [b"snmpd-under-test"]


async def test_a_wrong_community_is_a_silent_device(lane, snmpd, device):
    one = device(snmpd().port, community="wrong", timeout=timedelta(seconds=0.2), retries=0)

    with pytest.raises(RequestTimedOut):
        await lane.get(one, [SYS_NAME])


async def test_a_device_by_name_is_looked_up(lane, snmpd, device):
    one = device(snmpd().port, address="localhost", timeout=timedelta(seconds=5))

    try:
        assert (await lane.get(one, [SYS_NAME]))[0].value == b"snmpd-under-test"
    except RequestTimedOut:
        pytest.skip("localhost is ::1 here, and this snmpd listens on 127.0.0.1")


async def test_what_is_learned_of_a_device_survives_a_new_configuration_of_it(lane, agent, device, table):
    small = []
    good = table([])

    def behave(request):
        small.append(len(request.pdu.varbinds))
        return good(request) if len(request.pdu.varbinds) <= 8 else table.error(request, 1)

    peer = await agent(behave)
    oids: Sequence[Oid] = [SYSTEM.child(9, number) for number in range(40)]
    one, same = device(peer.port, name="core"), device(peer.port, name="core", labels={"site": "hq"})
    await lane.run_plan(one, lane.compile(one, oids))
    small.clear()

    await lane.run_plan(same, lane.compile(same, oids))

    assert max(small) <= 8


async def test_a_new_address_of_a_device_is_used_at_once(lane, agent, device, table):
    first, second = await agent(table([])), await agent(table([]))
    await lane.get(device(first.port, name="core"), [SYS_NAME])

    await lane.get(device(second.port, name="core"), [SYS_NAME])

    assert (len(first.requests), len(second.requests)) == (1, 1)


async def test_a_v3_user_that_the_fast_lane_cannot_be_is_refused(device):
    lane = FastLane()
    one = device(161, version="3")

    with pytest.raises(FastLaneRefused) as refused:
        lane.compile(one, [SYS_NAME])

    assert refused.value.reason == "unusable_credential"
    with pytest.raises(FastLaneRefused):
        await lane.get(one, [SYS_NAME])
