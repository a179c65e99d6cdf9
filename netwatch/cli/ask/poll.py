"""Commands that ask a device now: get, walk, poll.

May import: netwatch.snmp, netwatch.polling, netwatch.profiles, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from netwatch.cli.ask.targets import (
    Auth,
    AuthPass,
    Community,
    ConfigPath,
    Context,
    DeviceName,
    Flags,
    Level,
    Priv,
    PrivPass,
    Retries,
    SnmpVersion,
    Timeout,
    User,
    find_device,
)
from netwatch.cli.config_file import DEFAULT_CONFIG, settings_or_exit
from netwatch.cli.names.flags import MibDirs, MibModules, OutputFlags
from netwatch.cli.names.words import Words
from netwatch.cli.output import fail, octets_text, out, print_json, print_table, printable
from netwatch.config import Settings
from netwatch.errors import PollError
from netwatch.mib import load_index
from netwatch.model import Device, DeviceStatus, TableReading, Varbind
from netwatch.polling import PollingSettings, poll_once
from netwatch.profiles import load_library
from netwatch.snmp import Snmp, SnmpClient, Walk

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Oids = Annotated[
    list[str], typer.Argument(help="OIDs, in numbers or as IF-MIB::ifDescr.3.", metavar="OID...", show_default=False)
]
INTERNET = "1.3.6.1.2.1"
T = TypeVar("T")


def get(
    device: DeviceName, oids: Oids, v: SnmpVersion = None, c: Community = None, l: Level = None, u: User = None,  # noqa: E741 - net-snmp's own letters
    a: Auth = None, auth_pass: AuthPass = None, x: Priv = None, priv_pass: PrivPass = None, n: Context = None,
    t: Timeout = None, r: Retries = None, m: MibModules = None, dirs: MibDirs = None, o: OutputFlags = None,
    config: ConfigPath = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Ask a device for exact instances, as snmpget does."""
    flags = Flags(version=v, community=c, level=l, user=u, auth=a, auth_pass=auth_pass, priv=x, priv_pass=priv_pass,
                  context=n, timeout=t, retries=r)  # fmt: skip
    target = find_device(device, config, flags)
    words = Words(oids, config, m, dirs, o)
    names = [words.oid(text) for text in oids]
    words.show(_asked(lambda client: client.get(target, names)), json=json)


def walk(
    device: DeviceName, oid: Annotated[str, typer.Argument(help="The subtree.")] = INTERNET, v: SnmpVersion = None,
    c: Community = None, l: Level = None, u: User = None, a: Auth = None, auth_pass: AuthPass = None,  # noqa: E741
    x: Priv = None, priv_pass: PrivPass = None, n: Context = None, t: Timeout = None, r: Retries = None,
    m: MibModules = None, dirs: MibDirs = None, o: OutputFlags = None, config: ConfigPath = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Walk a subtree of a device, as snmpbulkwalk does; exit 1 where it could not be walked whole."""
    flags = Flags(version=v, community=c, level=l, user=u, auth=a, auth_pass=auth_pass, priv=x, priv_pass=priv_pass,
                  context=n, timeout=t, retries=r)  # fmt: skip
    target = find_device(device, config, flags)
    words = Words([oid], config, m, dirs, o)
    root = words.oid(oid)
    walked = _asked(lambda client: client.walk(target, [root]))
    words.show(walked_varbinds(walked), json=json)
    if walked.partial:
        fail(f"the walk of {device} is not whole: {walked.reason}")


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
    status, readings = _asked(lambda client: _poll(settings, target, client, timedelta(seconds=rates)))
    if json:
        print_json([row for reading in readings for row in flat_rows(reading)])
        return
    about = f"{status.sys_name}: profile {status.profile}, {status.sys_descr}"
    out.print(printable(about), markup=False, highlight=False)
    for reading in readings:
        print_reading(reading)


def walked_varbinds(walked: Walk) -> list[Varbind]:
    """Return a walk's columns as one list, in the order walked."""
    return [
        Varbind(oid=column.oid.join(suffix), tag=tag, value=value)
        for column in walked.columns
        for suffix, tag, value in zip(column.suffixes, column.tags, column.values, strict=True)
    ]


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
    library = load_library(settings.profile_paths(), load_index(settings.mib_paths()).oid_of)
    return await poll_once(device, library, client, rates_after=wait or None)


def _asked(question: Callable[[SnmpClient], Awaitable[T]]) -> T:
    async def ask() -> T:
        client = Snmp(PollingSettings())
        await client.start()
        try:
            return await question(client)
        finally:
            await client.stop()

    try:
        return asyncio.run(ask())
    except PollError as exc:
        fail(str(exc))
