"""What the writer can do itself about a database in trouble.

It gives up the reserve, replaces a damaged file, and puts back one that was deleted, moved or replaced. Runs in the
writer's thread; only `distrust` may be called from any. What cannot be done now is tried again with the next write.
May import: netwatch.{errors, model}, netwatch.store.{metrics, database.{dialect, footing, opening, reserve}}.
Called by: writer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from netwatch.errors import StoreError
from netwatch.model import Event
from netwatch.store.database.dialect import Database
from netwatch.store.database.footing import Footing, FootingLost
from netwatch.store.database.opening import begin_anew, replace_damaged
from netwatch.store.database.reserve import Reserve
from netwatch.store.metrics import PUT_BACK

FULL_CHECK = timedelta(minutes=1)
NEWS_FOR_SECONDS = 3600.0
"""For so long people are shown that a file had to be put back."""
REPLACE_AGAIN_SECONDS = 600.0
"""A disk that damages everything would be filled with what is moved aside, if it were done at once again."""

log = structlog.get_logger(__name__)


class Remedies:
    """Knows the database and its reserve; `disconnect` and `replaced` are the writer's."""

    def __init__(
        self,
        database: Database,
        reserve: Reserve,
        *,
        disconnect: Callable[[], None],
        replaced: Callable[[], None],
        put_back: Callable[[Event], None],
    ) -> None:
        self._database, self._reserve = database, reserve
        self._disconnect, self._replaced, self._put_back = disconnect, replaced, put_back
        self._put_back_words, self._put_back_at = "", float("-inf")
        self._distrusted = False
        self._replaced_at = float("-inf")

    @property
    def trouble(self) -> str:
        """Return what is not as it should be though the database can be written; empty when all is well."""
        return self._reserve.trouble

    @property
    def put_back_lately(self) -> str:
        """Return what became of a file that was deleted, moved or replaced, while that is news; else empty."""
        return self._put_back_words if time.monotonic() - self._put_back_at < NEWS_FOR_SECONDS else ""

    @property
    def space_is_short(self) -> bool:
        """Return whether the reserve is being used up, so that only what must be written should be."""
        return self._reserve.used

    def distrust(self) -> None:
        """Have the file looked at for damage; a reader met some."""
        self._distrusted = True

    def against(self, exc: Exception) -> bool:
        """Do what can be done about a trouble; return whether writing may go well now."""
        kind = self._database.kind_of(exc)
        if kind == "full" or (kind in ("io", "gone") and self._reserve.disk_is_full()):
            return self._reserve.give_up()
        if kind == "unopenable" and self._database.footing().file is None:
            return self._begin_anew()
        return kind == "corrupt" and self._replace(str(getattr(exc, "orig", None) or exc))

    def keep_footing(self, own: Footing, connection: Connection) -> bool:
        """See that what is written to stands where it belongs; return whether it did, or the connection is new now.

        Raises:
            FootingLost: it does not, and cannot be put back yet.
        """
        lost = own.lost_words(self._database.footing())
        if not lost:
            return True
        now = datetime.now(UTC)
        found = self._database.put_back(own, connection, now, self._disconnect)
        self._reserve.keep()
        words = (
            f"the database file {self._database.name} {lost} while NetWatch ran; it was written there again, whole"
        )
        self._say_put_back(f"{words}. What stood there is now {found}" if found else words, now)
        return False

    def take_over(self) -> None:
        """Work with a file that took the place of ours while nobody had that open.

        Raises:
            FootingLost: it is none that NetWatch can work with.
        """
        try:
            begin_anew(self._database, self._reserve)
        except StoreError as exc:
            raise FootingLost(str(exc)) from exc
        words = (
            f"the database file {self._database.name} was replaced by another one, which is written to from now on"
        )
        self._say_put_back(words, datetime.now(UTC))
        self._replaced()

    def look(self) -> bool:
        """Look after what was left undone; return whether there is a reserve again."""
        if self._distrusted:
            self._distrusted = False
            if damage := self._database.damage(patience=FULL_CHECK):
                self._replace(damage)
        was_trouble = self._reserve.trouble != ""
        return self._reserve.keep() and was_trouble

    def _begin_anew(self) -> bool:
        """Make a database where none is any more and nobody has it open; what memory holds is written into it."""
        try:
            self._disconnect()
            begin_anew(self._database, self._reserve)
        except Exception:
            log.exception("the database that is gone could not be made anew; it is tried again")
            return False
        words = f"the database file {self._database.name} was gone; a new one was made. Its history is lost"
        self._say_put_back(words, datetime.now(UTC))
        self._replaced()
        return True

    def _say_put_back(self, words: str, now: datetime) -> None:
        self._put_back_words, self._put_back_at = words, time.monotonic()
        PUT_BACK.inc()
        log.error("the database file was put back", what=words)
        self._put_back(Event(at=now, kind="netwatch", text=words))

    def _replace(self, damage: str) -> bool:
        if time.monotonic() - self._replaced_at < REPLACE_AGAIN_SECONDS:
            return False
        try:
            self._disconnect()
            replace_damaged(self._database, damage, datetime.now(UTC))
        except Exception:
            log.exception("the damaged database could not be replaced; it is tried again")
            return False
        self._replaced_at = time.monotonic()
        self._replaced()
        return True
