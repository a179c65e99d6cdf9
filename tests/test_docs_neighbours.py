"""docs/neighbours.md: its commands run, and the fields and bounds that it names are those there are."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.engine.intake.confirming import PAUSE_SECONDS
from netwatch.model import Neighbour
from netwatch.neighbours.heard import KEPT_FOR
from netwatch.neighbours.links import LINK_GOOD_FOR
from netwatch.store import Store, StoreSettings
from netwatch.web import flat_neighbour
from tests.ports import free_port

TEXT = (Path(__file__).parents[1] / "docs" / "neighbours.md").read_text("utf-8")
CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
devices: [{{name: core-sw1, address: 192.0.2.1, credential: usual}}]
store: {{url: "sqlite:///{database}"}}
web: {{listen: "127.0.0.1:{port}"}}
"""


async def made(database: Path) -> None:
    store = Store(StoreSettings(url=f"sqlite:///{database}"))
    await store.start()
    await store.stop()


def test_every_command_of_the_page_runs(tmp_path):
    database = tmp_path / "netwatch.db"
    asyncio.run(made(database))
    config = tmp_path / "netwatch.yaml"
    config.write_text(CONFIG.format(database=database, port=free_port()))
    (block,) = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    commands = [line.split("#")[0].split()[1:] for line in block.splitlines()]

    assert len(commands) == 2
    for command in commands:
        told = CliRunner().invoke(app, command, env={"NETWATCH_CONFIG": str(config)})
        assert told.exit_code == 0, told.output


def test_the_fields_it_names_are_those_of_the_api():
    noon = datetime(2026, 3, 1, tzinfo=UTC)
    fields = flat_neighbour(Neighbour(device="", if_index="", port="", name="", first_seen=noon, last_seen=noon))

    assert {"peer", "peer_by", "is_evidence", "why"} <= fields.keys()
    assert all(f"`{name}`" in TEXT for name in ("peer", "peer_by", "is_evidence", "why"))


def test_the_times_it_names_are_those_of_the_code():
    assert f"known for {KEPT_FOR.days} days" in TEXT
    assert LINK_GOOD_FOR.days == 7
    assert "known for seven days" in TEXT
    assert PAUSE_SECONDS == 5
    assert "once more five seconds later" in TEXT
