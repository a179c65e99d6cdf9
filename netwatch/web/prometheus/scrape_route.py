"""/snmp, where scrape configurations made for snmp_exporter ask.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from netwatch.web.prometheus.metrics_route import wants_gzip
from netwatch.web.prometheus.negotiation import DOTS, escaping_asked, with_dots
from netwatch.web.routes import METHODS, head_of_a_stream
from netwatch.web.slots import Slots, Slotted
from netwatch.web.views import Scraper

MAX_DEVICE_SCRAPES = 256
"""Devices scraped at the same time; one who asks for more gets 503. A device that is silent takes its time-outs."""
TIMEOUT_HEADER = "x-prometheus-scrape-timeout-seconds"
_GZIP = 16 + zlib.MAX_WBITS
_NONE = "no snmp.yml is read: name the files in exporter.snmp_yml\n"


def scrape_router(scraper: Scraper | None) -> APIRouter:
    """Return the route; `scraper` is None where the configuration names no snmp.yml."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    slots = Slots(MAX_DEVICE_SCRAPES)

    @router.api_route("/snmp", methods=METHODS)
    async def snmp(request: Request) -> Response:
        if scraper is None:
            return PlainTextResponse(_NONE, 404)
        if request.method == "HEAD":
            return head_of_a_stream({"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
        return Slotted(slots, lambda: Scrape(scraper, request), "too many devices are scraped at once")

    return router


class Scrape(Response):
    """An answer that asks its device when it is sent, so that it holds a slot meanwhile."""

    def __init__(self, scraper: Scraper, request: Request) -> None:
        super().__init__()
        self._scraper, self._request = scraper, request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Scrape and answer."""
        headers = self._request.headers
        scraping = asyncio.ensure_future(
            self._scraper.scrape(
                parameters_of(self._request.query_params.multi_items()), _seconds(headers.get(TIMEOUT_HEADER, ""))
            )
        )
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((scraping, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not scraping.done():
                scraping.cancel()
        if scraping.cancelled() or not scraping.done():
            return  # nobody is there any more to read it
        answer = scraping.result()
        body, more = answer.body, {"Vary": "Accept, Accept-Encoding", "Content-Type": answer.content_type}
        if answer.status == 200:
            escaping = escaping_asked(headers.get("accept", ""))
            more["Content-Type"] += f"; escaping={escaping}"
            body = with_dots(body) if escaping == DOTS else body
        if answer.status == 200 and wants_gzip(headers.get("accept-encoding", "")):
            body = await asyncio.to_thread(_packed, body)
            more["Content-Encoding"] = "gzip"
        await Response(body, answer.status, headers=more)(scope, receive, send)


async def _gone(receive: Receive) -> None:
    """Return when whoever asked has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def parameters_of(items: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """Return every value of each parameter."""
    found: dict[str, list[str]] = {}
    for name, value in items:
        found.setdefault(name, []).append(value)
    return found


def _seconds(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _packed(body: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    return packer.compress(body) + packer.flush()
