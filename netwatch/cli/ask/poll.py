"""`netwatch poll`: a device asked once, as the agent would.

May import: netwatch.polling, netwatch.profiles, netwatch.mib, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli.arguments import AsJson
from netwatch.cli.ask.client import asked
from netwatch.cli.ask.targets import DeviceName, find_device
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import USAGE, fail, octets_text, print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.model import CONCEPTS, REACHABILITY

if TYPE_CHECKING:
    from netwatch.config import Settings
    from netwatch.model import Device, DeviceStatus, TableReading
    from netwatch.snmp import SnmpClient


ConceptName = Annotated[
    str,
    typer.Argument(
        help=f"All of one concept: {', '.join(CONCEPTS)}.",
        metavar="[CONCEPT]", show_default=False,
        autocompletion=lambda incomplete: [name for name in CONCEPTS if name.startswith(incomplete)],
    ),
]  # fmt: skip
_NOT_COLUMNS = ("device", "table", "at", "index", "distrusted", "partial_because")


def poll(
    device: DeviceName,
    concept: ConceptName = "",
    config: Annotated[Path | None, typer.Option("-c", "--config", envvar="NETWATCH_CONFIG")] = None,
    rates: Annotated[float, typer.Option(help="Poll again after so many seconds, for rates.", min=0, max=3600)] = 0.0,
    raw: Annotated[bool, typer.Option("--raw", help="Print the tables as the device gave them.")] = False,
    json: AsJson = False,
) -> None:
    """Poll a device once, as the agent would, and print what it is."""
    if concept and concept not in CONCEPTS:
        fail(f"no concept is called {concept}; there are {', '.join(CONCEPTS)}", USAGE)
    path = config or DEFAULT_CONFIG
    settings = settings_or_exit(path)
    target = find_device(device, path, None)
    status, readings = asked(lambda client: _poll(settings, target, client, timedelta(seconds=rates)))
    if concept:
        readings = [reading for reading in readings if reading.table == concept]
    if json:
        print_json([row for reading in readings for row in flat_rows(reading)])
        return
    _print(status, readings, concept, raw=raw)


def _print(status: DeviceStatus, readings: list[TableReading], concept: str, *, raw: bool) -> None:
    from netwatch.cli.ask.meaning import print_meaning
    from netwatch.cli.screen import out  # as above: not for TAB, which loads this file as well

    for line in lines_about(status, readings):
        out.print(printable(line), markup=False, highlight=False)
    if status.trouble:
        out.print(printable(f"not read: {status.trouble}"), markup=False, highlight=False)
    if not raw:
        print_meaning(readings, concept)
        return
    for reading in readings:
        if reading.table not in CONCEPTS or concept:
            print_reading(reading)


def lines_about(status: DeviceStatus, readings: Sequence[TableReading]) -> list[str]:
    """Return what a device says of itself, and where no profile knows anything it has, what to do about that."""
    says = status.sys_descr or "no description of itself (no system group, or none that it shows)"
    lines = [f"{status.sys_name or status.device.name}: profile {status.profile}, {says}"]
    if status.up and all(reading.table == REACHABILITY.name for reading in readings):
        walk = f"netwatch walk {status.device.name} 1.3.6.1"
        lines.append(f"it answers, and has nothing that a profile knows: {walk} shows what there is")
    return lines


def flat_rows(reading: TableReading) -> list[dict[str, object]]:
    """Return a reading as flat objects, one per row; states of a concept are words.

    A counter's rate has the ending `_per_second`.
    """
    enums = CONCEPTS[reading.table].enums if reading.table in CONCEPTS else {}
    return [
        {"device": reading.device, "table": reading.table, "at": reading.at, "index": index}
        | reading.rows.labels_of(row)
        | {name: _word(column[row], enums.get(name)) for name, column in reading.columns.items()}
        | {f"{name}_per_second": rates[row] for name, rates in reading.rates.items()}
        | {"distrusted": reading.distrusted(row), "partial_because": reading.partial_because}
        for row, index in enumerate(reading.rows.index)
    ]


def print_reading(reading: TableReading) -> None:
    """Print one table; scalars as a list of names and values."""
    from netwatch.cli.screen import out, print_table

    because = f": {reading.partial_because}" if reading.partial_because else ""
    title = f"{reading.device} {reading.table}" + (f" (not whole{because})" if reading.partial else "")
    rows = [{k: v for k, v in row.items() if k not in _NOT_COLUMNS} for row in flat_rows(reading)]
    if reading.rows.index == ("",):
        print_table(title, ["object", "value"], [(k, _text(v)) for k, v in rows[0].items()], empty="no values")
        _print_doubts(reading)
        return
    names = list(rows[0]) if rows else []
    print_table(title, names, [[_text(row[name]) for name in names] for row in rows], empty="no rows")
    _print_doubts(reading)
    out.print()


def _print_doubts(reading: TableReading) -> None:
    """Print what the device gave and is not believed."""
    from netwatch.cli.screen import out

    for row, key in enumerate(reading.rows.keys):
        for name, why in reading.doubts_of(row).items():
            place = f"{key} {name}" if key else name
            out.print(printable(f"{place}: {why}"), markup=False, highlight=False)


def _word(value: object, names: Mapping[int, str] | None) -> object:
    return names.get(value, value) if names and isinstance(value, int) else value


def _text(value: object) -> object:
    if isinstance(value, bytes):
        return octets_text(value)
    if not isinstance(value, float):
        return value
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.4g}"  # a share of 0.38 is not 0.4


async def _poll(
    settings: Settings, device: Device, client: SnmpClient, wait: timedelta
) -> tuple[DeviceStatus, list[TableReading]]:
    from netwatch.mib import load_index
    from netwatch.polling import poll_once
    from netwatch.profiles import load_library

    library = load_library(settings.profile_paths(), load_index(settings.mib_paths()).oid_of)
    return await poll_once(device, library, client, rates_after=wait or None)
