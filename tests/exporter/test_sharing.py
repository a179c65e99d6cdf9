"""An answer may be given to whoever asks the same, and says how old it is then."""

from __future__ import annotations

import asyncio
import ipaddress
from datetime import timedelta

import pytest

from netwatch.exporter import Exporter, Targets, read_definitions
from netwatch.exporter.sharing import Sharing
from netwatch.polling import PollingSettings
from netwatch.simulator import SimulatedNetwork
from netwatch.snmp import Snmp
from tests.snmp_exporter import series_of

from .conftest import a_switch


async def test_the_second_who_asks_has_the_same_values_and_their_age_and_what_is_strict_is_asked(snmp_yml):
    async def nobody(name: str) -> list[str]:
        return []

    device = a_switch()
    network = SimulatedNetwork([device])
    await network.start()
    targets = Targets([], [ipaddress.ip_network("127.0.0.0/8")], nobody)
    exporter = Exporter(
        read_definitions([snmp_yml]), targets, Snmp(PollingSettings()), share_for=timedelta(minutes=5)
    )
    await exporter.start()
    question = {"target": [f"127.0.0.1:{device.port}"], "module": ["kinds"]}

    first, meanwhile = await asyncio.gather(exporter.scrape(question), exporter.scrape(question))
    second = await exporter.scrape(question)
    device.silence()
    third = await exporter.scrape(question)
    strict = await exporter.scrape({**question, "strict": ["1"]}, 0.3)
    other = await exporter.scrape({**question, "module": ["kinds,instance"]}, 0.3)
    await exporter.stop()
    await network.stop()

    assert first.body == meanwhile.body
    for shared in (second, third):
        text = shared.body.decode()
        age = series_of(text)["netwatch_snmp_memory_age_seconds"]
        assert 0 < age < 300
        assert text.startswith(first.body.decode())
    assert (strict.status, other.status) == (500, 500)


async def test_an_answer_that_is_not_to_be_kept_is_asked_for_again_and_so_is_an_old_one():
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        return asked

    nothing = Sharing[int](60.0, lambda answer: 0)
    short = Sharing[int](1e-9, lambda answer: 1)
    never = Sharing[int](0.0, lambda answer: 1)

    found = [(await sharing.answer("q", ask, 1.0))[0] for sharing in (nothing, nothing, short, short, never, never)]

    assert found == [1, 2, 3, 4, 5, 6]


async def test_who_waits_for_anothers_answer_waits_no_longer_than_he_may_and_a_trouble_is_everybodys():
    sharing = Sharing[int](60.0, lambda answer: 1)
    going_on = asyncio.Event()

    async def slow() -> int:
        await going_on.wait()
        raise ValueError("the device said so")

    first = asyncio.create_task(sharing.answer("q", slow, 60.0))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        await sharing.answer("q", slow, 0.01)
    going_on.set()

    with pytest.raises(ValueError, match="said so"):
        await first
