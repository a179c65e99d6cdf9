"""Long lists come in pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import httpx
import pytest

from netwatch.model import AlertState
from netwatch.web.api.paging import cursor_of

from ..desk import NOW
from ..house import House, alert_of, bad_night, mail_of, status_of, trap_of

LISTS = ["devices", "alerts", "events", "traps", "outbox"]


def long_lists() -> House:
    """Twenty-three of each, several at one instant, in the order they are listed in."""
    house, at = bad_night(), [NOW - timedelta(seconds=number // 4) for number in range(23)]
    event = house.happened[0]
    house.statuses = [status_of(f"sw{number}", up=number % 2 == 0) for number in range(23)]
    house.known_alerts = [
        alert_of("Slow", f"sw{number % 5}", instance=str(number), pending_at=at[number], firing_at=at[number],
                 state=AlertState.RESOLVED if number % 7 == 0 else AlertState.FIRING)
        for number in range(23)
    ]  # fmt: skip
    house.happened = [replace(event, at=at[n], number=100 - n, text=f"event {n}") for n in range(23)]
    house.heard = [trap_of(at=at[n], number=100 - n) for n in range(23)]
    house.mails = [mail_of(n, f"mail {n}") for n in range(23)]
    return house


def names(answer: httpx.Response) -> list[str]:
    return [str(one.get("id") or one.get("name") or one["text"]) for one in answer.json()]


def next_of(answer: httpx.Response) -> str:
    link = re.fullmatch(r'<(/[^>]*)>; rel="next"', answer.headers.get("link", "<>"))
    return link[1] if link is not None else ""


async def pages(client: httpx.AsyncClient, path: str, between: Callable[[], None] = lambda: None) -> list[list[str]]:
    found = []
    while path:
        answer = await client.get(path)
        assert answer.status_code == 200
        found.append(names(answer))
        path = next_of(answer)
        between()
    return found


def joined(pages: list[list[str]]) -> list[str]:
    return list(chain.from_iterable(pages))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", [1, 7, 22, 23, 24])
async def test_the_pages_together_are_the_list(serve, name, limit):
    client = serve(long_lists())
    whole = names(await client.get(f"/api/v1/{name}", params={"limit": 1000}))

    found = await pages(client, f"/api/v1/{name}?limit={limit}")

    assert joined(found) == whole
    assert len(set(whole)) == 23
    assert {len(page) for page in found[:-1]} <= {limit}


@pytest.mark.parametrize("name", LISTS)
async def test_what_comes_in_meanwhile_moves_nothing(serve, name):
    house = long_lists()
    client, before = serve(house), names(await serve(house).get(f"/api/v1/{name}", params={"limit": 1000}))
    number = iter(range(1000, 2000))

    def something_happens() -> None:
        n, at = next(number), NOW + timedelta(days=1)
        house.happened.insert(0, replace(house.happened[0], at=at, number=n, text=f"event {n}"))
        house.heard.insert(0, trap_of(at=at, number=n))
        house.mails.insert(0, mail_of(n, f"mail {n}", created_at=at))
        house.known_alerts.append(alert_of("Slow", "sw1", instance=str(n), pending_at=at, firing_at=at))
        house.statuses.append(status_of(f"sw{n}"))

    found = joined(await pages_at_most(client, f"/api/v1/{name}?limit=5", 5, something_happens))

    assert [one for one in found if one in before] == before
    assert len(found) == len(set(found))


async def pages_at_most(
    client: httpx.AsyncClient, path: str, most: int, between: Callable[[], None]
) -> list[list[str]]:
    """Turn pages; between the first of them something happens, and then no more."""
    left = iter(range(most))
    return await pages(client, path, lambda: between() if next(left, None) is not None else None)


@pytest.mark.parametrize("sort", ["state", "severity", "since", "device", "rule"])
async def test_alerts_in_any_order_come_in_pages_too(serve, sort):
    client = serve(long_lists())
    whole = names(await client.get("/api/v1/alerts", params={"sort": sort, "limit": 1000}))

    assert len(whole) == 23
    assert joined(await pages(client, f"/api/v1/alerts?sort={sort}&limit=4")) == whole


async def test_what_was_asked_for_stays_asked_for_on_the_next_page(serve):
    client = serve(long_lists())

    found = await pages(client, "/api/v1/devices?up=true&limit=5")

    assert joined(found) == [f"sw{number}" for number in range(0, 23, 2)]


async def test_devices_go_on_at_the_old_place_of_one_that_was_taken_away(serve):
    house = long_lists()
    client = serve(house)
    first = await client.get("/api/v1/devices", params={"limit": 3})

    house.statuses = [status for status in house.statuses if status.device.name != "sw2"]

    assert names(await client.get(next_of(first)))[:2] == ["sw3", "sw4"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "after",
    [
        "x", "....", "bnVsbA", "W10", "\u2603", "A" * 4097,
        cursor_of("nothing", (1, 1)), cursor_of("events", ("a", 1)), cursor_of("events", (1, 10**30)),
        cursor_of("events", (2**62, 1)), cursor_of("outbox", (2**62, "m1")), cursor_of("traps", (True,)),
        cursor_of("traps", ()), cursor_of("devices", (1, None)), cursor_of("alerts by age", ("x", 1, 2)),
        cursor_of("alerts by age", (None,)), cursor_of("alerts by age", ([[[[1]]]], 1.5)),
    ],
)  # fmt: skip
async def test_a_place_somebody_made_up_is_refused_in_words(serve, name, after):
    answer = await serve(long_lists()).get(f"/api/v1/{name}", params={"after": after})

    assert answer.status_code == 400
    assert "after" in answer.json()["error"]


async def test_the_description_of_the_api_says_how_lists_are_paged(serve):
    described = (await serve(House()).get("/api/openapi.json")).json()["paths"]

    for name in LISTS:
        listing = described[f"/api/v1/{name}"]["get"]
        assert "Link" in listing["responses"]["200"]["headers"]
        assert {"limit", "after"} <= {parameter["name"] for parameter in listing["parameters"]}
