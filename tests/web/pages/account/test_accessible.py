"""The account's pages as axe-core reads them, in either theme and on the smallest phone."""

from __future__ import annotations

from netwatch.web import Server, WebSettings

from ...people import PASSWORD, Page
from ..test_browser_accessible import axe, findings, size, theme
from .test_routes import with_admin


async def test_axe_finds_nothing_serious_where_an_admin_sees_his_account_and_all_sessions(page: Page, browser):
    running = Server(with_admin(page).app, WebSettings(listen="127.0.0.1:0"))
    await running.start()
    url = running.url.rstrip("/")
    await browser.call("Page.addScriptToEvaluateOnNewDocument", source=axe())
    found, wide = {}, {}
    try:
        await browser.open(f"{url}/account")
        await browser.type("[name=name]", "root")
        await browser.type("[name=password]", PASSWORD)
        await browser.click("button.main")
        await browser.until("location.pathname === '/account' && document.readyState === 'complete'")
        for path in ("/account", "/sessions"):
            await size(browser, 1280)
            await theme(browser, "light")
            await browser.open(url + path)
            assert await browser.value("document.querySelectorAll('table.sessions tbody tr').length") == 1
            found[path] = await findings(browser, "reporter: 'v2'")
            await theme(browser, "dark")
            found[path] += await findings(browser, "runOnly: ['color-contrast']")
            await size(browser, 320)
            wide[path] = await browser.value("document.documentElement.scrollWidth")
    finally:
        await running.stop()

    assert found == {"/account": [], "/sessions": []}
    assert wide == {"/account": 320, "/sessions": 320}
