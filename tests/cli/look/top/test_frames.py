"""What the screen of `netwatch top` holds: the worst first, as much as fits, and nothing a terminal would obey."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from netwatch.cli.look.top.frames import FLEET_ORDERS, PORT_ORDERS, Fleet, Look, One, fleet_frame, one_frame

from ...conftest import NASTY, OBEYED

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def lines(frame, width=120) -> list[str]:
    written = io.StringIO()
    Console(file=written, width=width, emoji=False).print(frame)
    return written.getvalue().splitlines()


def device(name, *, up=True, **more):
    return {"name": name, "address": "192.0.2.1", "up": up, "round_trip_seconds": 0.002, **more}


def alert(rule, of, severity="warning", minutes=3, **more):
    since = (AT - timedelta(minutes=minutes)).isoformat()
    return {
        "rule": rule,
        "device": of,
        "severity": severity,
        "firing_at": since,
        "summary": f"{rule} of {of}",
        **more,
    }


def port(name, mega, **more):
    state = {"interface_oper": "up", "interface_admin": "up"}
    traffic = {"interface_in_bits_per_second": mega * 1e6, "interface_out_bits_per_second": 0.0}
    return {"ifName": name, **state, **traffic, **more}


@pytest.mark.parametrize("height", [10, 24, 60])
@pytest.mark.parametrize("alerts", [0, 1, 300])
def test_a_screen_is_never_longer_than_the_terminal_and_says_what_it_leaves_out(height, alerts):
    devices = [device(f"sw{number}") for number in range(500)]
    firing = [alert("InterfaceDown", f"sw{number}") for number in range(alerts)]

    drawn = lines(fleet_frame(Fleet(at=AT, devices=devices, alerts=firing), Look(height=height, order="state")))

    shown = sum(line.startswith("up ") for line in drawn)
    assert len(drawn) <= max(height, 12)
    assert shown >= 3
    assert any(f"the first {shown} of 500" in line for line in drawn)
    assert not alerts or sum("InterfaceDown of" in line for line in drawn) >= min(alerts, 3)


def test_without_a_height_everything_is_there():
    devices = [device(f"sw{number}") for number in range(500)]

    drawn = lines(fleet_frame(Fleet(at=AT, devices=devices, alerts=()), Look(height=None, order="state")))

    assert sum(line.startswith("up ") for line in drawn) == 500


def test_the_worst_stands_first_and_the_first_line_counts():
    fleet = Fleet(
        at=AT,
        devices=[device("calm"), device("warned"), device("new", up=None), device("dead", up=False)],
        alerts=[alert("CpuHigh", "warned"), alert("DeviceDown", "dead", "critical", 1, acked_by="kim")],
    )

    drawn = lines(fleet_frame(fleet, Look(height=40, order="state")))

    assert "4 devices, 2 up, 1 down, 1 not asked yet" in drawn[0]
    assert "1 critical, 1 warning" in drawn[0]
    firing = [line.split()[:4] for line in drawn if line.startswith(("critical", "warning"))]
    assert firing == [["critical", "1m", "DeviceDown", "dead"], ["warning", "3m", "CpuHigh", "warned"]]
    assert any("acknowledged by kim" in line for line in drawn)
    names = [line.split()[1] for line in drawn if line.split()[:1] in (["up"], ["down"], ["?"])]
    assert names == ["dead", "new", "warned", "calm"]


@pytest.mark.parametrize(
    ("order", "first"), [("traffic", "busy"), ("full", "full"), ("errors", "bad"), ("name", "bad")]
)
def test_ports_are_sorted_by_what_was_asked_for(order, first):
    ports = [
        port("calm", 1), port("busy", 900), port("full", 9, interface_utilization_ratio=0.9),
        port("bad", 1, interface_errors_ratio=0.5),
    ]  # fmt: skip

    drawn = lines(one_frame(One(at=AT, device=device("sw1"), ports=ports, alerts=()), Look(height=30, order=order)))

    head = next(number for number, line in enumerate(drawn) if line.startswith("port "))
    assert drawn[head + 1].split()[0] == first


def test_a_port_is_shown_in_its_units_and_one_switched_off_is_no_fault():
    off = port("Gi2", 0, interface_admin="down", interface_oper="down")
    ports = [port("Gi1", 600, ifAlias="to the core", interface_speed_bits_per_second=1e9), off]

    drawn = lines(one_frame(One(at=AT, device=device("sw1"), ports=ports, alerts=()), Look(height=30, order="name")))

    shown = {line.split()[0]: line for line in drawn if line.startswith("Gi")}
    for said in ("600 Mb/s", "1 Gb/s", "to the core"):
        assert said in shown["Gi1"]
    assert " off " in shown["Gi2"]


@pytest.mark.parametrize("order", FLEET_ORDERS)
def test_nothing_from_the_network_is_obeyed_and_nothing_that_is_missing_matters(order):
    odd = [{}, {"name": NASTY, "trouble": NASTY, "up": None, "round_trip_seconds": "soon", "last_polled_at": "never"}]
    fleet = Fleet(at=AT, devices=odd, alerts=[{}, {"severity": NASTY, "summary": NASTY, "firing_at": NASTY}])

    drawn = "\n".join(lines(fleet_frame(fleet, Look(height=40, order=order, foot=NASTY))))

    assert not any(one in drawn for one in OBEYED)
    assert "[red]markup[/red]" in drawn


@pytest.mark.parametrize("order", PORT_ORDERS)
def test_a_device_that_says_nonsense_of_its_ports_is_drawn(order):
    ports = [{}, {"ifName": NASTY, "ifAlias": NASTY, "interface_oper": NASTY, "interface_in_bits_per_second": "much"}]

    drawn = "\n".join(lines(one_frame(One(at=AT, device={}, ports=ports, alerts=()), Look(height=30, order=order))))

    assert not any(one in drawn for one in OBEYED)
