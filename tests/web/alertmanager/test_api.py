"""Alertmanager's API v2: the shapes its OpenAPI promises, and an answer in words to everything else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.model import AlertState

from ..desk import NOW, Desk, quiet_night, silence_of
from ..house import House, alert_of, bad_night
from ..posts import JSON, dumped, posted

V2 = "/api/v2"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def test_an_alert_has_the_shape_of_a_gettable_alert(serve):
    client = serve(bad_night())

    alerts = (await client.get(f"{V2}/alerts", params={"filter": 'alertname="InterfaceSaturated"'})).json()

    (alert,) = alerts
    assert set(alert) == {
        "annotations", "endsAt", "fingerprint", "receivers", "startsAt", "status", "updatedAt", "generatorURL",
        "labels",
    }  # fmt: skip
    assert alert["labels"] == {"alertname": "InterfaceSaturated", "device": "core-sw1", "severity": "warning"}
    assert alert["annotations"] == {"summary": "Gi1/0/7 on core-sw1 is 94 % full"}
    assert alert["status"] == {"inhibitedBy": [], "mutedBy": [], "silencedBy": [], "state": "active"}
    assert alert["receivers"] == [{"name": "noc"}]
    assert re.fullmatch("[0-9a-f]{16}", alert["fingerprint"])
    for name in ("startsAt", "updatedAt", "endsAt"):
        assert datetime.fromisoformat(alert[name]).tzinfo is not None
    assert datetime.fromisoformat(alert["endsAt"]) > datetime.now(UTC)
    assert "/explain?rule=InterfaceSaturated&device=core-sw1&instance=" in alert["generatorURL"]


async def test_a_fingerprint_is_the_one_an_alertmanager_makes_of_the_same_labels(serve):
    house = House(known_alerts=[alert_of("Down", "r1", severity="critical")])

    (alert,) = (await serve(house).get(f"{V2}/alerts")).json()

    assert alert["fingerprint"] == "3e67c2242a45f349"


async def test_only_what_fires_is_there_since_nothing_else_would_have_been_sent_to_an_alertmanager(serve):
    client = serve(bad_night())

    alerts = (await client.get(f"{V2}/alerts")).json()

    assert {alert["labels"]["alertname"] for alert in alerts} == {"DeviceDown", "InterfaceSaturated"}
    assert [alert["fingerprint"] for alert in alerts] == sorted(alert["fingerprint"] for alert in alerts)


async def test_the_status_says_what_holds_an_alert_back(serve):
    client = serve(*quiet_night())

    alerts = (await client.get(f"{V2}/alerts")).json()

    status = {alert["labels"]["alertname"]: alert["status"] for alert in alerts}
    nothing = {"inhibitedBy": [], "mutedBy": [], "silencedBy": []}
    assert status == {
        "Down": nothing | {"state": "active"},
        "Slow": nothing | {"state": "suppressed", "inhibitedBy": ["3e67c2242a45f349"]},
        "Hot": nothing | {"state": "suppressed", "silencedBy": ["s1", "s2"]},
        "Full": nothing | {"state": "suppressed", "inhibitedBy": ["r1"]},
        "Errors": nothing | {"state": "suppressed", "mutedBy": ["core upgrade"]},
        "Reboot": nothing | {"state": "active"},
    }


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, "Down Slow Hot Full Errors Reboot"),
        ({"active": "false"}, "Slow Hot Full"),
        ({"muted": "false"}, "Down Slow Hot Full Reboot"),
        ({"silenced": "false", "inhibited": "false", "muted": "false"}, "Down Reboot"),
        ({"active": "false", "silenced": "false"}, "Slow Full"),
        ({"unprocessed": "false"}, "Down Slow Hot Full Errors Reboot"),
        ({"filter": "device=~s.*"}, "Hot Errors Reboot"),
        ({"filter": ["device=~s.*", 'alertname!="Hot"']}, "Errors Reboot"),
        ({"filter": "site="}, "Down Slow Hot Full Errors Reboot"),
        ({"filter": 'site!=""'}, ""),
        ({"receiver": "boss"}, "Down"),
        ({"receiver": "b.*|noc"}, "Down Slow Hot Full Errors Reboot"),
        ({"receiver": "o"}, ""),
    ],
)
async def test_alerts_can_be_asked_for_by_status_labels_and_receiver(serve, asked, names):
    client = serve(*quiet_night())

    alerts = (await client.get(f"{V2}/alerts", params=asked)).json()

    assert {alert["labels"]["alertname"] for alert in alerts} == set(names.split())


async def test_groups_hold_the_alerts_that_are_told_together(serve):
    client = serve(*quiet_night())

    groups = (await client.get(f"{V2}/alerts/groups", params={"filter": "device=r1"})).json()

    told = [
        (one["receiver"]["name"], one["labels"], [a["labels"]["alertname"] for a in one["alerts"]]) for one in groups
    ]
    assert told == [("boss", {"device": "r1"}, ["Down"]), ("noc", {"device": "r1"}, ["Down", "Slow"])]


async def test_status_and_receivers_are_what_an_alertmanager_would_say(serve):
    client = serve(House())

    status = (await client.get(f"{V2}/status")).json()
    receivers = (await client.get(f"{V2}/receivers")).json()

    assert status["cluster"] == {"status": "disabled", "peers": []}
    assert status["config"]["original"].strip().startswith("route:")
    assert set(status["versionInfo"]) == {"version", "revision", "branch", "buildUser", "buildDate", "goVersion"}
    assert status["versionInfo"]["revision"] == "netwatch-9.9.9"
    assert datetime.fromisoformat(status["uptime"])
    assert receivers == [{"name": "noc"}, {"name": "boss"}]


async def test_a_silence_is_made_read_changed_and_ended(serve):
    client = serve(bad_night())

    answer = await client.post(f"{V2}/silences", json=posted())
    made = answer.json()["silenceID"]
    silence = (await client.get(f"{V2}/silence/{made}")).json()
    later = (NOW + timedelta(days=5)).isoformat()
    kept = await client.post(f"{V2}/silences", json=silence | {"endsAt": later, "comment": "takes longer"})
    changed = (await client.get(f"{V2}/silence/{made}")).json()
    covered = (await client.get(f"{V2}/alerts", params={"active": "false"})).json()
    ended = await client.delete(f"{V2}/silence/{made}")

    assert answer.status_code == 200
    assert UUID.fullmatch(made)
    assert set(silence) == {
        "id", "status", "updatedAt", "comment", "createdBy", "endsAt", "matchers", "startsAt",
    }  # fmt: skip
    assert silence["matchers"] == [{"isEqual": True, "isRegex": False, "name": "device", "value": "core-sw1"}]
    assert silence["status"] == {"state": "active"}
    assert kept.json() == {"silenceID": made}
    assert (changed["comment"], changed["startsAt"]) == ("takes longer", silence["startsAt"])
    assert [alert["status"]["silencedBy"] for alert in covered] == [[made]]
    assert ended.status_code == 200
    assert (await client.get(f"{V2}/silence/{made}")).json()["status"] == {"state": "expired"}
    assert (await client.get(f"{V2}/alerts", params={"active": "false"})).json() == []


async def test_a_change_of_what_a_silence_covers_ends_it_and_makes_a_new_one(serve):
    client = serve(bad_night())
    old = (await client.post(f"{V2}/silences", json=posted())).json()["silenceID"]

    wider = posted(id=old, matchers=[{"name": "device", "value": "core-.*", "isRegex": True}])
    new = (await client.post(f"{V2}/silences", json=wider)).json()["silenceID"]

    states = {one["id"]: one["status"]["state"] for one in (await client.get(f"{V2}/silences")).json()}
    assert states == {new: "active", old: "expired"}


async def test_silences_come_active_first_then_those_to_come_then_those_over(serve):
    house = House()
    desk = Desk(house)
    for name, starts, ends in [
        ("over", -9, -5), ("lately-over", -9, -1), ("soon", 1, 2), ("later", 3, 9), ("long", -1, 9), ("short", -1, 1),
    ]:  # fmt: skip
        at = {"starts_at": NOW + timedelta(days=starts), "ends_at": NOW + timedelta(days=ends)}
        desk.put_silence(silence_of(name, 'device="r1"', **at))

    silences = (await serve(house, desk).get(f"{V2}/silences")).json()

    assert [one["id"] for one in silences] == ["short", "long", "soon", "later", "lately-over", "over"]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        (["device=r1"], {"a"}),
        (["device=~r."], {"a", "b"}),
        (["device=r2", "alertname=~D.*"], {"b"}),
        (["severity!=critical"], {"a", "b"}),
        (["severity=critical"], {"c"}),
    ],
)
async def test_silences_can_be_asked_for_by_what_their_matchers_say(serve, asked, ids):
    house = House()
    desk = Desk(house)
    desk.put_silence(silence_of("a", 'device="r1"'))
    desk.put_silence(silence_of("b", 'device=~"r2"', 'alertname="Down"'))
    desk.put_silence(silence_of("c", 'severity="critical"'))

    silences = (await serve(house, desk).get(f"{V2}/silences", params={"filter": asked})).json()

    assert {one["id"] for one in silences} == ids


async def test_silences_can_be_asked_for_by_who_made_them(serve):
    house = House()
    desk = Desk(house)
    for name in ("anna", "ben", "cleo"):
        desk.put_silence(silence_of(f"of-{name}", 'device="r1"', created_by=name))

    silences = (await serve(house, desk).get(f"{V2}/silences", params={"creator": ["anna", "cleo"]})).json()

    assert {one["id"] for one in silences} == {"of-anna", "of-cleo"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "matchers: Field required"),
        (posted(matchers=[]), "matchers"),
        (posted(matchers=[{"name": "a", "value": "", "isRegex": False}]), "must not match empty text"),
        (posted(matchers=[{"name": "a", "value": "(?=b)", "isRegex": True}]), "invalid perl operator"),
        (posted(endsAt="2020-01-01T00:00:00Z"), "must end"),
        (posted(endsAt="9999-12-31T23:59:59-14:00"), "a hundred years at most"),
        (posted(startsAt="0001-01-01T00:00:00+14:00", createdBy=""), "author"),
        (posted(endsAt="tomorrow"), "endsAt"),
        (posted(createdBy=" "), "author"),
        (posted(comment=""), "comment"),
        (posted(comment="x" * 5000), "comment"),
        ([], "body"),
    ],
)
async def test_a_silence_that_cannot_be_had_is_refused_in_words_as_a_json_string(serve, body, words):
    answer = await serve(House()).post(f"{V2}/silences", json=body)

    assert answer.status_code == 400
    assert words in answer.json()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/silence/00000000-0000-0000-0000-000000000000", 404),
        ("DELETE", "/silence/00000000-0000-0000-0000-000000000000", 404),
        ("GET", "/nothing", 404),
        ("GET", "/alerts?filter=%7B", 400),
        ("GET", "/alerts?filter=device%3D~%28%3F%3Da%29", 400),
        ("GET", "/alerts?receiver=%28", 400),
        ("GET", "/alerts?active=maybe", 400),
        ("POST", "/alerts", 405),
        ("POST", "/status", 405),
    ],
)
async def test_what_cannot_be_answered_is_refused_in_words_as_a_json_string(serve, method, path, status):
    answer = await serve(House()).request(method, V2 + path)

    assert answer.status_code == status
    assert isinstance(answer.json(), str)
    assert answer.json()


async def test_a_body_must_be_json_and_not_too_long(serve):
    client = serve(House())

    as_form = await client.post(f"{V2}/silences", data={"matchers": "x"})
    too_long = await client.post(f"{V2}/silences", json=posted(comment="x" * 70_000))
    broken = await client.post(f"{V2}/silences", content=b"{", headers={"Content-Type": "application/json"})

    assert (as_form.status_code, too_long.status_code, broken.status_code) == (415, 413, 400)
    assert "Content-Type: application/json" in as_form.json()
    assert "64 KiB" in too_long.json()


async def test_an_alert_with_half_a_letter_in_its_text_does_not_break_the_list(serve):
    house = House(known_alerts=[alert_of("Down", "r1", summary="half \ud800 a letter"), alert_of("Slow", "r1")])

    alerts = (await serve(house).get(f"{V2}/alerts")).json()

    assert len(alerts) == 2


MATCHER = st.fixed_dictionaries(
    {"name": st.text(max_size=8), "value": st.text(max_size=12), "isRegex": st.booleans()},
    optional={"isEqual": st.none() | st.booleans()},
)
INSTANT = st.datetimes().map(lambda at: at.isoformat() + "Z") | st.text(max_size=12)
SILENCE = st.fixed_dictionaries(
    {
        "matchers": st.lists(MATCHER, max_size=3), "startsAt": INSTANT, "endsAt": INSTANT,
        "createdBy": st.text(max_size=9), "comment": st.text(max_size=9),
    },
    optional={"id": st.text(max_size=9)},
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(body=st.binary(max_size=60) | JSON.map(dumped) | SILENCE.map(dumped))
async def test_whatever_is_posted_there_is_an_answer_in_words(serve, body):
    client = serve(House(known_alerts=[alert_of("Down", "r1")]))

    answer = await client.post(f"{V2}/silences", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in (200, 400, 404)
    assert answer.json()
    for path in ("/silences", "/alerts", "/alerts/groups"):
        assert (await client.get(V2 + path)).status_code == 200


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    name=st.sampled_from(["filter", "receiver", "active", "muted", "silenced"]),
    text=st.text(max_size=40) | st.from_regex(r"[a-z]{1,3}(=~|!~|=|!=)[a-z+*()|\"\\]{0,9}", fullmatch=True),
    path=st.sampled_from(["/alerts", "/alerts/groups", "/silences"]),
)
async def test_whatever_is_asked_for_there_is_an_answer_in_words(serve, name, text, path):
    client = serve(*quiet_night())

    answer = await client.get(V2 + path, params={name: text.encode("utf-8", "replace")})

    assert answer.status_code in (200, 400)
    assert isinstance(answer.json(), list if answer.status_code == 200 else str)


async def test_pending_alerts_are_not_there_even_when_asked_for(serve):
    house = House(known_alerts=[alert_of("Slow", "r1", state=AlertState.PENDING, firing_at=None)])

    assert (await serve(house).get(f"{V2}/alerts", params={"unprocessed": "true"})).json() == []
