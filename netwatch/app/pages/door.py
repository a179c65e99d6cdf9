"""Builds who stands at the page's door: users, sessions and tokens, where any are named.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from netwatch.errors import StoreError
from netwatch.model import Event, Memory, Transaction
from netwatch.store import Store
from netwatch.web import (
    LOCAL_MEMORY,
    SESSIONS_MEMORY,
    Gatekeeper,
    WatchedConfig,
    WatchedPeople,
    WebSettings,
)


class Door:
    """The web configuration file, and the gatekeeper: None where nothing names a user."""

    def __init__(self, settings: WebSettings, store: Store, clock: Callable[[], datetime]) -> None:
        """Read the files.

        Raises:
            ConfigError: one cannot be used.
        """
        self._store = store
        self.config = WatchedConfig(Path(settings.config_file) if settings.config_file else None)
        self.keeper: Gatekeeper | None = None
        if settings.users_file or settings.trusted_proxy or self.config.now.users:
            file = Path(settings.users_file) if settings.users_file else None
            people = WatchedPeople(file, lambda: self.config.now.users)
            self.keeper = Gatekeeper(settings, people, remember=self._remember, tell=self.tell, clock=clock)

    async def recall(self) -> None:
        """Take back who was signed in before a restart."""
        if self.keeper is not None:
            self.keeper.recall(await self._store.memories(SESSIONS_MEMORY), await self._store.memories(LOCAL_MEMORY))

    def to_remember(self) -> tuple[Memory, ...]:
        """Return what a new database must hold."""
        return self.keeper.to_remember() if self.keeper is not None else ()

    def guessed(self) -> Sequence[str]:
        """Return whose passwords are guessed now and from where, a sentence each."""
        return self.keeper.guessed() if self.keeper is not None else ()

    def _remember(self, memory: Memory) -> None:
        self._commit(Transaction(memories=(memory,)))

    def tell(self, event: Event) -> None:
        """Have a line of the event log written."""
        self._commit(Transaction(events=(event,)))

    def _commit(self, transaction: Transaction) -> None:
        """Have it written when that can be: people sign in also while the database takes nothing."""
        try:
            self._store.commit(transaction)
        except StoreError:  # it is stopping; a session is then signed in until the restart, and no longer
            return
