"""`netwatch support`: a walk of a device without what is nobody's business, for who writes a profile for it.

May import: netwatch.simulator, netwatch.mib, netwatch.snmp, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli.ask.client import asked
from netwatch.cli.ask.library import library_for
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
from netwatch.cli.names.flags import MibDirs, MibModules, index_for
from netwatch.cli.output import USAGE, fail, printable
from netwatch.model import Device, Oid, Tag, Value

if TYPE_CHECKING:
    from netwatch.simulator.capture.redacting import Redacted
    from netwatch.snmp import SnmpClient

ROOTS = tuple(map(Oid.parse, ("1.0.8802", "1.3.6.1.2.1", "1.3.6.1.4.1", "1.3.111.2")))
"""What profiles read: standard MIBs, makers' own, and those of IEEE. Who may ask is none of it."""
LONG = tuple(
    Oid.parse(f"1.3.6.1.2.1.{table}.1")
    for table in ("4.21", "4.22", "4.24.4", "4.24.7", "4.35", "6.13", "6.19", "7.5", "7.7", "14.4", "14.12", "15.6",
                  "17.4.3", "17.7.1.2.2", "25.4.2", "25.5.1", "25.6.3")
)  # fmt: skip
"""Entries of tables that may be as long as a network is large: routes, hardware addresses, connections, programs."""
MOST_OF_A_COLUMN = 200
AT_ONCE = 250
PAUSE_SECONDS = 0.02
MOST_VARBINDS, MOST_SECONDS = 200_000, 900
SECONDS_BETWEEN_LINES = 5.0
BEHIND_ALL = 2**32 - 1

Output = Annotated[
    Path, typer.Option("-o", "--output", help="The file to write; there must be none yet.", show_default=False)
]
Most = Annotated[int, typer.Option("--max", help="After how many varbinds to stop.", metavar="NUMBER", min=1)]
Seconds = Annotated[int, typer.Option("--seconds", help="After how many seconds to stop.", min=1, max=86_400)]
Object = tuple[Oid, Tag, Value]


@dataclass(slots=True)
class Walked:
    """What was walked so far, and why it is not all there is; empty where it is."""

    objects: dict[Oid, tuple[Tag, Value]] = field(default_factory=dict)
    shortened: int = 0
    reason: str = ""


def support(
    device: DeviceName, output: Output, v: SnmpVersion = None,
    c: Community = None, l: Level = None, u: User = None, a: Auth = None, auth_pass: AuthPass = None,  # noqa: E741
    x: Priv = None, priv_pass: PrivPass = None, n: Context = None, t: Timeout = None, r: Retries = None,
    m: MibModules = None, dirs: MibDirs = None, config: ConfigPath = None,
    most: Most = MOST_VARBINDS, seconds: Seconds = MOST_SECONDS,
) -> None:  # fmt: skip
    """Walk a device into a file without its secrets, for who writes a profile; exit 1 where it could not be whole."""
    flags = Flags(version=v, community=c, level=l, user=u, auth=a, auth_pass=auth_pass, priv=x, priv_pass=priv_pass,
                  context=n, timeout=t, retries=r)  # fmt: skip
    target = find_device(device, config, flags)
    if output.exists():
        fail(f"{output} is there already; name a new file", USAGE)
    with _progress() as said:
        walked = asked(lambda client: walk_all(client, target, most, seconds, said))
        said("taking out what is nobody's business")
        found = _redacted(walked, target, config, dirs, m)
    _write(output, found)
    _tell(output, found, walked)
    if walked.reason:
        fail(f"the walk of {device} is not whole: {walked.reason}")


