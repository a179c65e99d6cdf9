"""Speaks to the running agent over HTTP, at the address of `web.listen`.

Where people sign in there, a command shows the token in NETWATCH_TOKEN, or that it can read the agent's database.

May import: netwatch.config, netwatch.errors, netwatch.web. Called by: the commands that change something, or ask what
only the running agent knows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from netwatch.cli.output import fail
from netwatch.cli.person import person
from netwatch.errors import ConfigError, NetWatchError, StoreError

if TYPE_CHECKING:
    import ssl

    import httpx

    from netwatch.config import Settings
    from netwatch.model import Memory
    from netwatch.web import LocalKey

PATIENCE_SECONDS = 10.0
CONNECT_SECONDS = 2.0


class NoAgent(NetWatchError):
    """No agent answers; says where it was looked for."""


class AgentRefused(NetWatchError):
    """The agent does not do what was asked for; says why in its words."""


class Agent:
    """The agent of a configuration."""

    def __init__(
        self,
        settings: Settings,
        patience_seconds: float = PATIENCE_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        web = settings.web
        self._settings = settings
        self._clock = clock
        self._key: LocalKey | None = None
        self._looked = False
        self._trusting = _trusting(Path(web.config_file)) if web.config_file else None
        self.url = url_of(web.listen, tls=self._trusting is not None)
        self._patience_seconds = patience_seconds

    def ask(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Return what a GET brings.

        Raises:
            NoAgent: nobody answers, or not as an agent does.
            AgentRefused: it says no.
        """
        return self.call("GET", path, params=params)

    def call(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: object = None, also: int = 0
    ) -> Any:
        """Return the JSON of an answer, None for none; `also` is a status beside 200 that is an answer.

        Raises:
            NoAgent: nobody answers, or not as an agent does.
            AgentRefused: it says no.
        """
        import httpx  # takes longer to load than most of what needs no agent

        patience = httpx.Timeout(self._patience_seconds, connect=CONNECT_SECONDS)
        try:
            with httpx.Client(timeout=patience, trust_env=False, verify=self._trusting or True) as client:
                answer = client.request(method, self.url + path, params=params, json=body, headers=self._said())
        except httpx.HTTPError as exc:
            why = str(exc) or type(exc).__name__
            raise NoAgent(f"no agent answers at {self.url} ({why})") from exc
        if answer.status_code == 401 and self._settings.web.asks_who:
            raise AgentRefused(f"{_words_of(answer)}; {_AS_WHOM}")
        if answer.status_code not in (200, also):
            raise AgentRefused(_words_of(answer))
        try:
            return answer.json() if answer.content else None
        except ValueError as exc:
            raise NoAgent(f"what answers at {self.url} is no NetWatch agent") from exc

    def _said(self) -> Mapping[str, str]:
        """Return the header that says who asks, for now: a command may run for hours."""
        if not self._settings.web.asks_who:
            return {}
        if token := os.environ.get("NETWATCH_TOKEN", "").strip():
            return {"Authorization": f"Bearer {token}"}
        if not self._looked:
            self._key, self._looked = _key_of(self._settings), True
        return {"Authorization": self._key.authorization(person(), self._clock())} if self._key is not None else {}


_AS_WHOM = "run this as who can read the agent's database, or set NETWATCH_TOKEN to one of `netwatch token create`"


def _key_of(settings: Settings) -> LocalKey | None:
    """Return what shows that we can read the agent's database, None where we cannot."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from netwatch.store import StoreReader
    from netwatch.web import LOCAL_MEMORY, LocalKey

    async def memories() -> Sequence[Memory]:
        store = StoreReader(settings.store)
        await store.start()
        try:
            return await store.memories(LOCAL_MEMORY)
        finally:
            await store.stop()

    key = LocalKey()
    try:
        with ThreadPoolExecutor(1) as thread:  # a command may have a loop of its own already
            kept = thread.submit(asyncio.run, memories()).result()
    except StoreError:
        return None
    return key if key.restore(kept) else None


def _trusting(config_file: Path) -> ssl.SSLContext | None:
    """Return what trusts the very certificate that the agent shows, whatever name it is for; None without TLS."""
    import ssl

    from netwatch.web import certificate_in

    try:
        certificate = certificate_in(config_file)
    except (ConfigError, OSError):  # of another user, perhaps: it must then be one that this machine trusts
        return ssl.create_default_context()
    if not certificate:
        return None
    context = ssl.create_default_context(cadata=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def url_of(listen: str, *, tls: bool = False) -> str:
    """Return where this machine reaches what listens there."""
    from netwatch.web import parse_listen

    address = parse_listen(listen)
    host = address.host
    if not host or ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{address.port}" if ":" in host else f"{scheme}://{host}:{address.port}"


def asked_to_fail(exc: NoAgent | AgentRefused) -> NoReturn:
    """Leave with the agent's own words, or with the news that there is none."""
    if isinstance(exc, NoAgent):
        fail(f"{exc}; is `netwatch run` running?")
    fail(f"the agent says no: {exc}")


def _words_of(answer: httpx.Response) -> str:
    """Return why the agent refuses: an error of the API, a text of Alertmanager's API, or a line of plain text."""
    try:
        told = answer.json()
    except ValueError:
        told = answer.text.strip().splitlines()[0] if answer.text.strip() else f"status {answer.status_code}"
    return str(told.get("error", told) if isinstance(told, Mapping) else told)
