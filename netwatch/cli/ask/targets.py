"""Which device a command means, and with which credential it is asked.

A name from the configuration, or an address with net-snmp's own flags (-v -c -l -u -a -A -x -X -n).

May import: netwatch.config, netwatch.model. Called by: netwatch get, walk, poll.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from pydantic import SecretStr

from netwatch.cli.config_file import DEFAULT_CONFIG, inventory_or_exit
from netwatch.cli.output import USAGE, fail
from netwatch.model import AuthProtocol, Credential, Device, PrivacyProtocol, Version

DeviceName = Annotated[
    str, typer.Argument(help="A device of the configuration, or ADDRESS[:PORT].", show_default=False)
]
SnmpVersion = Annotated[str | None, typer.Option("-v", help="SNMP version: 1, 2c or 3.", metavar="VERSION")]
Community = Annotated[
    str | None,
    typer.Option(
        "-c", help="Community; the path of an existing .yaml file is the configuration.", metavar="COMMUNITY"
    ),
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


def find_device(name: str, config: Path | None, flags: Flags) -> Device:
    """Return the device a command names; leaves with a sentence where there is none."""
    if _is_config(flags.community):
        config, flags = Path(str(flags.community)), replace(flags, community=None)
    known = _configured(name, config, optional=_credential(flags) is not None)
    if known is None:
        credential = _credential(flags)
        if credential is None:
            fail(f"no device named {name!r}; for an address say how to ask it, such as -v 2c -c public", USAGE)
        host, port = _split_port(name)
        known = Device(name=name, address=host, port=port, credential=credential)
    elif (credential := _credential(flags)) is not None:
        known = replace(known, credential=credential)
    if flags.timeout is not None:
        known = replace(known, timeout=timedelta(seconds=flags.timeout))
    return known if flags.retries is None else replace(known, retries=flags.retries)


def _is_config(community: str | None) -> bool:
    return bool(community) and str(community).endswith((".yaml", ".yml")) and Path(str(community)).is_file()


def _configured(name: str, config: Path | None, *, optional: bool) -> Device | None:
    path = config or DEFAULT_CONFIG
    if optional and not path.exists():
        return None
    settings = inventory_or_exit(path)
    from netwatch.config import devices

    return next((device for device in devices(settings) if device.name == name), None)


def _split_port(text: str) -> tuple[str, int]:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        host, colon, port = text.rpartition(":")
        if colon and port.isdigit():
            return host.strip("[]"), int(port)
    return text.strip("[]"), 161


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
