"""`netwatch set`: changes a value on a device, and leaves a line in the event log that says who did.

The old value is shown, the new one asked about, then set, and read back to be sure. Written with the device's
`write_credential`, or with what the flags say; never with the credential it is polled with.
May import: netwatch.config, netwatch.snmp, netwatch.store, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from netwatch.cli.arguments import AsJson
from netwatch.cli.ask.assignments import Resolve, assignments_of, by_name, numeric, varbind_of
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
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.names.flags import MibDirs, MibModules, index_for
from netwatch.cli.names.values import format_value, format_varbind, type_name
from netwatch.cli.names.words import is_numeric
from netwatch.cli.output import USAGE, WRONG, fail, print_json, printable
from netwatch.cli.person import person
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import PollError, RequestTimedOut, StoreError
from netwatch.model import Device, Event, Missing, Oid, Varbind

if TYPE_CHECKING:
    from netwatch.config import Settings
    from netwatch.snmp import GeneralEngine

Words = Annotated[
    list[str],
    typer.Argument(
        help="OBJECT VALUE, or OBJECT TYPE VALUE as snmpset has it (types i u c t a o s x d n).",
        metavar="OBJECT [TYPE] VALUE...",
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
MAX_VALUE = 200
"""Characters of a value that the event log keeps."""
SECRETS = tuple(
    Oid.parse(text)
    for text in (
        "1.3.6.1.6.3.18.1.1.1.2",  # snmpCommunityName
        *(f"1.3.6.1.6.3.15.1.2.2.1.{column}" for column in (6, 7, 9, 10)),  # key changes of usmUserTable
    )
)
"""Objects whose values are secrets themselves: the event log says that they were set, and not to what."""
T = TypeVar("T")


def set_(
    device: DeviceName, words: Words, v: SnmpVersion = None, c: Community = None, l: Level = None,  # noqa: E741 - net-snmp's own letters
    u: User = None, a: Auth = None, auth_pass: AuthPass = None, x: Priv = None, priv_pass: PrivPass = None,
    n: Context = None, t: Timeout = None, r: Retries = None, m: MibModules = None, dirs: MibDirs = None,
    config: ConfigPath = None, yes: Yes = False, json: AsJson = False,
) -> None:  # fmt: skip
    """Change values on a device: shows old and new, asks, sets, reads back; exit 1 where it did not come to be."""
    flags = Flags(version=v, community=c, level=l, user=u, auth=a, auth_pass=auth_pass, priv=x, priv_pass=priv_pass,
                  context=n, timeout=t, retries=r)  # fmt: skip
    names = functools.cache(lambda: by_name(index_for(config, dirs, m)))
    change(
        device, words, config, flags, yes=yes, json=json,
        resolve=lambda text: numeric(text) if is_numeric(text) else names()(text),
    )  # fmt: skip


def change(
    name: str,
    words: Sequence[str],
    config: Path | None,
    flags: Flags,
    *,
    yes: bool,
    json: bool = False,
    resolve: Resolve = numeric,
) -> None:
    """Do what `netwatch set` does; `resolve` says what OBJECT means."""
    if not yes and not sys.stdin.isatty():
        fail("nobody can be asked here, for the input is no terminal: --yes sets without asking", USAGE)
    try:
        assignments = assignments_of(words, resolve)
    except ValueError as exc:
        fail(str(exc), USAGE)
    device, settings = _target(name, config, flags)
    oids = [assignment.target.oid for assignment in assignments]
    old = _run(lambda engine: engine.get(device, oids))
    try:
        new = [varbind_of(one, now, resolve) for one, now in zip(assignments, old, strict=True)]
    except ValueError as exc:
        fail(str(exc), USAGE)
    wanted = Change(device=device, old=tuple(old), new=tuple(new))
    _confirm(wanted, yes=yes, quiet=json)
    _carry_out(wanted, settings, json=json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is on the device, and what shall be."""

    device: Device
    old: tuple[Varbind, ...]
    new: tuple[Varbind, ...]


