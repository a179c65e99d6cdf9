"""/snmp over HTTP: the parameters and the time-out go through, the answer comes back, and not without end at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from netwatch.web import WebSettings, create_app
from netwatch.web.prometheus import scrape_route

from ..house import House


@dataclass(frozen=True)
class Answer:
    status: int = 200
    content_type: str = "text/plain; version=0.0.4; charset=utf-8"
    body: bytes = b"ifMtu 1500\n"


class Asked:
    """Stands for the exporter: keeps what it is asked, and answers when it may."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.questions: list[tuple[Mapping[str, Sequence[str]], float | None]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def scrape(self, parameters: Mapping[str, Sequence[str]], timeout_seconds: float | None = None) -> Answer:
        self.questions.append((parameters, timeout_seconds))
        await self.may_answer.wait()
        return self._answer


@asynccontextmanager
async def client_of(scraper: Asked | None) -> AsyncIterator[httpx.AsyncClient]:
    house = House()
    app = create_app(house, house, WebSettings(), "9.9.9", scraper=scraper)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        yield client


async def test_every_parameter_and_the_time_out_reach_the_exporter():
    scraper = Asked(Answer())
    headers = {"X-Prometheus-Scrape-Timeout-Seconds": "9.5", "Accept-Encoding": "gzip"}

    async with client_of(scraper) as client:
        answer = await client.get("/snmp?target=sw1&module=a,b&module=c&strict=1", headers=headers)

    assert scraper.questions == [({"target": ["sw1"], "module": ["a,b", "c"], "strict": ["1"]}, 9.5)]
    assert (answer.status_code, answer.text) == (200, "ifMtu 1500\n")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"


async def test_what_cannot_be_answered_is_said_with_its_status():
    async with client_of(Asked(Answer(403, "text/plain; charset=utf-8", b"no\n"))) as client:
        answer = await client.get("/snmp?target=x", headers={"X-Prometheus-Scrape-Timeout-Seconds": "soon"})

    assert (answer.status_code, answer.text) == (403, "no\n")


async def test_without_a_snmp_yml_it_says_where_one_is_named():
    async with client_of(None) as client:
        answer = await client.get("/snmp?target=x")

    assert answer.status_code == 404
    assert "exporter.snmp_yml" in answer.text


async def test_head_asks_no_device():
    scraper = Asked(Answer())

    async with client_of(scraper) as client:
        answer = await client.head("/snmp?target=sw1")

    assert (answer.status_code, answer.content, scraper.questions) == (200, b"", [])


async def test_more_at_once_than_there_is_room_for_is_a_503(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scrape_route, "MAX_DEVICE_SCRAPES", 4)
    scraper = Asked(Answer())
    scraper.may_answer.clear()

    async with client_of(scraper) as client:
        asking = [asyncio.create_task(client.get("/snmp?target=sw1")) for _ in range(5)]
        done, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        scraper.may_answer.set()
        statuses = sorted([(await one).status_code for one in asking])

    assert {one.result().status_code for one in done} == {503}
    assert statuses.count(200) == 3  # of four, one is kept for other addresses
