"""The JSON API."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ..house import COMMUNITY, House, bad_night, trap_of

LISTS = ["devices", "devices/core-sw1", "alerts", "events", "traps", "outbox"]


def house_with_a_trap() -> House:
    house = bad_night()
    house.heard = [trap_of(at=datetime(2026, 3, 1, tzinfo=UTC), count=7)]
    return house


@pytest.mark.parametrize("name", LISTS)
async def test_every_answer_is_a_list_of_flat_objects_with_rfc_3339_times(serve, name):
    client = serve(house_with_a_trap())

    answer = await client.get(f"/api/v1/{name}")

    objects = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert objects
    for one in objects:
        lists = one.pop("varbinds", [])
        for flat in (one, *lists):
            assert all(value is None or isinstance(value, str | int | float) for value in flat.values())
        for key, value in one.items():
            if value is not None and (key == "at" or key.endswith("_at")):
                assert value.endswith("Z")
                datetime.fromisoformat(value)


@pytest.mark.parametrize("name", LISTS)
async def test_secrets_are_nowhere(serve, name):
    client = serve(house_with_a_trap())

    assert COMMUNITY not in (await client.get(f"/api/v1/{name}")).text


async def test_alerts_are_filtered_by_state_device_and_rule(serve):
    client = serve(bad_night())

    async def rules(**asked: str) -> list[str]:
        return [alert["rule"] for alert in (await client.get("/api/v1/alerts", params=asked)).json()]

    assert await rules() == ["DeviceDown", "InterfaceSaturated", "InterfaceErrors", "DeviceRebooted"]
    assert await rules(state="firing") == ["DeviceDown", "InterfaceSaturated"]
    assert await rules(state="firing", device="core-sw1") == ["InterfaceSaturated"]
    assert await rules(rule="DeviceRebooted") == ["DeviceRebooted"]
    assert await rules(device="nobody") == []


async def test_events_and_mails_are_limited_and_filtered(serve):
    client = serve(bad_night())

    assert len((await client.get("/api/v1/events", params={"limit": 2})).json()) == 2
    assert len((await client.get("/api/v1/events", params={"device": "core-sw1"})).json()) == 1
    (mail,) = (await client.get("/api/v1/outbox", params={"state": "dead"})).json()
    assert (mail["state"], mail["recipient"], mail["last_reply"]) == (
        "dead",
        "noc@example.net",
        "550 5.1.1 User unknown",
    )
    assert "message" not in mail


async def test_a_trap_is_told_in_names_and_numbers_with_its_varbinds_as_a_list(serve):
    client = serve(house_with_a_trap())

    (trap,) = (await client.get("/api/v1/traps")).json()

    assert trap == {
        "at": "2026-03-01T00:00:00.000Z", "source": "192.0.2.1", "device": "core-sw1", "version": "2c",
        "trap": "IF-MIB::linkDown", "trap_oid": "1.3.6.1.6.3.1.1.5.3",
        "varbinds": [
            {"name": "IF-MIB::ifIndex.3", "oid": "1.3.6.1.2.1.2.2.1.1.3", "type": "INTEGER", "value": 3, "text": "3"},
        ],
        "id": None, "count": 7, "repeated": False, "inform": False, "relay": "", "user": "", "uptime_seconds": None,
    }  # fmt: skip


async def test_traps_are_filtered_by_device_and_source(serve):
    house = House(heard=[trap_of(), trap_of(device="", source="192.0.2.77")])
    client = serve(house)

    async def sources(**asked: object) -> list[str]:
        return [trap["source"] for trap in (await client.get("/api/v1/traps", params=asked)).json()]

    assert await sources() == ["192.0.2.1", "192.0.2.77"]
    assert await sources(device="core-sw1") == ["192.0.2.1"]
    assert await sources(source="192.0.2.77") == ["192.0.2.77"]
    assert await sources(limit=1) == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (
            "/api/v1/alerts?state=fring",
            400,
            "state: Input should be 'inactive', 'pending', 'firing', 'gone' or 'resolved'",
        ),
        ("/api/v1/events?limit=0", 400, "limit: Input should be greater than or equal to 1"),
        ("/api/v1/events?limit=many", 400, "limit: Input should be a valid integer"),
        ("/api/v1/devices/nobody", 404, "no device is called 'nobody'"),
        ("/api/v1/nothing", 404, "there is no /api/v1/nothing"),
        ("/api/v3", 404, "there is nothing here"),
    ],
)
async def test_errors_are_json_with_words(serve, path, status, words):
    client = serve(bad_night())

    answer = await client.get(path)

    assert answer.status_code == status
    assert answer.json()["error"].startswith(words)


async def test_a_store_that_cannot_answer_is_503_in_words(serve):
    house = bad_night()
    house.store_is_broken = True
    client = serve(house)

    api, page = await client.get("/api/v1/alerts"), await client.get("/")

    assert (api.status_code, page.status_code) == (503, 503)
    assert api.json() == {"error": "NetWatch cannot answer right now: the database is locked"}
    assert "the database is locked" in page.text


async def test_an_empty_house_gives_empty_lists(serve):
    client = serve(House())

    for name in ("devices", "alerts", "events", "traps", "outbox"):
        assert json.loads((await client.get(f"/api/v1/{name}")).text) == []
