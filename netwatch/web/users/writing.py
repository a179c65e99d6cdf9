"""Changes the file of users and tokens: whole or not at all, with its comments, one change after the other.

May import: netwatch.errors, netwatch.web.users. Called by: netwatch.cli, through the door.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import tempfile
import time
from collections.abc import Iterator, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

from netwatch.errors import ConfigError
from netwatch.web.users.people import People, read_people
from netwatch.web.users.roles import Role

Tree = MutableMapping[str, Any]
PATIENCE_SECONDS, LOOK_AGAIN_SECONDS = 10.0, 0.05
"""How long somebody waits who would change a file that another one changes right now."""
_HEAD = "# Who may sign in to NetWatch, and tokens of programs; written by `netwatch user` and `netwatch token`.\n"


class UsersFile:
    """The file of `web.users_file`; it need not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def people(self) -> People:
        """Return who stands in it.

        Raises:
            ConfigError: it cannot be used.
        """
        return read_people(self.path)

    def put_user(self, name: str, role: Role, hashed: str = "") -> None:
        """Write a user, in the place of one of that name; without a hash an old one stays."""
        with self._changed() as tree:
            users = _part(tree, "users")
            kept = users.get(name)
            before = kept.get("password", "") if isinstance(kept, MutableMapping) else ""
            users[name] = {"role": str(role)} | ({"password": hashed or before} if hashed or before else {})

    def put_password(self, name: str, hashed: str, before: str) -> None:
        """Write another password of somebody who has one here; nothing else of the file changes, and no comment goes.

        before: the hash that stood there when it was looked at.

        Raises:
            ConfigError: it is another one by now, or the file cannot be used or written.
        """
        with self._changed() as tree:
            user = self.people().users.get(name)
            if user is None or user.hash != before:
                raise ConfigError(f"{self.path} was changed meanwhile: {name} has another password there, or is gone")
            users = _part(tree, "users")
            part = users[name]
            if any(other is part for key, other in users.items() if key != name):  # an alias: it is not his alone
                part = users[name] = dict(part)
            part["password"] = hashed

    def remove_user(self, name: str) -> bool:
        """Take a user out; false where there is none of that name."""
        with self._changed() as tree:
            return _part(tree, "users").pop(name, None) is not None

    def put_token(self, token_id: str, name: str, role: Role, hashed: str, expires_at: datetime | None) -> None:
        """Write a token."""
        ends = {"expires": expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")} if expires_at is not None else {}
        with self._changed() as tree:
            _part(tree, "tokens")[token_id] = {"name": name, "role": str(role), "hash": hashed, **ends}

    def remove_token(self, token_id: str) -> bool:
        """Take a token out; false where there is none of that id."""
        with self._changed() as tree:
            return _part(tree, "tokens").pop(token_id, None) is not None

    @contextlib.contextmanager
    def _changed(self) -> Iterator[Tree]:
        """Give the file's tree, and write it back where that is one that the agent takes.

        Raises:
            ConfigError: the file is wrong as it is, or cannot be written.
        """
        from ruamel.yaml import YAML  # keeps comments; takes long to load

        yaml = YAML()
        yaml.width = 4096
        try:
            with _locked(self.path.parent):
                self.people()
                text = _text_of(self.path)
                tree = yaml.load(text) or yaml.load(_HEAD + "users:\n")
                yield tree
                said = io.StringIO()
                yaml.dump(tree, said)
                if _text_of(self.path) != text:  # by an editor, which waits for nobody
                    raise ConfigError(f"{self.path} was changed meanwhile; try again")
                _write(self.path, said.getvalue())
        except OSError as exc:
            raise ConfigError(f"{self.path} cannot be written: {exc.strerror or exc}") from exc


def _text_of(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else _HEAD + "users:\n"


def _part(tree: Tree, key: str) -> Tree:
    """Return the users or the tokens."""
    if not isinstance(tree.get(key), MutableMapping):
        tree[key] = {}
    part: Tree = tree[key]
    return part


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Wait until nobody else changes a file of this folder, but not for ever."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    until = time.monotonic() + PATIENCE_SECONDS
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise
                time.sleep(LOOK_AGAIN_SECONDS)
        yield
    finally:
        os.close(handle)


def _write(path: Path, text: str) -> None:
    """Put a text in the place of a file: of its owner and mode, a new one of its folder's owner and for him alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    fresh = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 # a descriptor is no path
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        owner = path.stat() if path.exists() else path.parent.stat()
        if path.exists():
            fresh.chmod(owner.st_mode & 0o777)
        if os.geteuid() == 0:
            os.chown(fresh, owner.st_uid, owner.st_gid)
        read_people(fresh)  # what was typed must not keep everybody out
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
