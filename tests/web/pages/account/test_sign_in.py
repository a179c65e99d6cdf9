"""Signing in and out, and what somebody would try who should not get in."""

from __future__ import annotations

from netwatch.web import Role, Server, WebSettings

from ...people import PASSWORD, Page, cheap, form_token

SILENCE = {"matchers": 'device="core-sw1"', "ends": "2h", "comment": "core upgrade"}


async def test_who_is_not_signed_in_is_sent_to_the_form_and_comes_back_to_where_he_was(page: Page):
    browser = page.browser()

    sent = await browser.get("/alerts?state=firing&q=a%26b")
    form = await browser.get(sent.headers["location"])
    answer = await page.sign_in(browser, place="/alerts?state=firing&q=a%26b")

    assert sent.status_code == 303
    assert sent.headers["location"] == "/sign-in?next=%2Falerts%3Fstate%3Dfiring%26q%3Da%2526b"
    assert 'value="/alerts?state=firing&amp;q=a%26b"' in form.text
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts?state=firing&q=a%26b")
    assert (await browser.get("/alerts")).status_code == 200
    assert page.told() == ["anna (operator) signed in from 192.0.2.1"]


async def test_the_page_says_who_is_signed_in_and_hides_what_the_role_may_not_do(page: Page):
    operator = await (await page.signed_in("anna")).get("/silences")
    viewer = await (await page.signed_in("bert")).get("/silences")

    assert "anna <small>operator</small>" in operator.text
    assert "New silence" in operator.text
    assert "bert <small>viewer</small>" in viewer.text
    assert "New silence" not in viewer.text


async def test_what_somebody_does_is_noted_under_his_name_whatever_he_types(page: Page):
    browser = await page.signed_in("anna")
    token = form_token(await browser.get("/silences/new"))

    made = await browser.post("/silences", data=SILENCE | {"author": "the boss", "form_token": token})
    silences = (await browser.get("/api/v1/silences")).json()

    assert made.status_code == 303
    assert [one["created_by"] for one in silences] == ["anna"]


async def test_a_session_that_somebody_else_chose_is_never_one(page: Page):
    """Fixation: an attacker has his victim's browser show an id that he knows, and waits."""
    victim, thief = page.browser(), page.browser()
    chosen = {"Cookie": "netwatch_session=chosen-by-the-attacker"}
    form = await victim.get("/sign-in", headers=chosen)
    fields = {"name": "anna", "password": PASSWORD, "form_token": form_token(form)}
    cookies = chosen["Cookie"] + f"; netwatch_form={victim.cookies['netwatch_form']}"

    answer = await victim.post("/sign-in", data=fields, headers={"Cookie": cookies})

    assert answer.status_code == 303
    assert victim.cookies["netwatch_session"] != "chosen-by-the-attacker"
    assert (await thief.get("/", headers=chosen)).status_code == 303


async def test_signing_in_over_a_session_ends_that_session(page: Page):
    browser = page.browser()
    form = form_token(await browser.get("/sign-in"))
    before = await page.signed_in("bert")
    held = f"netwatch_session={before.cookies['netwatch_session']}; netwatch_form={browser.cookies['netwatch_form']}"
    fields = {"name": "anna", "password": PASSWORD, "form_token": form}

    await browser.post("/sign-in", data=fields, headers={"Cookie": held})

    assert (await before.get("/")).status_code == 303
    assert "anna" in (await browser.get("/")).text


async def test_the_form_to_sign_in_is_taken_from_the_browser_alone_that_it_was_given_to(page: Page):
    """Login CSRF: an attacker signs his victim in as himself, to see what is then typed."""
    own, victim = page.browser(), page.browser()
    token = form_token(await own.get("/sign-in"))
    await victim.get("/sign-in")

    forged = await victim.post("/sign-in", data={"name": "bert", "password": PASSWORD, "form_token": token})
    bare = await page.browser().post("/sign-in", data={"name": "bert", "password": PASSWORD})

    assert [forged.status_code, bare.status_code] == [403, 403]
    assert "netwatch_session" not in victim.cookies
    assert "please try again" in forged.text


