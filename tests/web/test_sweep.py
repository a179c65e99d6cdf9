"""Every route, asked in every way: whatever comes, the answer is no error of ours and says what was wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Mount

from netwatch.metrics import Board, Exposition
from netwatch.web import WebSettings, create_app

from .house import House, bad_night
from .posts import JSON, dumped, posted

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"]
SUBSTITUTES = ["core-sw1", "m4", "a/b c?", "\N{SNOWMAN}" * 300]
AS_JSON, AS_FORM = "application/json", "application/x-www-form-urlencoded"
BODIES: list[tuple[str, bytes]] = [
    ("", b""),
    (AS_JSON, b"[" * 60_000),
    (AS_JSON, b'{"ids":' * 9_000),
    (AS_JSON, b'{"ids": ["\\ud800", "\\u0000"], "by": "x", "matchers": 1e999}'),
    (AS_JSON, b"9" * 60_000),
    (AS_JSON, b"\xff\xfe{\x00}\x00"),
    (AS_JSON, dumped(posted(startsAt="0001-01-01T00:00:00+23:59", endsAt="9999-12-31T23:59:59.999999-23:59"))),
    (AS_JSON, dumped(posted(matchers=[{"name": "a", "value": "(" * 990, "isRegex": True}] * 100))),
    (AS_FORM, b"matchers=" + b"%7B" * 20_000),
    (AS_FORM, b"matchers=a%3D" + b"%20" * 20_000 + b"%22x"),
    (AS_FORM, b"id=%00&by=%ff&%=%zz&ends=99999999999999999999d&starts=1e400"),
    (AS_FORM, b"ends=9999-12-31 23:59&matchers=device=x&author=a&comment=b&&&==" + b"&a=b" * 290),
    ("multipart/form-data", b"--x\r\n\r\n"),
    ("text/plain; charset=nothing", b"\x00" * 70_000),
]
QUERIES = [
    "", "?limit=99999999999999999999&page=-1&up=maybe&q=%E2%98%83", "?filter=%7B%7B%7B&matcher=(&after=e30&silence=x",
    "?at=0001-01-01T00:00:00%2B23:59&rule=x&device=y&alert=z", "?limit=%D9%A3&page=1e3&state=&sort=&muted=2&acked=-",
    "?filter=a%3D~%22(((((%22&receiver=%5B&matcher=a%3D~%22%5C%22",
]  # fmt: skip


def every_route(app: FastAPI) -> list[tuple[str, frozenset[str]]]:
    """Return the paths and methods of all routes, those of included routers too."""

    def leaves(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, frozenset[str]]]:
        for route in routes:
            router = getattr(route, "original_router", None)
            if router is not None:
                yield from leaves(router.routes)
            elif isinstance(route, Mount):
                yield f"{route.path}/{{file}}", frozenset({"GET", "HEAD"})
            else:
                yield route.path, frozenset(route.methods)  # type: ignore[attr-defined]

    return list(leaves(app.routes))


SETTINGS = WebSettings()
APP = create_app(bad_night(), Exposition(Board(), {}), SETTINGS, "9.9.9")
ROUTES = every_route(APP)
PATHS = sorted({path for path, _ in ROUTES})


def filled(path: str, text: str) -> str:
    return re.sub(r"\{[^}]*\}", quote(text, safe=""), path)


def is_in_words(answer: httpx.Response, method: str) -> bool:
    """Return whether what is refused is told in the form of whoever asks."""
    if answer.status_code < 400 or method == "HEAD":
        return True
    kind = answer.headers["content-type"].partition(";")[0]
    is_json = answer.request.url.path.startswith(("/api/", "/prometheus/"))
    wanted = ("application/json",) if is_json else ("text/html", "text/plain")
    return kind in wanted and len(answer.content) > 2


async def ask(client: httpx.AsyncClient, method: str, path: str, kind: str = "", body: bytes = b"") -> httpx.Response:
    """Ask; of a stream without end only the beginning is read."""
    asked = client.build_request(method, path, content=body, headers={"Content-Type": kind} if kind else {})
    answer = await client.send(asked, stream=True)
    if method == "GET" and answer.headers.get("content-type", "").startswith("text/event-stream"):
        await answer.aclose()
    else:
        await answer.aread()
    return answer


def test_the_routes_are_all_of_them():
    assert len(PATHS) >= 31
    assert {"/metrics", "/events", "/api/v2/silences", "/api/v1/devices/{name:path}", "/static/{file}"} <= set(PATHS)


@pytest.mark.parametrize("method", METHODS)
async def test_no_route_fails_however_it_is_asked(serve, method):
    """Sixty routes with seven bodies each take seconds, so a method that a path does not take brings one of them."""
    client = serve(bad_night())
    failed, seen = [], set()

    for number, path in enumerate(PATHS):
        bodies = BODIES[(number + METHODS.index(method)) % 2 :: 2]
        if method not in taken_by(path):
            bodies = bodies[number % len(bodies) :][:1]
        for turn, (kind, body) in enumerate(bodies, start=number):
            text, query = SUBSTITUTES[turn % len(SUBSTITUTES)], QUERIES[turn % len(QUERIES)]
            answer = await ask(client, method, filled(path, text) + query, kind, body)
            seen.add(answer.status_code)
            if answer.status_code >= 500 or not is_in_words(answer, method):
                failed.append((path, text, query, kind, body[:40], answer.status_code, answer.headers))

    assert not failed
    assert seen


@pytest.mark.parametrize("method", METHODS)
async def test_a_method_a_path_does_not_take_is_405_and_told_which_it_does(serve, method):
    client = serve(bad_night())

    for path in PATHS:
        takes = taken_by(path)
        answer = await ask(client, method, filled(path, "core-sw1"))
        if method in takes:
            assert answer.status_code != 405 or path == "/api/v2/alerts", path  # there to say who takes alerts
        else:
            assert answer.status_code == 405, path
            assert set(answer.headers["allow"].split(", ")) == takes, path


def taken_by(path: str) -> set[str]:
    """Return the methods that some route takes for a path."""
    return set().union(*(methods for other, methods in ROUTES if covers(other, path)))


def covers(route: str, path: str) -> bool:
    """Return whether a route takes what another path is when it is filled in."""
    pattern = re.sub(r"\\\{[^}]*path\\\}", ".*", re.escape(route))
    return re.fullmatch(re.sub(r"\\\{[^}]*\\\}", "[^/]+", pattern), filled(path, "core-sw1")) is not None


async def test_head_says_what_get_would_say_and_sends_nothing(serve):
    client = serve(bad_night())
    changing = {"date", "transfer-encoding"}

    for path, methods in ROUTES:
        if "GET" not in methods:
            continue
        place = filled(path, "live.js" if path.startswith("/static") else "core-sw1")
        shown, head = await ask(client, "GET", place), await ask(client, "HEAD", place)
        assert head.status_code == shown.status_code, path
        assert head.content == b"", path
        kept = [
            {name: name == "content-length" or value for name, value in one.headers.items() if name not in changing}
            for one in (shown, head)  # the length of a page that says how long ago something was may change
        ]
        assert kept[0] == kept[1], path


TARGET = st.sampled_from(PATHS)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAMES = [
    "limit",
    "after",
    "q",
    "filter",
    "matcher",
    "at",
    "page",
    "state",
    "up",
    "sort",
    "device",
    "silence",
    "receiver",
]
QUERY = st.lists(st.tuples(st.sampled_from(NAMES), TEXT | st.integers().map(str)), max_size=3)
BODY = st.binary(max_size=80) | JSON.map(dumped) | QUERY.map(lambda pairs: str(httpx.QueryParams(pairs)).encode())


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    method=st.sampled_from(METHODS), path=TARGET, text=TEXT, query=QUERY, body=BODY,
    kind=st.sampled_from(["", AS_JSON, AS_FORM, "application/json; charset=latin1"]),
)  # fmt: skip
async def test_whatever_is_asked_nothing_fails(serve, method, path, text, query, body, kind):
    client = serve(House())

    answer = await ask(client, method, f"{filled(path, text)}?{httpx.QueryParams(query)}", kind, body)

    assert answer.status_code < 500
    assert is_in_words(answer, method)


@pytest.mark.parametrize(
    "target",
    [
        "/devices/%",
        "/devices/%zz",
        "/api/v1/devices/%00",
        "/api/v2/alerts?filter=%",
        "/alerts?q=%ED%A0%80",
        "/traps?q=%ff",
    ],
)
async def test_an_escape_that_is_none_is_refused_in_words(serve, target):
    url = httpx.URL(str(serve(House()).base_url)).copy_with(raw_path=target.encode())
    answer = await serve(House()).get(url)

    assert answer.status_code == 400
    assert is_in_words(answer, "GET")
