"""What the first page shows before anybody scrolls, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from netwatch.model import MuteKind, Muting

from ...desk import Desk
from ...house import House, alert_of, bad_night
from ..fleet.test_devices import labelled

WIDE = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
NAME = "distribution-switch-{:05}"
SUMMARY = "TenGigabitEthernet1/1/{:02} towards the core has been down long"
FIVE = ("wrong", "what", "since", "who", "itself")
ABOVE = """((id) => {const box = document.getElementById(id).getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && box.width > 50 && box.height > 10})"""
LINES = """[...document.querySelectorAll('table.alerts tbody tr:not(.site)')].map(row => {
    const tall = Math.max(...[...row.cells].map(cell => {
        const style = getComputedStyle(cell), range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect().height}));
    return tall / parseFloat(getComputedStyle(row).lineHeight)})"""
LETTERS = """(() => {const cell = document.querySelector('table.alerts td.wide'), style = getComputedStyle(cell);
    const probe = document.createElement('span');
    probe.textContent = 'abcdefghij klmnopqrs tuvwxyz 0123456789'.padEnd(40, 'e');
    probe.style.cssText = 'white-space: pre; position: absolute; visibility: hidden';
    cell.append(probe);
    const wide = probe.getBoundingClientRect().width;
    probe.remove();
    return 40 * (cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) / wide})()"""


def twenty() -> tuple[House, Desk]:
    """Twenty alerts on two sites, in hand, silenced, told and known to nobody, and forty behind a parent."""
    now = datetime.now(UTC)
    house = House(statuses=[
        labelled(NAME.format(number), f"10.0.0.{number}", site=("berlin", "bonn")[number % 2]) for number in range(20)
    ])  # fmt: skip
    house.statuses[0] = replace(house.statuses[0], up=False, trouble="no answer to 4 requests in 8 s")
    house.known_alerts = [
        alert_of("InterfaceDownForALongTime", NAME.format(number), summary=SUMMARY.format(number),
                 instance=f"ifName=TenGigabitEthernet1/1/{number:02}", value=9.42e8, threshold=9e8,
                 severity=("critical", "warning", "info")[number % 3])
        for number in range(20)
    ]  # fmt: skip
    taken = {"acked_at": now - timedelta(minutes=3), "acked_by": "anna.schmidt-lindemann@example.net",
             "ack_comment": "the carrier is told, ticket 4711, they look at it in the morning"}  # fmt: skip
    house.known_alerts[3] = replace(house.known_alerts[3], **taken)
    behind = [alert_of("DeviceDown", NAME.format(100 + number)) for number in range(40)]
    desk = Desk(house)
    house.who_was_told = {one.id: [("network-operators", now)] for one in house.known_alerts[5:12]}
    desk.held_back = {
        one.id: Muting(kind=MuteKind.PARENT, reason="r1 is down", by=NAME.format(0)) for one in behind
    }  # fmt: skip
    house.known_alerts += behind
    assert {len(NAME.format(7)), len(SUMMARY.format(7))} == {25, 60}
    return house, desk


async def test_the_five_questions_are_answered_above_the_fold(serve, browser):
    quiet = House(statuses=[labelled("sw1", "10.0.0.1")])
    troubled = bad_night()
    troubled.own_problems = ["12 % of polls are late", "mail relay backup is down: connection refused"]
    await browser.call("Emulation.setDeviceMetricsOverride", **WIDE)

    for name, house, desk in (("twenty", *twenty()), ("quiet", quiet, None), ("troubled", troubled, None)):
        await browser.open(str(serve(house, desk).base_url))
        await browser.keep(f"overview-{name}")
        assert [await browser.value(f"{ABOVE}('{one}')") for one in FIVE] == [True] * 5
        if house is not quiet:  # and of what is wrong the first rows
            first = "document.querySelector('table.alerts tbody tr:not(.site)').getBoundingClientRect()"
            assert await browser.value(f"{first}.bottom < innerHeight")


async def test_with_long_names_and_summaries_no_row_is_above_two_lines_and_what_has_its_room(serve, browser):
    await browser.call("Emulation.setDeviceMetricsOverride", **WIDE)

    url = str(serve(*twenty()).base_url).rstrip("/")
    for path, count in (("/", 20), ("/alerts", 60), ("/alerts?by=severity", 60)):
        await browser.open(url + path)
        lines = await browser.value(LINES)
        assert len(lines) == count
        assert max(lines) <= 2.2, path  # two lines, and the little that a pill is taller than its line
        assert float(str(await browser.value(LETTERS))) >= 40, path
        assert await browser.value("document.documentElement.scrollWidth <= innerWidth"), path
        assert await browser.value(
            "[...document.querySelectorAll('.scroll')].every(box => box.scrollWidth <= box.clientWidth)"
        ), path

    await browser.open(url)
    text = str(await browser.value("document.getElementById('main').innerText"))
    assert "40 alerts on 40 devices stand behind it" in text
    assert text.count("stand behind it") == 1


async def test_the_first_page_is_no_wider_than_the_smallest_phone(serve, browser):
    phone = {"width": 320, "height": 640, "deviceScaleFactor": 2, "mobile": True}
    await browser.call("Emulation.setDeviceMetricsOverride", **phone)

    url = str(serve(*twenty()).base_url).rstrip("/")
    for path in ("/", "/alerts?by=site", "/devices"):
        await browser.open(url + path)
        assert await browser.value("document.documentElement.scrollWidth") == 320, path
