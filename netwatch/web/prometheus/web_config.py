"""Reads the web configuration file of Prometheus' exporters: TLS, and who may ask with which password.

Strict, as those are: what is not known is an error with its line, and so is what is known there and not done here.
May import: netwatch.model, netwatch.errors. Called by: netwatch.web.server, netwatch.config (check).
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netwatch.errors import ConfigError
from netwatch.model import InvalidFile, KeyPath, Problem, YamlFile, read_yaml, refuse_what_is_no_file
from netwatch.web.prometheus.passwords import BCRYPT, refuse_without_bcrypt

MOST_BYTES = 16 << 20
"""Of a certificate, a key, a list of authorities."""
_TLS = {
    "cert_file", "key_file", "client_auth_type", "client_ca_file", "min_version", "max_version", "cipher_suites",
    "curve_preferences", "prefer_server_cipher_suites",
}  # fmt: skip
_NOT_DONE = {"client_allowed_sans", "cert", "key", "client_ca"}
_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENTS = {
    "": ssl.CERT_NONE, "NoClientCert": ssl.CERT_NONE, "RequestClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL, "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """What the file says: `context` is None without TLS; hashes of passwords by user, none where anybody may ask."""

    context: ssl.SSLContext | None = None
    users: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_web_config(path: Path) -> WebConfig:
    """Return what a file says; the files it names stand beside it.

    Raises:
        InvalidFile: something is wrong; lists everything. ConfigError: this system has no bcrypt.
    """
    file = read_yaml(path)
    reader = _Reader(file, path.parent)
    found = reader.read()
    if reader.problems:
        raise InvalidFile(reader.problems)
    if found.users:
        refuse_without_bcrypt()
    return found


class _Reader:
    def __init__(self, file: YamlFile, folder: Path) -> None:
        self._file, self._folder = file, folder
        self.problems: list[Problem] = []

    def read(self) -> WebConfig:
        top = self._mapping((), self._file.data)
        for key in top.keys() - {"tls_server_config", "http_server_config", "basic_auth_users"}:
            self._wrong((key,), f"unknown key {key!r}", key=True)
        users = self._users(self._mapping(("basic_auth_users",), top.get("basic_auth_users")))
        tls = self._mapping(("tls_server_config",), top.get("tls_server_config"))
        return WebConfig(context=self._context(tls) if tls else None, users=users)

    def _users(self, listed: Mapping[Any, Any]) -> dict[str, str]:
        users = {}
        for name, hashed in listed.items():
            if not isinstance(hashed, str) or not BCRYPT.fullmatch(hashed):
                self._wrong(("basic_auth_users", name), "is no bcrypt hash of a cost from 4 to 16 ($2y$10$...)")
            else:
                users[str(name)] = hashed
        return users

    def _context(self, tls: Mapping[Any, Any]) -> ssl.SSLContext | None:
        for key in tls.keys() - _TLS:
            said = "is not done by NetWatch" if key in _NOT_DONE else f"unknown key {key!r}"
            self._wrong(("tls_server_config", key), said, key=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = self._version(tls, "min_version", ssl.TLSVersion.TLSv1_2)
        context.maximum_version = self._version(tls, "max_version", ssl.TLSVersion.MAXIMUM_SUPPORTED)
        client = str(tls.get("client_auth_type") or "")
        if client not in _CLIENTS:
            self._wrong(
                ("tls_server_config", "client_auth_type"), f"must be one of {', '.join(filter(None, _CLIENTS))}"
            )
        if tls.get("client_ca_file") and _CLIENTS.get(client) is ssl.CERT_NONE:
            self._wrong(("tls_server_config", "client_ca_file"),
                        "nobody is held against it: client_auth_type must be one that verifies")  # fmt: skip
        self._load(context, tls)
        context.verify_mode = _CLIENTS.get(client, ssl.CERT_REQUIRED)
        return context

    def _load(self, context: ssl.SSLContext, tls: Mapping[Any, Any]) -> None:
        """Load the certificates; which file is wrong, and why, is said by its key."""
        names = {key: str(self._folder / str(tls[key])) for key in ("cert_file", "key_file", "client_ca_file")
                 if tls.get(key)}  # fmt: skip
        for key in ("cert_file", "key_file"):
            if not tls.get(key):
                self._wrong(("tls_server_config",), f"{key} is missing")
        for key, name in list(names.items()):  # the library would wait for a pipe for ever
            try:
                refuse_what_is_no_file(name, MOST_BYTES)
            except OSError as exc:
                self._wrong(("tls_server_config", key), f"cannot be used: {exc.strerror}")
                del names[key]
        try:
            if "cert_file" in names and "key_file" in names:
                context.load_cert_chain(names["cert_file"], names["key_file"], password=_no_password)
        except (OSError, ValueError) as exc:
            self._wrong(("tls_server_config", "cert_file"), f"certificate and key cannot be used: {exc}")
        try:
            if "client_ca_file" in names:
                context.load_verify_locations(names["client_ca_file"])
        except (OSError, ValueError) as exc:
            self._wrong(("tls_server_config", "client_ca_file"), f"cannot be used: {exc}")

    def _version(self, tls: Mapping[Any, Any], key: str, usual: ssl.TLSVersion) -> ssl.TLSVersion:
        written = tls.get(key)
        if written is None:
            return usual
        if str(written) not in _VERSIONS:
            self._wrong(("tls_server_config", key), "must be TLS12 or TLS13")
        return _VERSIONS.get(str(written), usual)

    def _mapping(self, path: KeyPath, value: Any) -> Mapping[Any, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong(path, "must be a mapping")
            return {}
        return value

    def _wrong(self, path: KeyPath, message: str, *, key: bool = False) -> None:
        self.problems.append(self._file.problem(path, message, key=key))


def _no_password() -> str:
    raise ConfigError("the key has a password, which nobody is there to type")
