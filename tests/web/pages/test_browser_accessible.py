"""Every page can be read, found and used by those who see little, hear it read, or have no mouse: by axe-core."""

from __future__ import annotations

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ..day import a_day
from ..house import bad_night
from .seen import PAGES
from .test_browser_charts import ALL_DRAWN, DEVICE, PORT

RANGE = "(chart => chart.told.to - chart.told.from)(charts.drawn.values().next().value)"
SERIOUS = ("serious", "critical")
LOOK = """axe.run(document, {resultTypes: ['violations'], RULES}).then(found => found.violations
    .filter(one => IMPACTS.includes(one.impact))
    .flatMap(one => one.nodes.map(node => [one.id, node.html.slice(0, 160),
        ...[...node.any, ...node.all, ...node.none].map(check => check.message)].join(': '))))"""


def axe() -> str:
    """Return axe-core, which a package of the tests carries."""
    found = importlib.util.find_spec("axe_core_python")
    if found is None or found.origin is None:
        pytest.skip("axe-core is not installed (the extra `test` has it)")
    return (Path(found.origin).parent / "axe.min.js").read_text("utf-8")


async def findings(browser, rules: str) -> list[str]:
    """Return what axe-core finds on the page that is open, of what is serious or worse."""
    script = LOOK.replace("RULES", rules).replace("IMPACTS", json.dumps(SERIOUS))
    answer = await browser.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
    assert "exceptionDetails" not in answer, answer
    return answer["result"]["value"]


async def test_axe_finds_nothing_serious_on_any_page_in_either_theme_and_none_is_wider_than_320_pixels(
    serve, browser
):
    await browser.call("Page.addScriptToEvaluateOnNewDocument", source=axe())
    found, wide, day = {}, {}, a_day(datetime.now(UTC))
    pages = [(bad_night(), path) for path in [*PAGES, "/exceptions", "/search?q=core", "/sign-in"]]

    for house, path in [*pages, (day, DEVICE), (day, PORT)]:
        url = str(serve(house).base_url).rstrip("/")
        await size(browser, 1280)
        await theme(browser, "light")
        await browser.open(url + path)
        if house is day:
            await browser.until(ALL_DRAWN)
        found[path] = await findings(browser, "reporter: 'v2'")
        await theme(browser, "dark")
        found[path] += await findings(browser, "runOnly: ['color-contrast']")
        await size(browser, 320)
        wide[path] = await browser.value("document.documentElement.scrollWidth")

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert {path: width for path, width in wide.items() if width != 320} == {}


async def test_keys_lead_to_the_search_to_the_help_and_past_the_navigation(serve, browser):
    client = serve(bad_night())
    await browser.open(str(client.base_url))
    await browser.until("document.getElementById('live').className === 'on'")

    await press(browser, "Tab")
    assert await browser.value("document.activeElement.className") == "skip"
    await press(browser, "?")
    await browser.until("document.getElementById('keys').open")
    await press(browser, "Escape")
    await browser.until("!document.getElementById('keys').open")
    await press(browser, "/")
    await browser.until("document.activeElement.id === 'sought'")
    await press(browser, "?")  # in a field it is a letter
    assert await browser.value("document.getElementById('sought').value") == "?"
    assert await browser.value("document.getElementById('keys').open") is False
    await browser.value("document.getElementById('sought').select()")
    await browser.call("Input.insertText", text="core-sw1")
    await press(browser, "Enter")
    await browser.until("location.pathname === '/search' && document.readyState === 'complete'")

    assert await browser.value("document.querySelector('main a.device').innerText") == "core-sw1"

    await browser.open(str(serve(a_day(datetime.now(UTC))).base_url).rstrip("/") + PORT)
    await browser.until(ALL_DRAWN)
    await browser.value("document.querySelector('figure .stage').focus()")
    whole = await browser.value(RANGE)
    await press(browser, "+")
    await browser.until(f"{RANGE} < {whole} * 0.6 && !document.querySelector('.unzoom').hidden")
    await press(browser, "0")
    await browser.until(f"{RANGE} > {whole} * 0.9 && document.querySelector('.unzoom').hidden")
    assert browser.complaints == []


async def theme(browser, name: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": name}]
    await browser.call("Emulation.setEmulatedMedia", features=features)


async def size(browser, width: int) -> None:
    await browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
    )


async def press(browser, key: str) -> None:
    """Press a key and let it go, as a hand does."""
    text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
    code = {"Enter": 13, "Tab": 9, "Escape": 27}.get(key, 0)
    await browser.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, windowsVirtualKeyCode=code)
    await browser.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)
