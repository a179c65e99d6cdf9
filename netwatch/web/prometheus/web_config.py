"""Reads the web configuration file of Prometheus' exporters: TLS, who may ask with which password, headers.

Strict, as those are: what is not known is an error with its line, and so is what is known there and not done here.
May import: netwatch.model, netwatch.errors. Called by: watched, netwatch.config (check).
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netwatch.model import InvalidFile, YamlFile, YamlReader, bytes_of, read_yaml
from netwatch.web.prometheus.tls_config import KEYS, MOST_BYTES, context_of, files_of
from netwatch.web.prometheus.tls_words import HEADERS
from netwatch.web.users.passwords import BCRYPT, refuse_without_bcrypt

_TLS, _HTTP, _USERS = "tls_server_config", "http_server_config", "basic_auth_users"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """What the file says: `context` is None without TLS; hashes of passwords by user, none where anybody may ask.

    allowed_sans: names of which a client's certificate must have one; empty where any will do. headers: what every
    answer has besides. files: those that all of this was read from.
    """

    context: ssl.SSLContext | None = None
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    allowed_sans: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()


def read_web_config(path: Path) -> WebConfig:
    """Return what a file says; the files it names stand beside it.

    Raises:
        InvalidFile: something is wrong; lists everything. ConfigError: this system has no bcrypt.
    """
    file = read_yaml(path)
    reader = _Reader(file, path)
    found = reader.read()
    if reader.problems:
        raise InvalidFile(reader.problems)
    if found.users:
        refuse_without_bcrypt()
    return found


def certificate_in(path: Path) -> str:
    """Return the certificate that a server with this file shows, as PEM; empty without TLS. The key is not looked at.

    Raises:
        InvalidFile: it is no YAML. OSError: the certificate cannot be read.
    """
    data = read_yaml(path).data
    tls = data.get(_TLS) if isinstance(data, dict) else None
    if not isinstance(tls, dict):
        return ""
    if tls.get("cert"):
        return str(tls["cert"])
    return bytes_of(path.parent / str(tls.get("cert_file")), MOST_BYTES).decode("ascii", "replace")


class _Reader(YamlReader):
    def __init__(self, file: YamlFile, path: Path) -> None:
        super().__init__(file)
        self._path = path

    def read(self) -> WebConfig:
        top = self.mapping((), self.file.data, {_TLS, _HTTP, _USERS})
        users = self._users(self.mapping((_USERS,), top.get(_USERS)))
        headers = self._headers(self.mapping((_HTTP,), top.get(_HTTP), {"http2", "headers"}))
        tls = self.mapping((_TLS,), top.get(_TLS), KEYS)
        if not tls:
            return WebConfig(users=users, headers=headers, files=(self._path,))
        folder = self._path.parent
        return WebConfig(
            context=self._context(tls, folder), users=users, allowed_sans=self._sans(tls), headers=headers,
            files=(self._path, *files_of(tls, folder)),
        )  # fmt: skip

    def _context(self, tls: Mapping[Any, Any], folder: Path) -> ssl.SSLContext:
        def wrong(key: str | None, message: str) -> None:
            self.wrong((_TLS,) if key is None else (_TLS, key), message)

        return context_of(tls, folder, wrong)

    def _sans(self, tls: Mapping[Any, Any]) -> frozenset[str]:
        listed = tls.get("client_allowed_sans") or []
        if not isinstance(listed, list):
            self.wrong((_TLS, "client_allowed_sans"), "must be a list of names")
            return frozenset()
        return frozenset(map(str, listed))

    def _headers(self, http: Mapping[Any, Any]) -> dict[str, str]:
        found = {}
        for name, value in self.mapping((_HTTP, "headers"), http.get("headers")).items():
            text = str(value)
            if name not in HEADERS:
                self.wrong((_HTTP, "headers", name), f"must be one of {', '.join(sorted(HEADERS))}", key=True)
            elif not text.isascii() or not text.isprintable():
                self.wrong((_HTTP, "headers", name), "is no text for a header")
            elif text:
                found[str(name)] = text
        return found

    def _users(self, listed: Mapping[Any, Any]) -> dict[str, str]:
        users = {}
        for name, hashed in listed.items():
            if not isinstance(hashed, str) or not BCRYPT.fullmatch(hashed):
                self.wrong((_USERS, name), "is no bcrypt hash of a cost from 4 to 16 ($2y$10$...)")
            else:
                users[str(name)] = hashed
        return users
