"""The pages in a real browser, under their own content security policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .chromium import Chromium
from .house import bad_night, status_of
from .test_pages import HOSTILE, PAGES, hostile_house


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Chromium]:
    chromium = Chromium(tmp_path)
    await chromium.start()
    yield chromium
    await chromium.stop()


async def test_every_page_loads_without_a_word_on_the_console_even_with_hostile_names(serve, browser):
    client = serve(hostile_house())
    url = str(client.base_url).rstrip("/")

    for path in [*PAGES, "/outbox/m9", "/devices"]:
        await browser.open(url + path)
        assert await browser.value("document.styleSheets.length") == 1
        await browser.until("document.getElementById('live').className === 'on'")
    await browser.call(
        "Runtime.evaluate", expression="[...document.links].find(l => l.text.includes('script')).click()"
    )
    await browser.until("document.querySelector('h1').innerText.includes('owned')")

    assert browser.complaints == []
    assert HOSTILE in str(await browser.value("document.querySelector('h1').innerText"))


async def test_the_policy_really_stops_a_script_that_is_not_ours(serve, browser):
    client = serve(bad_night())
    await browser.open(str(client.base_url))

    await browser.value(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.owned = 1'}))"
    )

    assert await browser.value("window.owned") is None
    assert any("Content Security Policy" in complaint for complaint in browser.complaints)


async def test_an_open_page_shows_a_change_by_itself(serve, browser):
    house = bad_night()
    client = serve(house)
    await browser.open(str(client.base_url))
    await browser.until("document.getElementById('live').className === 'on'")
    await browser.value("window.sameDocument = true")

    house.statuses[0] = status_of("core-sw1", up=False, trouble="no answer since a moment")

    await browser.until("document.body.innerText.includes('no answer since a moment')")
    assert str(await browser.value("document.title")).startswith("2 devices are down")
    assert str(await browser.value("document.querySelector('h1').innerText")).startswith("2 devices are down")
    assert await browser.value("window.sameDocument") is True
    assert browser.complaints == []


async def test_no_page_is_wider_than_a_phone(serve, browser):
    client = serve(hostile_house())
    await browser.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)

    for path in PAGES:
        await browser.open(str(client.base_url).rstrip("/") + path)
        assert await browser.value("document.documentElement.scrollWidth") == 360, path
