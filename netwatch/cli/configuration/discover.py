"""`netwatch discover`: look for devices, and propose what to add to the configuration.

May import: netwatch.config, netwatch.discovery, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli.arguments import AsJson, ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import USAGE, fail, print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import ConfigError

if TYPE_CHECKING:
    from netwatch.config import Settings
    from netwatch.discovery import FoundDevice, Host, Patch, Progress, Ranges, Sweep
    from netwatch.model import DiscoveredDevice

MOST_SHOWN = 60
"""Characters of a sysDescr in the table; JSON has all of it."""


def discover(
    ranges: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CIDR]...", help="Where to look; discovery.ranges where nothing is said."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="A range never to ask; besides those of discovery.exclude.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option("--state", help="Keep in this file how far it is, and go on from there the next time."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Instead of looking take what another program lists: a file_sd file, a .csv file, or the URL of a "
            "NetBox (its token in NETBOX_TOKEN).",
        ),
    ] = None,
    found: Annotated[
        bool,
        typer.Option(
            "--found",
            help="Instead of looking take what the agent's own sweeps found; with --write what it took by itself "
            "moves into the configuration too.",
        ),
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Add what is new to the configuration.")] = False,
    json: AsJson = False,
) -> None:
    """Look for devices in ranges of addresses and propose what to add; with --write add it."""
    settings = settings_or_exit(config) if config.exists() or config != DEFAULT_CONFIG or write else _no_settings()
    if source is not None:
        _take_over(settings, source, config, write=write, json=json)
        return
    if found:
        _show_found(settings, config, write=write, json=json)
        return
    where = _ranges_or_exit(ranges or settings.discovery.ranges, [*settings.discovery.exclude, *(exclude or [])])
    add(look_around(settings, where, state, json=json), config, write=write, json=json)


def look_around(settings: Settings, where: Ranges, state: Path | None = None, *, json: bool = False) -> list[str]:
    """Sweep and print what is found; return the entries that the configuration does not have yet."""
    from netwatch.discovery import devices_of, proposed

    progress = asyncio.run(_swept(settings, where, state))
    devices = devices_of(progress.hosts, _known(settings))
    if json:
        print_json([*map(flat_device, devices), *(flat_host(host) for host in progress.hosts if not host.credential)])
    else:
        _print(devices, progress)
    return proposed(devices, settings.defaults.credential)


def add(entries: Sequence[str], config: Path, *, write: bool, json: bool) -> None:
    """Add entries to the configuration, or show what would be added."""
    from netwatch.discovery import patched
    from netwatch.model import read_yaml

    if not entries:
        return
    try:
        patch = patched(read_yaml(config), entries) if config.exists() else None
        if write and patch is not None:
            _write(config, patch)
            typer.echo(f"{config}: {len(entries)} added; SIGHUP has the agent read it", err=True)
        elif patch is not None and not json:
            typer.echo(f"\nWith --write this is added:\n{patch.diff}")
    except (ConfigError, OSError) as exc:
        fail(str(exc))


def _take_over(settings: Settings, source: str, config: Path, *, write: bool, json: bool) -> None:
    """Propose what another program lists and the configuration does not have yet."""
    from netwatch.discovery import devices_of_netbox, listed_entries, parsed, proposed_of_listed

    try:
        if source.startswith(("http://", "https://")):
            listed = asyncio.run(devices_of_netbox(source, os.environ.get("NETBOX_TOKEN", "")))
        else:
            listed = parsed(Path(source).read_text("utf-8"), source)
    except OSError as exc:
        fail(f"{source}: {exc.strerror or exc}", USAGE)
    except (ConfigError, UnicodeDecodeError) as exc:
        fail(str(exc), USAGE)
    new = list(listed_entries(listed, _known(settings), {part.name for part in settings.devices}))
    if json:
        print_json(new)
    else:
        typer.echo(f"{source}: {len(listed):,} devices, {len(new):,} of them new", err=True)
    add(proposed_of_listed(new, settings.defaults.credential), config, write=write, json=json)


def _show_found(settings: Settings, config: Path, *, write: bool, json: bool) -> None:
    """Print what scheduled sweeps found, and add it where that is wanted: the configuration wins from then on."""
    from netwatch.cli.screen import print_table
    from netwatch.config import FOUND_FILE, TAKEN_FILE
    from netwatch.discovery import entry_of, entry_text, read_findings, read_taken

    findings = read_findings(settings.discovery_file(FOUND_FILE))
    if json:
        print_json([flat_discovered(one) for one in findings.devices])
    else:
        rows = [
            ["taken" if one.taken_at else "waiting", one.name, one.address, " ".join(one.others), one.credential,
             one.first_seen, one.last_seen, one.sys_descr[:MOST_SHOWN]]
            for one in findings.devices
        ]  # fmt: skip
        ended = findings.ended_at.astimezone().strftime("%Y-%m-%d %H:%M") if findings.ended_at else "never"
        columns = ["state", "device", "address", "also", "credential", "first seen", "last seen", "says it is"]
        print_table(f"Found by the agent's sweeps, the last of them {ended}", columns, rows, empty="nothing waits")
    try:
        entries = [one for one in read_taken(settings.discovery_file(TAKEN_FILE)) if one["name"] in settings.origins]
    except (ConfigError, KeyError) as exc:
        fail(str(exc))
    entries += [entry_of(one, settings.defaults.credential) for one in findings.waiting]
    add([entry_text(one) for one in entries], config, write=write, json=json)


def flat_discovered(one: DiscoveredDevice) -> dict[str, object]:
    """Return a device that waits, or was taken, as one flat object."""
    return {
        "device": one.name, "state": "taken" if one.taken_at else "waiting", "address": one.address,
        "other_addresses": " ".join(one.others), "credential": one.credential, "sys_name": one.sys_name,
        "sys_descr": one.sys_descr, "sys_object_id": one.sys_object_id, "serial": one.serial,
        "first_seen_at": one.first_seen, "last_seen_at": one.last_seen, "taken_at": one.taken_at,
    }  # fmt: skip


def _no_settings() -> Settings:
    from netwatch.config import Settings

    return Settings()


def _ranges_or_exit(texts: Sequence[str], excluded: Sequence[str]) -> Ranges:
    from netwatch.discovery import parse_ranges

    if not texts:
        fail("say where to look, such as 192.0.2.0/24, or set discovery.ranges", USAGE)
    try:
        return parse_ranges(texts, excluded)
    except ConfigError as exc:
        fail(str(exc), USAGE)


async def _swept(settings: Settings, where: Ranges, state: Path | None) -> Progress:
    """Sweep; where it is broken off by Ctrl-C, what is done is in the state file."""
    from netwatch.config import credentials_to_try
    from netwatch.discovery import Progress, Sweep

    progress = Progress.read(state, where) if state is not None else Progress.of(where)
    if progress.blocks:
        typer.echo(f"{progress.asked:,} addresses were asked before", err=True)

    def tell(now: Progress) -> None:
        if state is not None:
            now.write(state)
        typer.echo(f"{now.asked:,} of {where.size:,} addresses asked, {len(now.hosts):,} answer", err=True)

    sweep = Sweep(
        where, credentials_to_try(settings), limits=settings.polling, rate=settings.discovery.rate,
        timeout=settings.discovery.timeout, port=settings.defaults.port, tell=tell,
    )  # fmt: skip
    found = await sweep.run(progress)
    _say_of_ping(sweep)
    return found


def _say_of_ping(sweep: Sweep) -> None:
    if sweep.ping_trouble:
        typer.echo(f"netwatch: warning: {sweep.ping_trouble}", err=True)


def _known(settings: Settings) -> Mapping[str, str]:
    """Return the addresses that the configuration has already, with the names of their devices."""
    from netwatch.config import devices
    from netwatch.discovery import known_addresses

    return asyncio.run(known_addresses(devices(settings)))


def flat_device(device: FoundDevice) -> dict[str, object]:
    """Return a device as one flat object."""
    return {
        **flat_host(device.host), "device": device.name, "state": "known" if device.known_as else "new",
        "other_addresses": " ".join(device.others),
    }  # fmt: skip


def flat_host(host: Host) -> dict[str, object]:
    """Return a host as one flat object; `device` and `state` say more of those that a credential fits."""
    return {
        "device": "", "state": "no credential fits" if host.may_have_agent else "no SNMP", "address": host.address,
        "pinged": host.pinged, "credential": host.credential, "sys_name": host.sys_name, "sys_descr": host.sys_descr,
        "sys_object_id": host.sys_object_id, "serial": host.serial, "engine_id": host.engine_id,
    }  # fmt: skip


def _print(devices: Sequence[FoundDevice], progress: Progress) -> None:
    from netwatch.cli.screen import print_table

    rows = [
        ["known" if one.known_as else "new", one.name, one.host.address, " ".join(one.others), one.host.credential,
         one.host.sys_descr[:MOST_SHOWN]]
        for one in devices
    ]  # fmt: skip
    print_table(
        "Devices", ["state", "device", "address", "also", "credential", "says it is"], rows, empty="none is found"
    )
    left = [host for host in progress.hosts if not host.credential]
    agents = [host.address for host in left if host.engine_id]
    if left:
        typer.echo(
            f"{len(left):,} other hosts answer"
            + (
                f"; at {len(agents):,} an SNMP agent no credential fits: {printable(', '.join(agents[:20]))}"
                "\nWhat they may be asked with belongs under credentials, and its name into discovery.credentials."
                if agents
                else ""
            )
        )


def _write(path: Path, patch: Patch) -> None:
    """Put the new file in the place of the old one, once the whole configuration is found good with it."""
    from netwatch.config import load_settings

    new = path.resolve().with_name(f".{path.name}.discovered")
    old = path.stat()
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", newline="") as file:
            file.write(patch.after.replace("\n", "\r\n") if b"\r\n" in path.read_bytes() else patch.after)
            file.flush()
            os.fsync(file.fileno())
        load_settings(new)
        new.chmod(old.st_mode & 0o7777)
        if os.geteuid() == 0:
            os.chown(new, old.st_uid, old.st_gid)
        new.replace(path.resolve())
    finally:
        new.unlink(missing_ok=True)
