"""Finds out who asks: by session, password, token, the header of a trusted proxy, or this machine's command line.

May import: netwatch.model, netwatch.web. Called by: access, netwatch.web.pages.account; netwatch.app builds it.
"""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.types import Scope

from netwatch.model import Event, Memory
from netwatch.web.metrics import SIGN_INS
from netwatch.web.settings import WebSettings
from netwatch.web.users.audit import Audit
from netwatch.web.users.basic import credentials_in
from netwatch.web.users.callers import Caller, Way
from netwatch.web.users.cookies import HOST_PREFIX, SESSION
from netwatch.web.users.local import LOCAL_MEMORY, SCHEME, LocalKey
from netwatch.web.users.passwords import Passwords, TooMany
from netwatch.web.users.people import People, User, hash_of_secret, taken_apart
from netwatch.web.users.proxy import TrustedProxy, Unbelievable
from netwatch.web.users.roles import Role
from netwatch.web.users.sessions import SESSIONS_MEMORY, Sessions, form_token_of
from netwatch.web.users.slowing import OneByOne, Slowing
from netwatch.web.users.watched_people import WatchedPeople


class NotKnown(Exception):
    """Who asks says who he is, and that is not so; `why` is for the metric, `wait_seconds` when to try again."""

    def __init__(self, status: int, why: str, words: str, wait_seconds: float = 0.0) -> None:
        super().__init__(words)
        self.status, self.why, self.words, self.wait_seconds = status, why, words, wait_seconds


