"""The account's pages on a real server: slow and endless bodies, many tries at once, and a person on a phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from netwatch.web import Role, Server, WebSettings
from netwatch.web.sockets.connections import Connection

from ...people import PASSWORD, Page, cheap, form_token
from ...sockets.test_connections import answer_to
from .test_routes import FIELDS, NEW, change

PLACES = ("/account/password", "/account/sessions/0/end", "/sessions/0/end")


@pytest.fixture
async def server(page: Page, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(Connection, "request_seconds", 0.3)
    running = Server(page.app, WebSettings(listen="127.0.0.1:0"))
    await running.start()
    yield running
    await running.stop()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("length", "drip"),
    [("Content-Length: 60000", b"o"), ("Content-Length: 60000", b""), ("Transfer-Encoding: chunked", b"1\r\no\r\n")],
)
async def test_a_body_that_does_not_come_is_not_waited_for_and_nobody_else_waits(page, server, place, length, drip):
    session = (await page.signed_in()).cookies["netwatch_session"]
    begun = (
        f"POST {place} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: netwatch_session={session}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n"
    )

    slow = asyncio.create_task(answer_to(server, begun.encode(), drip=drip))
    other = await page.signed_in("bert")

    assert (await change(other)).status_code == 303
    assert (await slow).startswith(b"HTTP/1.1 4")
    assert (await page.sign_in(page.browser(), password=PASSWORD)).status_code == 303


async def test_a_body_of_more_than_anybody_reads_is_refused(page: Page):
    browser = await page.signed_in()
    token = form_token(await browser.get("/account"))

    answers = [
        await browser.post(place, data=FIELDS | {"form_token": token, "old": "x" * 100_000}) for place in PLACES
    ]

    assert [one.status_code for one in answers][:2] == [413, 413]
    assert answers[2].status_code in (403, 413)


async def test_of_two_who_change_a_password_at_once_one_does_and_nobody_is_left_without(page: Page):
    one, other = await page.signed_in(), await page.signed_in()

    answers = await asyncio.gather(change(one, new="battery staple"), change(other, new="other staple"))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses in ([303, 409], [303, 400], [303, 303])
    right = [
        (await page.sign_in(page.browser(), password=word)).status_code == 303
        for word in ("battery staple", "other staple", PASSWORD)
    ]
    assert sum(right[:2]) == 1
    assert not right[2]


async def test_many_guesses_at_once_are_counted_each(page: Page):
    browser = await page.signed_in()
    token = form_token(await browser.get("/account"))

    answers = await asyncio.gather(
        *(
            browser.post("/account/password", data=FIELDS | {"old": f"guess {number}", "form_token": token})
            for number in range(12)
        )
    )

    assert sorted(one.status_code for one in answers) == [400] * 5 + [429] * 7


async def test_who_was_made_less_or_is_gone_may_no_more_than_that_with_a_session_from_before(page: Page):
    page.file.put_user("root", Role.ADMIN, cheap(PASSWORD))
    page.wait(seconds=2)
    root = await page.signed_in("root")
    listed = await root.get("/sessions")

    page.file.put_user("root", Role.VIEWER)
    page.wait(seconds=2)
    less = [await root.get("/sessions"), await root.post("/sessions/0/end", data={"form_token": form_token(listed)})]
    page.file.remove_user("root")
    page.wait(seconds=2)
    gone = await root.post("/account/password", data=FIELDS | {"form_token": form_token(listed)})

    assert listed.status_code == 200
    assert [one.status_code for one in less] == [403, 403]
    assert gone.status_code == 303  # to sign in
    assert gone.headers["location"].startswith("/sign-in")
    assert "root" not in page.file.people().users


async def test_a_person_changes_his_password_on_a_phone_without_scripts(page: Page, browser):
    running = Server(page.app, WebSettings(listen="127.0.0.1:0"))
    await running.start()
    url = running.url.rstrip("/")
    await browser.call("Emulation.setScriptExecutionDisabled", value=True)
    await browser.call("Emulation.setDeviceMetricsOverride", width=320, height=2000, deviceScaleFactor=2, mobile=True)
    try:
        await browser.open(f"{url}/account")
        await browser.type("[name=name]", "anna")
        await browser.type("[name=password]", PASSWORD)
        await browser.click("button.main")
        await browser.until("location.pathname === '/account' && document.readyState === 'complete'")
        assert await browser.value("document.documentElement.scrollWidth") == 320
        for name, text in (("old", PASSWORD), ("new", NEW), ("again", NEW)):
            await browser.type(f"[name={name}]", text)
        await browser.click("form[action='/account/password'] button.main")
        await browser.until("document.querySelector('.notice.good')?.innerText.includes('another one now')")
        assert await browser.value("document.querySelectorAll('table.sessions tbody tr').length") == 1
        await browser.click("table.sessions form button")
        await browser.until("location.pathname === '/sign-in' && document.readyState === 'complete'")
    finally:
        await running.stop()

    assert browser.complaints == []
    assert (await page.sign_in(page.browser(), password=NEW)).status_code == 303
