"""The whole house against real peers: the agent as a process of its own, a real Postfix, simulated devices."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port

from .agent import RunningAgent, wait_until
from .nursery import Nursery
from .postfix import SBIN, Postfix


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for a condition, bounded in time."""
    return wait_until


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Callable[[str], RunningAgent]]:
    """Make an agent from the text of a configuration; `{port}` and `{state}` in it are filled in."""
    agents: list[RunningAgent] = []

    def make(config: str) -> RunningAgent:
        folder = tmp_path / f"agent{len(agents)}"
        folder.mkdir()
        port = free_port()
        path = folder / "netwatch.yaml"
        path.write_text(config.replace("{port}", str(port)).replace("{state}", str(folder / "netwatch.db")))
        agents.append(RunningAgent(path, port))
        return agents[-1]

    yield make
    for made in agents:
        made.kill()


@pytest.fixture
def nursery_for(agent: Callable[[str], RunningAgent]) -> Iterator[Callable[[RunningAgent], Nursery]]:
    """Make the nursery of an agent; it is asked for after `agent`, so that it goes first."""
    nurseries: list[Nursery] = []

    def make(netwatch: RunningAgent) -> Nursery:
        nurseries.append(Nursery(netwatch.config, netwatch.log))
        return nurseries[-1]

    yield make
    for made in nurseries:
        made.close()


@pytest.fixture
def postfix_with() -> Iterator[Callable[[Mapping[str, str]], Postfix]]:
    """Start a Postfix that relays some domains elsewhere; it wants root, and a folder that its users may enter."""
    if shutil.which("postfix", path=SBIN) is None or shutil.which("smtp-sink", path=SBIN) is None:
        pytest.skip("Postfix is not installed (Debian package: postfix)")
    if os.geteuid() != 0:
        pytest.skip("a Postfix of our own can be started by root only")
    with tempfile.TemporaryDirectory(prefix="netwatch-postfix-") as name, ExitStack() as running:
        folder = Path(name)
        folder.chmod(0o755)

        def start(elsewhere: Mapping[str, str]) -> Postfix:
            mta = Postfix(folder, elsewhere)
            mta.start()
            running.callback(mta.stop)
            return mta

        yield start


@pytest.fixture
def postfix(postfix_with: Callable[[Mapping[str, str]], Postfix]) -> Postfix:
    """A running Postfix."""
    return postfix_with({})
