"""walk: a subtree, and nothing behind it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.cli.ask.client import asked
from netwatch.cli.ask.walk import AT_ONCE, pieces
from netwatch.model import Credential, Device, Oid
from netwatch.snmp import FastLane
from netwatch.snmp.general.engine import GeneralEngine
from tests.odd_agent import OddAgent, oid
from tests.patience import PATIENCE_SECONDS

from ..conftest import COMMUNITY

SYSTEM = "1.3.6.1.2.1.1"


def flags(device) -> list[str]:
    return [f"127.0.0.1:{device.port}", "-v", "2c", "-c", COMMUNITY]


def test_a_walk_prints_the_subtree_and_nothing_behind_it(netwatch, nasty_device):
    result = netwatch("walk", *flags(nasty_device), SYSTEM, "--json")

    oids = [row["oid"] for row in json.loads(result.stdout)]
    assert result.exit_code == 0
    assert oids == [f"{SYSTEM}.{number}.0" for number in range(1, 8)]


LARGE = "1.3.6.1.4.1.99999.1"


@pytest.fixture(scope="module")
def large_device():
    """A device with more than a walk holds at a time, and something behind it."""
    lines = [f"{LARGE}.{number}|2|{number % 100}" for number in range(1, 2 * AT_ONCE + 500)]
    with OddAgent([*lines, "1.3.6.1.4.1.99999.2.0|2|1"]) as agent:
        yield agent


def asked_for(device) -> list[str]:
    return [f"127.0.0.1:{device.port}", "-v", "2c", "-c", "public"]


def test_a_walk_of_any_length_is_printed_once_and_in_order(netwatch, large_device):
    plain = netwatch("walk", *asked_for(large_device), LARGE)
    document = netwatch("walk", *asked_for(large_device), LARGE, "--json")

    names = [f"{LARGE}.{number}" for number in range(1, 2 * AT_ONCE + 500)]
    assert (plain.exit_code, document.exit_code) == (0, 0)
    assert [line.split(" ")[0].removeprefix(".") for line in plain.stdout.splitlines()] == names
    assert [row["oid"] for row in json.loads(document.stdout)] == names


def test_a_walk_holds_a_piece_of_it_at_a_time(large_device):
    device = Device(
        name="large", address="127.0.0.1", port=large_device.port,
        credential=Credential(name="lab", version="2c", community=SecretStr("public")),
        timeout=timedelta(seconds=PATIENCE_SECONDS),
    )  # fmt: skip

    async def sizes(client):
        return [len(piece.columns[0].values) async for piece in pieces(client, device, Oid.parse(LARGE), 10**6)]

    found = asked(sizes)

    assert sum(found) == 2 * AT_ONCE + 499
    assert max(found) < AT_ONCE + 100


def test_a_walk_stops_where_it_was_told_to_and_says_how_to_go_on(netwatch, large_device):
    result = netwatch("walk", *asked_for(large_device), LARGE, "--max", 100)

    assert result.exit_code == 1
    assert 100 <= len(result.stdout.splitlines()) < 200
    assert "it has more than 100 varbinds; --max 1000 reads on" in result.stderr


@pytest.mark.parametrize("client", [FastLane, GeneralEngine])
async def test_a_walk_can_be_gone_on_with_behind_its_last_name(large_device, client):
    device = Device(
        name="large", address="127.0.0.1", port=large_device.port,
        credential=Credential(name="lab", version="2c", community=SecretStr("public")),
        timeout=timedelta(seconds=PATIENCE_SECONDS),
    )  # fmt: skip
    engine = client()
    await engine.start()
    first = await engine.walk(device, [Oid.parse(LARGE)], max_varbinds=150)
    last = first.columns[0].suffixes[-1]
    rest = await engine.walk(device, [Oid.parse(LARGE)], max_varbinds=150, after=Oid.parse(LARGE).join(last))
    await engine.stop()

    assert first.capped
    assert rest.columns[0].suffixes[0] == (last[0] + 1,)


def test_a_device_that_goes_back_does_not_keep_a_walk_from_ending(netwatch):
    names = [f"{LARGE}.{number}" for number in range(1, AT_ONCE + 200)]
    with OddAgent([f"{name}|2|1" for name in names]) as agent:
        agent.circles_at = oid(f"{LARGE}.{AT_ONCE + 100}")
        result = netwatch("walk", *asked_for(agent), LARGE)

    assert result.exit_code == 1
    assert "goes back" in result.stderr


def test_a_walk_that_breaks_off_prints_what_came_as_whole_json(netwatch):
    seen = []

    def tired(request):
        seen.append(request)
        return 0 if len(seen) < 60 else None

    with OddAgent([f"{LARGE}.{number}|2|1" for number in range(1, 3 * AT_ONCE)], manners=tired) as agent:
        result = netwatch("walk", *asked_for(agent), LARGE, "--json", "-t", "0.2", "-r", "0")

    assert result.exit_code == 1
    assert len(json.loads(result.stdout)) > AT_ONCE
    assert "no answer" in result.stderr
