"""How soon an answer is acted on after a real Dovecot has it, and what a mailbox costs in which nothing happens.

Run it: `python tests/bench/bench_mailbox.py`; it wants Dovecot (Debian packages: dovecot-imapd, dovecot-pop3d). The
whole agent runs as a process of its own; an answer counts as acted on when its event is durable. Beside it the same
mailbox is read alone, for the CPU time of an idle conversation.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from netwatch.mailbox import Arrived, MailboxReader
from netwatch.simulator import SmtpSink
from tests.mailbox.dovecot import IS_COMPLETE, Dovecot, running_dovecot
from tests.mailbox.letters import answer_to
from tests.ports import free_port
from tests.scenarios.agent import RunningAgent, wait_until
from tests.scenarios.test_answers import config

ANSWERS = 100
IDLE_SECONDS = 60.0
BETWEEN_SECONDS = 0.2


class Nobody:
    """Takes mails and keeps none."""

    def __init__(self) -> None:
        self.mark, self.looked = "", asyncio.Event()

    async def take(self, arrived: Arrived, mark: str) -> bool:
        self.mark = mark
        return True

    async def go_on_at(self, mark: str) -> None:
        self.mark = mark
        self.looked.set()


async def idle_cpu(dovecot: Dovecot) -> float:
    """Return what share of a core reading an empty mailbox takes."""
    taker = Nobody()
    reader = MailboxReader(dovecot.settings(interval="60s"), taker)
    await reader.start()
    await taker.looked.wait()
    began = time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    used = time.process_time() - began
    await reader.stop()
    return used / IDLE_SECONDS


async def latencies(dovecot: Dovecot, folder: Path) -> list[float]:
    """Return after how many seconds each answer was acted on."""
    sink = SmtpSink()
    await sink.start()
    port = free_port()
    file = folder / "netwatch.yaml"
    text = config(dovecot, sink).replace("{port}", str(port)).replace("{state}", str(folder / "netwatch.db"))
    file.write_text(text)
    agent = RunningAgent(file, port)
    agent.start()
    try:
        (mail,) = await sink.wait_for(1, 120.0)
        await asyncio.to_thread(
            wait_until, lambda: seen(folder, "select 1 from memories where scope = 'mailbox'"), "a look"
        )
        return [await asyncio.to_thread(one, dovecot, folder, mail.parsed(), number) for number in range(ANSWERS)]
    finally:
        agent.kill()
        await sink.stop()


def one(dovecot: Dovecot, folder: Path, mail: object, number: int) -> float:
    """Deliver an answer, and wait until it is acted on."""
    name = f"<{number}@bench.example.net>"
    began = time.monotonic()
    dovecot.deliver(answer_to(mail, "ack", sender=f"p{number}@example.net", message_id=name))  # type: ignore[arg-type] # an EmailMessage
    asked = "select details from events where kind = 'answer' order by number desc limit 5"
    while not any(json.loads(details)["message_id"] == name for (details,) in seen(folder, asked)):
        time.sleep(0.005)
    took = time.monotonic() - began
    time.sleep(BETWEEN_SECONDS)
    return took


def seen(folder: Path, question: str) -> list[tuple[str]]:
    with reading(folder / "netwatch.db") as database:
        return database.execute(question).fetchall()


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        yield database
    finally:
        database.close()


def main() -> None:
    """Print the figures."""
    if not IS_COMPLETE:
        print("Dovecot is not installed")
        return
    with running_dovecot() as dovecot:
        with tempfile.TemporaryDirectory() as folder:
            took = sorted(asyncio.run(latencies(dovecot, Path(folder))))
        print(f"{len(took)} answers, from delivery to the act being durable, IDLE:")
        p99 = took[int(len(took) * 0.99) - 1]
        print(f"  median {statistics.median(took):.2f} s, p99 {p99:.2f} s, most {took[-1]:.2f} s")
        print("  of which Dovecot waits 0.5 s before it tells of a mail (maildir)")
        dovecot.empty()
        share = asyncio.run(idle_cpu(dovecot))
        print(f"an idle mailbox takes {share:.4%} of a core over {IDLE_SECONDS:g} s")


if __name__ == "__main__":
    main()
