"""Who shows what, and what is then let through: tokens, passwords, the word of a proxy, sessions over time."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from datetime import timedelta

import pytest

from netwatch.web import LocalKey, Role
from netwatch.web.users.people import new_token

from ..people import NOW, PASSWORD, Page, cheap, form_token

PROXY = {"from": ["192.0.2.0/24"], "user_header": "X-Remote-User", "role_header": "X-Remote-Role"}
MATCHER = {"name": "device", "value": "sw1", "isRegex": False, "isEqual": True}
SILENCE = {
    "matchers": [MATCHER], "startsAt": "2026-11-30T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z",
    "createdBy": "the boss", "comment": "core upgrade",
}  # fmt: skip


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def with_token(page: Page, role: Role, days: int | None = 90, name: str = "bot") -> str:
    """Return a token that the page knows."""
    token_id, token, hashed = new_token()
    page.file.put_token(token_id, name, role, hashed, NOW + timedelta(days=days) if days else None)
    page.open_anew()
    return token


async def test_a_token_may_what_its_role_may_until_it_ends_and_what_it_does_is_noted_under_its_name(page: Page):
    token = with_token(page, Role.OPERATOR)
    browser = page.browser()

    metrics = await browser.get("/metrics", headers=bearer(token))
    made = await browser.post("/api/v2/silences", json=SILENCE, headers=bearer(token))
    reload = await browser.post("/-/reload", headers=bearer(token))
    (silence,) = (await browser.get("/api/v1/silences", headers=bearer(token))).json()
    page.wait(days=91)
    over = await browser.get("/metrics", headers=bearer(token))

    assert [one.status_code for one in (metrics, made, reload, over)] == [200, 200, 403, 401]
    assert silence["created_by"] == f"bot (token {token.split('_')[1]})"
    assert "this token ended on 2027-02-28 at 12:00 UTC" in over.text
    assert page.told() == ["the token bot, which has ended, was shown from 192.0.2.1"]


async def test_a_token_is_no_cookie_no_password_and_no_other_token(page: Page):
    token, browser = with_token(page, Role.ADMIN), page.browser()
    other = with_token(page, Role.VIEWER, name="wall")
    mixed = f"nw_{token.split('_')[1]}_{other.split('_', 2)[2]}"
    tries = (
        bearer(token[:-1]), bearer(token + "A"), bearer(mixed), bearer(token.swapcase()), bearer(""), bearer("nw__"),
        bearer("nw_" + "a" * 100_0), bearer(f"{token} {token}"), {"Authorization": token},
        {"Cookie": f"netwatch_session={token}"}, basic("bot", token), basic(token, ""), basic("", token),
        {"Authorization": "Bearer"}, {"Authorization": "netwatch-local 1.YQ.00"}, {"X-Remote-User": "anna"},
    )  # fmt: skip

    statuses = [(await browser.get("/metrics", headers=one)).status_code for one in tries]

    assert (await browser.get("/metrics", headers=bearer(token))).status_code == 200
    assert [one for one in statuses if one not in (303, 401, 429)] == []
    assert token.split("_", 2)[2] not in page.file.path.read_text()


async def test_a_token_that_is_revoked_is_refused_without_a_restart(page: Page):
    token = with_token(page, Role.VIEWER)
    browser = page.browser()
    before = await browser.get("/metrics", headers=bearer(token))

    page.file.remove_token(token.split("_")[1])
    page.wait(seconds=2)

    assert (before.status_code, (await browser.get("/metrics", headers=bearer(token))).status_code) == (200, 401)


async def test_amtool_and_prometheus_show_a_name_and_a_password(page: Page):
    browser = page.browser()

    right = await browser.get("/api/v2/status", headers=basic("anna", PASSWORD))
    made = await browser.post("/api/v2/silences", json=SILENCE, headers=basic("anna", PASSWORD))
    may_not = await browser.post("/api/v2/silences", json=SILENCE, headers=basic("bert", PASSWORD))
    wrong = await browser.get("/api/v2/status", headers=basic("anna", "wrong"))
    bare = await browser.get("/api/v2/status", headers={"Accept": "*/*"})
    script = await browser.get("/api/v2/status", headers={"Sec-Fetch-Mode": "cors"})

    assert [one.status_code for one in (right, made, may_not, wrong, bare, script)] == [200, 200, 403, 401, 401, 401]
    assert may_not.json() == "bert is viewer here, and this is for operators"
    assert bare.headers["www-authenticate"] == 'Basic realm="NetWatch", charset="UTF-8"'
    assert "www-authenticate" not in script.headers  # or the browser would ask in a dialog of its own


async def test_guesses_that_come_at_the_same_time_are_counted_one_by_one(page: Page):
    browser = page.browser()

    answers = await asyncio.gather(*(browser.get("/metrics", headers=basic("anna", f"no{n}")) for n in range(12)))
    right = await asyncio.gather(
        *(page.browser("192.0.2.9").get("/silences", headers=basic("bert", PASSWORD)) for _ in range(12))
    )

    assert Counter(one.status_code for one in answers) == {401: 5, 429: 7}
    assert {one.status_code for one in right} == {200}


async def test_a_name_out_of_a_header_is_text_and_nothing_else(page_with):
    page = page_with(trusted_proxy=PROXY)

    answer = await page.browser().get("/", headers={"X-Remote-User": "<script>alert(1)</script>"})

    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text


async def test_the_word_of_a_proxy_is_taken_from_the_proxies_that_are_named_and_from_nobody_else(page_with):
    page = page_with(trusted_proxy=PROXY)
    said = {"X-Remote-User": "carla", "X-Remote-Role": "admin"}

    own = await page.browser().get("/", headers=said)
    stranger = await page.browser("198.51.100.9").get("/", headers=said)
    forwarded = await page.browser("198.51.100.9").get("/", headers=said | {"X-Forwarded-For": "192.0.2.1"})
    mapped = await page.browser("::ffff:192.0.2.7").get("/", headers=said)

    assert "carla <small>admin</small>" in own.text
    assert "Sign out" not in own.text
    assert [one.status_code for one in (own, stranger, forwarded, mapped)] == [200, 303, 303, 200]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([("X-Remote-User", "anna"), ("X-Remote-Role", "root")], 403),
        ([("X-Remote-User", "anna"), ("X-Remote-User", "bert")], 403),
        ([("X-Remote-User", "anna"), ("X-Remote-Role", "admin"), ("X-Remote-Role", "viewer")], 403),
        ([("X-Remote-User", "a:b")], 403),
        ([("X-Remote-User", "x" * 101)], 403),
        ([("X-Remote-User", "")], 303),
        ([("X-Remote-Role", "admin")], 303),
        ([], 303),
    ],
)
async def test_what_a_proxy_cannot_mean_lets_nobody_in(page_with, said, status):
    answer = await page_with(trusted_proxy=PROXY).browser().get("/", headers=[("Accept", "text/html"), *said])

    assert answer.status_code == status


async def test_whom_a_proxy_asks_has_the_role_of_the_header_or_of_the_file_or_of_the_setting(page_with):
    page = page_with(trusted_proxy=PROXY | {"role": "operator"})
    page.file.put_user("dora", Role.ADMIN)
    page.open_anew()
    told = {}
    for who, header in (("anna", "viewer"), ("dora", ""), ("nobody yet", "")):
        text = (await page.browser().get("/", headers={"X-Remote-User": who, "X-Remote-Role": header})).text
        told[who] = text.partition(f"{who} <small>")[2].partition("<")[0]

    assert told == {"anna": "viewer", "dora": "admin", "nobody yet": "operator"}


async def test_who_comes_through_a_proxy_needs_the_token_of_a_form_too(page_with):
    page = page_with(trusted_proxy=PROXY)
    page.keeper.recall([], [])
    browser = page.browser()
    browser.headers.update({"X-Remote-User": "carla", "X-Remote-Role": "operator"})
    fields = {"matchers": 'device="sw1"', "ends": "2h", "comment": "upgrade"}
    token = form_token(await browser.get("/silences/new"))

    forged = await browser.post("/silences", data=fields)
    made = await browser.post("/silences", data=fields | {"form_token": token})

    assert (forged.status_code, made.status_code) == (403, 303)


async def test_through_a_proxy_each_has_guesses_of_his_own(page_with):
    page = page_with(trusted_proxy=PROXY)
    guesser, other = (page.browser() for _ in range(2))
    guesser.headers["X-Forwarded-For"] = "203.0.113.5, 192.0.2.77"
    other.headers["X-Forwarded-For"] = "203.0.113.6"
    for number in range(25):
        await guesser.get("/metrics", headers=basic(f"nobody{number}", "wrong"))

    slowed = await guesser.get("/metrics", headers=basic("anna", PASSWORD))
    right = await other.get("/metrics", headers=basic("anna", PASSWORD))

    assert (slowed.status_code, right.status_code) == (429, 200)
    assert page.told()[0] == "wrong password of a name that nobody has from 203.0.113.5"


async def test_a_session_ends_when_it_is_not_used_when_it_is_old_and_when_the_password_changes(page: Page):
    used, left, changed = [await page.signed_in("anna") for _ in range(3)]
    for _ in range(13):
        page.wait(hours=11)
        assert (await used.get("/")).status_code == 200
    idle = await left.get("/")
    page.wait(days=7)
    old = await used.get("/")

    anew = await page.signed_in("anna")
    page.file.put_user("anna", Role.OPERATOR, cheap("another"))
    page.wait(seconds=2)

    assert [one.status_code for one in (idle, old, await anew.get("/"), await changed.get("/"))] == [303] * 4
    assert [one for one in page.memories if one.scope == "sessions"][-1].text is None


async def test_another_role_holds_at_once_and_a_session_of_who_is_gone_does_not(page: Page):
    browser = await page.signed_in("bert")
    before = await browser.get("/silences/new")
    page.file.put_user("bert", Role.OPERATOR)
    page.wait(seconds=2)
    after = await browser.get("/silences/new")
    page.file.remove_user("bert")
    page.wait(seconds=2)

    assert [one.status_code for one in (before, after, await browser.get("/"))] == [403, 200, 303]


async def test_a_restart_signs_nobody_out(page: Page):
    browser = await page.signed_in("anna")
    session = browser.cookies["netwatch_session"]

    page.open_anew(recalled=True)
    again = await page.browser().get("/", headers={"Cookie": f"netwatch_session={session}"})

    assert again.status_code == 200
    assert session not in str(page.memories)


async def test_the_links_of_mails_act_after_signing_in_and_in_the_name_of_who_did(page_with):
    closed, open_to_all = page_with(), page_with(links_act=True)
    link = "/act/none-of-ours"

    assert (await closed.browser().get(link)).headers["location"] == "/sign-in?next=%2Fact%2Fnone-of-ours"
    assert (await closed.browser().post(link)).status_code == 303
    assert (await (await closed.signed_in("bert")).get(link)).status_code == 403
    assert (await (await closed.signed_in("anna")).get(link)).status_code == 410
    assert (await open_to_all.browser().get(link)).status_code == 410
    assert (await open_to_all.browser().post(link)).status_code == 410
    assert (await open_to_all.browser().get("/alerts")).status_code == 303


async def test_the_command_line_of_this_machine_says_who_sits_there(page: Page):
    key = LocalKey()
    page.memories.append(key.to_remember())
    page.open_anew(recalled=True)
    browser = page.browser()
    said = {"Authorization": key.authorization("root (sudo by anna)", NOW)}
    ack = {"ids": ["x"], "by": "root (sudo by anna)"}

    statuses = [
        (await browser.get("/api/v1/silences", headers=one)).status_code
        for one in (
            said,
            {"Authorization": key.authorization("root", NOW - timedelta(minutes=6))},
            {"Authorization": LocalKey().authorization("root", NOW)},
            {"Authorization": said["Authorization"][:-1] + "x"},
            {"Authorization": "netwatch-local"},
        )
    ]

    assert statuses == [200, 401, 401, 401, 401]
    assert (await browser.post("/api/v1/ack", json=ack, headers=said)).status_code == 404


async def test_a_page_that_is_open_hears_nothing_more_after_the_session_ended(page: Page):
    browser = await page.signed_in("anna")
    sent: list[dict[str, object]] = []
    over = asyncio.Event()

    async def send(message: dict[str, object]) -> None:
        sent.append(message)
        if len(sent) == 2:
            page.keeper.sessions.end(browser.cookies["netwatch_session"])
            page.app.state.live.close()

    async def receive() -> dict[str, object]:
        await over.wait()
        return {"type": "http.disconnect"}

    cookie = f"netwatch_session={browser.cookies['netwatch_session']}".encode()
    scope = {
        "type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie)],
        "client": ("192.0.2.1", 1), "scheme": "http", "http_version": "1.1", "root_path": "", "state": {},
        "server": ("127.0.0.1", 80), "asgi": {"version": "3.0", "spec_version": "2.3"},
    }  # fmt: skip
    async with asyncio.timeout(60):
        await page.app(scope, receive, send)

    assert len(sent) == 2
