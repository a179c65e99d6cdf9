"""Whose page a request comes from."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.web.metrics import REFUSED_CHANGES
from netwatch.web.users.origin import is_foreign

from ..house import House
from ..posts import posted

HERE = {"host": "192.0.2.5:10916"}
OUTSIDE = "https://netwatch.example.net/"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://192.0.2.5:10916"},
        {"origin": "https://192.0.2.5:10916"},
        {"origin": "https://netwatch.example.net"},
        {"origin": "https://netwatch.example.net:443"},
        {"origin": "https://NetWatch.example.net"},
        {"sec-fetch-site": "same-origin", "origin": "http://192.0.2.5:10916"},
        {"sec-fetch-site": "none"},
        {"host": "netwatch", "origin": "http://netwatch"},
        {"host": "netwatch:80", "origin": "http://netwatch"},
        {"host": "[::1]:10916", "origin": "http://[::1]:10916"},
    ],
)
def test_our_own_page_and_programs_that_are_no_browsers_may_change_things(headers):
    assert not is_foreign(HERE | headers, OUTSIDE)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://evil.example.com"},
        {"origin": "http://192.0.2.5"},
        {"origin": "http://192.0.2.5:8080"},
        {"origin": "http://192.0.2.5:10916.evil.example.com"},
        {"origin": "https://netwatch.example.net.evil.example.com"},
        {"origin": "http://netwatch.example.net:port"},
        {"origin": "chrome-extension://abc"},
        {"host": "", "origin": "http://"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://192.0.2.5:10916"},
        {"sec-fetch-site": "cross-site", "origin": "http://192.0.2.5:10916"},
        {"sec-fetch-site": ""},
    ],
)
def test_other_sites_pages_may_not(headers):
    assert is_foreign(HERE | headers, OUTSIDE)


@given(origin=st.text(max_size=40), host=st.text(max_size=40))
def test_whatever_stands_in_the_headers_there_is_an_answer(origin, host):
    assert is_foreign({"origin": origin, "host": host}, "") in (True, False)


async def test_a_foreign_page_is_refused_before_anything_is_done(serve):
    client = serve(House())
    before = REFUSED_CHANGES.labels("foreign_page")._value.get()

    answer = await client.post("/api/v2/silences", json=posted(), headers={"Origin": "http://evil.example.com"})
    other = await client.post("/silences", data={}, headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, other.status_code) == (403, 403)
    assert "another site's page" in answer.json()
    assert "another site's page" in other.text
    assert (await client.get("/api/v2/silences")).json() == []
    assert REFUSED_CHANGES.labels("foreign_page")._value.get() == before + 2


async def test_reading_is_not_the_matter_of_origins(serve):
    client = serve(House())

    assert (await client.get("/api/v2/silences", headers={"Origin": "http://evil.example.com"})).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v2/silences"),
        ("DELETE", "/api/v2/silence/00000000-0000-0000-0000-000000000000"),
        ("POST", "/api/v1/ack"),
        ("POST", "/api/v1/forget"),
        ("POST", "/forget"),
        ("POST", "/silences"),
        ("POST", "/anything/at/all"),
    ],
)
async def test_where_only_reading_is_allowed_every_change_is_refused_in_words(serve_read_only, method, path):
    client: httpx.AsyncClient = serve_read_only

    answer = await client.request(method, path)

    assert answer.status_code == 403
    assert "web.read_only" in answer.text
    assert (await client.get("/api/v2/silences")).status_code == 200
