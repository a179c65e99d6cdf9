"""kill -9 at random moments while answers arrive: each is acted on once and replied to once, and none is forgotten.

`NETWATCH_KILLS=200` is the full count; `NETWATCH_SEED=...` repeats the dice of a run that failed.
"""

from __future__ import annotations

import json
import logging
import os
import random
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netwatch.simulator import SmtpSink
from tests.mailbox.dovecot import Dovecot
from tests.mailbox.letters import answer_to
from tests.patience import PATIENCE_SECONDS

from .agent import RunningAgent
from .nursery import Nursery
from .reckoning import integrity
from .test_answers import config, dovecot, memories, sink

__all__ = ["dovecot", "sink"]  # fixtures
KILLS = int(os.environ.get("NETWATCH_KILLS", "3"))
ANSWERS_A_LIFE = 8
LIFE_SECONDS = (0.2, 2.5)
"""From before it reads the mailbox to long after."""
log = logging.getLogger(__name__)


@pytest.mark.timeout(300 + 60 * KILLS)
def test_whatever_the_moment_of_a_kill_each_answer_is_acted_on_once(
    agent: Callable[[str], RunningAgent], nursery_for: Callable[[RunningAgent], Nursery], until: Callable[..., Any],
    dovecot: Dovecot, sink: SmtpSink,
):  # fmt: skip
    seed = os.environ.get("NETWATCH_SEED") or secrets.token_hex(8)
    log.warning("repeat with NETWATCH_SEED=%s NETWATCH_KILLS=%d", seed, KILLS)
    dice = random.Random(seed)
    netwatch = agent(config(dovecot, sink))
    nursery = nursery_for(netwatch)
    netwatch.born(nursery.fork())
    until(lambda: sink.mails and "mark:" in str(memories(netwatch)), "the mail, and the mailbox looked at")
    told, sent = sink.mails[0].parsed(), []
    store = netwatch.config.parent / "netwatch.db"
    for _ in range(KILLS):
        ends_at = time.monotonic() + dice.uniform(*LIFE_SECONDS)
        for _ in range(ANSWERS_A_LIFE):
            number = len(sent)
            sent.append(f"<answer-{number}@phone.example.net>")
            words = dice.choice(("ack", "unack", "status", f"ack number {number}"))
            dovecot.deliver(answer_to(told, words, sender=f"p{number}@example.net", message_id=sent[-1]))
            time.sleep(max(0.0, ends_at - time.monotonic()) * dice.random() / 2)
        time.sleep(max(0.0, ends_at - time.monotonic()))
        netwatch.kill()
        netwatch.born(nursery.fork())
    until(lambda: set(acted_on(store)) >= set(sent), "every answer taken", PATIENCE_SECONDS + len(sent))
    until(lambda: replied_to(store) >= len(sent), "every answer replied to", PATIENCE_SECONDS + len(sent))
    assert netwatch.stop() == 0

    assert acted_on(store) == Counter(sent)
    assert replied_to(store) == len(sent)
    assert integrity(store) == "ok"


def acted_on(store: Path) -> Counter[str]:
    """Return how often each answer stands in the event log, by its Message-ID."""
    rows = read(store, "select details from events where kind = 'answer'")
    return Counter(json.loads(details)["message_id"] for (details,) in rows)


def replied_to(store: Path) -> int:
    """Return how many replies the outbox ever had."""
    ((count,),) = read(store, "select count(*) from outbox where thread_id like 're:%'")
    return int(count)


def read(store: Path, question: str) -> list[Any]:
    with sqlite3.connect(store) as database:
        return database.execute(question).fetchall()
