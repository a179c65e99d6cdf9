"""Somebody's own password and sessions, and what one would try who wants another's."""

from __future__ import annotations

import httpx
import pytest

from netwatch.web import Role, UsersFile
from netwatch.web.users.people import new_token

from ...house import House
from ...people import NOW, PASSWORD, Page, cheap, form_token
from ..seen import HOSTILE

NEW = "battery staple"
FIELDS = {"old": PASSWORD, "new": NEW, "again": NEW}


async def change(browser: httpx.AsyncClient, old: str = PASSWORD, new: str = NEW, **more: str) -> httpx.Response:
    """Fill in the form and send it."""
    token = form_token(await browser.get("/account"))
    return await browser.post(
        "/account/password", data={"old": old, "new": new, "again": new, "form_token": token} | more
    )


def with_admin(page: Page) -> Page:
    page.file.put_user("root", Role.ADMIN, cheap(PASSWORD))
    page.wait(seconds=2)
    return page


def keys_of(answer: httpx.Response) -> list[str]:
    return [part.split("/end")[0].rpartition("/")[2] for part in answer.text.split('action="')[1:] if "/end" in part]


async def test_a_user_gives_himself_another_password_which_ends_his_other_sessions_alone(page: Page):
    elsewhere, browser, other = await page.signed_in(), await page.signed_in(), await page.signed_in("bert")
    before = browser.cookies["netwatch_session"]

    answer = await change(browser)

    assert (answer.status_code, answer.headers["location"]) == (303, "/account?changed=true")
    assert "another one now" in (await browser.get("/account?changed=true")).text
    assert browser.cookies["netwatch_session"] != before  # what somebody saw of the old one is worth nothing
    stolen = page.browser()
    stolen.cookies["netwatch_session"] = before
    assert [(await one.get("/")).status_code for one in (browser, other, elsewhere, stolen)] == [200, 200, 303, 303]
    assert (await page.sign_in(page.browser(), password=PASSWORD)).status_code == 403
    assert (await page.sign_in(page.browser(), password=NEW)).status_code == 303
    assert "anna has another password, given from 192.0.2.1; other sessions that ended: 1" in page.told()
    page.open_anew(recalled=True)
    again = page.browser()
    again.cookies["netwatch_session"] = browser.cookies["netwatch_session"]
    assert (await again.get("/account")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old": "wrong"}, "the old password is not right"),
        ({"again": "battery stable"}, "not typed twice alike"),
        ({"new": "short", "again": "short"}, "at least 8 characters"),
        ({"new": PASSWORD, "again": PASSWORD}, "the new password is the old one"),
        ({"new": "a" * 1025, "again": "a" * 1025}, "at most 1024 octets"),
        ({"new": "tab\tulators", "again": "tab\tulators"}, "no control characters"),
    ],
)
async def test_what_is_not_taken_is_said_and_changes_nothing(page: Page, fields, words):
    browser, before = await page.signed_in(), page.file.path.read_text()

    answer = await change(browser, **fields)

    assert answer.status_code == 400
    assert words in answer.text
    assert page.file.path.read_text() == before
    assert (await browser.get("/")).status_code == 200


async def test_who_sits_at_anothers_browser_guesses_no_faster_than_at_the_door(page: Page):
    browser = await page.signed_in()

    answers = [await change(browser, old=f"guess {number}") for number in range(7)]

    assert [one.status_code for one in answers] == [400] * 5 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await change(browser)).status_code == 429  # the right one waits like any other


