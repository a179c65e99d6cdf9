"""What the JSON API changes, and what it says of silences, acknowledgements and what is held back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from netwatch.model import AlertState, MuteKind, Muting

from ..desk import NOW, Desk, quiet_night, silence_of
from ..house import House, alert_of, bad_night
from ..posts import JSON, dumped

SATURATED = "InterfaceSaturated-core-sw1-ifName=Gi1/0/7"


async def test_an_alert_is_acknowledged_and_freed_again(serve):
    client = serve(bad_night())

    acked = await client.post("/api/v1/ack", json={"ids": [SATURATED], "by": "anna", "comment": "calling them"})
    shown = {one["id"]: one for one in (await client.get("/api/v1/alerts")).json()}
    freed = await client.post("/api/v1/unack", json={"ids": [SATURATED], "by": "anna"})

    assert acked.status_code == 200
    assert [one["acked_by"] for one in acked.json()] == ["anna"]
    assert (shown[SATURATED]["acked_by"], shown[SATURATED]["ack_comment"]) == ("anna", "calling them")
    assert shown[SATURATED]["acked_at"].endswith("Z")
    assert [(one["acked_by"], one["acked_at"]) for one in freed.json()] == [("", None)]


async def test_of_many_alerts_those_that_are_over_are_left_out(serve):
    client = serve(bad_night())

    answer = await client.post(
        "/api/v1/ack", json={"ids": [SATURATED, "nobody", "DeviceRebooted-wlc1-"], "by": "ben"}
    )

    assert [one["id"] for one in answer.json()] == [SATURATED]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"ids": ["nobody"], "by": "anna"}, 404, "no such alert, or it is over"),
        ({"ids": [SATURATED], "by": " "}, 400, "say who you are"),
        ({"ids": [SATURATED], "by": "a" * 201}, 400, "say who you are"),
        ({"ids": [], "by": "anna"}, 400, "ids"),
        ({"ids": [SATURATED], "by": "anna", "colour": "red"}, 400, "colour"),
        ({"ids": SATURATED, "by": "anna"}, 400, "ids"),
        ([], 400, "body"),
    ],
)
async def test_what_cannot_be_acknowledged_is_refused_in_words(serve, body, status, words):
    client = serve(bad_night())

    answer = await client.post("/api/v1/ack", json=body)

    assert answer.status_code == status
    assert words in answer.json()["error"]


def lost(house: House) -> House:
    """Return the house, with what the saturated interface's alert is about no longer there."""
    house.known_alerts = [
        replace(alert, state=AlertState.GONE, gone_at=NOW) if alert.id == SATURATED else alert
        for alert in house.known_alerts
    ]
    return house


async def test_what_is_gone_is_shown_as_such_and_can_be_forgotten(serve):
    client = serve(lost(bad_night()))
    (shown,) = (await client.get("/api/v1/alerts", params={"state": "gone"})).json()

    answer = await client.post("/api/v1/forget", json={"ids": [SATURATED], "by": "anna"})

    assert (shown["id"], shown["state"]) == (SATURATED, "gone")
    assert shown["gone_at"].endswith("Z")
    (over,) = answer.json()
    assert (answer.status_code, over["state"]) == (200, "resolved")
    assert over["annotation_ended"] == "forgotten by anna"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"ids": [SATURATED], "by": "anna"}, 400, "still there"),
        ({"ids": ["nobody"], "by": "anna"}, 404, "no such alert, or it is over"),
        ({"ids": [SATURATED], "by": " "}, 400, "say who you are"),
        ({"ids": [SATURATED], "by": "anna", "comment": "why"}, 400, "comment"),
    ],
)
async def test_what_cannot_be_forgotten_is_refused_in_words(serve, body, status, words):
    answer = await serve(bad_night()).post("/api/v1/forget", json=body)

    assert answer.status_code == status
    assert words in answer.json()["error"]


