"""The story of the demo: its devices answer, its steps happen in order, and it ends as it says."""

from __future__ import annotations

from netwatch.model import Oid
from netwatch.simulator import demo_story
from netwatch.simulator.tree import Leaf
from netwatch.snmp import GeneralEngine

SYS_NAME = Oid.parse("1.3.6.1.2.1.1.5.0")
IF_NAME = Oid.parse("1.3.6.1.2.1.31.1.1.1.1")


async def test_every_device_of_the_story_answers_with_its_credential():
    story = demo_story()
    engine = GeneralEngine()
    await story.network.start()
    await engine.start()
    try:
        devices = story.devices()
        for device in devices:
            assert (await engine.get(device, [SYS_NAME]))[0].value == device.name.encode()
    finally:
        await engine.stop()
        await story.network.stop()

    assert len(devices) == 7
    assert {device.credential.version for device in devices} == {"1", "2c", "3"}


def test_the_story_shows_what_breaks_most_often_and_each_alert_fires_before_it_ends():
    fired: list[tuple[str, str, str]] = []
    for expected in demo_story().expectations():
        key = (expected.rule, expected.device, expected.instance)
        if expected.becomes != "resolved":
            fired.append(key)
        else:
            assert key in fired

    assert {rule for rule, _, _ in fired} == {
        "DeviceDown", "DeviceRebooted", "InterfaceDown", "InterfaceSaturated", "InterfaceErrors",
        "InterfaceDiscards", "CpuHigh", "MemoryHigh", "StorageFull", "FanFailed", "PeerDown",
    }  # fmt: skip


def test_what_is_expected_concerns_devices_and_interfaces_that_exist():
    story = demo_story()
    for expected in story.expectations():
        device = story.network[expected.device]
        if expected.rule.startswith("Interface"):
            names = [device.tree.get(IF_NAME.child(index)) for index in device.interfaces]
            assert expected.instance.encode() in [leaf.read() for leaf in names if isinstance(leaf, Leaf)]


async def test_the_steps_happen_in_order_at_their_times():
    story, told = demo_story(), []
    now = 100.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    await story.play(lambda step: told.append((step.at, now - 100.0)), clock=lambda: now, sleep=sleep)

    assert told == [(step.at, step.at) for step in sorted(story.steps, key=lambda step: step.at)]
    assert story.network["ups-rack1"].restarts == 1
    assert not story.network["fw-edge1"].manners.silent
    assert story.network["access-sw1"].interfaces[7].oper_status == 1


async def test_no_fault_ends_before_what_follows_from_it_was_seen_and_the_rest_waits_as_long():
    story, told, awaited = demo_story(), [], []
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    async def until_met(expectations) -> None:
        nonlocal now
        if expectations:
            now += 5.0
            awaited.append({(one.rule, one.device, one.becomes) for one in expectations})

    await story.play(lambda step: told.append((step, now)), until_met=until_met, clock=lambda: now, sleep=sleep)

    endings = [step for step in story.steps if any(one.becomes == "resolved" for one in step.expects)]
    assert len(awaited) == len(endings)
    for step, seen in zip(endings, awaited, strict=True):
        assert seen >= {(one.rule, one.device, "firing") for one in step.expects}
    assert ("DeviceDown", "branch-sw1", "held back") in set().union(*awaited)
    assert told[-1][1] == story.steps[-1].at + 5.0 * len(endings)
