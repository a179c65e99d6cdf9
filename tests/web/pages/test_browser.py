"""The pages in a real browser, under their own content security policy."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from netwatch.model import SilenceState

from ..desk import Desk
from ..house import alert_of, bad_night, status_of
from .seen import HOSTILE, PAGES, hostile_house
from .test_act import TO, acked, link, two


async def test_every_page_loads_without_a_word_on_the_console_even_with_hostile_names(serve, browser):
    client = serve(hostile_house())
    url = str(client.base_url).rstrip("/")

    for path in [*PAGES, "/outbox/m9", "/devices"]:
        await browser.open(url + path)
        assert await browser.value("document.styleSheets.length") == 1
        if await browser.value(
            "document.querySelector('script[src*=live]') !== null"
        ):  # what is typed must not be taken away
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


SENTENCE = (
    "no answer to 4 requests in 8.1 s; its host says that nothing listens on UDP port 11161 (ICMP port unreachable)"
)
CUT_OFF = """[...document.querySelectorAll('table.alerts td, table.alerts td a')]
    .filter(cell => cell.getBoundingClientRect().right > cell.closest('section').getBoundingClientRect().right
        || cell.tagName === 'TD' && cell.scrollWidth > cell.clientWidth + 1)
    .map(cell => cell.innerText)"""
WIDTH_OF_WHAT = """[...document.querySelectorAll('.alerts .wide a')]
    .find(link => link.innerText === 'dead-sw1 does not answer').closest('td').clientWidth"""


async def test_nothing_of_the_alerts_is_cut_off_where_a_value_is_a_sentence(serve, browser):
    house = bad_night()
    house.statuses.append(status_of("dead-sw1", up=False, trouble=SENTENCE))
    dead = alert_of("DeviceDown", "dead-sw1", severity="critical", summary="dead-sw1 does not answer", value=SENTENCE)
    house.known_alerts.append(dead)
    client = serve(house)

    for path in ("/", "/alerts", "/devices/dead-sw1"):
        await browser.open(str(client.base_url).rstrip("/") + path)
        assert SENTENCE in str(await browser.value("document.querySelector('table.alerts').innerText"))
        for width in (1080, 1100, 1201, 1260, 1440, 1920):
            await browser.call(
                "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
            )
            assert await browser.value("document.documentElement.scrollWidth <= innerWidth"), (path, width)
            assert await browser.value(
                "[...document.querySelectorAll('.scroll')].every(box => box.scrollWidth <= box.clientWidth)"
            ), (path, width)
            assert await browser.value(CUT_OFF) == [], (path, width)
            assert int(str(await browser.value(WIDTH_OF_WHAT))) >= 100, (path, width)


async def test_a_person_silences_one_alert_and_acknowledges_another_without_scripts(serve, browser):
    house = bad_night()
    desk = Desk(house)
    url = str(serve(house, desk).base_url).rstrip("/")
    await browser.call("Emulation.setScriptExecutionDisabled", value=True)

    await browser.open(f"{url}/alerts?q=Saturated")
    await browser.click("a[href^='/silences/new?alert=']")
    await browser.until("location.pathname === '/silences/new' && document.readyState === 'complete'")
    await browser.type("[name=ends]", "until 08:00")
    await browser.type("[name=author]", "anna")
    await browser.type("[name=comment]", "core upgrade")
    await browser.click("button[name=preview]")
    await browser.until("location.pathname === '/silences' && document.readyState === 'complete'")
    assert await browser.value("document.querySelector('[name=comment]').value") == "core upgrade"
    assert "Gi1/0/7 on core-sw1 is 94 % full" in str(await browser.value("document.body.innerText"))
    await browser.click("button.main")
    await browser.until("document.querySelector('.notice.good')?.innerText.startsWith('Silenced by anna until')")
    (silence,) = desk.silences()
    assert silence.matchers == ('alertname="InterfaceSaturated"', 'device="core-sw1"')
    assert (silence.created_by, f"{silence.ends_at:%H:%M}") == ("anna", "08:00")

    await browser.open(f"{url}/alerts/DeviceDown-access-sw2-")
    await browser.type("[name=comment]", "driving there")
    await browser.click("form[action='/ack'] button")
    await browser.until("document.body.innerText.includes('anna acknowledged it')")
    acked = next(alert for alert in house.known_alerts if alert.key.device == "access-sw2")
    assert (acked.acked_by, acked.ack_comment) == ("anna", "driving there")

    await browser.open(f"{url}/silences")
    await browser.click("form[action$='/expire'] button")
    await browser.until(
        "document.body.innerText.includes('expired') && document.querySelector('.si-expired') !== null"
    )
    assert desk.silences()[0].state(datetime.now(UTC)) is SilenceState.EXPIRED
    assert browser.complaints == []


async def test_a_link_of_a_mail_is_confirmed_by_a_person_without_scripts(serve, browser):
    house, desk = two()
    url = str(serve(house, desk).base_url).rstrip("/")
    await browser.call("Emulation.setScriptExecutionDisabled", value=True)

    await browser.open(url + link("ack"))
    assert acked(house) == {}
    await browser.click("input[value='Slow-r1-']")
    await browser.click("button.main")
    await browser.until("document.querySelector('h1')?.innerText === 'Done'")

    assert acked(house) == {"Down": TO}


async def test_another_sites_page_cannot_silence_anything_with_its_visitors_browser(serve, browser):
    house = bad_night()
    desk = Desk(house)
    target = str(serve(house, desk).base_url).rstrip("/") + "/silences"
    fields = {"matchers": "device=~.+", "ends": "1h", "author": "eve", "comment": "x"}
    inputs = "".join(f"<input name={name} value='{text}'>" for name, text in fields.items())
    page = f"<form method=post action='{target}'>{inputs}<button>win a prize</button></form>"
    await browser.call("Page.navigate", url=f"data:text/html,{quote(page)}")
    await browser.until("document.querySelector('button') !== null")

    await browser.click("button")
    await browser.until("document.body.innerText.includes('site')")

    assert "another site's page" in str(await browser.value("document.body.innerText"))
    assert desk.silences() == []
