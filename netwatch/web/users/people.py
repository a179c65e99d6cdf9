"""Reads the file of users and tokens (`web.users_file`); strict, and everything wrong is said with its line.

    users:
      anna: {role: operator, password: "$argon2id$..."}
      prometheus: {role: viewer}                    # one of web.config_file, which has the password
    tokens:
      k3x9q2ab: {name: wall, role: viewer, hash: "sha256:...", expires: 2027-02-28T00:00:00Z}

May import: netwatch.model, netwatch.web.users. Called by: watched_people, netwatch.config (check), netwatch.cli.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from netwatch.model import InvalidFile, KeyPath, YamlReader, read_yaml
from netwatch.web.users.hashing import is_argon2
from netwatch.web.users.passwords import BCRYPT
from netwatch.web.users.roles import ROLES, Role, role_of

LONGEST_NAME = 100
TOKEN_PREFIX = "nw_"  # noqa: S105 # what every token begins with, so that scanners for secrets know one
_HASH = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_ID = re.compile(r"[a-z0-9]{4,32}", re.ASCII)
_TOKEN = re.compile(r"nw_([a-z0-9]{4,32})_([A-Za-z0-9_-]{43})", re.ASCII)
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who signs in; without a hash the password stands elsewhere, or a proxy asks for it."""

    name: str
    role: Role
    hash: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a program shows; `hash` is that of its secret half. expires_at: None for one that does not end."""

    id: str
    name: str
    role: Role
    hash: str = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Users by name and tokens by id."""

    users: Mapping[str, User] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)


def read_people(path: Path) -> People:
    """Return what the file says; one that is not there says that there is nobody.

    Raises:
        InvalidFile: something is wrong; lists everything.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return People()
    except (OSError, ValueError):
        pass  # which reading says in words
    file = read_yaml(path)
    reader = _Reader(file)
    found = reader.read()
    if reader.problems:
        raise InvalidFile(reader.problems)
    return found


def wrong_with_name(name: str) -> str:
    """Return why somebody cannot be called so, empty where he can."""
    if not name or len(name) > LONGEST_NAME:
        return f"a name has from 1 to {LONGEST_NAME} characters"
    if not name.isprintable() or ":" in name or name != " ".join(name.split()):
        return "a name has no colon, no control characters, and no spaces at its ends or side by side"
    return ""


def new_token() -> tuple[str, str, str]:
    """Return the id, the token as its holder shows it, and the hash that is kept.

    The secret half has 256 bits of chance: there is nothing to guess, so a quick hash is enough.
    """
    token_id = "".join(secrets.choice(_LETTERS) for _ in range(8))
    secret = secrets.token_urlsafe(32)
    return token_id, f"{TOKEN_PREFIX}{token_id}_{secret}", hash_of_secret(secret)


def taken_apart(token: str) -> tuple[str, str] | None:
    """Return the id and the secret half of a token, None where it is none of ours."""
    found = _TOKEN.fullmatch(token)
    return None if found is None else (found[1], found[2])


def hash_of_secret(secret: str) -> str:
    """Return what is kept of a token's secret half."""
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()}"


class _Reader(YamlReader):
    def read(self) -> People:
        top = self.mapping((), self.file.data, {"users", "tokens"})
        users = [self._user(name, part) for name, part in self.mapping(("users",), top.get("users")).items()]
        tokens = [self._token(name, part) for name, part in self.mapping(("tokens",), top.get("tokens")).items()]
        return People(
            users={one.name: one for one in users if one is not None},
            tokens={one.id: one for one in tokens if one is not None},
        )

    def _user(self, name: Any, part: Any) -> User | None:
        path = ("users", name)
        if not isinstance(name, str) or wrong_with_name(name):
            self.wrong(path, wrong_with_name(str(name)) or "a name is a text: put it in quotes", key=True)
            return None
        found = self.mapping(path, part, {"role", "password"})
        role, hashed = self._role(path, found), found.get("password", "")
        if "password" in found and not (isinstance(hashed, str) and (is_argon2(hashed) or BCRYPT.fullmatch(hashed))):
            self.wrong((*path, "password"), "is no hash as `netwatch user add` writes it")
            return None
        return None if role is None else User(name=name, role=role, hash=hashed)

    def _token(self, token_id: Any, part: Any) -> Token | None:
        path = ("tokens", token_id)
        if not isinstance(token_id, str) or not _ID.fullmatch(token_id):
            self.wrong(path, "is no id as `netwatch token create` makes it", key=True)
            return None
        found = self.mapping(path, part, {"name", "role", "hash", "expires"})
        role, name, hashed = self._role(path, found), found.get("name"), found.get("hash")
        if not isinstance(name, str) or wrong_with_name(name):
            self.wrong((*path, "name"), wrong_with_name(str(name or "")) or "must be a text")
            return None
        if not isinstance(hashed, str) or not _HASH.fullmatch(hashed):
            self.wrong((*path, "hash"), "is no hash as `netwatch token create` writes it")
            return None
        expires_at = self._instant((*path, "expires"), found.get("expires"))
        return None if role is None else Token(id=token_id, name=name, role=role, hash=hashed, expires_at=expires_at)

    def _role(self, path: KeyPath, part: Mapping[Any, Any]) -> Role | None:
        role = role_of(part.get("role"))
        if role is None:
            self.wrong((*path, "role") if "role" in part else path, f"role must be one of {ROLES}")
        return role

    def _instant(self, path: KeyPath, value: Any) -> datetime | None:
        if value is None:
            return None
        try:
            at = _instant_of(value)
        except (TypeError, ValueError):
            self.wrong(path, "is no moment such as 2027-02-28 or 2027-02-28T12:00:00Z")
            return datetime.min.replace(tzinfo=UTC)
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _instant_of(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    return datetime.fromisoformat(value)
