"""The answers to the five questions, and how what people type is read.

A quiet room. May import: netwatch.model, the settings of the rooms. Called by: the other files of this folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, TypeAdapter, ValidationError

from netwatch.cli.addresses import address_of
from netwatch.notify import EmailSettings, RelaySettings
from netwatch.polling.settings import DeviceSettings
from netwatch.snmp.settings import CredentialSettings
from netwatch.web.settings import WebSettings

USUAL_PORTS = {"none": 25, "starttls": 587, "implicit": 465}
_CREDENTIAL: TypeAdapter[Any] = TypeAdapter(CredentialSettings)


class Unfit(ValueError):
    """An answer that cannot be one; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The first device: a host name or an address, and the UDP port of its agent."""

    address: str
    port: int = 161


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How devices are asked: a community (1, 2c) or a user (3); `protocols` are those of signing and encrypting."""

    version: str = "2c"
    user: str = ""
    protocols: tuple[str, str] = ("", "")
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All of them. name: what the device is called; sender: whom mails come from; url: how people reach the page."""

    target: Target
    name: str
    login: Login
    to: str
    sender: str
    relay: RelaySettings
    listen: str
    url: str
    ranges: tuple[str, ...] = ()


def read_target(text: str) -> Target:
    """Read `ADDRESS[:PORT]`.

    Raises:
        Unfit: it is none.
    """
    try:
        host, port = address_of(text)
        DeviceSettings(name="first", address=host)
    except (ValueError, ValidationError) as exc:
        raise Unfit(_words(exc)) from None
    return Target(address=host, port=port)


def checked_login(login: Login) -> Login:
    """Return it where the configuration would take it.

    Raises:
        Unfit: it would not.
    """
    tree = {"version": login.version, **login_keys(login), **login.secrets}
    try:
        _CREDENTIAL.validate_python(tree)
    except ValidationError as exc:
        raise Unfit(_words(exc)) from None
    return login


def login_keys(login: Login) -> dict[str, str]:
    """Return what of it is no secret, by the keys of the configuration."""
    signed, encrypted = login.protocols
    keys = {"user": login.user, "auth_protocol": signed, "privacy_protocol": encrypted}
    return {key: value for key, value in keys.items() if value}


def read_mailbox(text: str) -> str:
    """Read a mail address.

    Raises:
        Unfit: it is none.
    """
    try:
        return EmailSettings(to=[text.strip()]).to[0]
    except ValidationError as exc:
        raise Unfit(_words(exc)) from None


def read_relay(text: str) -> tuple[str, str, int | None]:
    """Read `[USER@]HOST[:PORT]` as user, host and port; the user may hold an @ himself.

    Raises:
        Unfit: it is none.
    """
    user, _, rest = text.strip().rpartition("@")
    bare, colon, port = rest.rpartition(":")
    if rest.startswith("[") or (colon and ":" in bare and not bare.endswith("]")):
        host, _, tail = rest.strip("[").partition("]") if rest.startswith("[") else (rest, "", "")
        port = tail.removeprefix(":")
    else:
        host, port = (bare, port) if colon else (rest, "")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise Unfit(f"{port!r} is no port")
    relay_of(host, int(port or 25), "none")
    return user, host, int(port) if port else None


def relay_of(host: str, port: int, tls: str, user: str = "", password: str = "") -> RelaySettings:
    """Return a relay as the configuration has it.

    Raises:
        Unfit: it would not take it.
    """
    login: dict[str, Any] = {"username": user, "password": SecretStr(password)} if user else {}
    try:
        return RelaySettings.model_validate({"host": host, "port": port, "tls": tls, **login})
    except ValidationError as exc:
        raise Unfit(_words(exc)) from None


def read_listen(text: str) -> str:
    """Read an address to listen on.

    Raises:
        Unfit: it is none.
    """
    try:
        return WebSettings(listen=text.strip()).listen
    except ValidationError as exc:
        raise Unfit(_words(exc)) from None


def read_url(text: str) -> str:
    """Read the address people reach the page at.

    Raises:
        Unfit: it is none.
    """
    try:
        parts = urlsplit(text.strip())
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise Unfit(f"{text!r} is no address of a page, such as https://netwatch.example.net/")
    return text.strip()


def _words(exc: ValueError) -> str:
    """Return what is wrong; of what pydantic says only its words, never what was typed."""
    if not isinstance(exc, ValidationError):
        return str(exc)
    return "; ".join(
        "".join(f"{part}: " for part in one["loc"][-1:] if isinstance(part, str))
        + one["msg"].removeprefix("Value error, ")
        for one in exc.errors(include_url=False, include_input=False)
    )
