"""Many alerts acknowledged or silenced together: shown first, done then, and to no others."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import AlertState

from ...desk import Desk
from ...house import House, alert_of
from ..seen import HOSTILE, Seen


def storm() -> tuple[House, Desk]:
    alerts = [
        alert_of("PortDown", f"sw{number}", labels={"severity": "warning", "site": "berlin"}) for number in range(3)
    ]
    alerts += [
        alert_of("FanFailed", "sw0", labels={"severity": "critical", "site": "berlin"}),
        alert_of("PortDown", "r1", labels={"severity": "critical", "site": "bonn"}, state=AlertState.PENDING),
        alert_of("PortDown", "r2", labels={"severity": "warning", "site": "bonn"}, state=AlertState.RESOLVED),
    ]
    house = House(known_alerts=alerts)
    return house, Desk(house)


def hidden(page: str) -> dict[str, list[str]]:
    """The fields that a page's form carries."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page):
        fields.setdefault(name, []).append(value.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">"))
    return fields


def acked(house: House) -> list[str]:
    return sorted(alert.id for alert in house.known_alerts if alert.acked_at is not None)


TWO = ["PortDown-sw0-", "PortDown-sw1-"]


async def test_the_first_press_changes_nothing_and_shows_what_would_be_done(serve):
    house, desk = storm()
    client = serve(house, desk)

    answer = await client.post("/alerts/together", data={"id": TWO, "do": "ack"})

    page = Seen(answer.text).text
    assert (answer.status_code, acked(house)) == (200, [])
    assert "Acknowledge 2 alerts?" in page
    assert ("sw1" in page, "sw2" in page) == (True, False)


async def test_the_second_press_acknowledges_those_that_were_shown(serve):
    house, desk = storm()
    client = serve(house, desk)
    page = (await client.post("/alerts/together", data={"id": TWO, "do": "ack"})).text

    answer = await client.post("/alerts/together", data={**hidden(page), "author": "anna", "comment": "on my way"})

    assert (answer.status_code, acked(house)) == (303, TWO)
    assert "2 alerts acknowledged" in Seen((await client.get(answer.headers["location"])).text).text


async def test_a_silence_says_what_it_takes_that_nobody_chose(serve):
    house, desk = storm()
    client = serve(house, desk)

    page = Seen((await client.post("/alerts/together", data={"id": TWO, "do": "silence"})).text).text

    assert 'alertname="PortDown"' in page
    beside = page[page.index("Not chosen, and silenced as well") : page.index("Chosen ")]
    assert ("sw2" in beside, "r1" in beside, "r2" in beside, "sw0" in beside) == (True, True, False, False)


async def test_what_meets_conditions_on_labels_is_silenced_by_just_these(serve):
    house, desk = storm()
    client = serve(house, desk)
    asked = {"whole": "1", "labels": 'site="berlin", severity!="info"', "do": "silence"}

    page = (await client.post("/alerts/together", data=asked)).text
    more = {"author": "anna", "comment": "berlin moves", "ends": "2h"}
    answer = await client.post("/alerts/together", data={**hidden(page), **more})

    (silence,) = desk.silences()
    assert answer.headers["location"] == f"/silences?made={silence.id}"
    assert silence.matchers == ('site="berlin"', 'severity!="info"')
    assert (silence.created_by, silence.comment) == ("anna", "berlin moves")


