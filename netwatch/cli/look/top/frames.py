"""What `netwatch top` draws: lines of a screen made of what the agent's API says, the worst first. Quiet.

May import: netwatch.model. Called by: netwatch.cli.look.top.command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from netwatch.cli.output import printable
from netwatch.model import format_duration, measured

Row = Mapping[str, Any]
"""A flat object of the API; it is of the network, so nothing is taken for granted but that it is a mapping."""

ABOVE_AND_BETWEEN: Final = 6
"""Lines that are no rows: the first line, two headings with their rules, and the line at the foot."""
SHARE_OF_ALERTS: Final = 0.5
FEWEST_ROWS: Final = 3
LATE_SECONDS: Final = 300.0
SEVERITIES: Final = {"critical": "bold red", "warning": "yellow", "info": "cyan"}
FREE_TEXTS: Final = ("what", "trouble", "alias")
"""Columns that take what room is left."""
FLEET_ORDERS: Final = ("state", "round trip", "name")
PORT_ORDERS: Final = ("traffic", "full", "errors", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What is known at one moment: every device, and every alert that fires."""

    at: datetime
    devices: Sequence[Row]
    alerts: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One device at one moment: itself, its ports, and its alerts that fire."""

    at: datetime
    device: Row
    ports: Sequence[Row]
    alerts: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How it is looked at.

    height: lines of the screen, None where there is no end. order: one of FLEET_ORDERS or PORT_ORDERS.
    foot: the keys, or why what is shown is old.
    """

    height: int | None
    order: str
    foot: str = ""
    is_stale: bool = False
    paused: bool = False


def fleet_frame(fleet: Fleet, look: Look) -> RenderableType:
    """Draw the fleet: how many are up, what fires, then the devices."""
    down = sum(device.get("up") is False for device in fleet.devices)
    unknown = sum(device.get("up") is None for device in fleet.devices)
    said = [f"{len(fleet.devices)} devices", f"{len(fleet.devices) - down - unknown} up", f"{down} down"]
    if unknown:
        said.append(f"{unknown} not asked yet")
    of = {str(name): rank for rank, name in enumerate(_by_weight(fleet.alerts))}
    devices = _in_order(fleet.devices, _FLEET_KEYS[look.order], of)
    for_alerts, for_rows = _room(look.height, len(fleet.alerts), len(devices))
    cells = [_device_cells(device, fleet.at) for device in devices[:for_rows]]
    heads = ["state", "device", "address", "round trip", "polled", "trouble"]
    rows = _table(f"Devices by {look.order}", heads, cells, len(devices), right={3, 4}, look=look)
    return Group(
        _head(said, fleet.alerts, look, fleet.at),
        _alerts(fleet.alerts, fleet.at, for_alerts, look),
        rows,
        _foot(look),
    )


def one_frame(one: One, look: Look) -> RenderableType:
    """Draw one device: what it is, what fires, then its ports."""
    device = one.device
    said = [_text(device, "name"), _state(device)[0], *filter(None, (_text(device, "identity_model"),))]
    if isinstance(device.get("uptime_seconds"), int | float):
        said.append(f"up for {_about(float(device['uptime_seconds']))}")
    ports = _in_order(one.ports, _PORT_KEYS[look.order], {})
    for_alerts, for_rows = _room(look.height, len(one.alerts), len(ports))
    cells = [_port_cells(port) for port in ports[:for_rows]]
    heads = ["port", "alias", "state", "in", "out", "full", "errors", "speed"]
    rows = _table(f"Ports by {look.order}", heads, cells, len(ports), right={3, 4, 5, 6, 7}, look=look)
    return Group(
        _head(said, one.alerts, look, one.at), _alerts(one.alerts, one.at, for_alerts, look), rows, _foot(look)
    )


def _head(said: Sequence[str], alerts: Sequence[Row], look: Look, at: datetime) -> Text:
    counts = {severity: sum(_text(alert, "severity") == severity for alert in alerts) for severity in SEVERITIES}
    told = [f"{count} {severity}" for severity, count in counts.items() if count] or ["nothing fires"]
    line = Text(
        f"netwatch top - {at.astimezone(UTC):%H:%M:%S} UTC  ", style="bold", no_wrap=True, overflow="ellipsis"
    )
    line.append(", ".join(map(printable, said)), style="not bold")
    line.append("  ")
    worst = next((severity for severity, count in counts.items() if count), None)
    line.append(", ".join(told), style=SEVERITIES[worst] if worst is not None else "green")
    if look.paused:
        line.append("  paused", style="bold yellow")
    return line


def _foot(look: Look) -> Text:
    return Text(printable(look.foot), style="bold red" if look.is_stale else "dim", no_wrap=True, overflow="ellipsis")


def _room(height: int | None, alerts: int, rows: int) -> tuple[int, int]:
    """Share the lines of a screen out: alerts have half of it at most, and what they leave is of the rows."""
    if height is None:
        return alerts, rows
    free = max(height - ABOVE_AND_BETWEEN, 2 * FEWEST_ROWS)
    for_alerts = min(max(alerts, 1), max(int(free * SHARE_OF_ALERTS), free - rows, FEWEST_ROWS))
    return for_alerts, max(free - for_alerts, FEWEST_ROWS)


