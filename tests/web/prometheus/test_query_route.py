"""What Grafana's Prometheus data source asks, in the shape of Prometheus' API."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from netwatch.app.families import kept_families
from netwatch.web import WebSettings, create_app
from netwatch.web.prometheus.query_route import MOST_POINTS, text_of

from ..conftest import Stage
from ..day import NAME, PORTS, a_day
from ..house import House, alert_of, status_of

API = "/prometheus/api/v1"
BOARDS = Path(__file__).parents[3] / "config/grafana/dashboards"
OURS = ("device.json", "fleet.json", "sensors.json")
FILLED = {"$__rate_interval": "5m", "$instance": NAME, "$port": ".*"}


def queries_of(board: str) -> list[str]:
    panels = json.loads((BOARDS / board).read_text())["panels"]
    texts = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    for variable, text in FILLED.items():
        texts = [one.replace(variable, text) for one in texts]
    return texts


@pytest.fixture
def client(serve) -> httpx.AsyncClient:
    return serve(a_day(datetime.now(UTC)))


async def ranged(client: httpx.AsyncClient, query: str, *, hours: float = 1, step: str = "60") -> dict:
    """Ask as Grafana asks for a panel: by POST, a form, seconds with fractions."""
    end = datetime.now(UTC).timestamp()
    form = {"query": query, "start": f"{end - hours * 3600:.3f}", "end": f"{end:.3f}", "step": step}
    answer = await client.post(f"{API}/query_range", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def now(client: httpx.AsyncClient, query: str) -> list:
    answer = await client.get(f"{API}/query", params={"query": query})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["result"]


async def test_a_panel_has_every_port_with_the_labels_that_a_scrape_would_have(client):
    told = await ranged(client, f'netwatch_interface_in_bits_per_second{{instance="{NAME}", ifName=~"Gi1/0/1.*"}}')

    assert told["status"] == "success"
    assert told["data"]["resultType"] == "matrix"
    found = {one["metric"]["ifName"]: one for one in told["data"]["result"]}
    assert found.keys() == {"Gi1/0/1", "Gi1/0/10", "Gi1/0/11", "Gi1/0/12"}
    first = found["Gi1/0/1"]
    assert first["metric"] == {
        "__name__": "netwatch_interface_in_bits_per_second", "instance": NAME, "device": NAME,
        "job": "netwatch_devices", "ifName": "Gi1/0/1", "ifAlias": "to rack 1",
    }  # fmt: skip
    assert 55 <= len(first["values"]) <= 61
    at, value = first["values"][0]
    assert isinstance(at, float)
    assert float(value) >= 0


@pytest.mark.parametrize("board", OURS)
async def test_every_panel_of_our_boards_is_answered(client, board):
    drawn = 0
    for query in queries_of(board):
        drawn += bool((await ranged(client, query))["data"]["result"])
        await now(client, query)

    assert drawn >= 8


async def test_now_is_what_was_read_last_and_a_mean_is_a_mean(client):
    assert await now(client, "count(netwatch_device_up == 0) or vector(0)") != []
    (value,) = await now(client, f'sum(netwatch_interface_speed_bits_per_second{{instance="{NAME}"}})')
    assert value["metric"] == {}
    assert value["value"][1] == str(len(PORTS) * 10**9)


async def test_the_connection_is_tried_with_a_sum_and_the_build(client):
    answer = await client.post(f"{API}/query", data={"query": "1+1", "time": "1700000000"})
    build = (await client.get(f"{API}/status/buildinfo")).json()

    assert answer.json() == {
        "status": "success", "data": {"resultType": "scalar", "result": [1700000000.0, "2"]}
    }  # fmt: skip
    assert build["data"]["version"].count(".") == 2


async def test_variables_are_filled_from_labels_and_series(client):
    async def values(label: str, **more: object) -> list:
        return (await client.get(f"{API}/label/{label}/values", params=more)).json()["data"]

    assert await values("instance", **{"match[]": "netwatch_interface_oper"}) == [NAME]
    assert await values("ifName", **{"match[]": f'netwatch_interface_oper{{instance="{NAME}"}}'}) == sorted(PORTS)
    assert {"netwatch_cpu_busy_ratio", "netwatch_sensor_celsius", "netwatch_device_info", "sysUpTime"} <= set(
        await values("__name__")
    )
    assert await values("ifName", **{"match[]": "netwatch_cpu_busy_ratio"}) == []
    series = (await client.post(f"{API}/series", data={"match[]": "netwatch_sensor_celsius"})).json()["data"]
    assert [(one["sensor"], one["quantity"]) for one in series] == [("Inlet", "celsius")]
    labels = (await client.get(f"{API}/labels", params={"match[]": "netwatch_cpu_busy_ratio"})).json()["data"]
    assert labels == ["__name__", "cpu", "device", "instance", "job", "scope"]
    metadata = (await client.get(f"{API}/metadata")).json()["data"]
    assert metadata["netwatch_cpu_busy_ratio"][0]["type"] == "gauge"
    assert "How busy" in metadata["netwatch_cpu_busy_ratio"][0]["help"]


async def test_of_what_is_not_kept_there_is_a_warning_and_nothing_stands_in_for_it(client):
    told = await ranged(client, "rate(ifHCInOctets[5m]) * 8")
    refused = await client.get(f"{API}/query", params={"query": "sum(netwatch_alerts) or vector(0)"})

    assert told["data"]["result"] == []
    assert told["warnings"][0].startswith("NetWatch's history does not have ifHCInOctets")
    assert refused.status_code == 422
    assert "would be taken for its value" in refused.json()["error"]


@pytest.mark.parametrize(
    ("path", "asked", "status", "kind", "words"),
    [
        ("query", {"query": "histogram_quantile(1, x)"}, 400, "bad_data", "histogram_quantile() is not answered"),
        ("query", {}, 400, "bad_data", "should stand before 'the end'"),
        ("query", {"query": "netwatch_device_up", "time": "noon"}, 400, "bad_data", "time is seconds"),
        ("query_range", {"query": "netwatch_device_up", "start": "0", "end": "20000", "step": "1"}, 400, "bad_data",
         f"more than {MOST_POINTS:,} points"),
        ("query_range", {"query": "netwatch_device_up", "start": "1", "end": "0", "step": "1"}, 400, "bad_data",
         "end is before start"),
        ("query_range", {"query": "netwatch_device_up", "start": "0", "end": "1", "step": "0"}, 400, "bad_data",
         "step is longer than nothing"),
        ("query_range", {"query": "netwatch_device_up", "start": "0", "end": "1", "step": "nan"}, 400, "bad_data",
         "step is longer than nothing"),
        ("query_range", {"query": "netwatch_device_up", "start": "0", "end": "1", "step": "x"}, 400, "bad_data",
         "step is seconds"),
        ("query_range", {"query": "netwatch_device_up", "start": "1e99", "end": "1", "step": "1"}, 400, "bad_data",
         "start is seconds"),
        ("series", {}, 400, "bad_data", "no match[] says which series"),
        ("labels", {"match[]": "sum(x)"}, 400, "bad_data", "is not a selector"),
        ("nothing", {}, 404, "not_found", "there is nothing here"),
    ],
)  # fmt: skip
async def test_errors_have_prometheus_shape(client, path, asked, status, kind, words):
    answer = await client.get(f"{API}/{path}", params=asked)

    assert answer.status_code == status
    told = answer.json()
    assert (told["status"], told["errorType"]) == ("error", kind)
    assert words in told["error"]


async def test_a_question_by_post_changes_nothing_and_is_answered_where_nothing_may_be_changed(serve_read_only):
    answer = await serve_read_only.post(f"{API}/query", data={"query": "1+1"})

    assert answer.status_code == 200


async def test_hostile_names_and_values_stay_texts():
    stage = Stage()
    house = House(statuses=[status_of('a"b\\c{}\n<x>')], history=a_day(datetime.now(UTC)).history)
    house.known_alerts = [alert_of("x", "y")]
    stage.put_up(house, None)
    app = create_app(stage, stage, WebSettings(), "9.9.9", history=stage)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        told = await ranged(client, "netwatch_cpu_busy_ratio")

    assert told["data"]["result"][0]["metric"]["instance"] == 'a"b\\c{}\n<x>'


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.0, "5"), (0.1, "0.1"), (1e-7, "0.0000001"), (1.5e20, "150000000000000000000"), (float("nan"), "NaN"),
     (float("inf"), "+Inf"), (float("-inf"), "-Inf"), (None, "NaN"), (-2, "-2")],
)  # fmt: skip
def test_values_are_written_as_prometheus_writes_them(value, text):
    assert text_of(value) == text


def test_every_metric_that_is_kept_is_a_column_of_its_table():
    families = kept_families()

    assert families["netwatch_sensor_celsius"].quantity == "celsius"
    assert families["netwatch_device_up"].column == "up"
    assert families["netwatch_clients"].column == "client_count"
    assert len(families) > 60


async def test_what_is_long_ago_is_told_from_the_steps_that_are_left(client):
    told = await ranged(client, f'netwatch_cpu_busy_ratio{{instance="{NAME}"}}', hours=24 * 20, step="3600")

    assert len(told["data"]["result"][0]["values"]) > 24 * 19


async def test_the_hour_in_which_a_device_was_away_is_a_gap(client):
    (told,) = (await ranged(client, f'netwatch_cpu_busy_ratio{{instance="{NAME}"}}', hours=6))["data"]["result"]
    times = [at for at, _ in told["values"]]

    longest = max(later - earlier for earlier, later in pairwise(times))
    assert timedelta(minutes=50) < timedelta(seconds=longest) < timedelta(minutes=62)


@pytest.mark.parametrize(("query", "time"), [
    ("rate(netwatch_interface_in_octets_total[2100y])", ""), ("max_over_time(netwatch_device_up[99999999999d])", "0"),
    ("netwatch_device_up", "0001-01-01T00:00:00Z"), ("rate(netwatch_device_up[1ms])", "0001-01-01T00:00:00Z"),
    ("rate(netwatch_device_up[100y])", "9999-12-31T23:59:59.9999Z"),
])  # fmt: skip
async def test_ranges_and_instants_beyond_all_calendars_are_refused_with_words(client, query, time):
    answer = await client.get(f"{API}/query", params={"query": query, **({"time": time} if time else {})})

    assert answer.status_code in (400, 422)
    assert "range" in answer.text or "time is seconds since 1970" in answer.text
