"""The HTTP server: uvicorn inside the running loop, on a socket opened here.

May import: netwatch.errors, netwatch.web. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from netwatch.errors import NetWatchError
from netwatch.web.live import Live
from netwatch.web.prometheus.gate import Gate, Headed
from netwatch.web.prometheus.watched import WatchedConfig
from netwatch.web.settings import WebSettings
from netwatch.web.sockets.connections import Connection, ScrapesConnection, WatchersConnection
from netwatch.web.sockets.listen import ListenAddress, parse_listen

_START_TIMEOUT_SECONDS = 10
_STOP_TIMEOUT_SECONDS = 2
_CUT_OFF_SECONDS = 1
"""After that long what does not notice that its connection was cut off is cancelled."""
_WAITING = 2048
"""Connections that may wait to be accepted."""
_WHY = {
    errno.EADDRINUSE: "something else listens there already (is NetWatch running twice?)",
    errno.EACCES: "this user may not; a port below 1024 needs CAP_NET_BIND_SERVICE, which the service unit that comes"
    " with NetWatch does not give: take a higher port, with a proxy before it",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}
_log = structlog.get_logger(__name__)


class CannotListen(NetWatchError):
    """The address of `web.listen`, `web.health_listen` or `web.scrape_listen` cannot be had; says why in words."""


class Server:
    """Serves an app between start() and stop(), on up to three addresses."""

    def __init__(self, app: FastAPI, settings: WebSettings, config: WatchedConfig | None = None) -> None:
        """Read what the listener for scrapes is to be like; nothing is opened yet.

        config: `web.config_file`, where it was read already.

        Raises:
            ConfigError: `web.config_file` or `web.scrape_config_file` cannot be used.
        """
        self._app = app
        own = config or WatchedConfig(Path(settings.config_file) if settings.config_file else None)
        self._page = _Listener(Headed(app, own), "web.listen", settings.listen, Connection, own.context())
        self._listeners = [self._page]
        self._health = self._page
        if settings.health_listen:
            self._health = _Listener(app, "web.health_listen", settings.health_listen, WatchersConnection)
            self._listeners.append(self._health)
        self._scrapes: _Listener | None = None
        if settings.scrape_listen:
            file = settings.scrape_config_file
            watched = WatchedConfig(Path(file) if file else None)
            self._scrapes = _Listener(
                Gate(app, watched), "web.scrape_listen", settings.scrape_listen, ScrapesConnection, watched.context()
            )
            self._listeners.append(self._scrapes)

    @property
    def live(self) -> Live:
        """Return the event streams of the pages that are open."""
        live: Live = self._app.state.live
        return live

    @property
    def port(self) -> int:
        """Return the port of the page, once started."""
        return self._page.port

    @property
    def health_port(self) -> int:
        """Return the port of `web.health_listen`, once started; that of the page where it is not set."""
        return self._health.port

    @property
    def scrape_port(self) -> int:
        """Return the port of `web.scrape_listen`, once started; 0 where it is not set."""
        return self._scrapes.port if self._scrapes is not None else 0

    @property
    def url(self) -> str:
        """Return where a browser on this machine finds the page, once started."""
        return self._page.url

    def try_addresses(self, besides: Server) -> None:
        """Find out whether it could listen; a port that another server of ours holds is taken to become free.

        Raises:
            CannotListen: an address cannot be had.
        """
        held = {listener.port for listener in besides._listeners}
        for listener in self._listeners:
            listener.try_address(held)

    def keep_listeners(self) -> KeptListeners:
        """Return the addresses listened at, to be held while this server stops and another takes over.

        Who connects meanwhile waits, and is refused nowhere.
        """
        return KeptListeners(listener.kept_open() for listener in self._listeners if listener.is_running)

    async def start(self, kept: KeptListeners | None = None) -> None:
        """Listen and serve; `kept` are the addresses of the server before this one.

        Raises:
            CannotListen: an address cannot be had.
        """
        try:
            for listener in self._listeners:
                await listener.start(kept or KeptListeners())
        except CannotListen:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Finish what is being answered, within two seconds, and close the ports."""
        if any(listener.is_running for listener in self._listeners):
            self.live.close()
        await asyncio.gather(*(listener.stop() for listener in self._listeners))