def _alerts(alerts: Sequence[Row], at: datetime, most: int, look: Look) -> Table:
    found = sorted(alerts, key=_weight)
    cells: list[list[str | Text]] = [
        [
            Text(printable(_text(alert, "severity")), style=SEVERITIES.get(_text(alert, "severity"), "")),
            _age(alert.get("firing_at"), at),
            _text(alert, "rule"),
            _text(alert, "device"),
            _text(alert, "summary") or _text(alert, "instance"),
            _in_hand(alert),
        ]
        for alert in found[:most]
    ]
    heads = ["severity", "for", "alert", "device", "what", "in hand or held back"]
    return _table("Firing", heads, cells, len(found), right={1}, look=look)


def _in_hand(alert: Row) -> str:
    by = _text(alert, "acked_by")
    return "; ".join(filter(None, (f"acknowledged by {by}" if by else "", _text(alert, "muted_reason"))))


def _table(
    title: str, heads: Sequence[str], cells: Iterable[Sequence[str | Text]], count: int, right: set[int], look: Look
) -> Table:
    """Make a table: each row one line, and on a screen as wide as that, cut where it does not fit."""
    rows = list(cells)
    hidden = f", the first {len(rows)} of {count}" if len(rows) < count else ""
    on_screen = look.height is not None
    table = Table(box=None, expand=on_screen, show_edge=False, pad_edge=False, header_style="reverse")
    for place, head in enumerate(heads):
        justify: Literal["left", "right"] = "right" if place in right else "left"
        ratio = 1 if on_screen and head in FREE_TEXTS else None
        table.add_column(head, justify=justify, no_wrap=True, overflow="ellipsis", ratio=ratio)
    table.title = Text(f"{title}{hidden}" if count else f"{title}: none", style="bold")
    table.title_justify = "left"
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row))
    return table


def _device_cells(device: Row, at: datetime) -> list[str | Text]:
    state, colour = _state(device)
    seconds = device.get("round_trip_seconds")
    polled = _age(device.get("last_polled_at"), at)
    return [
        Text(state, style=colour), _text(device, "name"), _text(device, "address"),
        measured(float(seconds), "seconds") if isinstance(seconds, int | float) else "-",
        Text(polled, style="yellow") if _seconds_ago(device.get("last_polled_at"), at) > LATE_SECONDS else polled,
        _text(device, "trouble") or _text(device, "partial_because"),
    ]  # fmt: skip


def _port_cells(port: Row) -> list[str | Text]:
    oper, admin = _text(port, "interface_oper"), _text(port, "interface_admin")
    state = "off" if admin == "down" else oper or "-"
    colour = {"up": "green", "off": "dim"}.get(state, "bold red")
    return [
        _text(port, "ifName") or _text(port, "key"), _text(port, "ifAlias"), Text(printable(state), style=colour),
        _measured(port, "interface_in_bits_per_second", "bits_per_second"),
        _measured(port, "interface_out_bits_per_second", "bits_per_second"),
        _measured(port, "interface_utilization_ratio", "ratio"),
        _measured(port, "interface_errors_ratio", "ratio"),
        _measured(port, "interface_speed_bits_per_second", "bits_per_second"),
    ]  # fmt: skip


def _measured(row: Row, column: str, quantity: str) -> str:
    value = row.get(column)
    return measured(float(value), quantity) if isinstance(value, int | float) else "-"


def _state(device: Row) -> tuple[str, str]:
    if device.get("up") is None:
        return "?", "yellow"
    return ("up", "green") if device["up"] else ("down", "bold red")


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _number(row: Row, *names: str) -> float:
    return sum(float(value) for name in names if isinstance(value := row.get(name), int | float))


def _seconds_ago(text: object, at: datetime) -> float:
    try:
        return (at - datetime.fromisoformat(str(text))).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def _age(text: object, at: datetime) -> str:
    return _about(_seconds_ago(text, at)) if text else "-"


def _about(seconds: float) -> str:
    """Return how long that is, to the second within an hour, to the minute within a day, else to the hour."""
    unit = next((unit for unit, whole in ((1, 3600), (60, 86400)) if seconds < whole), 3600)
    return format_duration(timedelta(seconds=max(int(seconds), 0) // unit * unit))


def _weight(alert: Row) -> tuple[int, str]:
    """Return where an alert stands: the worst first, and of those what began first."""
    severities = list(SEVERITIES)
    severity = _text(alert, "severity")
    return severities.index(severity) if severity in severities else len(severities), _text(alert, "firing_at")


def _by_weight(alerts: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(_text(alert, "device") for alert in sorted(alerts, key=_weight)))


Key = Callable[[Row, Mapping[str, int]], Any]
_FLEET_KEYS: Final[Mapping[str, Key]] = {
    "state": lambda row, rank: (
        {False: 0, None: 1}.get(row.get("up"), 2),
        rank.get(_text(row, "name"), len(rank)),
        not _text(row, "trouble"),
        _text(row, "name"),
    ),
    "round trip": lambda row, _: (-_number(row, "round_trip_seconds"), _text(row, "name")),
    "name": lambda row, _: _text(row, "name"),
}
_PORT_KEYS: Final[Mapping[str, Key]] = {
    "traffic": lambda row, _: -_number(row, "interface_in_bits_per_second", "interface_out_bits_per_second"),
    "full": lambda row, _: -_number(row, "interface_utilization_ratio"),
    "errors": lambda row, _: -_number(row, "interface_errors_ratio"),
    "name": lambda row, _: _text(row, "ifName"),
}


def _in_order(rows: Sequence[Row], key: Key, rank: Mapping[str, int]) -> list[Row]:
    return sorted(rows, key=lambda row: key(row, rank))
