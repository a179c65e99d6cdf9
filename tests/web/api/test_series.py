"""What a chart is drawn from, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.web.api.series import MOST_COLUMNS

from ..day import NAME, PORTS, a_day
from ..house import House, status_of

ROW = f"ifName={PORTS[0]}"
TRAFFIC = "interface_in_bits_per_second,interface_out_bits_per_second,interface_speed_bits_per_second"


async def asked(serve, house=None, **more) -> dict:
    client = serve(house or a_day(datetime.now(UTC)))
    answer = await client.get("/api/v1/series", params={"device": NAME, "table": "interface", "row": ROW, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_day_of_a_port_is_few_points_with_units_and_roles_and_its_gap_is_null(serve):
    told = await asked(serve, columns=TRAFFIC)

    assert told["step_seconds"] == 300
    assert told["resolution"] == "lowest, mean and highest of 5m"
    assert 270 < len(told["at"]) <= 290
    assert [one["role"] for one in told["series"]] == ["above", "below", "capacity"]
    assert {(one["unit"], one["symbol"]) for one in told["series"]} == {("bits_per_second", "b/s")}
    into = told["series"][0]
    assert len(into["mean"]) == len(into["low"]) == len(into["high"]) == len(told["at"])
    assert into["mean"].count(None) == 1  # the hour in which it was away
    assert "low" not in told["series"][2]
    assert [alert["words"] for alert in told["alerts"]] == ["InterfaceSaturated, warning"]
    assert told["alerts"][0]["end"] is None


async def test_finer_is_an_hour_and_then_every_reading_is_told(serve):
    now = datetime.now(UTC)
    told = await asked(serve, **{"from": f"{(now - timedelta(hours=1)).timestamp()}", "to": now.isoformat()})

    assert told["step_seconds"] == 60
    assert told["resolution"] == "every reading, about one in 1m"


async def test_a_month_is_told_in_hours_and_no_finer_than_it_is_kept(serve):
    told = await asked(serve, columns="interface_in_bits_per_second", since="30d", points="2000")

    assert told["step_seconds"] >= 300
    assert len(told["at"]) <= 2000
    assert told["resolution"].startswith("lowest, mean and highest of ")


async def test_of_a_young_history_it_is_told_from_where_it_begins_and_finely(serve):
    told = await asked(serve, a_day(datetime.now(UTC), known_for=timedelta(minutes=7)), since="7d")

    assert told["is_young"]
    assert told["step_seconds"] == 60
    assert 3 <= len(told["at"]) <= 9


async def test_a_step_that_is_asked_for_is_kept_to(serve):
    assert (await asked(serve, step="1h"))["step_seconds"] == 3600


async def test_states_come_with_their_words(serve):
    told = await asked(serve, table="reachability", row="", columns="up", since="24h")

    (up,) = told["series"]
    assert up["states"] == {"1": "up", "0": "away"}
    assert set(up["mean"]) >= {0, 1}


async def test_a_sensor_is_in_its_own_unit(serve):
    told = await asked(serve, table="sensor", row="sensor=PSU1", columns="sensor_value,sensor_high_critical")

    assert {one["symbol"] for one in told["series"]} == {"V"}


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"device": "nobody"}, 404, "no device is called 'nobody'"),
        ({"table": "arp"}, 404, "no history is kept of 'arp'"),
        ({"columns": "cpu_busy_ratio"}, 404, "interface has no column 'cpu_busy_ratio'; it has"),
        ({"columns": ",".join(f"c{number}" for number in range(MOST_COLUMNS + 1))}, 400, "at most 12 columns"),
        ({"from": "yesterday"}, 400, "from is an instant"),
        ({"from": "2e9"}, 400, "from is an instant"),
        ({"from": "99999999999999999999"}, 400, "from is an instant"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, 400, "from is between a minute"),
        ({"since": "20000d"}, 400, "from is between a minute"),
        ({"since": "soon"}, 400, "since: 'soon' is not a duration"),
        ({"step": "fine"}, 400, "step: 'fine' is not a duration"),
        ({"points": "1000000"}, 400, "points"),
    ],
)
async def test_what_cannot_be_told_is_refused_in_words(serve, more, status, words):
    client = serve(a_day(datetime.now(UTC)))

    answer = await client.get("/api/v1/series", params={"device": NAME, "table": "interface", "row": ROW, **more})

    assert answer.status_code == status
    assert words in answer.json()["error"]


async def test_without_a_history_there_is_nothing_and_the_alerts_that_live_are_told_when_the_store_is_not_there(
    serve,
):
    bare = await asked(serve, House(statuses=[status_of(NAME)]))
    broken = a_day(datetime.now(UTC))
    broken.store_is_broken = True

    assert (bare["at"], bare["series"]) == ([], [])
    assert len((await asked(serve, broken, columns=TRAFFIC))["alerts"]) == 1