async def test_all_that_a_search_finds_is_taken_but_nothing_that_began_after_it_was_shown(serve):
    house, desk = storm()
    client = serve(house, desk)
    page = (await client.post("/alerts/together", data={"whole": "1", "q": "portdown", "do": "ack"})).text
    late = replace(alert_of("PortDown", "sw9"), pending_at=datetime.now(UTC) + timedelta(seconds=1))
    house.known_alerts.append(late)

    await client.post("/alerts/together", data={**hidden(page), "author": "anna"})

    assert acked(house) == ["PortDown-r1-", "PortDown-sw0-", "PortDown-sw1-", "PortDown-sw2-"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"do": "ack", "sure": "1", "author": "anna"}, "one to 2,000 are taken at once"),
        ({"id": TWO, "do": "ack", "sure": "1"}, "say who you are"),
        ({"id": TWO, "do": "silence", "sure": "1", "author": "anna", "comment": "x", "ends": "some day"}, "some day"),
        ({"whole": "1", "labels": "berlin", "do": "ack"}, "is not a matcher"),
        ({"whole": "1", "held": "perhaps", "do": "ack"}, "held: true or false"),
        ({"id": TWO, "seen_at": "2026-01-01", "do": "ack"}, "an instant has a zone"),
        ({"id": ["PortDown-r2-"], "do": "ack"}, "none of the alerts was chosen"),
    ],
)
async def test_what_cannot_be_done_is_said_and_not_done(serve, asked, words):
    house, desk = storm()

    answer = await serve(house, desk).post("/alerts/together", data=asked)

    assert answer.status_code == 400
    assert words in Seen(answer.text).text
    assert (acked(house), list(desk.silences())) == ([], [])


async def test_where_nothing_can_be_changed_nothing_is_offered(serve_read_only):
    assert "together" not in (await serve_read_only.get("/alerts")).text
    assert (await serve_read_only.post("/alerts/together", data={"do": "ack"})).status_code == 403


async def test_hostile_fields_come_back_as_text(serve):
    asked = {"whole": "1", "q": HOSTILE, "device": HOSTILE, "do": HOSTILE, "comment": HOSTILE, "author": HOSTILE}

    page = (await serve(*storm()).post("/alerts/together", data=asked)).text

    assert "<script>alert" not in page
    assert Seen(page).wrong == []


async def test_a_person_takes_many_in_hand_and_silences_many_without_scripts_on_a_phone(serve, browser):
    house, desk = storm()
    url = str(serve(house, desk).base_url).rstrip("/")
    phone = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    await browser.call("Emulation.setDeviceMetricsOverride", **phone)
    await browser.call("Emulation.setScriptExecutionDisabled", value=True)

    await browser.open(f"{url}/alerts?by=site")
    assert await browser.value("document.documentElement.scrollWidth") == 320
    for one in TWO:
        await browser.click(f"input[name=id][value='{one}']")
    await browser.click("button[name=do][value=ack]")
    await browser.until("document.querySelector('h1')?.innerText === 'Acknowledge 2 alerts?'")
    assert await browser.value("document.documentElement.scrollWidth") == 320
    await browser.type("[name=author]", "anna")
    await browser.click("button.main")
    await browser.until("document.querySelector('.notice.good')?.innerText.startsWith('2 alerts acknowledged')")
    assert acked(house) == TWO

    await browser.open(f"{url}/alerts?labels=site%3Dberlin")
    await browser.click("input[name=whole]")
    await browser.click("button[name=do][value=silence]")
    await browser.until("document.querySelector('h1')?.innerText === 'Silence 4 alerts?'")
    await browser.type("[name=comment]", "berlin moves")
    await browser.click("button.main")
    await browser.until("document.querySelector('.notice.good')?.innerText.startsWith('Silenced by anna')")
    assert [silence.matchers for silence in desk.silences()] == [('site="berlin"',)]
    assert browser.complaints == []


ROWS = """[...document.querySelectorAll('table.alerts tbody tr')].map(row => [
    row.querySelector('a.device').innerText, row.querySelector('input').value, row.querySelector('input').checked])"""


async def test_a_row_that_moves_takes_its_tick_along_and_never_becomes_that_of_another_alert(serve, browser):
    house, desk = storm()
    house.known_alerts = house.known_alerts[:2]
    client = serve(house, desk)
    await browser.open(str(client.base_url).rstrip("/") + "/alerts?sort=device")
    await browser.until("document.getElementById('live').className === 'on'")
    await browser.click("input[name=id][value='PortDown-sw1-']")
    await browser.value("document.activeElement.blur()")

    house.known_alerts = [alert_of("PortDown", "a-new-one"), *house.known_alerts]

    await browser.until("document.querySelectorAll('table.alerts tbody tr').length === 3")
    assert await browser.value(ROWS) == [
        ["a-new-one", "PortDown-a-new-one-", False],
        ["sw0", "PortDown-sw0-", False],
        ["sw1", "PortDown-sw1-", True],
    ]
    assert browser.complaints == []
