"""The pages of alerts: what is held back and why, who has it in hand, and the forms that change that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.model import AlertState, Event, MuteKind, Muting

from ...desk import NOW, Desk, quiet_night
from ...house import House, alert_of, bad_night, status_of
from ..seen import HOSTILE, Seen, hostile_house

SATURATED = "InterfaceSaturated-core-sw1-ifName=Gi1/0/7"
PATH = "/alerts/InterfaceSaturated-core-sw1-ifName%3DGi1%2F0%2F7"


def rules_on(page: str) -> list[str]:
    return [part.split("<")[0] for part in page.split('data-label="Rule">')[1:]]


async def test_the_list_says_why_nobody_is_told_and_who_has_it_in_hand(serve):
    house, desk = quiet_night()
    desk.acknowledge(["Reboot-sw3-"], "ben", "on my way")

    page = Seen((await serve(house, desk).get("/alerts")).text).text

    for words in ("silenced by anna until", "r1 is down, and nas1 is only reached through it", "on my way"):
        assert words in page
    assert "in maintenance: core upgrade" in page


async def test_what_somebody_still_has_to_look_at_stands_first(serve):
    client = serve(*quiet_night())

    assert rules_on((await client.get("/alerts")).text)[0] == "Down"


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ({"held": "true", "sort": "rule"}, "Errors Full Hot Reboot Slow"),
        ({"held": "false"}, "Down"),
        ({"q": "sw", "sort": "device"}, "Hot Errors Reboot"),
        ({"device": "r1", "sort": "severity"}, "Down Slow"),
        ({"rule": "Hot"}, "Hot"),
        ({"state": "pending"}, ""),
    ],
)
async def test_alerts_can_be_found_by_text_state_and_whether_they_are_held_back(serve, asked, rules):
    client = serve(*quiet_night())

    assert rules_on((await client.get("/alerts", params=asked)).text) == rules.split()


async def test_the_page_of_an_alert_tells_its_story_however_much_else_happened_on_the_device(serve):
    house = bad_night()
    other = Event(at=NOW, kind="device", text="it answers again", device="core-sw1")
    own = Event(at=NOW, kind="notify", text="mail to noc@example.net", device="core-sw1", alert_id=SATURATED)
    house.happened = [other] * 1000 + [own]

    assert "mail to noc@example.net" in Seen((await serve(house).get(PATH)).text).text


async def test_an_alert_has_a_page_with_its_facts_and_what_happened(serve):
    house = bad_night()
    house.happened.append(
        Event(at=NOW, kind="notify", text="mail to noc@example.net", device="core-sw1", alert_id=SATURATED)
    )
    desk = Desk(house)
    desk.held_back[SATURATED] = Muting(kind=MuteKind.INTERVAL, reason="it is night, and nights are quiet")

    answer = await serve(house, desk).get(PATH)
    page = Seen(answer.text).text

    assert answer.status_code == 200
    for words in ("Gi1/0/7 on core-sw1 is 94 % full", "942 M", "mail to noc@example.net", "it is night"):
        assert words in page
    assert 'alertname="InterfaceSaturated"' in page
    assert "/explain?rule=InterfaceSaturated&amp;device=core-sw1" in answer.text


async def test_a_person_acknowledges_and_takes_it_back_and_a_reload_does_nothing_twice(serve):
    client = serve(bad_night())

    acked = await client.post("/ack", data={"id": SATURATED, "author": "anna", "comment": "calling them"})
    page = Seen((await client.get(PATH)).text).text
    freed = await client.post("/unack", data={"id": SATURATED, "author": "ben"})

    assert (acked.status_code, acked.headers["location"]) == (303, PATH)
    assert "anna acknowledged it" in page
    assert "calling them" in page
    assert freed.status_code == 303
    assert "Nobody has acknowledged it" in (await client.get(PATH)).text


async def test_a_person_sees_what_is_gone_and_since_when_and_forgets_it(serve):
    house = bad_night()
    house.known_alerts = [
        replace(alert, state=AlertState.GONE, gone_at=alert.firing_at) if alert.id == SATURATED else alert
        for alert in house.known_alerts
    ]
    client = serve(house)

    page = Seen((await client.get(PATH)).text).text
    listed = Seen((await client.get("/alerts?state=gone")).text).text
    forgotten = await client.post("/forget", data={"id": SATURATED, "author": "anna"})

    assert "No longer there" in page
    assert "Last value" in page
    assert "Forget it" in page
    assert "nobody saw it well" in listed
    assert (forgotten.status_code, forgotten.headers["location"]) == (303, PATH)
    assert "Forget it" not in (await client.get(PATH)).text


async def test_who_somebody_is_need_be_said_once_only_and_is_no_business_of_scripts_and_other_sites(serve):
    client = serve(bad_night())

    cookie = (await client.post("/ack", data={"id": SATURATED, "author": "Ännä"})).headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert 'value="Ännä"' in (await client.get("/alerts/DeviceDown-access-sw2-")).text
    assert 'value="Ännä"' in (await client.get("/silences/new")).text


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"id": "nobody", "author": "anna"}, 404, "there is no such alert, or it is over"),
        ({"author": "anna"}, 404, "there is no such alert, or it is over"),
        ({"id": SATURATED}, 400, "say who you are"),
        ({"id": SATURATED, "author": "anna", "comment": "x" * 4001}, 400, "at most 4000"),
        ({"id": SATURATED, "author": "anna", "comment": "x" * 70_000}, 413, "64 KiB"),
    ],
)
async def test_what_cannot_be_acknowledged_is_said_on_a_page(serve, fields, status, words):
    answer = await serve(bad_night()).post("/ack", data=fields)

    assert answer.status_code == status
    assert words in Seen(answer.text).text


async def test_a_form_must_be_a_form(serve):
    client = serve(bad_night())

    as_json = await client.post("/ack", json={"id": SATURATED})
    no_text = await client.post(
        "/ack", content=b"id=%FF&author=%C3", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    many = await client.post("/ack", data={"id": ["x"] * 301})

    assert (as_json.status_code, no_text.status_code, many.status_code) == (415, 400, 400)


async def test_where_only_reading_is_allowed_the_pages_offer_nothing_else(serve_read_only):
    for path in ("/alerts", "/silences", "/silences/new"):
        page = (await serve_read_only.get(path)).text
        assert 'method="post"' not in page
        assert "Acknowledge" not in page


async def test_hostile_text_in_alerts_comments_and_silences_is_text(serve):
    house = hostile_house()
    desk = Desk(house)
    client = serve(house, desk)
    name = house.known_alerts[-1].id
    await client.post("/ack", data={"id": name, "author": HOSTILE, "comment": HOSTILE})
    fields = {"matchers": f"device={HOSTILE}", "ends": "2h", "author": HOSTILE, "comment": HOSTILE}
    made = await client.post("/silences", data=fields)
    new = next(
        link for link in (await client.get("/alerts")).text.split('href="') if link.startswith("/silences/new")
    )

    assert made.status_code == 303
    for path in ("/alerts", "/silences", made.headers["location"], new.split('"')[0], "/"):
        answer = await client.get(path)
        seen = Seen(answer.text)
        assert answer.status_code == 200, path
        assert "img" not in seen.tags
        assert seen.tags.count("script") == [name for name, _ in seen.attributes].count("src")
        assert not any(name.startswith("on") for name, _ in seen.attributes)
        assert (seen.wrong, seen.open) == ([], []), path


async def test_an_alert_that_is_long_over_is_said_to_be(serve):
    answer = await serve(House(known_alerts=[alert_of("Down", "r1")])).get("/alerts/other")

    assert answer.status_code == 404
    assert "no such alert" in answer.text


async def test_thousands_of_alerts_come_in_pages(serve):
    client = serve(House(known_alerts=[alert_of("Down", f"sw{number}") for number in range(450)]))

    first = (await client.get("/alerts", params={"sort": "device"})).text
    last = (await client.get("/alerts", params={"sort": "device", "page": 99})).text

    assert len(rules_on(first)) == 200
    assert "sort=device&amp;page=2" in first
    assert len(rules_on(last)) == 50
    assert "page 3 of 3" in last


async def test_value_and_limit_have_the_unit_that_the_rule_names(serve):
    hot = alert_of("SensorBeyondLimit", "core-sw1", value=88.0, threshold=85.5)
    hot = replace(hot, annotations={**hot.annotations, "unit": "celsius"})
    client = serve(House(known_alerts=[hot], statuses=[status_of("core-sw1")]))

    for path in ("/alerts", f"/alerts/{hot.id}", "/devices/core-sw1"):
        page = (await client.get(path)).text
        assert "88 °C" in page
        assert "85.5 °C" in page