def _target(name: str, config: Path | None, flags: Flags) -> tuple[Device, Settings | None]:
    """Return the device with the credential to write with, and the configuration where there is one."""
    from netwatch.config import write_credential

    device = find_device(name, config, flags)
    path = config or DEFAULT_CONFIG
    settings = settings_or_exit(path) if path.exists() else None
    if flags.user is not None or flags.community is not None:
        return device, settings
    credential = write_credential(settings, device.name) if settings is not None else None
    if credential is None:
        fail(f"{name} has no write_credential; give it one in {path}, or say -v 2c -c COMMUNITY")
    return replace(device, credential=credential), settings


def _confirm(change: Change, *, yes: bool, quiet: bool) -> None:
    if not quiet or not yes:
        for old, new in zip(change.old, change.new, strict=True):
            typer.echo(f".{new.oid}\n  now: {_shown(old)}\n  new: {_shown(new)}", err=quiet)
    if not yes and not typer.confirm(f"Set this on {printable(_called(change.device))}?", err=quiet):
        fail("nothing was changed")


def _carry_out(change: Change, settings: Settings | None, *, json: bool) -> None:
    """Set, write down, read back and print."""
    from netwatch.snmp import set_varbinds  # as below: not for TAB, which loads this file as well

    try:
        _run_or_raise(lambda engine: set_varbinds(engine, change.device, change.new))
    except ValueError as exc:
        fail(str(exc), USAGE)
    except PollError as exc:
        perhaps = "; it may have been set all the same" if isinstance(exc, RequestTimedOut) else ""
        _audit(change, settings, f"; not done: {exc}{perhaps}")
        fail(f"{exc}{perhaps}")
    logged = _audit(change, settings)
    found = _run(lambda engine: engine.get(change.device, [one.oid for one in change.new]))
    _print(change, found, json=json)
    differing = [one for one, wanted in zip(found, change.new, strict=True) if one.value != wanted.value]
    for one in differing:
        typer.echo(f"netwatch: {one.oid} was set, but now reads {_shown(one)}", err=True)
    if differing or not logged:
        raise typer.Exit(WRONG)


def _print(change: Change, found: Sequence[Varbind], *, json: bool) -> None:
    if not json:
        for one in found:
            typer.echo(printable(format_varbind(one)))
        return
    print_json([
        {"device": change.device.name, "oid": str(new.oid), "type": type_name(new.tag), "old": _flat(old),
         "new": _flat(new), "now": _flat(now)}
        for old, new, now in zip(change.old, change.new, found, strict=True)
    ])  # fmt: skip


def _flat(varbind: Varbind) -> object:
    return None if isinstance(varbind.value, Missing) else varbind.value


def _audit(change: Change, settings: Settings | None, ending: str = "") -> bool:
    """Write who set what into the event log; return False where there is one that could not be written."""
    if settings is None:
        return True
    from netwatch.store import append_events

    who, at = printable(person()), datetime.now(UTC)
    events = [
        Event(at=at, kind="set", device=change.device.name, text=f"{who} set {_in_words(old, new)}{ending}")
        for old, new in zip(change.old, change.new, strict=True)
    ]
    try:
        if not append_events(settings.store, events):
            typer.echo("netwatch: there is no event log yet, so this is written down nowhere", err=True)
    except StoreError as exc:
        typer.echo(f"netwatch: the event log could not be written: {printable(exc)}", err=True)
        return False
    return True


def _in_words(old: Varbind, new: Varbind) -> str:
    if any(new.oid.is_under(secret) for secret in SECRETS):
        return f"{new.oid} to something secret"
    return f"{new.oid} from {_shown(old)[:MAX_VALUE]} to {_shown(new)[:MAX_VALUE]}"


def _shown(varbind: Varbind) -> str:
    return printable(format_value(varbind.tag, varbind.value))


def _called(device: Device) -> str:
    return device.name if device.name.startswith(device.address) else f"{device.name} ({device.address})"


def _run(question: Callable[[GeneralEngine], Awaitable[T]]) -> T:
    try:
        return _run_or_raise(question)
    except PollError as exc:
        fail(str(exc))


def _run_or_raise(question: Callable[[GeneralEngine], Awaitable[T]]) -> T:
    from netwatch.snmp import GeneralEngine

    async def ask() -> T:
        engine = GeneralEngine()
        await engine.start()
        try:
            return await question(engine)
        finally:
            await engine.stop()

    return asyncio.run(ask())
