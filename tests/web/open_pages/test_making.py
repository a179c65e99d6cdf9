"""A page is made for a role, once for all who have it open; nothing of a person's session is in it."""

from __future__ import annotations

import asyncio
import json
from contextvars import copy_context

import pytest

from netwatch.web import Role, WebSettings, create_app
from netwatch.web.live import Live
from netwatch.web.open_pages.making import LONGEST_PAGE, key_of, renderer
from netwatch.web.open_pages.rooms import PageKey
from netwatch.web.users.callers import CALLER, LOGINS, Caller, Way
from tests.patience import PATIENCE_SECONDS

from ..conftest import Stage
from ..desk import Desk, silence_of
from ..house import bad_night, status_of


@pytest.fixture
async def stage():
    house = bad_night()
    desk = Desk(house)
    desk.put_silence(silence_of("s1", 'device="sw1"'))
    stage = Stage()
    stage.put_up(house, desk)
    return stage


@pytest.fixture
def app(stage):
    return create_app(stage, stage, WebSettings(), "9.9.9", actions=stage.actions)


def signed_in(role):
    """Have somebody of a role ask; in a task or context of its own, which ends with the test."""
    CALLER.set(Caller(name="who-looks", role=role, way=Way.SESSION, form_token="secret-token"))
    LOGINS.set(True)


async def test_a_viewers_page_offers_nothing_and_an_operators_has_no_token_and_no_name_of_anybody(app):
    signed_in(Role.OPERATOR)
    render = renderer(app)

    viewers, operators = [await render(PageKey(path="/silences", role=role)) for role in (Role.VIEWER, Role.OPERATOR)]

    assert "End now" in operators
    assert "End now" not in viewers
    assert "secret-token" not in operators + viewers
    assert "who-looks" not in operators
    assert CALLER.get().form_token == "secret-token"


async def test_where_nobody_signs_in_the_page_is_as_it_is_for_all(app):
    assert "End now" in await renderer(app)(PageKey(path="/silences"))


@pytest.mark.parametrize("path", ["/devices/nobody", "/static/live.js", "/alerts/x\ud800"])
async def test_what_is_no_page_is_empty(app, path):
    assert await renderer(app)(PageKey(path=path)) == ""


async def test_a_page_that_breaks_off_is_empty_and_ends_nothing(app, stage):
    stage._house.stand = lambda: 1 / 0

    assert await renderer(app)(PageKey(path="/")) == ""


@pytest.mark.parametrize("page", [
    "", "/api/v1/devices", "/metrics", "/events", "//evil.example/", "https://evil.example/devices", "/sign-in",
    "/-/reload", "/act/x", "/devicesx", "/" + "a" * LONGEST_PAGE, "/devices/\x00",
])  # fmt: skip
def test_only_pages_of_ours_are_heard_of(page):
    assert key_of(page) is None


def test_a_page_is_known_by_its_path_and_its_query():
    assert key_of("/devices/core%20sw1?said=x") == PageKey(path="/devices/core sw1", query="said=x")


def test_who_signs_in_shares_pages_with_others_of_his_role_and_hears_of_none_he_may_not_see():
    def asked(page):
        signed_in(Role.VIEWER)
        return key_of(page)

    keys = [copy_context().run(asked, page) for page in ("/alerts?q=a%20b", "/silences/new")]

    assert keys == [PageKey(path="/alerts", query="q=a%20b", role=Role.VIEWER), None]


async def test_two_who_have_a_page_open_are_told_the_same_part_and_it_was_made_once(app, stage):
    made = []

    async def render(key):
        made.append(key.path)
        return await renderer(app)(key)

    live = Live(stage, look_every_seconds=0.01, render=render)
    streams = [live.stream(PageKey(path="/devices/core-sw1")) for _ in range(2)]
    await asyncio.gather(*map(heard, streams))
    first = await asyncio.gather(*map(heard, streams))
    assert [name for name, _ in first] == ["whole"] * 2
    assert "core-sw1" in first[0][1]["main"]
    assert made == ["/devices/core-sw1"]
    waiting = [asyncio.create_task(heard(stream)) for stream in streams]

    stage._house.statuses[0] = status_of("core-sw1", up=False, trouble="no answer since a moment")
    told = await asyncio.gather(*waiting)

    assert told[0] == told[1]
    name, news = told[0]
    assert name == "whole" or "no answer since a moment" in json.dumps(news["parts"])
    assert made == ["/devices/core-sw1"] * 2
    for stream in streams:
        await stream.aclose()
    assert not live._rooms


async def heard(stream):
    text = await asyncio.wait_for(anext(stream), PATIENCE_SECONDS)
    fields = dict(
        line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in text.strip().splitlines()
    )
    return fields.get("event"), json.loads(fields["data"]) if fields.get("data") else None
