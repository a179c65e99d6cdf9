"""The pages of silences: made from an alert, looked at before, changed, ended, all by plain forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.model import SilenceState

from ..desk import NOW, Desk, quiet_night, silence_of
from ..house import House, alert_of, bad_night
from .seen import Seen

FIELDS = {
    "matchers": 'device="core-sw1"\nseverity!="critical"', "ends": "2h", "starts": "", "author": "anna",
    "comment": "core upgrade", "replacing": "",
}  # fmt: skip


def text_area(page: str) -> list[str]:
    inside = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert inside is not None
    return inside[1].replace("&#34;", '"').split("\n")


async def test_a_silence_is_proposed_from_an_alert_by_rule_device_and_row(serve):
    labels = {"severity": "warning", "ifName": "Gi1/0/7", "ifIndex": "7", "ifAlias": "room 7"}
    house = House(known_alerts=[alert_of("Errors", "sw1", instance="ifName=Gi1/0/7", labels=labels)])

    page = (await serve(house).get("/silences/new", params={"alert": house.known_alerts[0].id})).text

    assert text_area(page) == ['alertname="Errors"', 'device="sw1"', 'ifName="Gi1/0/7"']
    assert 'ifAlias="room 7"' in Seen(page).text, "the other labels are there to be copied"
    assert "What fires and is covered 1" in " ".join(Seen(page).text.split())


async def test_a_row_that_is_only_a_number_is_named_by_all_its_labels(serve):
    labels = {"severity": "warning", "hrStorageDescr": "/var"}
    house = House(known_alerts=[alert_of("Full", "nas1", instance="31", labels=labels)])

    page = (await serve(house).get("/silences/new", params={"alert": house.known_alerts[0].id})).text

    assert text_area(page) == ['alertname="Full"', 'device="nas1"', 'hrStorageDescr="/var"']


async def test_a_silence_is_made_and_the_list_says_until_when(serve):
    house = bad_night()
    desk = Desk(house)
    client = serve(house, desk)

    answer = await client.post("/silences", data=FIELDS)
    (silence,) = desk.silences()
    page = Seen((await client.get(answer.headers["location"])).text).text

    assert answer.status_code == 303
    assert silence.matchers == ('device="core-sw1"', 'severity!="critical"')
    assert (silence.created_by, silence.comment) == ("anna", "core upgrade")
    assert timedelta(minutes=119) < silence.ends_at - datetime.now(UTC) <= timedelta(hours=2)
    assert f"Silenced by anna until {silence.ends_at:%Y-%m-%d %H:%M}" in page
    assert "silenced by anna" in Seen((await client.get("/alerts")).text).text


async def test_it_can_be_looked_at_before_it_is_made(serve):
    house = bad_night()
    desk = Desk(house)

    answer = await serve(house, desk).post("/silences", data=FIELDS | {"preview": "1", "comment": "", "author": ""})

    assert answer.status_code == 200
    assert "Gi1/0/7 on core-sw1 is 94 % full" in answer.text
    assert "access-sw2 does not answer" not in answer.text
    assert text_area(answer.text) == ['device="core-sw1"', 'severity!="critical"']
    assert desk.silences() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends": "soon"}, "is no time such as 2h"),
        ({"ends": "2020-01-01 08:00"}, "must end"),
        ({"starts": "3h"}, "must end after it starts"),
        ({"matchers": ""}, "at least one matcher"),
        ({"matchers": "device=~.*"}, "must not match empty text"),
        ({"matchers": "device"}, "is not a matcher"),
        ({"author": " "}, "author"),
        ({"comment": ""}, "comment"),
        ({"matchers": "\n".join(["a=b"] * 101)}, "at most 100 matchers"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(serve, changes, words):
    house = bad_night()
    desk = Desk(house)

    answer = await serve(house, desk).post("/silences", data=FIELDS | changes)
    seen = Seen(answer.text)

    assert answer.status_code == 400
    assert words in seen.text
    if "comment" not in changes:
        assert ("value", "core upgrade") in seen.attributes
    assert desk.silences() == []


async def test_an_active_silence_gets_a_new_end_and_keeps_its_id_and_beginning(serve):
    house = bad_night()
    desk = Desk(house)
    before = silence_of("s1", 'device="r1"')
    desk.put_silence(before)
    client = serve(house, desk)

    form = (await client.get("/silences/new", params={"silence": "s1"})).text
    changed = FIELDS | {"matchers": "\n".join(text_area(form)), "ends": "5h", "replacing": "s1"}
    await client.post("/silences", data=changed)

    (silence,) = desk.silences()
    assert (silence.id, silence.starts_at) == ("s1", before.starts_at)
    assert silence.ends_at > datetime.now(UTC) + timedelta(hours=4)


async def test_a_silence_is_ended_and_by_whom_is_noted(serve):
    house = bad_night()
    desk = Desk(house)
    desk.put_silence(silence_of("s1", 'device="core-sw1"'))
    client = serve(house, desk)
    await client.post("/ack", data={"id": "DeviceDown-access-sw2-", "author": "ben"})

    answer = await client.post("/silences/s1/expire", data={})

    assert (answer.status_code, answer.headers["location"]) == (303, "/silences")
    assert desk.silences()[0].state(datetime.now(UTC)) is SilenceState.EXPIRED
    assert "ended by ben" in desk.noted[-1].text
    assert (await client.post("/silences/nobody/expire", data={})).status_code == 404


async def test_the_list_shows_what_is_active_to_come_and_over_and_how_much_it_covers(serve):
    house, desk = quiet_night()
    desk.put_silence(silence_of("s9", 'site="lab"', starts_at=NOW + timedelta(1), ends_at=NOW + timedelta(2)))

    client = serve(house, desk)
    page = (await client.get("/silences")).text
    over = (await client.get("/silences", params={"state": "expired"})).text

    states = re.findall(r'class="pill si-(\w+)"', page)
    assert states == ["active", "active", "pending", "expired"]
    assert 'alertname=~"H.t"' in Seen(page).text
    assert re.findall(r'data-label="alerts now" class="num[^"]*">(\d*)<', page) == ["1", "1", "0", ""]
    assert re.findall(r'class="pill si-(\w+)"', over) == ["expired"]


async def test_one_that_is_over_is_made_once_more_as_a_new_one(serve):
    house, desk = quiet_night()

    page = (await serve(house, desk).get("/silences/new", params={"silence": "s3"})).text

    assert 'name="replacing" value=""' in page
    assert text_area(page) == ['device="r1"']


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(fields=st.dictionaries(st.sampled_from([*FIELDS, "preview", "x"]), st.text(max_size=30), max_size=7))
async def test_whatever_is_typed_there_is_a_page(serve, fields):
    client = serve(House(known_alerts=[alert_of("Down", "r1")]))
    sent = {name: text.encode("utf-8", "replace") for name, text in (FIELDS | fields).items()}

    answer = await client.post("/silences", data=sent)

    assert answer.status_code in (200, 303, 400, 404)
    assert (await client.get("/silences")).status_code == 200
