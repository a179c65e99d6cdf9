"""Keeps users and tokens as their files are now: who was removed is out with the next request, without a reload.

May import: netwatch.errors, netwatch.web. Called by: gatekeeper.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from netwatch.errors import ConfigError
from netwatch.web.metrics import USERS_FILE_READS
from netwatch.web.users.people import People, User, read_people
from netwatch.web.users.roles import Role

LOOKS_EVERY_SECONDS = 1.0
_log = structlog.get_logger(__name__)
_Stamp = tuple[int, int, int] | None


def no_hashes() -> Mapping[str, str]:
    """Return those of a web configuration file that there is not."""
    return {}


class WatchedPeople:
    """The users of both files; those of the web configuration file are admins where ours says nothing else."""

    def __init__(
        self,
        path: Path | None,
        hashes: Callable[[], Mapping[str, str]] = no_hashes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read the file. `hashes`: of passwords by user, as the web configuration file says now.

        Raises:
            ConfigError: it cannot be used.
        """
        self._path, self._hashes, self._clock = path, hashes, clock
        self._own = People() if path is None else read_people(path)
        self._stamp = _stamp_of(path)
        self._theirs = hashes()
        self._now = _together(self._own, self._theirs)
        self._look_at = clock() + LOOKS_EVERY_SECONDS

    @property
    def now(self) -> People:
        """Return who there is now, or was when the file was last right; the same object while nothing changes."""
        theirs = self._hashes()
        if self._path is not None and self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOKS_EVERY_SECONDS
            stamp = _stamp_of(self._path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._read(self._path)
        if theirs is not self._theirs:
            self._theirs = theirs
            self._now = _together(self._own, theirs)
        return self._now

    @property
    def file(self) -> Path | None:
        """Return our file, None where there is none."""
        return self._path

    def own(self, name: str) -> User | None:
        """Return what our file alone says of somebody."""
        return self._own.users.get(name)

    def look_now(self) -> None:
        """Have the file read with the next question, as somebody has just changed it."""
        self._look_at = float("-inf")

    def _read(self, path: Path) -> None:
        try:
            self._own = read_people(path)
        except ConfigError as exc:
            USERS_FILE_READS.labels("refused").inc()
            _log.error("the file of users cannot be used; those of before stay", errors=str(exc))
            return
        USERS_FILE_READS.labels("taken").inc()
        self._now = _together(self._own, self._theirs)
        _log.info("file of users read again", users=len(self._own.users), tokens=len(self._own.tokens))


def _together(own: People, theirs: Mapping[str, str]) -> People:
    users = {name: User(name=name, role=Role.ADMIN, hash=hashed) for name, hashed in theirs.items()}
    for name, user in own.users.items():
        users[name] = user if user.hash else replace(user, hash=theirs.get(name, ""))
    return People(users=users, tokens=own.tokens)


def _stamp_of(file: Path | None) -> _Stamp:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino)