async def walk_all(
    client: SnmpClient, device: Device, most: int, seconds: float, said: Callable[[str], None]
) -> Walked:
    """Walk what profiles may read, one request after the other, within bounds.

    Raises:
        RequestTimedOut: the device does not answer at all.
    """
    walked, ends_at = Walked(), time.monotonic() + seconds
    for root in ROOTS:
        after: Oid | None = None
        while not walked.reason:
            piece = await client.walk(device, [root], max_varbinds=AT_ONCE, after=after)
            [column] = piece.columns
            last = root.join(column.suffixes[-1]) if column.suffixes else None
            for suffix, tag, value in zip(column.suffixes, column.tags, column.values, strict=True):
                walked.objects[root.join(suffix)] = Tag(tag), value
            said(f"{len(walked.objects):,} objects, at {last or root}")
            if not piece.capped or last is None or (after is not None and last <= after):
                if piece.partial and not piece.capped:
                    walked.reason = piece.reason
                break
            after = _behind(walked, last)
            if len(walked.objects) >= most:
                walked.reason = f"it has more than {most:,} varbinds; --max {most * 10} reads on"
            elif time.monotonic() > ends_at:
                walked.reason = f"it took more than {seconds:g} s; --seconds {seconds * 4:g} gives it more"
            await asyncio.sleep(PAUSE_SECONDS)
    return walked


def _behind(walked: Walked, last: Oid) -> Oid:
    """Return behind which name to go on: behind the column where that is of a long table and was read far enough."""
    entry = next((entry for entry in LONG if last.is_under(entry) and len(last) > len(entry)), None)
    if entry is None:
        return last
    column = Oid(last[: len(entry) + 1])
    if sum(oid.is_under(column) for oid in list(walked.objects)[-2 * AT_ONCE :]) < MOST_OF_A_COLUMN:
        return last
    walked.shortened += 1
    return column.child(BEHIND_ALL)


def _redacted(
    walked: Walked, target: Device, config: Path | None, dirs: list[str] | None, modules: list[str] | None
) -> Redacted:
    from netwatch.simulator.capture.redacting import redacted
    from netwatch.simulator.capture.secrecy import secrecy_of

    index = index_for(config, dirs, modules)
    library = library_for(config, index)
    objects = [(oid, *walked.objects[oid]) for oid in sorted(walked.objects)]
    return redacted(objects, secrecy_of(index, library), secrets.token_bytes(32), _logins(target))


def _logins(device: Device) -> list[str]:
    """Return the words that a device is asked with."""
    credential = device.credential
    hidden = (credential.community, credential.auth_passphrase, credential.privacy_passphrase)
    return [credential.user, *(one.get_secret_value() for one in hidden)]


def _write(path: Path, found: Redacted) -> None:
    from netwatch.simulator.capture.writing import recording_lines

    try:
        with open(path, "x", encoding="utf-8", opener=lambda name, how: os.open(name, how, 0o600)) as file:
            file.writelines(f"{line}\n" for line in recording_lines(found.objects))
    except OSError as exc:
        fail(f"{path} cannot be written: {exc.strerror or exc}")


def _tell(path: Path, found: Redacted, walked: Walked) -> None:
    typer.echo(f"{printable(path)}: {len(found.objects):,} objects")
    for kind, count in found.distinct.items():
        typer.echo(f"  replaced: {count:,} {kind}, in {found.places.get(kind, 0):,} places")
    typer.echo(f"  left out: {found.left_out:,} objects that hold logins, command lines or their output")
    if walked.shortened:
        typer.echo(f"  shortened: {walked.shortened:,} columns of routes, addresses, connections or programs")
    typer.echo("Look it over before you give it away: texts of which nobody knows what they mean are as they were.")


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Give what says how far it is: a line that changes on a terminal, else one every few seconds."""
    if sys.stderr.isatty():
        from netwatch.cli.screen import err

        with err.status("asking") as status:
            yield lambda words: status.update(printable(words))
        return
    said_at = time.monotonic()

    def told(words: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= SECONDS_BETWEEN_LINES:
            said_at = time.monotonic()
            typer.echo(printable(words), err=True)

    yield told
