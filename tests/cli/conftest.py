"""The command line as people type it, and devices that say nasty things."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from netwatch.app import App
from netwatch.cli import app
from netwatch.cli.screen import err, out
from netwatch.config import load_settings
from netwatch.model import Credential
from netwatch.simulator import Host, Port, SimulatedDevice, SimulatedNetwork
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

NASTY = "\x1b[31mred\x1b[0m \x9b2J \u202eright to left [red]markup[/red] :smile: \x07"
"""ANSI in 7 and 8 bits, a bidirectional override, rich's markup and emoji code, a bell."""
OBEYED = ("\x1b", "\x9b", "\u202e", "\x07", "\r")
"""What no terminal may ever be sent."""
COMMUNITY = "s3cret-community"
Netwatch = Callable[..., Result]


@pytest.fixture
def netwatch(monkeypatch: pytest.MonkeyPatch) -> Netwatch:
    """Run a command in this process, on a wide terminal, with no configuration but what the test names."""
    monkeypatch.delenv("NETWATCH_CONFIG", raising=False)
    monkeypatch.setattr(out, "width", 250)
    monkeypatch.setattr(err, "width", 250)
    return lambda *arguments, **environment: CliRunner().invoke(app, [str(one) for one in arguments], env=environment)


@pytest.fixture(scope="module")
def nasty_device() -> Iterator[SimulatedDevice]:
    """A device that answers, with hostile text wherever it has text."""
    device = SimulatedDevice(
        "nasty",
        Credential(name="usual", version="2c", community=SecretStr(COMMUNITY)),
        descr=NASTY,
        location=NASTY,
        ports=[Port(index=1, name="Gi0/1", alias=NASTY), Port(index=2, name="[bold]Gi0/2", alias="plain")],
        host=Host(),
    )
    with SimulatedNetwork([device]).run_in_thread() as network:
        yield network["nasty"]


@pytest.fixture
def config(tmp_path: Path, nasty_device: SimulatedDevice) -> Path:
    """A configuration that knows the nasty device, and one device that is not there."""
    path = tmp_path / "netwatch.yaml"
    path.write_text(f"""
credentials: {{usual: {{version: 2c, community: {COMMUNITY}}}}}
defaults: {{credential: usual}}
devices:
  - {{name: nasty, address: 127.0.0.1, port: {nasty_device.port}}}
  - {{name: gone, address: 127.0.0.1, port: 9, timeout: 100ms, reachability_interval: 1s, retries: 0}}
store: {{url: "sqlite:///netwatch.db"}}
""")
    return path


@pytest.fixture
def agent(config: Path) -> Iterator[Path]:
    """Give the configuration of an agent that runs, in a thread of its own, for as long as the test does."""
    config.write_text(
        f'{config.read_text()}web: {{listen: "127.0.0.1:{free_port()}"}}\n'
        "polling: {reachability_interval: 1s, timeout: 500ms}\n"
    )
    app, ready, over = App(load_settings(config)), threading.Event(), threading.Event()

    async def live() -> None:
        await app.start()
        ready.set()
        await asyncio.to_thread(over.wait)
        await app.stop()

    with ThreadPoolExecutor(1) as pool:
        life = pool.submit(asyncio.run, live())
        try:
            assert ready.wait(PATIENCE_SECONDS), life
            yield config
        finally:
            over.set()
            life.result()
