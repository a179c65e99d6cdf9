"""neighbours: what the agent knows, and what the store keeps where there is none."""

from __future__ import annotations

import asyncio
import json

from netwatch.config import load_settings
from netwatch.model import Transaction
from netwatch.store import Store
from tests.neighbours.conftest import Net

from ..conftest import NASTY, OBEYED


def kept(config, *rows: dict[str, str]) -> None:
    """Have the store of a configuration keep what two devices of it hear."""
    net = Net({"nasty": "127.0.0.1", "gone": "127.0.0.1"})
    net.hears("nasty", *rows)
    net.hears("of before", {"port": "1", "neighbour": "nobody asks any more"})

    async def write() -> None:
        store = Store(load_settings(config).store)
        await store.start()
        await store.commit(Transaction(memories=tuple(net.kept.values())))
        await store.stop()

    asyncio.run(write())


def test_without_an_agent_it_is_what_the_store_keeps(netwatch, config):
    kept(config, {"port": "Gi0/1", "neighbour": "gone", "neighbour_port": "Te1/1", "capabilities": "bridge"})

    found = netwatch("neighbours", "-c", config, "--json")

    assert "so this is what was written down last" in found.stderr
    (one,) = json.loads(found.stdout)
    assert (one["device"], one["port"], one["peer"], one["peer_by"], one["neighbour_port"]) == (
        "nasty", "Gi0/1", "gone", "name", "Te1/1",
    )  # fmt: skip
    assert json.loads(netwatch("neighbours", "gone", "-c", config, "--json").stdout) == []


def test_people_get_a_table_in_which_nothing_of_a_neighbour_is_obeyed(netwatch, config):
    kept(config, {"port": "Gi0/1", "neighbour": NASTY, "platform": NASTY, "neighbour_port": "[bold]x[/bold]"})

    found = netwatch("neighbours", "nasty", "-c", config)

    assert found.exit_code == 0
    assert "Gi0/1" in found.stdout
    assert "[bold]x[/bold]" in found.stdout
    assert " ago" in found.stdout
    assert not any(sign in found.output for sign in OBEYED)


def test_a_device_that_is_not_configured_is_said_so(netwatch, config):
    found = netwatch("neighbours", "nastier", "-c", config)

    assert found.exit_code == 1
    assert "no device is called nastier" in found.stderr


def test_the_running_agent_is_asked(netwatch, agent):
    found = netwatch("neighbours", "-c", agent, "--json")

    assert (found.exit_code, json.loads(found.stdout), found.stderr) == (0, [], "")
