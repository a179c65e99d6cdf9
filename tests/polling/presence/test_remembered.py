"""Rows found before a restart of NetWatch need no walk after it, as long as they are still those of this device."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from netwatch.model import Memory, Missing, Oid, Tag
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.discover import Discovered, Question, discover_table, restored, valued_columns, walked_columns
from netwatch.polling.metrics import RECALLED
from netwatch.polling.presence.remembered import SCOPE, Seen, alike, by_device, from_text, key_of, to_text
from netwatch.polling.twins.pairs import Pair, Twinning
from netwatch.snmp import WalkedColumn


@pytest.fixture
def start(device, library, client, basket, clock):
    """Begin to poll the device, with what was kept so far."""

    def start(kept=()) -> DevicePoller:
        polling = next((memory for memory in kept if memory.scope == "polling"), None)
        tools = Tools(library=library, client=client, sink=basket, clock=clock)
        return DevicePoller(device, tools, polling, None, by_device(kept).get("sw1", {}))

    return start


@pytest.fixture
async def kept(start, basket):
    """What a first life keeps."""
    poller = start()
    await poller.check()
    await poller.poll()
    found = list(basket.memories)
    basket.readings.clear()
    return found


async def polled(poller: DevicePoller) -> None:
    await poller.check()
    await poller.poll()


async def test_after_a_restart_the_rows_are_known_and_nothing_is_walked(start, kept, agent, basket, clock):
    walks, used = agent.walks, RECALLED.labels("used")._value.get()
    agent.advance(clock, 60)

    successor = start(kept)
    needed = successor.needs_discovery
    await polled(successor)

    reading = basket.of("ifTable")[0]
    assert (needed, agent.walks) == (False, walks)
    assert reading.rows.keys == ("ifName=Gi1", "ifName=Gi2")
    assert reading.rows.labels["ifDescr"] == ("Ethernet Gi1", "Ethernet Gi2")
    assert reading.columns["ifHighSpeed"] == [1000, 1000]
    assert RECALLED.labels("used")._value.get() == used + 1


async def test_a_device_that_got_a_port_meanwhile_is_walked_with_the_first_poll(start, kept, agent, basket, clock):
    agent.advance(clock, 60)
    agent.add_interface(3, "Gi3")

    await polled(start(kept))

    assert basket.of("ifTable")[0].rows.keys == ("ifName=Gi1", "ifName=Gi2", "ifName=Gi3")


async def test_a_device_that_restarted_meanwhile_is_walked(start, kept, agent, clock):
    walks = agent.walks
    clock.turn(60)
    agent.ticks = 1000

    await polled(start(kept))

    assert agent.walks > walks


async def test_another_device_at_the_same_address_is_walked(start, kept, agent, clock):
    walks, other = agent.walks, RECALLED.labels("other")._value.get()
    agent.advance(clock, 60)
    agent.set("1.3.6.1.2.1.1.1.0", Tag.OCTET_STRING, b"Another switch")

    await polled(start(kept))

    assert agent.walks > walks
    assert RECALLED.labels("other")._value.get() == other + 1


async def test_what_cannot_be_read_is_walked_for(start, kept, agent, basket, clock):
    agent.advance(clock, 60)
    for spoil in ("", "{}", "no text of ours\n", "\n", '{"owner":"","watched":[]}\n0000'):
        basket.readings.clear()
        spoilt = [replace(memory, text=spoil) if memory.scope == SCOPE else memory for memory in kept]
        walks = agent.walks

        await polled(start(spoilt))

        assert agent.walks > walks
        assert basket.of("ifTable")[0].rows.keys == ("ifName=Gi1", "ifName=Gi2")


async def test_a_layout_is_built_again_as_it_was(device, client, interfaces, agent):
    agent.set_octets(1, 7)
    agent.hidden.clear()
    question = Question(device=device, spec=interfaces)
    found = await discover_table(client, question)
    text = to_text("me", found.seen, valued_columns(interfaces))

    seen = from_text("me", text, walked_columns(interfaces), valued_columns(interfaces))
    again = restored(question, seen)

    assert again.layout.says_the_same(found.layout)
    assert (again.watched, again.twinning.unkept) == (found.watched, found.twinning.unkept)
    assert len(text) < 1000


async def test_devices_whose_rows_were_written_alike_share_what_they_say_and_others_do_not(
    device, client, interfaces, agent
):
    def read(owner: str, found: Discovered) -> Seen:
        text = to_text(owner, found.seen, valued_columns(interfaces))
        return from_text(owner, text, walked_columns(interfaces), valued_columns(interfaces))

    question, twin = (Question(device=replace(device, name=name), spec=interfaces) for name in ("sw1", "sw2"))
    found = await discover_table(client, question)
    agent.set("1.3.6.1.2.1.31.1.1.1.1.1", Tag.OCTET_STRING, b"Gi7")
    other = await discover_table(client, question)

    one, alike, another = (restored(question, read("me", found)), restored(twin, read("it", found)),
                           restored(twin, read("it", other)))  # fmt: skip
    asked_before = restored(replace(twin, refused=frozenset(found.layout.instances()[-1:])), read("it", found))

    assert alike.layout.says_the_same(one.layout)
    assert alike.layout.rows.labels is one.layout.rows.labels
    assert alike.layout.rows is not one.layout.rows  # whoever keeps something by them keeps it for one device alone
    assert another.layout.rows.keys == ("ifName=Gi7", "ifName=Gi2")
    assert another.layout.says_the_same(other.layout)
    assert not asked_before.layout.says_the_same(one.layout)


async def test_devices_that_are_found_alike_share_what_they_say_from_the_first_walk_on(
    device, client, interfaces, agent
):
    one, twin = (Question(device=replace(device, name=name), spec=interfaces) for name in ("sw1", "sw2"))
    first = await discover_table(client, one)
    agent.set_octets(1, 4711)  # what it counts is its own

    second = await discover_table(client, twin)
    afresh = await discover_table(client, replace(twin, previous=second.layout))
    agent.set("1.3.6.1.2.1.31.1.1.1.1.1", Tag.OCTET_STRING, b"Gi7")
    other = await discover_table(client, twin)

    assert second.layout.rows.labels is first.layout.rows.labels
    assert second.layout.rows is not first.layout.rows
    assert second.seen.columns is first.seen.columns
    assert afresh.layout is second.layout  # made anew it says the same
    assert other.layout.rows.keys == ("ifName=Gi7", "ifName=Gi2")
    texts = [to_text("me", found.seen, valued_columns(interfaces)) for found in (first, second, other)]
    assert texts[0] == texts[1] != texts[2]


def test_a_number_is_not_shared_with_one_that_is_written_in_another_way():
    column = Oid.parse("1.3.6.1.4.1.1.1")

    def found(value):
        walked = WalkedColumn(oid=column, suffixes=((1,),), tags=(), values=(value,))
        seen = Seen(heads=(), watched=(), suffixes=((1,),), columns=(walked,), twinning=Twinning())
        return alike(seen, [column]).columns[0].values

    assert [repr(found(value)[0]) for value in (1, 1.0, True)] == ["1", "1.0", "True"]


def test_every_kind_of_value_and_of_row_comes_back():
    first, second = Oid.parse("1.3.6.1.4.1.1.1"), Oid.parse("1.3.6.1.4.1.1.2")
    values = (7, b"\x00\xff", Oid.parse("1.3"), IPv4Address("192.0.2.1"), Missing.NO_SUCH_INSTANCE, None, 1.5)
    suffixes = tuple((number,) for number in range(7))
    seen = Seen(
        heads=(first, second), watched=(3,), suffixes=suffixes, twinning=Twinning(unkept={first: Pair(0, 9)}),
        columns=(
            WalkedColumn(oid=first, suffixes=suffixes, tags=(), values=values),
            WalkedColumn(oid=second, suffixes=((2,), (9, 9)), tags=(), values=(b"x", b"y")),
        ),
    )  # fmt: skip

    back = from_text("o", to_text("o", seen, [first, second]), [first, second], [first])

    assert back == seen
    assert from_text("o", to_text("o", seen, [second]), [first, second], [first]) is None  # its values were not kept
    assert from_text("o", to_text("o", seen, [first]), [first], [first]) is None  # less is walked today
    assert from_text("p", to_text("o", seen, [first]), [first, second], [first]) is None


def test_what_is_kept_is_found_by_device_and_table():
    memories = [
        Memory(scope=SCOPE, key=key_of("sw1", "ifTable"), text="a"), Memory(scope=SCOPE, key="sw1", text="b"),
        Memory(scope="polling", key="sw1/x", text="c"), Memory(scope=SCOPE, key=key_of("sw1", "b"), text=None),
    ]  # fmt: skip

    assert by_device(memories) == {"sw1": {"ifTable": "a"}}
