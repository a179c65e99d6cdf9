"""A page with users: anna is an operator, bert a viewer, and the clock stands where a test puts it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from netwatch.model import Event, Memory
from netwatch.web import Gatekeeper, Role, UsersFile, WatchedPeople, WebSettings, create_app

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PASSWORD = "correct horse"
FIELD = re.compile(r'name="form_token" value="([^"]+)"')


def cheap(password: str) -> str:
    """Return a hash of a password that costs next to nothing."""
    return Argon2id(salt=b"s" * 16, length=32, iterations=1, lanes=1, memory_cost=8).derive_phc_encoded(
        password.encode()
    )


@dataclass
class Page:
    """The app, what it wrote down, and the browsers that look at it."""

    file: UsersFile
    settings: WebSettings
    stage: Any
    now: datetime = NOW
    events: list[Event] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open_anew()

    def open_anew(self, *, recalled: bool = False) -> None:
        """Start the app, as after a restart."""
        people = WatchedPeople(self.file.path, clock=lambda: self.now.timestamp())
        self.keeper = Gatekeeper(
            self.settings, people, remember=self.memories.append, tell=self.events.append,
            clock=lambda: self.now, ticks=lambda: self.now.timestamp(),
        )  # fmt: skip
        if recalled:
            kept = {(one.scope, one.key): one for one in self.memories}
            alive = [one for one in kept.values() if one.text is not None]
            self.keeper.recall(
                [one for one in alive if one.scope == "sessions"], [one for one in alive if one.scope == "local_key"]
            )
        stage = self.stage
        self.app = create_app(
            stage, stage, self.settings, "9.9.9", actions=stage.actions, trap_log=stage, keeper=self.keeper
        )

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def browser(self, address: str = "192.0.2.1", base_url: str = "http://127.0.0.1") -> httpx.AsyncClient:
        """Return a browser that nobody has signed in with."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 40000))
        client = httpx.AsyncClient(transport=transport, base_url=base_url, headers={"Accept": "text/html"})
        self.clients.append(client)
        return client

    async def sign_in(
        self, browser: httpx.AsyncClient, name: str = "anna", password: str = PASSWORD, place: str = "/"
    ) -> httpx.Response:
        """Fill in the form and send it."""
        form = await browser.get("/sign-in", params={"next": place})
        token = FIELD.search(form.text)
        fields = {"name": name, "password": password, "next": place, "form_token": token[1] if token else ""}
        return await browser.post("/sign-in", data=fields)

    async def signed_in(self, name: str = "anna", **more: Any) -> httpx.AsyncClient:
        """Return a browser of somebody."""
        browser = self.browser(**more)
        answer = await self.sign_in(browser, name)
        assert answer.status_code == 303
        return browser

    def told(self) -> list[str]:
        """Return what the event log says."""
        return [event.text for event in self.events]


def form_token(page: httpx.Response) -> str:
    """Return what the forms of a page carry."""
    found = FIELD.search(page.text)
    assert found is not None
    return found[1]


def put_two(file: UsersFile) -> UsersFile:
    """Write anna and bert into a file."""
    file.put_user("anna", Role.OPERATOR, cheap(PASSWORD))
    file.put_user("bert", Role.VIEWER, cheap(PASSWORD))
    return file