class Gatekeeper:
    """Knows everybody who may come in."""

    def __init__(
        self,
        settings: WebSettings,
        people: WatchedPeople,
        *,
        remember: Callable[[Memory], None] = lambda memory: None,
        tell: Callable[[Event], None] = lambda event: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know nobody who is signed in yet.

        `remember` has the store keep something, `tell` writes a line into the event log; `ticks` are seconds of a
        clock that nobody sets.
        """
        self.watched, self._clock = people, clock
        self._known = people.now
        self._passwords = _passwords_of(self._known)
        self._slowing, self._one_by_one = Slowing(ticks), OneByOne()
        self._local = LocalKey()
        self._proxy = TrustedProxy(settings.trusted_proxy)
        self._external = urlsplit(settings.external_url or "")
        self._remember = remember
        self.audit = Audit(tell, clock, ticks)
        self.sessions = Sessions(remember, settings.sessions.idle, settings.sessions.absolute, clock)
        self.links_act = settings.links_act

    def recall(self, sessions: Sequence[Memory], keys: Sequence[Memory]) -> None:
        """Take back what the store has kept: `SESSIONS_MEMORY` and `LOCAL_MEMORY`."""
        self.sessions.recall(sessions)
        if not self._local.restore(keys):
            self._remember(self._local.to_remember())

    def to_remember(self) -> tuple[Memory, ...]:
        """Return what a new database must hold."""
        return (self._local.to_remember(), *self.sessions.to_remember())

    @property
    def people(self) -> People:
        """Return who there is now."""
        now = self.watched.now
        if now is not self._known:
            if now.users != self._known.users:
                self._passwords = _passwords_of(now)
            self._known = now
        return now

    async def caller_of(self, scope: Scope) -> Caller | None:
        """Return who asks, None for somebody who does not say.

        Raises:
            NotKnown: he does say, and it is not so.
        """
        people = self.people
        try:
            claim = self._proxy.claim(scope, people.users)
        except Unbelievable as exc:
            raise NotKnown(403, "proxy", str(exc)) from exc
        if claim is not None:
            token = self._local.form_token(claim.name)
            return Caller(name=claim.name, role=claim.role, way=Way.PROXY, form_token=token)
        header = Headers(scope=scope).get("authorization", "")
        if header:
            return await self._by_authorization(header, self._proxy.address_of(scope), people)
        return self.signed_in(scope)

    def signed_in(self, scope: Scope) -> Caller | None:
        """Return whose session a browser's cookie is, None where there is none."""
        session_id = self.session_id_of(scope)
        user = self.sessions.user_of(session_id, self.people.users) if session_id else None
        if user is None:
            return None
        return Caller(name=user.name, role=user.role, way=Way.SESSION, form_token=form_token_of(session_id))

    def session_id_of(self, scope: Scope) -> str:
        """Return what a browser's cookie says, empty where it has none."""
        name = f"{HOST_PREFIX}{SESSION}" if self.is_secure(scope) else SESSION
        return HTTPConnection(scope).cookies.get(name, "")

    def is_secure(self, scope: Scope) -> bool:
        """Return whether the browser speaks https, be it to a proxy that `external_url` names."""
        if self._proxy.is_secure(scope):
            return True
        host = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
        return self._external.scheme == "https" and bool(host) and host == self._external.hostname

    async def sign_in(self, request: Request, name: str, password: str) -> str:
        """Return the id of a new session; the one that the browser had ends.

        Raises:
            NotKnown: name and password do not belong together, or were tried too often.
        """
        address = self._proxy.address_of(request.scope)
        try:
            user = await self.by_password(name, password, address)
        except NotKnown as exc:
            SIGN_INS.labels({"password": "wrong"}.get(exc.why, exc.why)).inc()
            raise
        self.sessions.end(self.session_id_of(request.scope))
        session_id = self.begin(request, user)
        SIGN_INS.labels("right").inc()
        self.audit.signed_in(user.name, user.role, address)
        return session_id

    def begin(self, request: Request, user: User) -> str:
        """Begin a session of somebody who is known, in the browser that asks."""
        return self.sessions.begin(user, self.address_of(request.scope), request.headers.get("user-agent", ""))

    def address_of(self, scope: Scope) -> str:
        """Return from where somebody asks, behind a proxy too."""
        return self._proxy.address_of(scope)

    def guessed(self) -> Sequence[str]:
        """Return whose passwords are guessed now and from where, a sentence each."""
        return self._slowing.guessed()

    def sign_out(self, request: Request) -> None:
        """End the session of a browser."""
        caller = self.signed_in(request.scope)
        self.sessions.end(self.session_id_of(request.scope))
        if caller is not None:
            self.audit.signed_out(caller.name, self._proxy.address_of(request.scope))

    async def _by_authorization(self, header: str, address: str, people: People) -> Caller:
        scheme, _, rest = header.partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token(rest.strip(), address, people)
        if scheme.lower() == SCHEME:
            person = self._local.person(rest, self._clock())
            if person is None:
                raise NotKnown(401, "token", "this command line reads another database than this agent's")
            return Caller(name=person, role=Role.ADMIN, way=Way.LOCAL)
        name, password = credentials_in(header)
        user = await self.by_password(name, password, address)
        return Caller(name=user.name, role=user.role, way=Way.PASSWORD)

    def _by_token(self, text: str, address: str, people: People) -> Caller:
        found = taken_apart(text)
        token = people.tokens.get(found[0]) if found is not None else None
        right = hmac.compare_digest(hash_of_secret(found[1] if found else ""), token.hash if token else "")
        if token is None or not right:
            self.audit.wrong_token(address)
            raise NotKnown(401, "token", "this token is none of ours, or was revoked")
        if token.expires_at is not None and self._clock() >= token.expires_at:
            self.audit.wrong_token(address, token.name)
            raise NotKnown(401, "token", f"this token ended on {token.expires_at:%Y-%m-%d at %H:%M} UTC")
        return Caller(name=f"{token.name} (token {token.id})", role=token.role, way=Way.TOKEN)

    async def by_password(self, name: str, password: str, address: str) -> User:
        """Return whose name and password these are.

        Raises:
            NotKnown: they do not belong together, or were tried too often.
        """
        async with self._one_by_one.turn(name):
            wait = self._slowing.wait(name, address)
            if wait:
                words = f"too many wrong passwords were tried; wait {math.ceil(wait)} s"
                raise NotKnown(429, "slowed", words, wait)
            try:
                right = await self._passwords.is_right(name, password)
            except TooMany as exc:
                raise NotKnown(503, "busy", "too many passwords are looked at; try again", 5) from exc
            users = self.people.users
            user = users.get(name)
            if right and user is not None and user.hash:
                self._slowing.note_right(name, address)
                return user
            count = self._slowing.note_wrong(name, address, users.keys())
        self.audit.wrong_password(name if name in users else "", address, count)
        raise NotKnown(401, "password", "name and password do not belong together")


def _passwords_of(people: People) -> Passwords:
    return Passwords({name: user.hash for name, user in people.users.items() if user.hash})


KEPT = (SESSIONS_MEMORY, LOCAL_MEMORY)
"""What the store keeps for a gatekeeper."""
