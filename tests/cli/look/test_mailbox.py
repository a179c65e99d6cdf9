"""mailbox show prints what came back; mailbox test walks through the steps and changes nothing."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwatch.mailbox import Book, Outcome, Record
from netwatch.model import Transaction
from netwatch.simulator import MailboxServer
from netwatch.store import Store, StoreSettings
from tests.patience import PATIENCE_SECONDS

from ..conftest import NASTY, OBEYED

NOW = datetime(2026, 11, 30, 3, 12, tzinfo=UTC)


def record(identity: str, outcome: Outcome, words: str) -> Record:
    return Record(
        at=NOW, identity=identity, sender=f"jane {NASTY}", subject="s", outcome=outcome, words=words, verb="ack",
        entry_id="e1e1e1e1-0000",
    )  # fmt: skip


@pytest.fixture
def full(config: Path) -> Path:
    """A configuration whose store knows two mails that came back."""

    async def fill() -> None:
        store, book = Store(StoreSettings(url=f"sqlite:///{config.parent / 'netwatch.db'}")), Book("m")
        await store.start()
        for one in (record("<1@x>", Outcome.ACTED, "ack"), record("<2@x>", Outcome.REFUSED, f"over {NASTY}")):
            await store.commit(Transaction(memories=book.written(one, "place")))
        await store.stop()

    asyncio.run(fill())
    return config


def test_show_prints_what_became_of_each_and_nothing_a_terminal_obeys(netwatch, full):
    printed = netwatch("mailbox", "show", "-c", full)

    assert printed.exit_code == 0
    assert "acted" in printed.stdout
    assert "refused" in printed.stdout
    assert not [letter for letter in OBEYED if letter in printed.stdout]


def test_show_may_be_asked_for_what_was_refused_alone_and_as_json(netwatch, full):
    rows = json.loads(netwatch("mailbox", "show", "--refused", "--json", "-c", full).stdout)

    assert [(row["outcome"], row["identity"]) for row in rows] == [("refused", "<2@x>")]


@pytest.fixture
def mailbox_port() -> Iterator[int]:
    server, loop = MailboxServer("netwatch", "secret"), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(PATIENCE_SECONDS)
    yield server.port
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(PATIENCE_SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE_SECONDS)
    loop.close()


@pytest.mark.parametrize(("password", "code", "words"), [
    ("secret", 0, "the server says when mail comes"), ("wrong", 1, "was not taken"),
])  # fmt: skip
def test_the_mailbox_is_tried_step_by_step(netwatch, config, mailbox_port, password, code, words):
    config.write_text(
        f"{config.read_text()}\nmailbox: {{host: 127.0.0.1, port: {mailbox_port}, tls: none, username: netwatch, "
        f"password: {password}}}\n"
    )

    tried = netwatch("mailbox", "test", "-c", config)

    assert (tried.exit_code, words in tried.stdout) == (code, True)


def test_without_a_mailbox_there_is_nothing_to_try(netwatch, config):
    tried = netwatch("mailbox", "test", "-c", config)

    assert tried.exit_code != 0
    assert "names no mailbox" in tried.stderr
