"""Which device a command means, and with which credential it is asked.

A name from the configuration, or an address with net-snmp's own flags (-v -c -l -u -a -A -x -X -n).

May import: netwatch.config, netwatch.model. Called by: netwatch get, walk, poll.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from pydantic import SecretStr

from netwatch.cli import completion
from netwatch.cli.addresses import address_of
from netwatch.cli.config_file import inventory_or_exit
from netwatch.cli.output import USAGE, fail, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.config import did_you_mean
from netwatch.model import AuthProtocol, Credential, Device, PrivacyProtocol, Version

DeviceName = Annotated[
    str,
    typer.Argument(
        help="A device of the configuration, or [udp:]ADDRESS[:PORT].",
        show_default=False,
        autocompletion=completion.devices,
    ),
]
SnmpVersion = Annotated[str | None, typer.Option("-v", help="SNMP version: 1, 2c or 3.", metavar="VERSION")]
Community = Annotated[
    str | None,
    typer.Option("-c", help="Community, as net-snmp has it; --config names the configuration.", metavar="COMMUNITY"),
]
ConfigPath = Annotated[
    Path | None,
    typer.Option("--config", envvar="NETWATCH_CONFIG", help=f"The configuration file; {DEFAULT_CONFIG} by default."),
]
Level = Annotated[str | None, typer.Option("-l", help="noAuthNoPriv, authNoPriv or authPriv.", metavar="LEVEL")]
User = Annotated[str | None, typer.Option("-u", help="v3 user name.", metavar="USER")]
Auth = Annotated[
    str | None, typer.Option("-a", help="MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512.", metavar="PROTO")
]
AuthPass = Annotated[str | None, typer.Option("-A", help="v3 authentication passphrase.", metavar="PASS")]
Priv = Annotated[str | None, typer.Option("-x", help="DES, 3DES, AES, AES-192[-C], AES-256[-C].", metavar="PROTO")]
PrivPass = Annotated[str | None, typer.Option("-X", help="v3 privacy passphrase.", metavar="PASS")]
Context = Annotated[str | None, typer.Option("-n", help="v3 context name.", metavar="CONTEXT")]
Timeout = Annotated[float | None, typer.Option("-t", help="Seconds to wait for an answer.", min=0.01, max=3600)]
Retries = Annotated[int | None, typer.Option("-r", help="How often to ask again.", min=0, max=10)]
LEVELS = ("noAuthNoPriv", "authNoPriv", "authPriv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line said about how to ask."""

    version: str | None = None
    community: str | None = None
    level: str | None = None
    user: str | None = None
    auth: str | None = None
    auth_pass: str | None = None
    priv: str | None = None
    priv_pass: str | None = None
    context: str | None = None
    timeout: float | None = None
    retries: int | None = None


def find_device(name: str, config: Path | None, flags: Flags | None) -> Device:
    """Return the device a command names; leaves with a sentence where there is none.

    flags: None for commands that cannot be told how to ask, and ask as the configuration says.
    """
    way = "such as -v 2c -c public"
    unknown, silent = f"for an address say how to ask it, {way}", f"say how to ask it all the same, {way}"
    if flags is None:
        flags = Flags()
        unknown = silent = "this asks as the configuration says; `netwatch get` can be told how (-v, -c, -u)"
    _warn_of_a_file_as_community(flags.community)
    credential = _credential(flags)
    known = _configured(config or DEFAULT_CONFIG, optional=credential is not None)
    found = next((device for device in known if device.name == name), None)
    if found is None:
        host, port = _address_or_exit(name)
        found = next((device for device in known if (device.address, device.port) == (host, port)), None)
        if credential is not None:
            found = Device(name=name, address=host, port=port, credential=credential)
    if found is None:
        guess = did_you_mean(name, [device.name for device in known])
        fail(f"no device named {name!r}{guess or f'; {unknown}'}", USAGE)
    if credential is not None:
        found = replace(found, credential=credential)
    elif not found.has_snmp:
        fail(f"{name!r} has no SNMP here (methods: [ping]); {silent}", USAGE)
    if flags.timeout is not None:
        found = replace(found, timeout=timedelta(seconds=flags.timeout))
    return found if flags.retries is None else replace(found, retries=flags.retries)


def _warn_of_a_file_as_community(community: str | None) -> None:
    """Say on stderr where -c names a file of YAML: elsewhere -c is the configuration, and here its name is sent."""
    if community is not None and community.endswith((".yaml", ".yml")) and os.path.isfile(community):  # noqa: PTH113 - no name raises here
        said = f"-c is the community here, as net-snmp has it; the configuration is --config {community}"
        typer.echo(f"netwatch: warning: {printable(said)}", err=True)


def _configured(path: Path, *, optional: bool) -> Sequence[Device]:
    """Return the devices of a configuration; where flags say how to ask there need not be one."""
    if optional and not path.exists():
        return ()
    settings = inventory_or_exit(path)
    from netwatch.config import devices

    return devices(settings)


def _address_or_exit(text: str) -> tuple[str, int]:
    try:
        return address_of(text)
    except ValueError as exc:
        fail(str(exc), USAGE)


def _credential(flags: Flags) -> Credential | None:
    if flags.user is not None or flags.version == "3":
        return _user(flags)
    if flags.community is None:
        return None
    version = flags.version or "2c"
    if version not in ("1", "2c"):
        fail(f"-v {version} is not a version: 1, 2c or 3", USAGE)
    return Credential(name="command line", version=cast(Version, version), community=SecretStr(flags.community))


def _user(flags: Flags) -> Credential:
    if flags.level not in (None, *LEVELS):
        fail(f"-l takes {', '.join(LEVELS)}", USAGE)
    wants_auth = flags.level in ("authNoPriv", "authPriv") or (flags.level is None and flags.auth_pass is not None)
    wants_priv = flags.level == "authPriv" or (flags.level is None and flags.priv_pass is not None)
    auth, priv = flags.auth or "SHA", flags.priv or "AES"
    if flags.user is None or (wants_auth and not flags.auth_pass) or (wants_priv and not flags.priv_pass):
        fail("-v 3 needs -u USER, with authentication -A PASS, with privacy -X PASS", USAGE)
    if auth not in get_args(AuthProtocol) or priv not in get_args(PrivacyProtocol):
        fail(f"-a takes {', '.join(get_args(AuthProtocol))}; -x takes {', '.join(get_args(PrivacyProtocol))}", USAGE)
    return Credential(
        name="command line",
        version="3",
        user=flags.user,
        auth_protocol=cast(AuthProtocol, auth) if wants_auth else None,
        auth_passphrase=SecretStr(flags.auth_pass or ""),
        privacy_protocol=cast(PrivacyProtocol, priv) if wants_priv else None,
        privacy_passphrase=SecretStr(flags.priv_pass or ""),
        context=flags.context or "",
    )
