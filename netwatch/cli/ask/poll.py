"""`netwatch poll`: a device asked once, as the agent would.

May import: netwatch.polling, netwatch.profiles, netwatch.mib, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli.arguments import AsJson
from netwatch.cli.ask.client import asked
from netwatch.cli.ask.targets import DeviceName, Flags, find_device
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import octets_text, print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG

if TYPE_CHECKING:
    from netwatch.config import Settings
    from netwatch.model import Device, DeviceStatus, TableReading
    from netwatch.snmp import SnmpClient


def poll(
    device: DeviceName,
    config: Annotated[Path | None, typer.Option("-c", "--config", envvar="NETWATCH_CONFIG")] = None,
    rates: Annotated[float, typer.Option(help="Poll again after so many seconds, for rates.", min=0, max=3600)] = 0.0,
    json: AsJson = False,
) -> None:
    """Poll a device once, as the agent would, and print every table read."""
    path = config or DEFAULT_CONFIG
    settings = settings_or_exit(path)
    target = find_device(device, path, Flags())
    status, readings = asked(lambda client: _poll(settings, target, client, timedelta(seconds=rates)))
    if json:
        print_json([row for reading in readings for row in flat_rows(reading)])
        return
    from netwatch.cli.screen import out  # as below: not for TAB, which loads this file as well

    about = f"{status.sys_name}: profile {status.profile}, {status.sys_descr}"
    out.print(printable(about), markup=False, highlight=False)
    for reading in readings:
        print_reading(reading)


def flat_rows(reading: TableReading) -> list[dict[str, object]]:
    """Return a reading as flat objects, one per row; a counter's rate has the ending `_per_second`."""
    return [
        {"device": reading.device, "table": reading.table, "at": reading.at, "index": index}
        | reading.rows.labels_of(row)
        | {name: column[row] for name, column in reading.columns.items()}
        | {f"{name}_per_second": rates[row] for name, rates in reading.rates.items()}
        for row, index in enumerate(reading.rows.index)
    ]


def print_reading(reading: TableReading) -> None:
    """Print one table; scalars as a list of names and values."""
    from netwatch.cli.screen import out, print_table

    title = f"{reading.device} {reading.table}" + (" (not whole)" if reading.partial else "")
    rows = [
        {k: v for k, v in row.items() if k not in ("device", "table", "at", "index")} for row in flat_rows(reading)
    ]
    if reading.rows.index == ("",):
        print_table(title, ["object", "value"], [(k, _text(v)) for k, v in rows[0].items()], empty="no values")
        return
    names = list(rows[0]) if rows else []
    print_table(title, names, [[_text(row[name]) for name in names] for row in rows], empty="no rows")
    out.print()


def _text(value: object) -> object:
    if isinstance(value, bytes):
        return octets_text(value)
    return f"{value:,.1f}" if isinstance(value, float) else value


async def _poll(
    settings: Settings, device: Device, client: SnmpClient, wait: timedelta
) -> tuple[DeviceStatus, list[TableReading]]:
    from netwatch.mib import load_index
    from netwatch.polling import poll_once
    from netwatch.profiles import load_library

    library = load_library(settings.profile_paths(), load_index(settings.mib_paths()).oid_of)
    return await poll_once(device, library, client, rates_after=wait or None)
