"""The real amtool shows a name and a password, or a token, and is told what it may not do."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwatch.web import Role, Server, WebSettings
from netwatch.web.users.people import new_token
from tests.patience import PATIENCE_SECONDS

from ..people import NOW, PASSWORD, Page


@pytest.fixture
async def url(page: Page) -> AsyncIterator[str]:
    """A running server with the users of `page`."""
    token_id, page.token, hashed = new_token()  # type: ignore[attr-defined]
    page.file.put_token(token_id, "bot", Role.OPERATOR, hashed, NOW + timedelta(days=1))
    page.open_anew()
    server = Server(page.app, WebSettings(listen="127.0.0.1:0"))
    await server.start()
    yield server.url.rstrip("/")
    await server.stop()


async def amtool(url: str, folder: Path, config: str, *arguments: str) -> tuple[int, str]:
    program = shutil.which("amtool")
    if program is None:
        pytest.skip("amtool is not installed (Debian package: prometheus-alertmanager)")
    (folder / "http.yml").write_text(config)
    process = await asyncio.create_subprocess_exec(
        program, f"--alertmanager.url={url}", f"--http.config.file={folder / 'http.yml'}", *arguments,
        env={"HOME": str(folder)}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    return process.returncode or 0, out.decode()


async def test_amtool_silences_as_who_it_says_it_is(page: Page, url, tmp_path):
    as_anna, as_bert = (f"basic_auth: {{username: {name}, password: {PASSWORD}}}" for name in ("anna", "bert"))
    as_bot = f"authorization: {{type: Bearer, credentials: {page.token}}}"  # type: ignore[attr-defined]
    order = ("silence", "add", "device=sw1", "--comment", "upgrade", "--author", "the boss")

    made = [await amtool(url, tmp_path, config, *order) for config in (as_anna, as_bot)]
    may_not = await amtool(url, tmp_path, as_bert, *order)
    stranger = await amtool(url, tmp_path, "{}", *order)
    listed = await amtool(url, tmp_path, as_bert, "silence", "query", "-o", "json")

    assert [code for code, _ in made] == [0, 0], made
    assert may_not[0] != 0
    assert stranger[0] != 0
    assert listed[0] == 0
    assert '"createdBy":"anna"' in listed[1]
    assert '"createdBy":"bot (token' in listed[1]
    assert "the boss" not in listed[1]
