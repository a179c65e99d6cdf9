"""The bridge of every VLAN: asked with community@VLAN or in a context, where a device has VTP, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Oid
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.presence import by_vlan
from netwatch.polling.presence.by_vlan import ByVlan, as_of, may_ask, merged
from netwatch.profiles import load_library
from netwatch.snmp import Walk, WalkedColumn
from tests.odd_agent import OddAgent, encoded, oid

VTP, FDB, BASE, IF_NAME = (
    "1.3.6.1.4.1.9.9.46.1.3.1.1",
    "1.3.6.1.2.1.17.4.3.1",
    "1.3.6.1.2.1.17.1.4.1",
    "1.3.6.1.2.1.31.1.1.1.1",
)
PORTS = [f"{IF_NAME}.{10100 + number}|4|Gi0/{number}" for number in (1, 2, 3)] + [
    f"1.3.6.1.2.1.2.2.1.{column}.{10100 + number}|2|{value}"
    for column, value in ((1, 0), (3, 6), (7, 1), (8, 1)) for number in (1, 2, 3)
]  # fmt: skip
SYSTEM = ["1.3.6.1.2.1.1.1.0|4|Cisco IOS Software", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.1208",
          "1.3.6.1.2.1.1.3.0|67|8640000", "1.3.6.1.2.1.1.5.0|4|access-sw1"]  # fmt: skip
END = "1.3.6.1.6.3.1.1.6.1.0|2|1"
MACS = (f"{FDB}.2", f"{FDB}.3")


def vlans(*numbers: int, state: int = 1) -> list[str]:
    return [line for number in numbers for line in (f"{VTP}.2.1.{number}|2|{state}", f"{VTP}.3.1.{number}|2|1")]


def bridge(**ports: int) -> dict[tuple[int, ...], bytes]:
    """Return the bridge of a VLAN: by the last octet of an address the port behind which it is."""
    lines = [line for last, port in ports.items() for line in (
        f"{FDB}.2.0.0.94.0.83.{last.strip('_')}|2|{port}", f"{FDB}.3.0.0.94.0.83.{last.strip('_')}|2|3",
        f"{BASE}.2.{port}|2|{10100 + port}",
    )]  # fmt: skip
    cells = [*SYSTEM, *lines, END]
    return {oid(name): encoded(tag, value) for name, tag, value in (line.split("|") for line in cells)}


@pytest.fixture
def table_of(client, clock):
    return lambda has_vlans=True: ByVlan(client, clock, lambda: has_vlans)


@pytest.fixture
def at(device):
    return lambda agent: replace(device, port=agent.port, retries=0, timeout=timedelta(milliseconds=300))


async def walked(table, device) -> dict[tuple[int, ...], object]:
    walk = await table.walk(device, [Oid.parse(one) for one in MACS])
    return dict(zip((one[-1] for one in walk.columns[0].suffixes), walk.columns[0].values, strict=True))


async def test_every_vlan_that_carries_something_is_asked_those_with_ports_first(table_of, at):
    lines = [*SYSTEM, *vlans(1, 10, 20, 30), *vlans(40, state=2), "1.3.6.1.4.1.9.9.68.1.2.2.1.2.10103|2|30", END]
    with OddAgent(lines) as agent:
        agent.views = {b"public@10": bridge(_7=1), b"public@20": bridge(_7=2, _8=2), b"public@30": bridge(_9=3)}
        told = await walked(table_of(), at(agent))
        asked = list(dict.fromkeys(one for one in agent.communities if b"@" in one))

    assert told == {7: 1, 8: 2, 9: 3}
    assert asked == [b"public@30", b"public@10", b"public@20"]


@pytest.mark.parametrize("has_vlans", [True, False])
async def test_without_vtp_or_with_a_vlan_in_the_community_nothing_more_is_asked(table_of, at, has_vlans):
    with OddAgent([*SYSTEM, *vlans(10), END], community=b"public@10") as agent:
        own = Credential(name="own", version="2c", community=SecretStr("public@10"))
        await walked(table_of(has_vlans), replace(at(agent), credential=own))
        assert set(agent.communities) == {b"public@10"}

    with OddAgent([*SYSTEM, END]) as agent:
        await walked(table_of(has_vlans), at(agent))
        assert set(agent.communities) == {b"public"}


async def test_the_vlan_that_an_address_was_learned_in_is_a_column_of_its_own_and_asked_of_nobody(table_of, at):
    columns = [Oid.parse(MACS[0]), by_vlan.LEARNED_IN, Oid.parse(MACS[1])]
    with OddAgent([*SYSTEM, *vlans(10), f"{FDB}.2.0.0.94.0.83.1|2|5", f"{FDB}.3.0.0.94.0.83.1|2|3", END]) as agent:
        agent.views = {b"public@10": bridge(_7=1)}
        told = {has: await table_of(has).walk(at(agent), columns) for has in (True, False)}
        asked = {name for one in agent.requests for name in one.names}

    learned = {has: [column.values for column in walk.columns] for has, walk in told.items()}
    assert learned == {True: [[5, 1], [1, 10], [3, 3]], False: [[5], [], [3]]}
    assert not [name for name in asked if name[: len(oid(FDB)) + 1] == (*oid(FDB), 0)]


async def test_an_agent_that_answers_about_no_vlan_is_left_alone_for_a_day(table_of, at, clock):
    with OddAgent([*SYSTEM, *vlans(10, 20, 30, 40), f"{FDB}.2.0.0.94.0.83.1|2|5", END]) as agent:
        table, device, counted = table_of(), at(agent), []
        for seconds in (0, 3600, by_vlan.RESTS_SECONDS):
            clock.turn(seconds)
            agent.communities.clear()
            assert await walked(table, device) == {1: 5}
            counted.append(len({one for one in agent.communities if one != b"public"}))

    assert counted == [by_vlan.SILENT_AT_ONCE, 0, by_vlan.SILENT_AT_ONCE]


async def test_more_vlans_than_a_walk_asks_have_their_turn_and_what_they_told_stays(table_of, at, monkeypatch):
    monkeypatch.setattr(by_vlan, "MOST_VLANS", 2)
    with OddAgent([*SYSTEM, *vlans(10, 20, 30), END]) as agent:
        agent.views = {f"public@{one}".encode(): bridge(**{f"_{one}": 1}) for one in (10, 20, 30)}
        table, device = table_of(), at(agent)
        told = [set(await walked(table, device)) for _ in range(3)]
        agent.remove(f"{VTP}.2.1.10")
        told.append(set(await walked(table, device)))

    assert told == [{10, 20}, {10, 20, 30}, {10, 20, 30}, {20, 30}]


async def test_a_vlan_that_does_not_answer_makes_the_walk_partial_and_the_others_count(table_of, at):
    with OddAgent([*SYSTEM, *vlans(10, 20), END]) as agent:
        agent.views = {b"public@20": bridge(_8=2)}
        walk = await table_of().walk(at(agent), [Oid.parse(one) for one in MACS])

    assert (walk.partial, walk.columns[0].values) == (True, [2])
    assert walk.reason.startswith("VLAN 10: ")


def test_a_user_asks_in_a_context_and_a_community_names_the_vlan(device):
    user = Credential(name="core", version="3", user="netwatch")
    community = Credential(name="campus", version="2c", community=SecretStr("public"))

    assert as_of(replace(device, credential=user), 7).credential == replace(user, context="vlan-7")
    assert as_of(replace(device, credential=community), 7).credential.community.get_secret_value() == "public@7"
    assert may_ask(user)
    assert may_ask(community)
    assert not may_ask(replace(user, context="vlan-7"))


def test_of_a_row_that_several_vlans_have_the_first_counts_and_order_is_kept():
    def column(**cells: int) -> Walk:
        suffixes = [(int(name.strip("_")),) for name in cells]
        one = WalkedColumn(oid=Oid.parse("1.2.3"), suffixes=suffixes, tags=[2] * len(cells), values=[*cells.values()])
        return Walk(columns=(one,))

    whole = merged([column(_5=1, _9=2), column(_5=7, _7=3)])

    assert (whole.columns[0].suffixes, whole.columns[0].values) == ([(5,), (7,), (9,)], [1, 3, 2])
    assert not whole.partial


async def test_the_ports_behind_which_addresses_are_become_known_of_a_switch_that_shows_an_empty_bridge(
    client, clock, basket, at
):
    with OddAgent([*SYSTEM, *PORTS, *vlans(1, 10, 20), END]) as agent:
        agent.views = {b"public@10": bridge(_7=1, _8=1), b"public@20": bridge(_9=3)}
        tools = Tools(library=load_library([]), client=client, sink=basket, clock=clock)
        poller = DevicePoller(at(agent), tools)
        await poller.check()
        await poller.poll()

    (reading,) = basket.of("mac")
    labels = reading.rows.labels
    assert sorted(zip(labels["mac"], labels["port"], labels["vlan"], strict=True)) == [
        ("00:00:5e:00:53:07", "Gi0/1", "10"), ("00:00:5e:00:53:08", "Gi0/1", "10"),
        ("00:00:5e:00:53:09", "Gi0/3", "20"),
    ]  # fmt: skip


BEHIND = """
com2sec -Cn vlan-10 bridge10 default public@10
group bridge10 v2c bridge10
view all included .1
access bridge10 vlan-10 any noauth exact all none none
group users usm noauth
access users vlan-10 usm noauth exact all none none
access users "" usm noauth exact all none none
proxy -Cn vlan-10 -v 2c -c public 127.0.0.1:{port} .1.3.6.1.2.1.17
override .1.3.6.1.2.1.1.2.0 object_id .1.3.6.1.4.1.9.1.1208
override .1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.10 integer 1
override .1.3.6.1.4.1.9.9.46.1.3.1.1.3.1.10 integer 1
"""
BRIDGE = f"""
override .{BASE}.2.4 integer 1
override .{FDB}.2.0.0.94.0.83.7 integer 4
override .{FDB}.3.0.0.94.0.83.7 integer 3
"""


@pytest.mark.parametrize("credential", [
    Credential(name="campus", version="2c", community=SecretStr("public")),
    Credential(name="core", version="3", user="noauth"),
], ids=["community", "context"])  # fmt: skip
async def test_a_real_agent_tells_of_a_vlan_by_community_and_by_context(snmpd, client, clock, device, credential):
    """net-snmp's snmpd, which hands what is asked about VLAN 10 on to another one."""
    behind = snmpd(BRIDGE)
    real = snmpd(BEHIND.format(port=behind.port))
    table = ByVlan(client, clock, lambda: True)

    told = await walked(table, replace(device, port=real.port, credential=credential))

    assert told == {7: 4}
