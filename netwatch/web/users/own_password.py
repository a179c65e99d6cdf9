"""Gives somebody who is signed in another password: what he must show, where it stands, and what ends with it.

May import: netwatch.errors, netwatch.web. Called by: netwatch.web.pages.account.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import Request

from netwatch.errors import ConfigError
from netwatch.web.users.callers import Caller, Way
from netwatch.web.users.gatekeeper import Gatekeeper, NotKnown
from netwatch.web.users.hashing import hashed, wrong_with
from netwatch.web.users.people import User
from netwatch.web.users.writing import UsersFile

_WRONG: Final = "the old password is not right"


class NotChanged(Exception):
    """The password is as it was; the words say why, `wait_seconds` when to try again."""

    def __init__(self, words: str, status: int = 400, wait_seconds: float = 0.0) -> None:
        super().__init__(words)
        self.words, self.status, self.wait_seconds = words, status, wait_seconds


def why_not_here(keeper: Gatekeeper, caller: Caller) -> str:
    """Return why somebody cannot change his password here, empty where he can."""
    if caller.way is Way.PROXY:
        return "the proxy before NetWatch asks for your password; it is changed where the proxy has it from"
    if caller.way is not Way.SESSION:
        return "this is not the session of a person in a browser; `netwatch user password` changes a password too"
    own = keeper.watched.own(caller.name)
    if keeper.watched.file is None or own is None or not own.hash:
        return (
            "your password stands in the web configuration file (web.config_file, basic_auth_users), which NetWatch"
            " does not write; whoever looks after that file writes a new hash into it"
        )
    return ""


async def change_password(keeper: Gatekeeper, request: Request, caller: Caller, old: str, new: str) -> str:
    """Write another password of who asks, and return the id of his new session; all others of his end.

    Wrong old passwords count as at the door: who sits at somebody's browser guesses no faster than elsewhere.

    Raises:
        NotChanged: says why.
    """
    why = why_not_here(keeper, caller) or wrong_with(new)
    if why:
        raise NotChanged(why)
    address = keeper.address_of(request.scope)
    try:
        user = await keeper.by_password(caller.name, old, address)
    except NotKnown as exc:
        words, status = (_WRONG, 400) if exc.status == 401 else (exc.words, exc.status)
        raise NotChanged(words, status, exc.wait_seconds) from exc
    if new == old:
        raise NotChanged("the new password is the old one")
    await asyncio.to_thread(_write, keeper, user, new)
    keeper.watched.look_now()
    now = keeper.people.users.get(user.name)
    if now is None:
        raise NotChanged("you are no user any more", 409)
    others = keeper.sessions.drop_all_of(user.name) - 1
    keeper.audit.changed_password(user.name, address, max(0, others))
    return keeper.begin(request, now)


def _write(keeper: Gatekeeper, user: User, new: str) -> None:
    assert keeper.watched.file is not None  # noqa: S101  # else it was refused
    try:
        UsersFile(keeper.watched.file).put_password(user.name, hashed(new), user.hash)
    except ConfigError as exc:
        raise NotChanged(f"the password is as it was: {exc}", 409) from exc
