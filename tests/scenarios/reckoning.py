"""What a store, a mail server and simulated devices say, held against each other; each gives back what is wrong."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from pathlib import Path

from netwatch.errors import StoreError
from netwatch.model import UNSENT, Alert, AlertState, OutboxEntry, OutboxState
from netwatch.simulator import RoughMail
from netwatch.store import StoreReader, StoreSettings
from netwatch.store.sql.changes import LEASE_RAN_OUT


def nothing_left_to_say(path: Path) -> bool:
    return asyncio.run(_nothing_left_to_say(path))


async def _nothing_left_to_say(path: Path) -> bool:
    reader = StoreReader(StoreSettings(url=f"sqlite:///{path}"))
    await reader.start()
    try:
        open_alerts = await reader.alerts((AlertState.PENDING, AlertState.FIRING))
        return not (open_alerts or await reader.groups() or await reader.outbox(UNSENT))
    except StoreError:
        return False
    finally:
        await reader.stop()


def rows_and_firing(path: Path) -> tuple[list[OutboxEntry], list[Alert]]:
    """Return the outbox, oldest first, and what fires; nothing while the store is not there yet."""
    return asyncio.run(_rows_and_firing(path))


async def _rows_and_firing(path: Path) -> tuple[list[OutboxEntry], list[Alert]]:
    reader = StoreReader(StoreSettings(url=f"sqlite:///{path}"))
    await reader.start()
    try:
        rows = sorted(await reader.outbox(), key=lambda row: row.created_at)
        return rows, await reader.alerts((AlertState.FIRING,))
    except StoreError:
        return [], []
    finally:
        await reader.stop()


def integrity(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return str(answer)


def the_mails_are_those_of_the_outbox(rows: Sequence[OutboxEntry], mails: Sequence[RoughMail]) -> list[str]:
    known = {row.message_id: row for row in rows}
    wrong = []
    taken: Counter[str] = Counter()
    for mail in mails:
        message_id = str(message_from_bytes(mail.message)["Message-ID"])
        taken[message_id] += 1
        row = known.get(message_id)
        if row is None:
            wrong.append(f"{message_id} was mailed and is in no row")
        elif mail.message != row.message or mail.recipients != (row.recipient,):
            wrong.append(f"{message_id} was mailed to {mail.recipients} with other bytes than {row.subject}")
    sent = {row.id: row for row in rows if row.state is OutboxState.SENT}
    by_id = {row.id: row for row in rows}
    for row in rows:
        if row.id in sent and not taken[row.message_id]:
            wrong.append(f"{row.subject} for {row.recipient} was never taken")
        elif row.id not in sent and (fault := _fault_of(row, _teller_of(row, by_id), taken[row.message_id])):
            wrong.append(f"{row.subject} for {row.recipient} {fault}")
    return wrong


def _fault_of(row: OutboxEntry, instead: OutboxEntry | None, taken: int) -> str:
    """Return what is wrong with a row that was not sent: another mail told it, where it had surely not left."""
    if row.state is not OutboxState.SUPERSEDED:
        return f"is {row.state}"
    if instead is None or instead.state is not OutboxState.SENT or instead.recipient != row.recipient:
        return "is told by nothing that was sent"
    perhaps = row.last_reply == LEASE_RAN_OUT or "end of data" in row.last_reply
    return f"is told by another mail, and was taken {taken} times" if taken and not perhaps else ""


def _teller_of(row: OutboxEntry, rows: Mapping[str, OutboxEntry]) -> OutboxEntry | None:
    """Return the mail at the end of a chain of newer ones."""
    teller = rows.get(row.told_by)
    while teller is not None and teller.state is OutboxState.SUPERSEDED:
        teller = rows.get(teller.told_by)
    return teller


def repeats_of(mails: Sequence[RoughMail]) -> list[str]:
    """Return the Message-ID of every mail that was taken before already."""
    seen: set[str] = set()
    repeated = []
    for mail in mails:
        message_id = str(message_from_bytes(mail.message)["Message-ID"])
        repeated += [message_id] * (message_id in seen)
        seen.add(message_id)
    return repeated


def every_down_has_its_ok(rows: Sequence[OutboxEntry], recipients: Sequence[str]) -> list[str]:
    """Subjects take turns, and an [OK] is in the thread of its [DOWN]; nobody heard less than somebody else."""
    wrong = []
    told = by_device_and_recipient(rows)
    for (device, recipient), mails in told.items():
        words = [word_of(row) for row in mails]
        if words != ["DOWN", "OK"] * (len(words) // 2):
            wrong.append(f"{recipient} reads of {device}: {words}")
        threads = [str(message_from_bytes(row.message)["References"]) for row in mails]
        if threads[::2] != threads[1::2] or len(set(threads)) != len(threads) // 2:
            wrong.append(f"{recipient} reads of {device} in threads {threads}")
        if len(mails) != len(told[device, recipients[0]]):
            wrong.append(f"{recipient} got {len(mails)} mails about {device}, others got another number")
    return wrong


def by_device_and_recipient(rows: Sequence[OutboxEntry]) -> dict[tuple[str, str], list[OutboxEntry]]:
    """Sort the rows by what they tell of, oldest first."""
    told: dict[tuple[str, str], list[OutboxEntry]] = defaultdict(list)
    for row in rows:
        told[row.subject.split()[1], row.recipient].append(row)
    return told


def word_of(row: OutboxEntry) -> str:
    return row.subject.partition("]")[0].strip("[")
