"""Which database a URL means.

May import: netwatch.errors, netwatch.store.database.{dialect, sqlite}. Called by: reader, append, by_hand.
"""

from __future__ import annotations

from netwatch.errors import StoreError
from netwatch.store.database.dialect import Database
from netwatch.store.database.sqlite import URL_PREFIX, Sqlite


def database_for(url: str) -> Database:
    """Return the database that `store.url` names.

    Raises:
        StoreError: no such kind of database is known, or the URL names no file.
    """
    if not url.startswith(URL_PREFIX):
        raise StoreError("store.url must be sqlite:/// and a path; no other database is spoken yet")
    if url.removeprefix(URL_PREFIX) in ("", "/", ":memory:"):
        raise StoreError("store.url names no file: write sqlite:/// and its path")
    return Sqlite(url)
