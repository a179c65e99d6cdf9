"""The pages, as a browser without scripts gets them."""

from __future__ import annotations

import pytest

from netwatch.model import AlertState

from ..house import COMMUNITY, House, bad_night
from .seen import HOSTILE, PAGES, Seen, hostile_house


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_whole_html_that_needs_nothing_from_elsewhere(serve, path):
    client = serve(bad_night())

    answer = await client.get(path)
    seen = Seen(answer.text)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (seen.wrong, seen.open) == ([], [])
    for name, value in seen.attributes:
        assert name != "style", "the content security policy forbids inline styles"
        assert not name.startswith("on")
        if name in ("href", "src", "action"):
            assert value.startswith(("/", "#"))


@pytest.mark.parametrize("path", ["/static/netwatch.css", "/static/live.js", "/static/icon-bad.svg"])
async def test_static_files_come_from_the_package(serve, path):
    client = serve(House())

    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", PAGES)
async def test_secrets_are_on_no_page(serve, path):
    client = serve(bad_night())

    assert COMMUNITY not in (await client.get(path)).text


@pytest.mark.parametrize(
    "path", ["/", "/devices", "/alerts", "/traps", "/outbox", "/outbox/m9", "the hostile device"]
)
async def test_device_text_is_text_and_never_markup(serve, path):
    client = serve(hostile_house())
    if path == "the hostile device":
        overview = (await client.get("/")).text
        path = next(link for link in overview.split('href="') if "%3Cscript" in link).split('"')[0]

    page = await client.get(path)
    seen = Seen(page.text)

    assert page.status_code == 200
    assert HOSTILE in seen.text
    scripts = [text for name, text in seen.attributes if name == "src"]
    assert seen.tags.count("script") == len(scripts) == 2, "only our own, from /static"
    assert all(text.startswith("/static/") for text in scripts)
    assert "img" not in seen.tags
    assert not any(name.startswith("on") for name, _ in seen.attributes)


async def test_alerts_and_mails_can_be_filtered_by_state(serve):
    client = serve(bad_night())

    firing = (await client.get("/alerts", params={"state": AlertState.FIRING.value})).text
    dead = (await client.get("/outbox", params={"state": "dead"})).text

    assert "InterfaceSaturated" in firing
    assert "InterfaceErrors" not in firing
    assert "[OK] nas1" in dead
    assert "[DOWN]" not in dead


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, "there is nothing here"),
        ("/devices/nobody", 404, "no device is called"),
        ("/outbox/none", 404, "there is no such mail"),
        ("/alerts?state=x", 400, "state: Input should be"),
        ("/static/../app.py", 404, "there is nothing here"),
        ("/static/%2e%2e/app.py", 404, "there is nothing here"),
    ],
)
async def test_errors_are_pages_with_words(serve, path, status, words):
    client = serve(bad_night())

    answer = await client.get(path)

    assert answer.status_code == status
    assert words in answer.text
    assert "<title>" in answer.text
