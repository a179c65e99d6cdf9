"""The pages, as a browser without scripts gets them."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from netwatch.model import AlertState, RowSet, TableReading

from ..house import COMMUNITY, House, alert_of, bad_night, interfaces, mail_of, status_of, trap_of

PAGES = [
    "/", "/devices", "/devices/core-sw1", "/devices/nas1", "/alerts", "/alerts/DeviceDown-access-sw2-", "/silences",
    "/silences/new", "/silences/new?alert=DeviceDown-access-sw2-", "/explain", "/traps", "/outbox", "/outbox/m1",
]  # fmt: skip
HOSTILE = "<script>alert('owned')</script><img src=x onerror=alert(1)>\"' {{ 7*7 }}"


class Seen(HTMLParser):
    """Collects the text, the tags and the attributes of a page, and notices tags that were not closed in order."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "path", "rect"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.attributes, self.open, self.wrong = "", [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_whole_html_that_needs_nothing_from_elsewhere(serve, path):
    client = serve(bad_night())

    answer = await client.get(path)
    seen = Seen(answer.text)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (seen.wrong, seen.open) == ([], [])
    for name, value in seen.attributes:
        assert name != "style", "the content security policy forbids inline styles"
        assert not name.startswith("on")
        if name in ("href", "src", "action"):
            assert value.startswith("/")


@pytest.mark.parametrize("path", ["/static/netwatch.css", "/static/live.js", "/static/icon-bad.svg"])
async def test_static_files_come_from_the_package(serve, path):
    client = serve(House())

    assert (await client.get(path)).status_code == 200


async def test_the_overview_says_it_all_in_one_sentence(serve):
    client = serve(bad_night())

    page = (await client.get("/")).text

    assert "<h1>1 device is down, 2 alerts are firing and 1 device gives trouble</h1>" in page
    for text in (
        "access-sw2 does not answer SNMP",
        "hrStorageTable read in part",
        "connection refused",
        "Greylisted",
    ):
        assert text in page or text == "Greylisted"
    assert "No trap was received." in page


async def test_an_empty_house_says_what_to_do_next(serve):
    client = serve(House())

    page = (await client.get("/")).text

    assert "No devices are configured yet" in page
    assert "devices: [{name: core-sw1, address: 192.0.2.1}]" in page
    assert "No mail relay is configured" in page


async def test_trouble_of_netwatchs_own_is_shown_first(serve):
    house = bad_night()
    house.own_problems, house.waiting_for = ["12 % of polls are late"], "profiles are being read"
    client = serve(house)

    seen = Seen((await client.get("/")).text)

    assert seen.text.index("12 % of polls are late") < seen.text.index("Firing")
    assert "NetWatch is not ready yet: profiles are being read" in seen.text


@pytest.mark.parametrize("path", PAGES)
async def test_secrets_are_on_no_page(serve, path):
    client = serve(bad_night())

    assert COMMUNITY not in (await client.get(path)).text


async def test_netwatchs_alerts_about_itself_do_not_lead_to_a_device_that_is_none(serve):
    house = House(known_alerts=[alert_of("MailRelayDown", "netwatch")])
    client = serve(house)

    page = (await client.get("/")).text

    assert "/devices/netwatch" not in page
    assert "MailRelayDown" in page


def hostile_house() -> House:
    house = bad_night()
    house.statuses.append(status_of(HOSTILE, sys_name=HOSTILE, sys_descr=HOSTILE, trouble=HOSTILE, profile=HOSTILE))
    at = house.tables["nas1"][0].at
    rows = RowSet(index=("1", "2"), keys=(HOSTILE, "2"), labels={HOSTILE: (HOSTILE, "x")})
    house.tables[HOSTILE] = [
        interfaces(HOSTILE, 3, alias=HOSTILE),
        TableReading(device=HOSTILE, table=HOSTILE, at=at, rows=rows, columns={HOSTILE: [HOSTILE.encode(), None]}),
    ]
    house.known_alerts.append(alert_of(HOSTILE, HOSTILE, instance=HOSTILE, severity=HOSTILE, summary=HOSTILE))
    texts = [HOSTILE.encode(), b"\x00\xff\x1b[2J", *[HOSTILE.encode()] * 20]
    house.heard.append(trap_of(*texts, device=HOSTILE, user=HOSTILE))
    house.mails.append(mail_of(9, HOSTILE, HOSTILE, recipient=HOSTILE, last_reply=HOSTILE))
    return house


@pytest.mark.parametrize(
    "path", ["/", "/devices", "/alerts", "/traps", "/outbox", "/outbox/m9", "the hostile device"]
)
async def test_device_text_is_text_and_never_markup(serve, path):
    client = serve(hostile_house())
    if path == "the hostile device":
        overview = (await client.get("/")).text
        path = next(link for link in overview.split('href="') if "%3Cscript" in link).split('"')[0]

    page = await client.get(path)
    seen = Seen(page.text)

    assert page.status_code == 200
    assert HOSTILE in seen.text
    assert seen.tags.count("script") == 1, "only our own, from /static"
    assert "img" not in seen.tags
    assert not any(name.startswith("on") for name, _ in seen.attributes)


