"""Charts in a real browser: drawn by scripts in both themes, as pictures without, and never wider than a phone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

import pytest

from netwatch.model import SYMBOLS, measured

from ..chromium import Chromium
from ..day import NAME, PORTS, Day, a_day
from ..house import House, alert_of, status_of
from .seen import HOSTILE

PORT = f"/history?device={NAME}&table=interface&row=ifName%3D{PORTS[0]}"
DEVICE = f"/devices/{NAME}"
SENSOR = f"/history?device={NAME}&table=sensor&row=sensor%3DInlet"
ALL_DRAWN = """document.querySelectorAll('figure[data-series]').length > 0
    && [...document.querySelectorAll('figure[data-series]')].every(one => one.classList.contains('is-drawn'))"""
FETCHED = "performance.getEntriesByType('resource').map(one => one.name)"
INK = """(([image]) => { const context = image.getContext('2d');
    const {data} = context.getImageData(0, 0, image.width, image.height); const seen = new Set();
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) seen.add(`${data.slice(at, at + 3)}`);
    return seen.size })(document.querySelectorAll('figure canvas'))"""


async def shown(
    browser: Chromium, url: str, *, theme: str = "light", width: int = 1280, scripts: bool = True
) -> None:
    await browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
    )
    await browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    await browser.call("Emulation.setTimezoneOverride", timezoneId="Europe/Berlin")
    await browser.call("Emulation.setScriptExecutionDisabled", value=not scripts)
    await browser.open(url)
    if scripts:
        await browser.until(ALL_DRAWN)


OF_HOSTILE = {"device": HOSTILE, "table": "interface", "row": f"ifName={HOSTILE}"}


class Hostile(Day):
    """A history of ports that are called so."""

    async def rows(self, device, table):
        return [(f"ifName={HOSTILE}", {"ifName": HOSTILE, "ifAlias": HOSTILE})]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_charts_of_a_port_are_drawn_with_units_and_the_readers_time_and_nothing_from_elsewhere(
    serve, browser, theme
):
    url = str(serve(a_day(datetime.now(UTC))).base_url).rstrip("/")

    await shown(browser, url + PORT, theme=theme)
    await browser.keep(f"port-{theme}")

    assert await browser.value("document.querySelectorAll('figure canvas').length") == 4
    assert int(str(await browser.value(INK))) > 3  # lines, bands, an alert
    text = str(await browser.value("document.body.innerText"))
    assert "Times of charts are Europe/Berlin (UTC+1)" in text.replace("UTC+2", "UTC+1")
    assert "capacity 1 Gb/s" in text
    assert "lowest, mean and highest of 5m" in text
    assert "Whole range" not in text
    fetched = await browser.value(FETCHED)
    assert {urlsplit(one).netloc for one in fetched} == {urlsplit(url).netloc}
    assert browser.complaints == []

    await shown(browser, url + DEVICE, theme=theme)
    await browser.keep(f"device-{theme}")
    assert await browser.value("document.querySelectorAll('#charts figure canvas').length") == 8
    text = str(await browser.value("document.querySelector('#charts').innerText"))
    assert "away for 1 h of 24 h" in text
    assert "of 30 d" in text
    told = " ".join(
        await browser.value("[...document.querySelectorAll('#charts .legend li')].map(one => one.innerText)")
    )
    told += " ".join(
        await browser.value("[...document.querySelectorAll('.interfaces td.num')].map(one => one.innerText)")
    )
    numbers = re.findall(r"(?<![\w.,])-?\d[\d.,]*\d?(?: ?([^\s\d,]+))?", told)
    assert len(numbers) > 30
    assert all(numbers), told  # none without its unit

    await shown(browser, url + SENSOR, theme=theme)
    assert "high critical 55 °C" in str(await browser.value("document.body.innerText"))
    assert browser.complaints == []


async def test_one_cursor_and_one_zoom_are_for_all_charts_of_a_page(serve, browser):
    url = str(serve(a_day(datetime.now(UTC))).base_url).rstrip("/")
    await shown(browser, url + PORT)
    before = str(await browser.value("document.querySelectorAll('figure .said')[1].textContent"))

    x, y, width = await browser.value(
        "(box => [box.x, box.y + box.height / 2, box.width])"
        "(document.querySelector('figure .u-over').getBoundingClientRect())"
    )
    await browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + width / 2, y=y)
    await browser.until(f"document.querySelectorAll('figure .said')[1].textContent !== {before!r}")
    first, second = await browser.value(
        "[...document.querySelectorAll('figure .said')].slice(0, 2).map(one => one.textContent)"
    )
    assert first == second

    await browser.call("Input.dispatchMouseEvent", type="mousePressed", x=x + width / 2, y=y, button="left")
    await browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + width * 0.6, y=y, button="left")
    await browser.call("Input.dispatchMouseEvent", type="mouseReleased", x=x + width * 0.6, y=y, button="left")
    await browser.until("[...charts.drawn.values()].every(one => one.told.step_seconds === 60)")
    await browser.click(".unzoom")
    await browser.until("[...charts.drawn.values()].every(one => one.told.step_seconds === 300)")
    assert browser.complaints == []


async def test_a_chart_stays_itself_when_the_page_around_it_changes(serve, browser):
    house = a_day(datetime.now(UTC))
    url = str(serve(house).base_url).rstrip("/")
    await shown(browser, url + PORT)
    await browser.until("document.getElementById('live').className === 'on'")
    await browser.value("document.querySelector('figure canvas').mine = true; window.swapped = 0")
    await browser.value("document.addEventListener('shown', () => { window.swapped += 1 })")

    house.own_problems = ["the disk is full"]
    await browser.value("refresh()")  # at once, whether this page shows what changed or not

    await browser.until("window.swapped > 0")
    assert await browser.value("document.querySelector('figure canvas').mine") is True
    assert browser.complaints == []


async def test_a_chart_that_cannot_be_fetched_says_so_keeps_its_picture_and_is_asked_for_again(serve, browser):
    url = str(serve(a_day(datetime.now(UTC))).base_url).rstrip("/")
    await shown(browser, url + PORT)
    await browser.value("window.really = window.fetch; window.fetch = async () => { throw new Error('gone') }")

    await browser.value("charts.drawn.values().next().value.load()")
    await browser.until("document.querySelector('figure .said').textContent.includes('could not be fetched: gone')")
    assert await browser.value("document.querySelector('figure canvas') !== null")
    assert await browser.value("Number.isFinite(charts.drawn.values().next().value.due)")

    await browser.value("window.fetch = window.really; charts.drawn.values().next().value.load()")
    await browser.until("document.querySelector('figure .said').textContent.startsWith('lowest, mean')")


async def test_on_a_phone_nothing_is_wider_than_320_pixels(serve, browser):
    url = str(serve(a_day(datetime.now(UTC))).base_url).rstrip("/")

    for name, path in (("port", PORT), ("device", DEVICE)):
        await shown(browser, url + path, width=320)
        await browser.keep(f"{name}-phone")
        assert await browser.value("document.documentElement.scrollWidth <= 320"), path


async def test_without_scripts_the_server_has_drawn_it_and_every_chart_has_its_values_as_a_table(serve, browser):
    url = str(serve(a_day(datetime.now(UTC))).base_url).rstrip("/")

    await shown(browser, url + PORT, scripts=False)
    await browser.keep("port-without-scripts")

    assert await browser.value("document.querySelectorAll('figure svg.chart').length") == 4
    assert await browser.value(
        "[...document.querySelectorAll('figure table.values')].every(one => one.tBodies[0].rows.length > 20)"
    )
    text = str(await browser.value("document.body.innerText"))
    assert "Times are UTC." in text
    assert "in lowest" in text.replace("\n", " ")

    await shown(browser, url + DEVICE, scripts=False)
    await browser.keep("device-without-scripts")
    await browser.value("window.scrollTo(0, 300)")
    await browser.until(
        "[...document.images].length === 8 && [...document.images].every(one => one.naturalWidth > 0)"
    )


async def test_hostile_names_of_devices_rows_and_alerts_stay_texts_in_charts(serve, browser):
    house = a_day(datetime.now(UTC))
    hostile = House(statuses=[status_of(HOSTILE)], history=Hostile())
    hostile.tables[HOSTILE] = [replace(one, device=HOSTILE) for one in house.tables[NAME]]
    hostile.known_alerts = [alert_of(HOSTILE, HOSTILE, instance=f"ifName={HOSTILE}")]
    url = str(serve(hostile).base_url).rstrip("/")

    for path in (f"/devices/{quote(HOSTILE, safe='')}", f"/history?{urlencode(OF_HOSTILE)}"):
        await shown(browser, url + path)
        assert HOSTILE in str(await browser.value("document.body.innerText"))
        assert await browser.value("document.querySelector('main script, main img[onerror]')") is None

    assert browser.complaints == []


async def test_scripts_write_values_as_the_server_does(serve, browser):
    url = str(serve(a_day(datetime.now(UTC))).base_url).rstrip("/")
    await shown(browser, url + SENSOR)
    values = [0, 1, -1, 0.51, 0.97, 0.0042, 12.347, 59.9, 61, 999.7, 1023, 1024, 1250, 3727, 1e4, 266400, 9.42e8,
              1e9, 4.3e9, 7.5e12, -6.27, 2e-5, 1e15]  # fmt: skip
    asked = [(value, unit, symbol) for unit, symbol in SYMBOLS.items() for value in values]

    written = await browser.value(f"{json.dumps(asked)}.map(one => measured(...one))")

    wrong = [
        (value, unit, text, measured(value, unit))
        for (value, unit, _), text in zip(asked, written, strict=True)  # type: ignore[arg-type]
        if text != measured(value, unit)
    ]
    assert not wrong, "\n".join(map(str, wrong))
