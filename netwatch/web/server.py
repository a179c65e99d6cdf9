"""The HTTP server: uvicorn inside the running loop, on a socket opened here.

May import: netwatch.errors, netwatch.web. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator

import structlog
import uvicorn
from fastapi import FastAPI

from netwatch.errors import NetWatchError
from netwatch.web.connections import MAX_CONNECTIONS, Connection
from netwatch.web.listen import ListenAddress, parse_listen
from netwatch.web.live import Live
from netwatch.web.settings import WebSettings

_START_TIMEOUT_SECONDS = 10
_STOP_TIMEOUT_SECONDS = 2
_WHY = {
    errno.EADDRINUSE: "something else listens there already (is NetWatch running twice?)",
    errno.EACCES: "this user may not; ports below 1024 need CAP_NET_BIND_SERVICE",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}
_log = structlog.get_logger(__name__)


class CannotListen(NetWatchError):
    """The address of `web.listen` cannot be had; says why in words."""


class Server:
    """Serves an app between start() and stop()."""

    def __init__(self, app: FastAPI, settings: WebSettings) -> None:
        self._app = app
        self._address = parse_listen(settings.listen)
        self._server: _Uvicorn | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def live(self) -> Live:
        """Return the event streams of the pages that are open."""
        live: Live = self._app.state.live
        return live

    @property
    def url(self) -> str:
        """Return where a browser on this machine finds the page, once started."""
        return f"http://{ListenAddress(host=self._address.host or '127.0.0.1', port=self.port)}/"

    async def start(self) -> None:
        """Listen and serve.

        Raises:
            CannotListen: the address cannot be had.
        """
        opened = _open(self._address)
        self.port = opened.getsockname()[1]
        config = uvicorn.Config(
            self._app, http=Connection, ws="none", lifespan="off", log_config=None, access_log=False,
            server_header=False, proxy_headers=False, limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=_STOP_TIMEOUT_SECONDS,
        )  # fmt: skip
        self._server = _Uvicorn(config)
        self._task = asyncio.create_task(self._server.serve([opened]), name="web server")
        async with asyncio.timeout(_START_TIMEOUT_SECONDS):
            await self._server.listening.wait()
        _log.info("web_listening", url=self.url)

    async def stop(self) -> None:
        """Finish what is being answered, within two seconds, and close the port."""
        if self._server is None or self._task is None:
            return
        self.live.close()
        self._server.should_exit = True
        await self._task
        self._server = self._task = None


class _Uvicorn(uvicorn.Server):
    """uvicorn without its signal handlers: SIGTERM is for netwatch.app, which stops the rooms in their order."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def _open(address: ListenAddress) -> socket.socket:
    try:
        if not address.host and socket.has_dualstack_ipv6():
            return socket.create_server(("", address.port), family=socket.AF_INET6, dualstack_ipv6=True)
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family)
    except OSError as exc:
        reason = _WHY.get(exc.errno or 0, exc.strerror or str(exc))
        raise CannotListen(f"web.listen: cannot listen on {address}: {reason}") from exc
