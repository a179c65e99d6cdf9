"""Which charts the page of a device begins with."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from netwatch.web.charts.device import MOST_CHARTS, first_charts
from tests.concept_readings import concept_reading

from ..day import NAME, PORTS, switch_now

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def titles(readings, *alerting) -> list[str]:
    return [one.title for one in first_charts(NAME, readings, alerting)]


def ports(*speeds):
    rows = [
        {"ifIndex": number, "ifName": f"Gi{number}", "interface_in_bits_per_second": one}
        for number, one in enumerate(speeds, 1)
    ]
    return concept_reading("interface", *rows, device=NAME)


def test_a_switch_has_its_busiest_ports_and_whatever_every_device_is_asked_for():
    found = titles(switch_now(NOW))

    assert len(found) == MOST_CHARTS
    assert found[0] == "Up"
    assert sum(title.startswith("Traffic of") for title in found) == 2
    assert {"CPU", "Memory", "Storage", "Round trip"} <= set(found)


def test_what_is_wrong_comes_first_behind_whether_it_is_up_and_once_only():
    found = titles(switch_now(NOW), f"ifName={PORTS[7]}", "sensor=Inlet")

    assert found[:3] == ["Up", f"Traffic of {PORTS[7]}", "Sensor of Inlet"]
    assert len(found) == len(set(found)) == MOST_CHARTS


def test_a_device_of_which_nothing_was_read_has_those_of_reachability():
    assert titles([]) == ["Up", "Round trip", "Pings lost"]


def test_ports_are_those_with_most_traffic_and_values_that_are_none_do_not_count():
    found = titles([ports(1e6, None, float("nan"), 9e9, float("inf"), 5e6)])

    assert [title for title in found if title.startswith("Traffic")] == ["Traffic of Gi4", "Traffic of Gi6"]


def test_a_port_that_carries_nothing_has_a_chart_only_where_it_is_up():
    states = [("Gi1", "up"), ("Gi2", "down"), ("Gi3", "up"), ("Gi4", "lowerLayerDown")]
    rows = [
        {
            "ifIndex": n,
            "ifName": name,
            "interface_oper": state,
            "interface_in_bits_per_second": 5.0 if n == 4 else 0.0,
        }
        for n, (name, state) in enumerate(states, 1)
    ]
    found = titles([concept_reading("interface", *rows, device=NAME)])
    down = titles([concept_reading("interface", rows[1], device=NAME)])

    assert [title for title in found if title.startswith("Traffic")] == ["Traffic of Gi4", "Traffic of Gi1"]
    assert not any(title.startswith("Traffic") for title in down)


def test_errors_are_drawn_where_there_are_any():
    quiet = concept_reading("interface", {"ifName": "Gi1", "interface_errors_per_second": 0.0}, device=NAME)
    noisy = concept_reading("interface", {"ifName": "Gi1", "interface_errors_per_second": 0.1}, device=NAME)

    assert "Errors and discards of Gi1" not in titles([quiet])
    assert "Errors and discards of Gi1" in titles([noisy])


def test_the_sensor_is_the_one_closest_to_its_limit_and_the_processor_the_mean_of_all():
    sensors = concept_reading(
        "sensor", {"sensor": "warm", "quantity": "celsius", "sensor_value": 90.0},
        {"sensor": "cool", "quantity": "celsius", "sensor_value": 40.0, "sensor_high_critical": 70.0},
        {"sensor": "close", "quantity": "celsius", "sensor_value": 30.0, "sensor_high_warning": 31.0}, device=NAME,
    )  # fmt: skip
    processors = concept_reading(
        "cpu", {"cpu": "1", "scope": "core", "cpu_busy_ratio": 0.9},
        {"cpu": "all", "scope": "device", "cpu_busy_ratio": 0.2}, device=NAME,
    )  # fmt: skip

    assert {"Sensor of close", "CPU of all"} <= set(titles([sensors, processors]))


def test_names_that_are_hostile_stay_in_their_place_of_an_address():
    reading = concept_reading("cpu", {"cpu": "0&device=x#<\"'>", "cpu_busy_ratio": 0.5}, device="a/b?c&d")
    (chart,) = [one for one in first_charts("a/b?c&d", [reading]) if one.table == "cpu"]

    for url in (chart.series, chart.page, chart.picture):
        asked = parse_qs(urlsplit(url).query)
        assert (asked["device"], asked["row"]) == (["a/b?c&d"], ["cpu=0&device=x#<\"'>"])