async def test_a_device_page_shows_interfaces_tables_gaps_and_alerts(serve):
    client = serve(bad_night())

    page = Seen((await client.get("/devices/core-sw1")).text).text
    gone = Seen((await client.get("/devices/access-sw2")).text).text
    partial = Seen((await client.get("/devices/nas1")).text).text

    assert "942 Mb/s" in page
    assert "Gi1/0/7 on core-sw1 is 94 % full" in page
    assert "sysUpTime" in page
    assert "no answer to 4 requests in 8 s" in gone
    assert "Read in part only: hrStorageTable" in partial


async def test_devices_can_be_found_by_name_and_address_and_come_in_pages(serve):
    house = House(statuses=[status_of(f"sw{number}", address=f"192.0.2.{number % 250}") for number in range(450)])
    client = serve(house)

    async def names(**asked: object) -> list[str]:
        page = (await client.get("/devices", params=asked)).text
        return [part.split(">")[1].split("<")[0] for part in page.split('class="device"')[1:]]

    assert len(await names()) == 200
    assert (await names(page=3))[-1] == "sw449"
    assert await names(q="SW44") == ["sw44", *[f"sw{number}" for number in range(440, 450)]]
    assert await names(q="192.0.2.249") == ["sw249"]
    assert await names(page=99, q="sw1") == await names(q="sw1")
    assert "No device matches" in (await client.get("/devices", params={"q": "nobody"})).text
    assert "all 450 devices" in (await client.get("/")).text


async def test_alerts_and_mails_can_be_filtered_by_state(serve):
    client = serve(bad_night())

    firing = (await client.get("/alerts", params={"state": AlertState.FIRING.value})).text
    dead = (await client.get("/outbox", params={"state": "dead"})).text

    assert "InterfaceSaturated" in firing
    assert "InterfaceErrors" not in firing
    assert "[OK] nas1" in dead
    assert "[DOWN]" not in dead


async def test_traps_are_shown_in_names_on_the_overview_and_a_page_of_their_own(serve):
    client = serve(House(heard=[trap_of(b"Gi1/0/3", count=41, inform=True, relay="192.0.2.99")]))

    overview, page = Seen((await client.get("/")).text).text, Seen((await client.get("/traps")).text).text

    assert "core-sw1 IF-MIB::linkDown 41 times" in " ".join(overview.split())
    for text in ("core-sw1", "192.0.2.1", "IF-MIB::linkDown", "v2c, inform, through 192.0.2.99", "Gi1/0/3", "41"):
        assert text in page


async def test_traps_can_be_found_by_device_and_by_address(serve):
    client = serve(House(heard=[trap_of(b"one"), trap_of(b"two", device="", source="2001:db8::7")]))

    async def found(q: str) -> set[str]:
        page = (await client.get("/traps", params={"q": q})).text
        return {text for text in ("one", "two") if f" {text}</div>" in page}

    assert await found("") == {"one", "two"}
    assert await found("core-sw1") == {"one"}
    assert await found("2001:db8::7") == {"two"}
    assert await found("nobody") == set()


async def test_an_alert_of_a_sender_that_is_not_watched_leads_to_its_traps(serve):
    house = House(known_alerts=[alert_of("LinkDown", "2001:db8::7")], statuses=[status_of("192.0.2.1")])
    client = serve(house)

    link = (await client.get("/alerts")).text.split('class="device" href="')[1].split('"')[0]

    answer = await client.get(link)
    assert (answer.status_code, answer.headers["location"]) == (307, "/traps?q=2001%3Adb8%3A%3A7")
    assert (await client.get("/devices/192.0.2.1")).status_code == 200


async def test_a_mail_is_shown_as_text(serve):
    client = serve(bad_night())

    page = (await client.get("/outbox/m1")).text

    assert "<pre>Something broke.\n</pre>" in page
    assert "451 4.7.1 Greylisted, try again later" in page
    assert "Not shown: text/html" in page


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, "there is nothing here"),
        ("/devices/nobody", 404, "no device is called"),
        ("/outbox/none", 404, "there is no such mail"),
        ("/alerts?state=x", 400, "state: Input should be"),
        ("/static/../app.py", 404, "there is nothing here"),
        ("/static/%2e%2e/app.py", 404, "there is nothing here"),
    ],
)
async def test_errors_are_pages_with_words(serve, path, status, words):
    client = serve(bad_night())

    answer = await client.get(path)

    assert answer.status_code == status
    assert words in answer.text
    assert "<title>" in answer.text
