"""An open page in a browser takes in what changed, leaves alone what somebody does, and says when all is old."""

from __future__ import annotations

from dataclasses import replace

from netwatch.web import Server, WebSettings, create_app

from ..conftest import Stage
from ..house import bad_night, status_of
from .fleet.test_map import down, two_switches

FETCHED = "performance.getEntriesByType('resource').filter(one => one.name.includes('/devices/core-sw1')).length"
TROUBLE = "no answer since a moment"


async def test_a_page_takes_in_parts_keeps_what_somebody_does_and_says_since_when_the_agent_is_dead(browser):
    house, stage = bad_night(), Stage()
    stage.put_up(house, None)
    settings = WebSettings(listen="127.0.0.1:0")
    server = Server(create_app(stage, stage, settings, "9.9.9", actions=stage.actions), settings)
    await server.start()
    try:
        await browser.open(server.url + "devices/core-sw1")
        await browser.until("document.getElementById('live').className === 'on'")
        await browser.value("window.heading = document.querySelector('main h1')")
        await browser.value("document.querySelector('main details').open = true; window.folded = false")
        await browser.value("document.getElementById('sought').focus()")
        await browser.call("Input.insertText", text="half a wo")

        house.statuses[0] = status_of("core-sw1", up=False, trouble=TROUBLE)
        await browser.until(f"document.querySelector('main').innerText.includes('{TROUBLE}')")

        assert await browser.value("document.querySelector('main h1') === window.heading") is True
        assert await browser.value("document.querySelector('main details').open") is True
        assert await browser.value("document.getElementById('sought').value") == "half a wo"
        assert await browser.value("document.activeElement.id") == "sought"
        assert await browser.value(FETCHED) == 0
        assert await browser.value("document.getElementById('dead').hidden") is True

        form = server.url + "silences/new"
        await browser.open(form)
        await browser.until("document.getElementById('live').className === 'on'")
    finally:
        await server.stop()

    await browser.until("!document.getElementById('dead').hidden")
    said = str(await browser.value("document.getElementById('dead').innerText"))
    assert said.startswith("NetWatch does not answer since ")
    assert await browser.value("/^\\d\\d:\\d\\d:\\d\\d$/.test(document.querySelector('#dead time').innerText)")
    assert await browser.value("document.getElementById('live').innerText") == "not live"


async def test_an_open_map_has_its_links_and_boxes_drawn_anew_as_they_become(browser):
    house, stage = two_switches(1), Stage()
    house.statuses[0] = replace(house.statuses[0], trouble="a first one")
    stage.put_up(house, None)
    settings = WebSettings(listen="127.0.0.1:0")
    server = Server(create_app(stage, stage, settings, "9.9.9", actions=stage.actions), settings)
    await server.start()
    try:
        await browser.open(server.url + "map")
        await browser.until("document.getElementById('live').className === 'on'")
        await browser.until("document.querySelector('.map path.link-up') !== null")

        down(house, "sw1", "Gi1")
        house.statuses[0] = replace(house.statuses[0], trouble=TROUBLE)

        await browser.until("document.querySelector('.map path.link-down') !== null")
        drawn = "[...document.querySelectorAll('.map svg *')].every(one => one.namespaceURI.endsWith('/svg'))"
        assert await browser.value(drawn) is True
        assert await browser.value("document.querySelector('.map path').getBBox().width > 0") is True
        assert await browser.value("document.querySelector('.map .dev-trouble rect').getBBox().width") == 190
        dashes = await browser.value("getComputedStyle(document.querySelector('path.link-down')).strokeDasharray")
        assert str(dashes).startswith("9px")
    finally:
        await server.stop()
