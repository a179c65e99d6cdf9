"""What the writer can do itself about a database in trouble: give up the reserve, replace a damaged file.

Runs in the writer's thread; only `distrust` may be called from any. Nothing here raises: what cannot be done now is
tried again with the next write.
May import: netwatch.store.database.{dialect, opening, reserve}. Called by: writer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from netwatch.store.database.dialect import Database
from netwatch.store.database.opening import replace_damaged
from netwatch.store.database.reserve import Reserve

FULL_CHECK = timedelta(minutes=1)
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
    ) -> None:
        self._database, self._reserve = database, reserve
        self._disconnect, self._replaced = disconnect, replaced
        self._distrusted = False
        self._replaced_at = float("-inf")

    @property
    def trouble(self) -> str:
        """Return what is not as it should be though the database can be written; empty when all is well."""
        return self._reserve.trouble

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
        if kind == "full" or (kind == "io" and self._reserve.disk_is_full()):
            return self._reserve.give_up()
        return kind == "corrupt" and self._replace(str(getattr(exc, "orig", None) or exc))

    def look(self) -> bool:
        """Look after what was left undone; return whether there is a reserve again."""
        if self._distrusted:
            self._distrusted = False
            if damage := self._database.damage(patience=FULL_CHECK):
                self._replace(damage)
        return self._reserve.trouble != "" and self._reserve.keep()

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