async def test_alertmanagers_programs_see_what_is_gone_as_active(serve):
    client = serve(lost(bad_night()))

    alerts = (await client.get("/api/v2/alerts")).json()

    (one,) = [alert for alert in alerts if alert["labels"]["alertname"] == "InterfaceSaturated"]
    assert one["status"]["state"] == "active"


async def test_controls_and_reading_directions_do_not_get_into_names_and_comments(serve):
    client = serve(bad_night())
    body = {"ids": [SATURATED], "by": "an\u202ena\x00\r\nBcc: x", "comment": "a\x1b[2Jb\nc"}

    (alert,) = (await client.post("/api/v1/ack", json=body)).json()

    assert (alert["acked_by"], alert["ack_comment"]) == ("anna Bcc: x", "a[2Jb\nc")


async def test_an_alert_says_what_holds_it_back(serve):
    house, desk = quiet_night()
    until = NOW + timedelta(hours=1)
    desk.held_back["Errors-sw2-"] = Muting(
        kind=MuteKind.MAINTENANCE, reason="in maintenance: core upgrade", by="core upgrade", until=until
    )

    alerts = {one["rule"]: one for one in (await serve(house, desk).get("/api/v1/alerts")).json()}

    assert [alerts[rule]["muted"] for rule in ("Down", "Slow", "Hot", "Full", "Errors", "Reboot")] == [
        "", "inhibited", "silenced", "parent", "maintenance", "acknowledged",
    ]  # fmt: skip
    assert alerts["Errors"]["muted_reason"] == "in maintenance: core upgrade"
    assert alerts["Errors"]["muted_until"].endswith("Z")
    assert (alerts["Down"]["muted_reason"], alerts["Down"]["muted_until"]) == ("", None)


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ({"muted": "false"}, "Down"),
        ({"muted": "true", "sort": "rule"}, "Errors Full Hot Reboot Slow"),
        ({"sort": "severity"}, "Down Reboot Errors Full Hot Slow"),
        ({"sort": "device", "limit": 2}, "Full Down"),
        ({"severity": "critical"}, "Down"),
        ({"matcher": ["device=~s.*", "alertname!=Hot"]}, "Errors Reboot"),
        ({"q": "NAS"}, "Full"),
        ({"acked": "true"}, ""),
        ({"acked": "false", "device": "r1"}, "Down Slow"),
    ],
)
async def test_alerts_can_be_picked_and_sorted(serve, asked, rules):
    client = serve(*quiet_night())

    found = [one["rule"] for one in (await client.get("/api/v1/alerts", params=asked)).json()]

    assert found == rules.split()


async def test_silences_are_flat_objects_and_can_be_asked_for_by_state(serve):
    house = House()
    desk = Desk(house)
    desk.put_silence(silence_of("a", 'device="r1"', "severity!=info"))
    desk.put_silence(silence_of("b", 'device="r2"', ends_at=NOW - timedelta(minutes=1)))
    client = serve(house, desk)

    silences = (await client.get("/api/v1/silences")).json()
    over = (await client.get("/api/v1/silences", params={"state": "expired"})).json()

    assert [(one["id"], one["state"]) for one in silences] == [("a", "active"), ("b", "expired")]
    assert silences[0]["matchers"] == 'device="r1", severity!=info'
    assert silences[0]["ends_at"].endswith("Z")
    assert [one["id"] for one in over] == ["b"]


async def test_the_senders_can_be_woken(serve, stage):
    client = serve(House())

    answer = await client.post("/-/wake-outbox")

    assert answer.status_code == 200
    assert stage[0].woken == 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(body=JSON.map(dumped))
async def test_whatever_is_posted_there_is_an_answer_in_words(serve, body):
    client = serve(House(known_alerts=[alert_of("Down", "r1")]))

    for path in ("/api/v1/ack", "/api/v1/unack", "/api/v1/forget"):
        answer = await client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 404)
        assert answer.json()["error"]
