"""A really running server, in a thread of its own for the whole session; each test puts its own house behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from netwatch.app.pages.actions import Actions
from netwatch.engine import LinkSigner
from netwatch.metrics import Board, Exposition, Rendering
from netwatch.mib import load_index
from netwatch.web import Server, UsersFile, WebSettings, create_app
from tests.patience import PATIENCE_SECONDS

from .desk import Desk
from .house import SCHEMA, House
from .people import Page, put_two

Serve = Callable[..., httpx.AsyncClient]
LINKS = LinkSigner(b"k" * 32)
ROUTING = """
route: {receiver: noc, group_by: [device], routes: [
  {matchers: ['severity="critical"'], receiver: boss, continue: true}, {receiver: noc}]}
receivers: [{name: noc}, {name: boss}]
"""


class Stage:
    """Passes every question on to the house that a test put up; it is the metrics renderer too.

    What is to be changed goes the real way, through the app's Actions, to the test's desk.
    """

    def __init__(self) -> None:
        self.actions = _Actions(self)
        self.put_up(House(), None)

    def put_up(self, house: House, desk: Desk | None) -> None:
        self.woken = 0
        desk = desk or Desk(house)
        self.doing = Actions(
            desk=desk, corridor=desk, links=LINKS, receiver_names=["noc", "boss"], routing_text=ROUTING,
            wake_senders=self._wake,
        )  # fmt: skip
        board = Board()
        for readings in house.tables.values():
            for reading in readings:
                board.take_reading(reading)
        labels = {status.device.name: status.device.labels for status in house.statuses or ()}
        self._house, self._exposition = house, Exposition(board, SCHEMA, house.devices, device_labels=labels)

    def knows(self, device: str) -> bool:
        return self._exposition.knows(device)

    def render(self, accept: str = "", *, gzip: bool = False, device: str = "") -> Rendering:
        return self._exposition.render(accept, gzip=gzip, device=device)

    def _wake(self) -> None:
        self.woken += 1

    def __getattr__(self, name: str) -> object:
        return getattr(self._house, name)


class _Actions:
    """The actions of the house that stands now."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __getattr__(self, name: str) -> object:
        return getattr(self._stage.doing, name)


@pytest.fixture(scope="session")
def stage() -> Iterator[tuple[Stage, Server]]:
    """A running server and what it shows."""
    stage, settings = Stage(), WebSettings(listen="127.0.0.1:0")
    app = create_app(
        stage,
        stage,
        settings,
        "9.9.9",
        trap_log=stage,
        names=load_index(),
        actions=stage.actions,  # type: ignore[arg-type]
        history=stage,
    )
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
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_SECONDS, limits=httpx.Limits()) as client:

        def put_up(house: House, desk: Desk | None = None) -> httpx.AsyncClient:
            shown.put_up(house, desk)
            return client

        yield put_up


@pytest.fixture
async def serve_read_only() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that lets nobody change anything."""
    settings = WebSettings(read_only=True)
    app = create_app(*[Stage()] * 2, settings, "9.9.9")  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def users(tmp_path: Path) -> UsersFile:
    """A file with anna, an operator, and bert, a viewer."""
    return put_two(UsersFile(tmp_path / "users.yaml"))


@pytest.fixture
def page_with(users: UsersFile) -> Callable[..., Page]:
    """Return a page with these users, and settings of its own."""

    def build(**settings: object) -> Page:
        stage = Stage()
        stage.put_up(House(), None)
        return Page(users, WebSettings.model_validate(settings), stage)

    return build


@pytest.fixture
def page(page_with: Callable[..., Page]) -> Page:
    """A page with users."""
    return page_with()
