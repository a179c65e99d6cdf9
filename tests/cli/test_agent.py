"""Who asks the running agent says who he is, where people sign in there, and nothing where nobody does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from netwatch.cli.agent import Agent, AgentRefused
from netwatch.config import Settings
from netwatch.model import Transaction
from netwatch.store import Store, StoreSettings
from netwatch.web import LocalKey

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def heard() -> Iterator[tuple[int, list[str | None]]]:
    """The port of a server that lets nobody in without a word, and what those who asked said of themselves."""
    said: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.append(self.headers["Authorization"])
            body = b"{}" if said[-1] else b'{"error": "sign in first"}'
            self.send_response(200 if said[-1] else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, said
    server.shutdown()
    thread.join()
    server.server_close()


def settings_of(port: int, folder: Path, **web: str) -> Settings:
    listen = {"listen": f"127.0.0.1:{port}"}
    return Settings.model_validate({"web": listen | web, "store": {"url": f"sqlite:///{folder / 'netwatch.db'}"}})


async def test_a_command_that_runs_for_hours_goes_on_being_known(heard, tmp_path, monkeypatch):
    monkeypatch.delenv("NETWATCH_TOKEN", raising=False)
    port, said = heard
    key, store = LocalKey(), Store(StoreSettings(url=f"sqlite:///{tmp_path / 'netwatch.db'}", reserve=0))
    await store.start()
    await store.commit(Transaction(memories=(key.to_remember(),)))
    await store.stop()
    times = iter((NOW, NOW + timedelta(hours=3)))
    agent = Agent(settings_of(port, tmp_path, users_file="users.yaml"), clock=lambda: next(times))

    agent.ask("/")
    agent.ask("/")

    shown = [str(one).removeprefix("netwatch-local ") for one in said]
    assert key.person(shown[0], NOW) is not None
    assert key.person(shown[0], NOW + timedelta(hours=3)) is None
    assert key.person(shown[1], NOW + timedelta(hours=3)) is not None


def test_a_token_of_the_environment_is_shown_where_people_sign_in_and_nowhere_else(heard, tmp_path, monkeypatch):
    monkeypatch.setenv("NETWATCH_TOKEN", "nw_abcd_secret")
    port, said = heard

    Agent(settings_of(port, tmp_path, users_file="users.yaml")).ask("/")
    with pytest.raises(AgentRefused):
        Agent(settings_of(port, tmp_path)).ask("/")

    assert said == ["Bearer nw_abcd_secret", None]


def test_who_can_show_nothing_is_told_what_to_do(heard, tmp_path, monkeypatch):
    monkeypatch.delenv("NETWATCH_TOKEN", raising=False)

    with pytest.raises(AgentRefused, match="sign in first; run this as who can read the agent's database, or"):
        Agent(settings_of(heard[0], tmp_path, users_file="users.yaml")).ask("/")
