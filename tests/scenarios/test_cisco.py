"""A router with six faults: fan, supply, 88 °C, a busy processor, full memory, a lost BGP peer.

Version 0.2 raised nothing of it. The shipped profiles and rules are used as they are; only the times are short.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.app import App
from netwatch.config import load_settings
from netwatch.model import Credential, Oid, Tag
from netwatch.rules import Rule
from netwatch.simulator import SimulatedDevice, SimulatedNetwork, SmtpSink
from netwatch.simulator.interfaces import Port
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

CISCO = Oid.parse("1.3.6.1.4.1.9")
ENVMON, PROCESS, POOL = CISCO.child(9, 13, 1), CISCO.child(9, 109, 1, 1, 1, 1), CISCO.child(9, 48, 1, 1, 1)
SENSOR, THRESHOLD = CISCO.child(9, 91, 1, 1, 1, 1), CISCO.child(9, 91, 1, 2, 1, 1)
PHYSICAL = Oid.parse("1.3.6.1.2.1.47.1.1.1.1")
NORMAL, NOT_FUNCTIONING, CELSIUS, UNITS = 1, 6, 8, 9
PEER = "192.0.2.7"
CONFIG = """
credentials: {{campus: {{version: 2c, community: public}}}}
devices: [{{name: core-sw1, address: 127.0.0.1, port: {port}, credential: campus}}]
polling: {{interval: 1s, reachability_interval: 1s, timeout: 0.5s}}
rules: {{paths: [builtin]}}
route: {{receiver: noc, group_by: [device, alertname], group_wait: 0s, group_interval: 1s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: nw@example.net, relays: [{{host: 127.0.0.1, port: {smtp}}}]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{folder}/netwatch.db"}}
"""
TITLES = {
    "FanFailed": "core-sw1 Fan 2 failed",
    "PowerSupplyFailed": "core-sw1 Power Supply 1 failed",
    "SensorBeyondLimit": "core-sw1 Inlet is 88 °C (limit 75 °C)",
    "CpuHigh": "core-sw1 CPU 99 % busy",
    "MemoryHigh": "core-sw1 Processor 97 % full",
    "PeerDown": f"core-sw1 lost BGP with {PEER} (AS 64500)",
}


class Router:
    """A router of a well-known maker; everything about it can break."""

    def __init__(self) -> None:
        credential = Credential(name="campus", version="2c", community=SecretStr("public"))
        self.device = SimulatedDevice(
            "core-sw1", credential, descr="Cisco IOS Software, Version 15.2(4)E7, RELEASE SOFTWARE",
            ports=[Port(index=1, name="Gi0/1", alias="uplink")], peers={PEER: 64500, "192.0.2.8": 64501},
        )  # fmt: skip
        self.fan = self.supply = NORMAL
        self.degrees, self.load, self.used = 41, 20, 400_000_000
        self._put()

    def break_everything(self) -> None:
        self.fan = self.supply = NOT_FUNCTIONING
        self.degrees, self.load, self.used = 88, 99, 970_000_000
        self.device.peer(PEER, up=False)

    def mend_everything(self) -> None:
        self.fan = self.supply = NORMAL
        self.degrees, self.load, self.used = 41, 20, 400_000_000
        self.device.peer(PEER, up=True)

    def _put(self) -> None:
        put = self.device.tree.put
        put(Oid.parse("1.3.6.1.2.1.1.2.0"), Tag.OBJECT_IDENTIFIER, CISCO.child(1, 1208))
        for number in (1, 2):
            for table, name in ((4, "Fan"), (5, "Power Supply")):
                put(ENVMON.child(table, 1, 2, number), Tag.OCTET_STRING, f"{name} {number}".encode())
        put(ENVMON.child(4, 1, 3, 1), Tag.INTEGER, NORMAL)
        put(ENVMON.child(4, 1, 3, 2), Tag.INTEGER, lambda: self.fan)
        put(ENVMON.child(5, 1, 3, 1), Tag.INTEGER, lambda: self.supply)
        put(ENVMON.child(5, 1, 3, 2), Tag.INTEGER, NORMAL)
        put(PHYSICAL.child(2, 1010), Tag.OCTET_STRING, b"Inlet temperature")
        put(PHYSICAL.child(5, 1010), Tag.INTEGER, 8)
        put(PHYSICAL.child(7, 1010), Tag.OCTET_STRING, b"Inlet")
        for column, value in ((1, CELSIUS), (2, UNITS), (3, 0), (5, NORMAL)):
            put(SENSOR.child(column, 1010), Tag.INTEGER, value)
        put(SENSOR.child(4, 1010), Tag.INTEGER, lambda: self.degrees)
        for limit, (severity, degrees) in enumerate(((10, 65), (30, 75)), 1):
            for column, value in ((2, severity), (3, 4), (4, degrees)):
                put(THRESHOLD.child(column, 1010, limit), Tag.INTEGER, value)
        put(PROCESS.child(2, 1), Tag.INTEGER, 0)
        put(PROCESS.child(8, 1), Tag.GAUGE32, lambda: self.load)
        put(POOL.child(2, 1), Tag.OCTET_STRING, b"Processor")
        put(POOL.child(5, 1), Tag.GAUGE32, lambda: self.used)
        put(POOL.child(6, 1), Tag.GAUGE32, lambda: 1_000_000_000 - self.used)


def hurried(rule: Rule) -> Rule:
    """Cut a rule's hold times: within how many polls it sees a fault is what is asked here."""
    return replace(rule, hold_for=timedelta(0), keep_firing_for=timedelta(0))


@pytest.fixture
async def router():
    found = Router()
    network = SimulatedNetwork([found.device])
    await network.start()
    yield found
    await network.stop()


async def test_each_of_six_faults_of_a_router_is_told_in_words_within_two_polls_and_ends(router, tmp_path):
    sink, web = SmtpSink(), free_port()
    await sink.start()
    config = tmp_path / "netwatch.yaml"
    config.write_text(CONFIG.format(port=router.device.port, smtp=sink.port, web=web, folder=tmp_path))
    app = App(load_settings(config), adapt=hurried)
    await app.start()
    try:
        url = f"http://127.0.0.1:{web}/api/v1/devices/core-sw1"
        await until(lambda: seen_whole(url), "every concept read while all is well")
        assert await alerts(app) == {}

        router.break_everything()
        for _ in range(3):  # the first may have been under way
            await polled_again(app)
        assert await alerts(app) == dict.fromkeys(TITLES.values(), "firing")
        await until(lambda: mailed(sink, TITLES.values()), "six mails")

        router.mend_everything()
        await until(lambda: standing(app, "resolved"), "six alerts ended")
        await until(
            lambda: all(f"[OK] {title}" in subjects(sink) for title in TITLES.values()), "six mails of the end"
        )
    finally:
        await app.stop()
        await sink.stop()


async def test_what_is_broken_is_seen_on_page_and_metrics_and_explained_in_words_with_units(router, tmp_path):
    web = free_port()
    config = tmp_path / "netwatch.yaml"
    config.write_text(CONFIG.format(port=router.device.port, smtp=free_port(), web=web, folder=tmp_path))
    app = App(load_settings(config), adapt=hurried)
    router.break_everything()
    await app.start()
    try:
        url = f"http://127.0.0.1:{web}"
        await until(lambda: seen_whole(f"{url}/api/v1/devices/core-sw1"), "every concept read")
        await until(lambda: fires(app, "SensorBeyondLimit"), "the alert about the sensor")

        page = await text_of(f"{url}/devices/core-sw1")
        for words in (
            "Fan 2 critical, notFunctioning",
            "88 °C",
            "critical above 75 °C",
            "99 %",
            "925 MiB of 954 MiB",
        ):
            assert words in page, words
        metrics = await text_of(f"{url}/metrics")
        for series in (
            'netwatch_sensor_celsius{device="core-sw1",sensor="Inlet",quantity="celsius"',
            'netwatch_sensor_high_critical_celsius{device="core-sw1",sensor="Inlet",quantity="celsius"',
            'netwatch_hardware_state{device="core-sw1",part="Fan 2",part_class="fan"} 3',
            'netwatch_cpu_busy_ratio{device="core-sw1",',
            'version="15.2(4)E7"',
        ):
            assert series in metrics, series
        why = json.dumps(
            await asked(f"{url}/api/v1/explain?rule=SensorBeyondLimit&device=core-sw1"), ensure_ascii=False
        )
        assert '"sensor_value": "88 °C", "sensor_high_critical": "75 °C"' in why
    finally:
        await app.stop()


async def fires(app: App, rule: str) -> bool:
    found, _ = await app.told()
    return any(one.key.alertname == rule and str(one.state) == "firing" for one in found)


async def text_of(url: str) -> str:
    def get() -> str:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            return str(answer.read().decode())

    return await asyncio.to_thread(get)


async def seen_whole(url: str) -> bool:
    """Return whether each part, sensor, processor, pool and peer was read."""
    counts = [len(await asked(f"{url}/{one}")) for one in ("hardware", "sensor", "cpu", "memory", "peer")]
    return counts == [4, 1, 1, 1, 2]


async def asked(url: str) -> Any:
    def get() -> Any:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            return []

    return await asyncio.to_thread(get)


async def alerts(app: App) -> dict[str, str]:
    found, _ = await app.told()
    return {one.annotations["title"]: str(one.state) for one in found}


async def standing(app: App, state: str) -> bool:
    states = await alerts(app)
    return [states.get(title) for title in TITLES.values()] == [state] * len(TITLES)


async def polled_again(app: App) -> None:
    (before,) = [one.last_polled_at for one in app.statuses()]

    async def again() -> bool:
        return [one.last_polled_at for one in app.statuses()] != [before]

    await until(again, "another poll")


def subjects(sink: SmtpSink) -> list[str]:
    return [mail.subject for mail in sink.mails]


def mailed(sink: SmtpSink, titles: Any) -> bool:
    return all(any(subject.endswith(f"] {title}") for subject in subjects(sink)) for title in titles)


async def until(condition: Any, what: str) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        found = condition()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{what} did not come within {PATIENCE_SECONDS:g} s")
