"""A really running server, in a thread of its own for the whole session; each test puts its own house behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from netwatch.metrics import Board, Exposition, Rendering
from netwatch.mib import load_index
from netwatch.web import Server, WebSettings, create_app

from .house import SCHEMA, House

Serve = Callable[[House], httpx.AsyncClient]


class Stage:
    """Passes every question on to the house that a test put up; it is the metrics renderer too."""

    def __init__(self) -> None:
        self.put_up(House())

    def put_up(self, house: House) -> None:
        board = Board()
        for readings in house.tables.values():
            for reading in readings:
                board.take_reading(reading)
        self._house, self._exposition = house, Exposition(board, SCHEMA, house.devices)

    def render(self, accept: str = "", *, gzip: bool = False) -> Rendering:
        return self._exposition.render(accept, gzip=gzip)

    def __getattr__(self, name: str) -> object:
        return getattr(self._house, name)


@pytest.fixture(scope="session")
def stage() -> Iterator[tuple[Stage, Server]]:
    """A running server and what it shows."""
    stage, settings = Stage(), WebSettings(listen="127.0.0.1:0")
    app = create_app(stage, stage, settings, "9.9.9", trap_log=stage, names=load_index())  # type: ignore[arg-type]
    server = Server(app, settings)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    yield stage, server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
async def serve(stage: tuple[Stage, Server]) -> AsyncIterator[Serve]:
    """`client = serve(house)` shows that house."""
    shown, server = stage
    async with httpx.AsyncClient(base_url=server.url, timeout=10, limits=httpx.Limits()) as client:

        def put_up(house: House) -> httpx.AsyncClient:
            shown.put_up(house)
            return client

        yield put_up