async def test_what_changes_something_needs_the_token_of_a_form_of_this_session(page: Page):
    """CSRF: another site has the browser of somebody who is signed in send a form."""
    browser = await page.signed_in("anna")
    other = form_token(await (await page.signed_in("bert")).get("/silences"))
    ways = ("/silences", "/ack", "/forget", "/sign-out", "/-/wake-outbox", "/api/v1/ack", "/api/v2/silences")

    answers = [
        await browser.post(way, **sent)
        for way in ways
        for sent in (
            {},
            {"data": SILENCE},
            {"data": SILENCE | {"form_token": ""}},
            {"data": SILENCE | {"form_token": "0" * 43}},
            {"data": SILENCE | {"form_token": other}},
            {"json": SILENCE},
            {"json": SILENCE, "headers": {"X-NetWatch-Form": other}},
            {"content": b"form_token", "headers": {"Content-Type": "text/plain"}},
            {"content": b"\xff=\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        )
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert (await browser.get("/")).status_code == 200
    assert (await browser.get("/api/v1/silences")).json() == []


async def test_a_form_of_another_site_is_refused_even_with_the_right_token(page: Page):
    browser = await page.signed_in("anna")
    fields = SILENCE | {"form_token": form_token(await browser.get("/silences/new"))}

    answer = await browser.post("/silences", data=fields, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


async def test_no_page_stands_in_a_frame_of_another_and_no_cookie_is_for_scripts(page: Page):
    """Clickjacking, and scripts that read cookies."""
    browser = page.browser()
    form = await browser.get("/sign-in")
    answer = await page.sign_in(browser)

    for one in (form, answer, await browser.get("/")):
        assert "frame-ancestors 'none'" in one.headers["content-security-policy"]
        assert one.headers["x-frame-options"] == "DENY"
        assert one.headers["cache-control"] == "no-store"
    for cookie in (form.headers["set-cookie"], *answer.headers.get_list("set-cookie")):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie


ELSEWHERE = (
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "javascript:alert(1)", " /alerts", "", "alerts", "/sign-in", "/sign-out", "/a\r\nSet-Cookie: x=1", "/ü" * 10,
        "/" + "a" * 3000,
)  # fmt: skip


async def test_after_signing_in_nobody_is_sent_to_another_site(page: Page):
    places, shown = set(), ""
    for place in ELSEWHERE:
        browser = page.browser()
        form = await browser.get("/sign-in", params={"next": place[:200]})
        fields = {"name": "anna", "password": PASSWORD, "form_token": form_token(form), "next": place}
        shown += form.text
        places.add((await browser.post("/sign-in", data=fields)).headers["location"])
        assert "x" not in browser.cookies

    assert places == {"/"}
    assert "evil" not in shown


async def test_over_tls_cookies_are_for_tls_alone_and_for_this_host(page_with):
    for page, url, headers in (
        (page_with(), "https://127.0.0.1", {}),
        (page_with(external_url="https://netwatch.example.net/"), "http://netwatch.example.net", {}),
        (
            page_with(trusted_proxy={"from": ["192.0.2.1"], "user_header": "X-User"}),
            "http://127.0.0.1",
            {"X-Forwarded-Proto": "https"},
        ),
    ):
        browser = page.browser(base_url=url)
        browser.headers.update(headers)
        form = await browser.get("/sign-in")
        token = form_token(form)
        secret = form.headers["set-cookie"].partition("=")[2].partition(";")[0]
        fields = {"name": "anna", "password": PASSWORD, "form_token": token}
        answer = await browser.post("/sign-in", data=fields, headers={"Cookie": f"__Host-netwatch_form={secret}"})
        cookie = answer.headers.get_list("set-cookie")[0]
        session = cookie.partition("=")[2].partition(";")[0]

        assert cookie.startswith("__Host-netwatch_session=")
        assert "Secure" in cookie
        assert (await browser.get("/", headers={"Cookie": f"__Host-netwatch_session={session}"})).status_code == 200
        assert (await browser.get("/", headers={"Cookie": f"netwatch_session={session}"})).status_code == 303


async def test_a_wrong_password_is_said_and_who_goes_on_guessing_has_to_wait(page: Page):
    browser = page.browser()

    wrong = [await page.sign_in(browser, "anna", "wrong") for _ in range(5)]
    slowed = await page.sign_in(browser, "anna", PASSWORD)
    page.wait(seconds=2)
    right = await page.sign_in(browser, "anna", PASSWORD)

    assert {answer.status_code for answer in wrong} == {403}
    assert "name and password do not belong together" in wrong[0].text
    assert (slowed.status_code, slowed.headers["retry-after"]) == (429, "1")
    assert right.status_code == 303
    assert page.told()[0] == "wrong password of anna from 192.0.2.1"
    assert PASSWORD not in str(page.events)


async def test_a_name_that_nobody_has_is_refused_in_the_same_words_and_written_nowhere(page: Page):
    known = await page.sign_in(page.browser(), "anna", "wrong")
    unknown = await page.sign_in(page.browser(), "hunter2", "wrong")  # a password, typed into the wrong field

    assert known.status_code == unknown.status_code == 403
    assert "name and password do not belong together" in unknown.text
    assert page.told()[-1] == "wrong password of a name that nobody has from 192.0.2.1"
    assert "hunter2" not in str(page.events)


async def test_signing_out_ends_the_session_and_not_only_the_cookie(page: Page):
    browser = await page.signed_in("anna")
    session = browser.cookies["netwatch_session"]
    token = form_token(await browser.get("/"))

    answer = await browser.post("/sign-out", data={"form_token": token})
    thief = page.browser()
    thief.cookies.set("netwatch_session", session)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "netwatch_session" not in browser.cookies
    assert (await thief.get("/")).status_code == 303
    assert page.told()[-1] == "anna signed out"


async def test_where_nothing_may_be_changed_people_sign_in_and_out_all_the_same(page_with):
    page = page_with(read_only=True)
    browser = await page.signed_in("anna")
    token = form_token(await browser.get("/"))

    made = await browser.post("/silences", data=SILENCE | {"form_token": token})
    out = await browser.post("/sign-out", data={"form_token": token})

    assert (made.status_code, out.status_code) == (403, 303)
    assert "New silence" not in (await browser.get("/silences")).text


async def test_where_nobody_signs_in_there_is_no_such_page(serve_read_only):
    answer = await serve_read_only.get("/sign-in")

    assert answer.status_code == 404
    assert "no users are configured" in answer.text
    assert "Sign in" not in (await serve_read_only.get("/silences")).text


async def test_what_a_role_may_not_do_is_said_on_a_page_that_says_who_is_signed_in(page: Page):
    browser = await page.signed_in("bert")

    refused = await browser.get("/silences/new")
    forged = await browser.post("/sign-out")
    program = await browser.get("/silences/new", headers={"Accept": "*/*"})

    assert refused.status_code == forged.status_code == program.status_code == 403
    assert "bert is viewer here, and this is for operators" in refused.text
    assert "bert <small>viewer</small>" in refused.text
    assert "<h1>Forbidden</h1>" in forged.text
    assert program.text == "bert is viewer here, and this is for operators\n"


async def test_a_person_signs_in_acts_and_signs_out_on_a_phone_without_scripts(page: Page, browser):
    """A name of 100 characters, a real server, and a real browser that keeps the cookies as browsers do."""
    long_name = "Anna " + "x" * 95
    page.file.put_user(long_name, Role.OPERATOR, cheap(PASSWORD))
    page.open_anew()
    server = Server(page.app, WebSettings(listen="127.0.0.1:0"))
    await server.start()
    url = server.url.rstrip("/")
    await browser.call("Emulation.setScriptExecutionDisabled", value=True)
    await browser.call("Emulation.setDeviceMetricsOverride", width=320, height=2000, deviceScaleFactor=2, mobile=True)
    try:
        await browser.open(f"{url}/silences?state=active")
        assert await browser.value("location.pathname") == "/sign-in"
        widths = [await browser.value("document.documentElement.scrollWidth")]
        await browser.type("[name=name]", long_name)
        await browser.type("[name=password]", PASSWORD)
        await browser.click("button.main")

        await browser.until("location.pathname === '/silences' && document.readyState === 'complete'")
        assert await browser.value("location.search") == "?state=active"
        widths.append(await browser.value("document.documentElement.scrollWidth"))
        assert await browser.value("document.cookie") == ""
        await browser.open(f"{url}/silences/new?device=sw1")
        assert await browser.value("document.querySelector('[name=author]')") is None
        await browser.type("[name=comment]", "core upgrade")
        await browser.click("button.main")
        await browser.until("document.querySelector('.notice.good')?.innerText.startsWith('Silenced by Anna xxx')")
        await browser.click("form[action='/sign-out'] button")
        await browser.until("location.pathname === '/sign-in' && document.readyState === 'complete'")
        await browser.open(f"{url}/silences")
        assert await browser.value("location.pathname") == "/sign-in"
    finally:
        await server.stop()

    assert widths == [320, 320]
    assert browser.complaints == []
