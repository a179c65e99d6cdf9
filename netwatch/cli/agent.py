"""Speaks to the running agent over HTTP, at the address of `web.listen`.

May import: netwatch.config, netwatch.errors, netwatch.web. Called by: the commands that change something, or ask what
only the running agent knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NoReturn

from netwatch.cli.output import fail
from netwatch.errors import NetWatchError

if TYPE_CHECKING:
    import httpx

    from netwatch.config import Settings

PATIENCE_SECONDS = 10.0
CONNECT_SECONDS = 2.0


class NoAgent(NetWatchError):
    """No agent answers; says where it was looked for."""


class AgentRefused(NetWatchError):
    """The agent does not do what was asked for; says why in its words."""


class Agent:
    """The agent of a configuration."""

    def __init__(self, settings: Settings, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.url = url_of(settings.web.listen)
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
            with httpx.Client(timeout=patience, trust_env=False) as client:
                answer = client.request(method, self.url + path, params=params, json=body)
        except httpx.HTTPError as exc:
            why = str(exc) or type(exc).__name__
            raise NoAgent(f"no agent answers at {self.url} ({why})") from exc
        if answer.status_code not in (200, also):
            raise AgentRefused(_words_of(answer))
        try:
            return answer.json() if answer.content else None
        except ValueError as exc:
            raise NoAgent(f"what answers at {self.url} is no NetWatch agent") from exc


def url_of(listen: str) -> str:
    """Return where this machine reaches what listens there."""
    from netwatch.web import parse_listen

    address = parse_listen(listen)
    host = address.host
    if not host or ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{address.port}" if ":" in host else f"http://{host}:{address.port}"


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
