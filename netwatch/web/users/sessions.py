"""Who is signed in: kept in memory and in the store, so that a restart signs nobody out.

A session is a number of 256 bits that a browser shows as a cookie; here only its hash is kept. It ends when it is not
used for a while, when it gets old, when somebody signs out, and when the user's password changes or the user goes.
May import: netwatch.model, netwatch.web.users. Called by: gatekeeper.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from netwatch.model import Memory
from netwatch.web.metrics import SESSIONS
from netwatch.web.users.people import User

SESSIONS_MEMORY = "sessions"
MOST_SESSIONS = 2000
"""Who signs in on top of that ends the session that was used the longest ago."""
MOST_OF_A_USER = 50
WRITTEN_EVERY = timedelta(minutes=5)
"""How exactly the store knows when a session was used last."""
_LONGEST_ID = 100
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser of a user; `mark` tells whether the password is still the one it was begun with.

    address, browser: where it was begun from, and what the browser said it is, in its own words.
    """

    user: str
    mark: str
    began_at: datetime
    used_at: datetime
    address: str = ""
    browser: str = ""


class Sessions:
    """Every session that has not ended, the one used last at the end."""

    def __init__(
        self, remember: Callable[[Memory], None], idle: timedelta, absolute: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._remember, self._idle, self._absolute, self._clock = remember, idle, absolute, clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._written: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what was signed in before a restart; what has ended since is forgotten."""
        found = [(memory.key, session) for memory in memories if (session := _session_from(memory.text or ""))]
        for key, session in sorted(found, key=lambda one: one[1].used_at)[-MOST_SESSIONS:]:
            self._sessions[key] = session
            self._written[key] = session.used_at
        for key in {memory.key for memory in memories} - self._sessions.keys():
            self._remember(Memory(scope=SESSIONS_MEMORY, key=key, text=None))
        self._drop_ended()
        SESSIONS.set(len(self._sessions))

    def to_remember(self) -> tuple[Memory, ...]:
        """Return every session as the store keeps it."""
        return tuple(_memory_of(key, session) for key, session in self._sessions.items())

    def begin(self, user: User, address: str = "", browser: str = "") -> str:
        """Begin a session and return its id, which nobody has seen before."""
        session_id, now = secrets.token_urlsafe(32), self._clock()
        self._drop_ended()
        own = [key for key, one in self._sessions.items() if one.user == user.name]
        for key in own[: max(0, len(own) - MOST_OF_A_USER + 1)]:
            self._drop(key)
        while len(self._sessions) >= MOST_SESSIONS:
            self._drop(next(iter(self._sessions)))
        words = "".join(filter(str.isprintable, browser))[:_LONGEST_WORDS]
        self._put(
            key_of(session_id),
            Session(user=user.name, mark=mark_of(user), began_at=now, used_at=now, address=address, browser=words),
        )
        return session_id

    def standing(self, users: Mapping[str, User]) -> dict[str, Session]:
        """Return the sessions that have not ended, by what names them to people; the one used last comes first."""
        self._drop_ended()
        for key, one in list(self._sessions.items()):
            user = users.get(one.user)
            if user is None or one.mark != mark_of(user):
                self._drop(key)
        return dict(reversed(self._sessions.items()))

    def drop(self, key: str) -> Session | None:
        """End the session that is named so to people, and return it; None where there is none (any more)."""
        session = self._sessions.get(key)
        self._drop(key)
        return session

    def drop_all_of(self, user: str) -> int:
        """End every session of a user, and return how many there were."""
        keys = [key for key, one in self._sessions.items() if one.user == user]
        for key in keys:
            self._drop(key)
        return len(keys)

    def user_of(self, session_id: str, users: Mapping[str, User]) -> User | None:
        """Return who a session is of, and note that it was used; None where there is none (any more)."""
        key = key_of(session_id) if len(session_id) <= _LONGEST_ID else ""
        session, now = self._sessions.get(key), self._clock()
        if session is None:
            return None
        user = users.get(session.user)
        if user is None or session.mark != mark_of(user) or self._has_ended(session, now):
            self._drop(key)
            return None
        fresh = replace(session, used_at=max(session.used_at, now))
        if fresh.used_at - self._written.get(key, session.began_at) >= WRITTEN_EVERY:
            self._put(key, fresh)
        else:
            self._sessions[key] = fresh
            self._sessions.move_to_end(key)
        return user

    def end(self, session_id: str) -> None:
        """End a session, if there is one."""
        if len(session_id) <= _LONGEST_ID:
            self._drop(key_of(session_id))

    def _has_ended(self, session: Session, now: datetime) -> bool:
        return now - session.used_at >= self._idle or now - session.began_at >= self._absolute

    def _drop_ended(self) -> None:
        now = self._clock()
        for key in [key for key, one in self._sessions.items() if self._has_ended(one, now)]:
            self._drop(key)

    def _put(self, key: str, session: Session) -> None:
        self._sessions[key] = session
        self._sessions.move_to_end(key)
        self._written[key] = session.used_at
        SESSIONS.set(len(self._sessions))
        self._remember(_memory_of(key, session))

    def _drop(self, key: str) -> None:
        self._written.pop(key, None)
        if self._sessions.pop(key, None) is not None:
            SESSIONS.set(len(self._sessions))
            self._remember(Memory(scope=SESSIONS_MEMORY, key=key, text=None))


def mark_of(user: User) -> str:
    """Return what changes with a user's password, and tells nothing of it."""
    return hashlib.sha256(f"{user.name}\0{user.hash}".encode()).hexdigest()[:32]


def form_token_of(secret: str) -> str:
    """Return what the forms of a session carry; only who knows the session's id can make it."""
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), b"netwatch form", hashlib.sha256).hex()[:43]


def key_of(session_id: str) -> str:
    """Return what names a session to people and in the store; nobody can make the id of it."""
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).hexdigest()


def _memory_of(key: str, session: Session) -> Memory:
    said = [
        session.user, session.mark, session.began_at.timestamp(), session.used_at.timestamp(),
        session.address, session.browser,
    ]  # fmt: skip
    return Memory(scope=SESSIONS_MEMORY, key=key, text=json.dumps(said))


def _session_from(text: str) -> Session | None:
    """Return a session as it was remembered, None where that is none."""
    try:
        user, mark, began, used, *more = json.loads(text)
        at = [datetime.fromtimestamp(float(one), UTC) for one in (began, used)]
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    address, browser = (str(one) for one in (*more, "", "")[:2])  # an older NetWatch did not know them
    return Session(
        user=str(user), mark=str(mark), began_at=at[0], used_at=at[1], address=address, browser=browser
    )  # fmt: skip