async def test_a_form_of_another_session_or_of_none_changes_no_password_and_ends_nothing(page: Page):
    with_admin(page)
    browser, other = await page.signed_in(), await page.signed_in("root")
    foreign = form_token(await other.get("/account"))
    (own,) = keys_of(await browser.get("/account"))
    fields = {"old": PASSWORD, "new": NEW, "again": NEW}
    before = page.file.path.read_text()

    answers = [
        await browser.post(path, **sent)
        for path in ("/account/password", f"/account/sessions/{own}/end", f"/sessions/{own}/end")
        for sent in (
            {}, {"data": fields}, {"data": fields | {"form_token": foreign}}, {"json": fields},
            {"data": fields | {"form_token": ""}}, {"content": b"x", "headers": {"Content-Type": "text/plain"}},
        )
    ]  # fmt: skip
    token = form_token(await browser.get("/account"))
    cross = await browser.post(
        "/account/password", data=fields | {"form_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert {one.status_code for one in (*answers, cross)} == {403}
    assert page.file.path.read_text() == before
    assert [(await one.get("/")).status_code for one in (browser, other)] == [200, 200]


async def test_each_ends_sessions_of_his_own_and_an_admin_any(page: Page):
    with_admin(page)
    anna, elsewhere, bert = (
        await page.signed_in(),
        await page.signed_in(address="192.0.2.9"),
        await page.signed_in("bert"),
    )
    root = await page.signed_in("root")
    of_bert, of_anna = keys_of(await bert.get("/account")), keys_of(await anna.get("/account"))
    token = form_token(await anna.get("/account"))

    foreign = await anna.post(f"/account/sessions/{of_bert[0]}/end", data={"form_token": token})
    all_of_them = await anna.get("/sessions")
    any_of_them = await anna.post(f"/sessions/{of_bert[0]}/end", data={"form_token": token})
    own = await anna.post(f"/account/sessions/{of_anna[1]}/end", data={"form_token": token})

    assert [one.status_code for one in (foreign, all_of_them, any_of_them, own)] == [404, 403, 403, 303]
    assert [(await one.get("/")).status_code for one in (anna, elsewhere, bert)] == [200, 303, 200]
    listed = await root.get("/sessions")
    assert set(keys_of(listed)) >= {*of_bert, of_anna[0]}
    ended = await root.post(f"/sessions/{of_bert[0]}/end", data={"form_token": form_token(listed)})
    gone = await root.post(f"/sessions/{of_bert[0]}/end", data={"form_token": form_token(listed)})
    assert [ended.status_code, gone.status_code, (await bert.get("/")).status_code] == [303, 404, 303]
    assert page.told()[-2:] == [
        "anna ended a session of his own, from 192.0.2.9", "root ended a session of bert, from 192.0.2.1"
    ]  # fmt: skip


async def test_where_sessions_are_from_and_what_browsers_say_is_shown_and_never_taken_for_html(page: Page):
    with_admin(page)
    browser = page.browser(address="2001:db8::7")
    browser.headers["User-Agent"] = HOSTILE.encode("ascii", "ignore").decode() + "\x01" + "x" * 5000
    await page.sign_in(browser)

    for one in (await browser.get("/account"), await (await page.signed_in("root")).get("/sessions")):
        assert "2001:db8::7" in one.text
        assert "<script>alert" not in one.text
        assert "&lt;script&gt;alert" in one.text
        assert len(one.text) < 20_000


async def test_a_token_is_no_person_though_its_name_is_that_of_one(page: Page):
    token_id, token, hashed = new_token()
    page.file.put_user(f"bot (token {token_id})", Role.VIEWER, cheap(PASSWORD))
    page.file.put_token(token_id, "bot", Role.VIEWER, hashed, None)
    page.wait(seconds=2)
    person = await page.signed_in(f"bot (token {token_id})")
    (key,) = keys_of(await person.get("/account"))
    browser, shown = page.browser(), {"Authorization": f"Bearer {token}"}

    looks = await browser.get("/account", headers=shown)
    ends = await browser.post(f"/account/sessions/{key}/end", headers=shown)
    gives = await browser.post("/account/password", headers=shown, data={"old": PASSWORD, "new": NEW, "again": NEW})

    assert (looks.status_code, keys_of(looks)) == (200, [])
    assert [ends.status_code, gives.status_code] == [404, 400]
    assert "not the session of a person" in gives.text
    assert (await person.get("/")).status_code == 200


async def test_a_file_that_cannot_be_written_or_was_changed_meanwhile_is_said_in_words(page: Page, users: UsersFile):
    browser = await page.signed_in()
    form = form_token(await browser.get("/account"))
    text = users.path.read_text()
    (lock := users.path.parent / "elsewhere").mkdir()
    users.path.rename(lock / "users.yaml")  # the folder that it should be replaced in is there, the file is not

    gone = await browser.post(
        "/account/password", data={"old": PASSWORD, "new": NEW, "again": NEW, "form_token": form}
    )
    users.path.write_text(text.replace(cheap(PASSWORD), cheap("another one")))  # not looked at for a second
    changed = await browser.post("/account/password", data=FIELDS | {"form_token": form})

    for answer in (gone, changed):
        assert answer.status_code == 409
        assert "the password is as it was" in answer.text
        assert "was changed meanwhile: anna has another password there, or is gone" in answer.text
    assert NEW not in users.path.read_text()


async def test_a_password_of_the_web_configuration_file_is_changed_there(page_with, users):
    users.put_user("carl", Role.VIEWER)
    page = page_with()
    page.keeper.watched._hashes = lambda: HASHES
    browser = page.browser()
    await page.sign_in(browser, "carl")

    shown = await browser.get("/account")
    tried = await change(browser)

    assert "stands in the web configuration file" in shown.text
    assert 'name="old"' not in shown.text
    assert tried.status_code == 400
    assert "whoever looks after that file" in tried.text


HASHES = {"carl": cheap(PASSWORD)}


async def test_where_nothing_may_be_changed_no_password_and_no_session_is(page_with):
    page = page_with(read_only=True)
    browser = await page.signed_in()
    shown = await browser.get("/account")
    token = FIELDS | {"form_token": shown.text.partition('netwatch-form" content="')[2].partition('"')[0]}

    assert "web.read_only is set" in shown.text
    assert keys_of(shown) == []
    assert (await browser.post("/account/password", data=token)).status_code == 403


async def test_where_nobody_signs_in_there_is_no_account(serve):
    client = serve(House())
    assert [(await client.get(path)).status_code for path in ("/account", "/sessions")] == [404, 404]
    assert (await client.post("/account/password", data=FIELDS)).status_code == 404


async def test_sessions_that_an_older_netwatch_remembered_are_taken_back(page: Page):
    browser = await page.signed_in()
    session = browser.cookies["netwatch_session"]
    page.memories[:] = [
        type(one)(scope=one.scope, key=one.key, text=one.text and one.text.rsplit(", ", 2)[0] + "]")
        if one.scope == "sessions" else one
        for one in page.memories
    ]  # fmt: skip
    page.open_anew(recalled=True)
    again = page.browser()
    again.cookies["netwatch_session"] = session

    assert (await again.get("/account")).status_code == 200
    assert page.now == NOW


async def test_whose_password_is_guessed_is_said_as_one_thing_however_often_it_is_tried(page: Page):
    for number in range(12):
        page.wait(seconds=31)
        await page.sign_in(page.browser(address=f"198.51.100.{number}"), password=f"guess {number}")

    assert page.keeper.guessed() == ["12 wrong passwords of anna in a row"]
    page.wait(minutes=10)
    assert page.keeper.guessed() == []
