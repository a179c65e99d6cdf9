"""Asks the store of a configuration, also while the agent runs.

May import: netwatch.store, netwatch.errors. Called by: the commands of this folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import fail
from netwatch.errors import StoreError
from netwatch.store import StoreReader

T = TypeVar("T")


def read_store(config: Path, question: Callable[[StoreReader], Awaitable[T]]) -> T:
    """Ask the store of a configuration, or leave with the reason why it cannot be read."""
    settings = settings_or_exit(config)

    async def read() -> T:
        store = StoreReader(settings.store)
        await store.start()
        try:
            return await question(store)
        finally:
            await store.stop()

    try:
        return asyncio.run(read())
    except StoreError as exc:
        fail(str(exc))
