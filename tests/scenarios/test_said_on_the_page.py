"""An operator ignores a fan and gives a sensor other limits on the page of a router of which all is broken.

The running agent obeys at once and the next one after a restart; what was said can be taken back, and everybody sees
who said it.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import httpx
import pytest

from netwatch.app import App
from netwatch.config import check, load_settings
from netwatch.simulator import SimulatedNetwork
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.scenarios.test_cisco import CONFIG, Router, hurried, until

SENSOR = {"part": "limits", "device": "core-sw1", "table": "sensor", "author": "anna",
          "comment": "a warm room", "without_verdict": "1"}  # fmt: skip
RULE = 'SensorBeyondLimit{limit="",severity="critical",side="above"}'
FAN = {"part": "ignore", "device": "core-sw1", "table": "hardware", "author": "bert", "comment": "ordered"}


@pytest.fixture
async def router():
    found = Router()
    network = SimulatedNetwork([found.device])
    await network.start()
    yield found
    await network.stop()


def firing(app):
    return {
        alert.key.alertname
        for alert in app._corridor.desk.alerts_of("core-sw1")
        if alert.state.value == "firing" and alert.key.alertname in ("SensorBeyondLimit", "FanFailed")
    }


async def test_what_was_said_on_the_page_of_a_fan_and_a_sensor_counts_at_once_and_after_a_restart(router, tmp_path):
    config, web = tmp_path / "netwatch.yaml", free_port()
    config.write_text(CONFIG.format(port=router.device.port, smtp=free_port(), web=web, folder=tmp_path))
    router.break_everything()
    app = App(load_settings(config), adapt=hurried)
    await app.start()
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{web}", timeout=PATIENCE_SECONDS, follow_redirects=True
    ) as client:
        try:
            await until(lambda: firing(app) == {"SensorBeyondLimit", "FanFailed"}, "both alerts")
            page = await page_with(client, "Inlet", "Fan 2")
            sensor, fan = row_of(page, "sensor", "Inlet"), row_of(page, "hardware", "Fan 2")

            form = (await client.get("/exceptions/new", params={**SENSOR, "row": sensor})).text
            assert "which is 88 °C" in form
            assert 'value="75"' in form
            shown = await client.post("/exceptions", data={**SENSOR, "row": sensor, "preview": "1"})
            assert "give at least one limit" in shown.text
            limits = {"sensor_high_warning": "90", "sensor_high_critical": "95"}
            shown = await client.post("/exceptions", data={**SENSOR, **limits, "row": sensor, "preview": "1"})
            assert "At 88 °C as it is now nothing is wrong with it." in shown.text
            assert not (tmp_path / "netwatch-exceptions.yaml").exists()
            done = await client.post("/exceptions", data={**SENSOR, **limits, "row": sensor})
            assert "by anna" in done.text
            assert "a warm room" in done.text
            await until(lambda: firing(app) == {"FanFailed"}, "the sensor's alert ended")

            assert (await client.post("/exceptions", data={**FAN, "row": fan})).status_code == 200
            await until(lambda: firing(app) == set(), "the fan's alert ended")
            page = await page_with(client, "Fan 2")
            assert "ordered" in page
            assert "critical 95" in page
            assert "Fan 2" in page
            assert "Fan 2 critical" not in page
            why = (await client.get("/api/v1/explain?rule=FanFailed&device=core-sw1&instance=part%3DFan 2")).text
            assert "not seen by any rule (ordered, says bert)" in why, why
            router.degrees = 99
            await until(lambda: firing(app) == {"SensorBeyondLimit"}, "an alert by the new limit")
            why = (await client.get("/api/v1/explain", params={"rule": RULE, "device": "core-sw1"})).text
            assert "95 by limits (a warm room, says anna)" in why
        finally:
            await app.stop()

        assert [one for one in check(config) if "exceptions" in one.file] == []
        again = App(load_settings(config), adapt=hurried)
        await again.start()
        try:
            router.degrees = 88
            await until(lambda: firing(again) == set(), "neither after the restart")
            listed = (await client.get("/exceptions")).text
            assert listed.count("Take back") == 3  # with the limits goes what the device itself says
            events = (await client.get("/api/v1/events")).text
            assert "anna gave Inlet other limits" in events
            assert "bert ignores Fan 2 from now on: ordered" in events

            identifier = re.search(r"/exceptions/(\w+)/end", row_with(listed, "bert"))[1]
            await client.post(f"/exceptions/{identifier}/end")
            await until(lambda: firing(again) == {"FanFailed"}, "the fan's alert again")
            assert (await client.post(f"/exceptions/{identifier}/end")).status_code == 404
            events = (await client.get("/api/v1/events")).text
            assert "bert took back that rules do not see it" in events
        finally:
            await again.stop()


async def page_with(client, *words):
    """Return a device's page once it shows these: a reading of a busy machine may be too old for a while."""
    page = ""

    async def is_shown():
        nonlocal page
        page = (await client.get("/devices/core-sw1")).text
        return all(f"{word}<" in page for word in words)

    await until(is_shown, f"a page with {' and '.join(words)}")
    return page


def row_of(page, table, word):
    """Return the key in a link of a row in a section of a device's page."""
    section = page.partition(f'id="{table}"')[2].partition("</section>")[0]
    row = row_with(section, word)
    return unquote(re.search(rf"table={table}&amp;row=([^\"]*)\"", row)[1])


def row_with(page, word):
    return next(row for row in page.split("<tr")[1:] if word in row and "<td" in row)
