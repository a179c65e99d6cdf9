"""Names of targets are looked up, few at a time; what names a file is read when the agent is built."""

from __future__ import annotations

import asyncio
import socket

import pytest

from netwatch.app import scraping
from netwatch.app.scraping import LOOKUPS_AT_ONCE, Lookups, build_exporter
from netwatch.config import Settings
from netwatch.errors import PollError
from netwatch.model import InvalidFile


async def test_a_name_has_its_addresses_and_one_that_is_none_is_said():
    assert "127.0.0.1" in await Lookups().resolve("localhost")
    with pytest.raises(PollError, match="cannot look up"):
        await Lookups().resolve("a..b")


async def test_a_dead_name_server_takes_few_threads_and_little_patience(monkeypatch):
    asked = []
    over = asyncio.Event()

    async def never(name: str, *_: object, **__: object) -> list[object]:
        asked.append(name)
        await over.wait()
        raise socket.gaierror("gone")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    monkeypatch.setattr(scraping, "LOOKUP_SECONDS", 0.05)
    lookups = Lookups()

    outcomes = await asyncio.gather(*(lookups.resolve(f"n{n}") for n in range(20)), return_exceptions=True)
    over.set()

    assert len(asked) == LOOKUPS_AT_ONCE
    assert all(isinstance(one, PollError) for one in outcomes)


def test_without_a_file_there_is_no_exporter_and_a_bad_one_is_refused(tmp_path):
    (tmp_path / "snmp.yml").write_text("modules: 7\n")

    assert build_exporter(Settings(), ()) is None
    with pytest.raises(InvalidFile, match="must be a mapping of names"):
        build_exporter(Settings.model_validate({"exporter": {"snmp_yml": [str(tmp_path / "snmp.yml")]}}), ())