_Place = tuple[str, int | str]
"""Host and port; where any port will do, which setting says so."""


class KeptListeners:
    """Addresses held while one server takes over from another, with those who connect meanwhile."""

    def __init__(self, held: Iterable[tuple[_Place, socket.socket]] = ()) -> None:
        self._held = dict(held)

    def take(self, place: _Place) -> socket.socket | None:
        """Return the socket of an address, which is then the caller's; None where it is not held."""
        return self._held.pop(place, None)

    def close(self) -> None:
        """Give back what nobody took."""
        while self._held:
            self._held.popitem()[1].close()


class _Listener:
    """One address, and uvicorn behind it."""

    def __init__(
        self,
        app: ASGIApp,
        setting: str,
        listen: str,
        connection: type[Connection],
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._app, self._setting, self._connection, self._context = app, setting, connection, context
        self._address = parse_listen(listen)
        self._server: _Uvicorn | None = None
        self._task: asyncio.Task[None] | None = None
        self._opened: socket.socket | None = None
        self._place = (self._address.host, self._address.port or setting)
        self.port = 0

    @property
    def is_running(self) -> bool:
        return self._server is not None

    @property
    def url(self) -> str:
        scheme = "http" if self._context is None else "https"
        return f"{scheme}://{ListenAddress(host=self._address.host or '127.0.0.1', port=self.port)}/"

    def try_address(self, held: Collection[int]) -> None:
        if self._address.port not in held:
            _open(self._address, self._setting).close()

    def kept_open(self) -> tuple[_Place, socket.socket]:
        """Return where it listens, and the socket once more: the address stays taken when this listener stops."""
        assert self._opened is not None  # noqa: S101  # it runs
        return self._place, self._opened.dup()

    async def start(self, kept: KeptListeners) -> None:
        opened = self._opened = kept.take(self._place) or _open(self._address, self._setting)
        self.port = opened.getsockname()[1]
        config = uvicorn.Config(
            self._app, http=self._connection, ws="none", lifespan="off", log_config=None, access_log=False,
            server_header=False, proxy_headers=False,
            timeout_graceful_shutdown=_STOP_TIMEOUT_SECONDS + _CUT_OFF_SECONDS,
        )  # fmt: skip
        config.load()
        config.ssl = self._context
        self._server = _Uvicorn(config)
        self._task = asyncio.create_task(self._server.serve([opened]), name=f"web server of {self._setting}")
        async with asyncio.timeout(_START_TIMEOUT_SECONDS):
            await self._server.listening.wait()
        _log.info("web_listening", setting=self._setting, url=self.url)

    async def stop(self) -> None:
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_SECONDS):
                await asyncio.shield(self._task)
        except TimeoutError:
            # Before uvicorn cancels the answers that take too long: each of those would be a traceback.
            for connection in list(self._server.server_state.connections):
                if isinstance(connection, Connection):
                    connection.cut_off()
            await self._task
        self._server = self._task = self._opened = None


class _Uvicorn(uvicorn.Server):
    """uvicorn without its signal handlers: SIGTERM is for netwatch.app, which stops the rooms in their order."""

    def __init__(self, config: uvicorn.Config) -> None:
        # asyncio goes on accepting so many times after the system had no descriptor left, and plans a new try for
        # each of them: with the usual 2048 that never ends. How many may wait to be accepted is said below.
        config.backlog = 1
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for one in sockets or ():
            one.listen(_WAITING)
        self.listening.set()


def _open(address: ListenAddress, setting: str) -> socket.socket:
    try:
        if not address.host and socket.has_dualstack_ipv6():
            return socket.create_server(("", address.port), family=socket.AF_INET6, dualstack_ipv6=True)
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family)
    except OSError as exc:
        reason = _WHY.get(exc.errno or 0, exc.strerror or str(exc))
        raise CannotListen(f"{setting}: cannot listen on {address}: {reason}") from exc
