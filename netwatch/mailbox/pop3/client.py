"""A mailbox over POP3: what is new stands behind the last mail that is known by its unique id (RFC 1939, UIDL).

Servers list mails in the order in which they came. A mark holds the unique ids of the last mails; the walk goes from
the newest mail back to one of these, so that 100,000 old ones are never listed.
May import: netwatch.errors, netwatch.oauth, netwatch.mailbox.{arrived, login, settings, stream}.
Called by: netwatch.mailbox.session.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from netwatch.errors import MailboxError, TokenError
from netwatch.mailbox.arrived import MOST_AT_ONCE, MOST_OCTETS, Arrived, Found, Look
from netwatch.mailbox.login import refusal
from netwatch.mailbox.settings import MailboxSettings
from netwatch.mailbox.stream import Stream
from netwatch.oauth import TokenSource, login_blob, refusal_words

KNOWN = 100
"""Unique ids that a mark holds: so many of the newest mails others may delete without our losing the place."""
MOST_LINES = 10_000
"""Lines that are asked of a mail that is too large to be read whole."""


class Pop3Refused(MailboxError):
    """The server answered with -ERR."""


class Pop3Conversation:
    """Satisfies the Protocol `Conversation`; `open` first, and `close` whatever came of it."""

    stays = False

    def __init__(self, settings: MailboxSettings, tokens: TokenSource | None) -> None:
        self._settings, self._tokens = settings, tokens
        self._stream = Stream(settings)
        self.is_spent = False
        self._mails = 0

    @property
    def words(self) -> str:
        """Return what is known of the mailbox, for people."""
        return f"{self._mails} mails; looked at every interval"

    async def open(self) -> None:
        """Connect and log in.

        Raises:
            MailboxError: that cannot be done; `refused` where the log-in was not taken.
        """
        await self._stream.open()
        async with self._stream.step():
            await self._taken("the greeting")
        if self._settings.tls == "starttls":
            await self._ask("STLS")
            await self._stream.start_tls()
        try:
            await self._log_in()
        except (Pop3Refused, TokenError) as exc:
            raise refusal(self._settings, str(exc)) from exc

    async def look(self, mark: str) -> Look:
        """Return what is new since a mark."""
        total = self._mails = await self._total()
        known = _read(mark)
        if not mark:
            last = [await self._unique_id(number) for number in range(max(1, total - KNOWN + 1), total + 1)]
            return Look(found=(), mark=_written(last))
        fresh: list[tuple[int, str]] = []
        for number in range(total, max(0, total - MOST_AT_ONCE), -1):
            unique_id = await self._unique_id(number)
            if unique_id in known:
                break
            fresh.append((number, unique_id))
        fresh.reverse()
        left = max(0, total - len(fresh)) if len(fresh) == MOST_AT_ONCE else 0
        found, ids = [], [*known]
        for number, unique_id in fresh:
            ids.append(unique_id)
            found.append(Found(ref=str(number), mark=_written(ids)))
        return Look(found=tuple(found), mark=_written(ids), left=left)

    async def fetch(self, ref: str) -> Arrived | None:
        """Return a mail, at most MOST_OCTETS of it; None for one too large where the server knows no TOP.

        What is refused otherwise may be had later: that a mail was deleted is seen in the next conversation.
        """
        size = _second_number(await self._ask(f"LIST {ref}"))
        command = f"RETR {ref}" if size <= MOST_OCTETS else f"TOP {ref} {MOST_LINES}"
        async with self._stream.step():
            await self._stream.send(command.encode() + b"\r\n")
            try:
                await self._taken(command.partition(" ")[0])
            except Pop3Refused:
                if size > MOST_OCTETS:
                    return None
                raise
            return Arrived(octets=await self._text(), size=size)

    async def left_behind(self, mark: str) -> Sequence[tuple[str, bytes]]:
        """Return nothing: POP3 knows no place to put mails away."""
        return ()

    async def put_away(self, ref: str) -> str:
        """Do nothing: POP3 knows neither folders nor marks."""
        return ""

    async def wait(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Say good-bye, and end."""
        with suppress(MailboxError):
            if not self.is_spent:
                async with self._stream.step(min(1.0, self._stream.seconds)):
                    await self._stream.send(b"QUIT\r\n")
                    await self._taken("QUIT")
        self._stream.close()

    async def _log_in(self) -> None:
        settings = self._settings
        if self._tokens is not None:
            token = await self._tokens.token()
            try:
                await self._log_in_with(token)
            except Pop3Refused:  # it may have been taken back; a new one is tried once
                await self._log_in_with(await self._tokens.token(instead_of=token))
            return
        password = settings.password.get_secret_value() if settings.password is not None else ""
        if any(letter in f"{settings.username}{password}" for letter in "\r\n\0"):
            raise Pop3Refused("a line end in a user name or password cannot be sent over POP3")
        await self._ask(f"USER {settings.username}", "USER")
        await self._ask(f"PASS {password}", "PASS")

    async def _log_in_with(self, token: str) -> None:
        blob = login_blob(self._settings.username, token)
        async with self._stream.step():
            await self._stream.send(b"AUTH XOAUTH2\r\n")
            if not (line := await self._stream.line()).startswith(b"+"):
                raise Pop3Refused(f"the server refuses AUTH XOAUTH2: {_words(line)}")
            await self._stream.send(blob + b"\r\n")
            line = await self._stream.line()
            if line.startswith(b"+ "):
                why = refusal_words(line[2:].decode("ascii", "replace"))
                await self._stream.send(b"\r\n")
                line = await self._stream.line()
                if not line.startswith(b"+OK"):
                    raise Pop3Refused(f"the server refuses the token: {_words(line)} ({why})")
            elif not line.startswith(b"+OK"):
                raise Pop3Refused(f"the server refuses the token: {_words(line)}")

    async def _total(self) -> int:
        line = await self._ask("STAT")
        words = line.split()
        if len(words) < 2 or not words[1].isdigit() or len(words[1]) > 9:
            raise MailboxError("the server answers STAT with what is no POP3")
        return int(words[1])

    async def _unique_id(self, number: int) -> str:
        words = (await self._ask(f"UIDL {number}", "UIDL")).split()
        if len(words) != 3 or words[1] != str(number).encode():
            raise MailboxError("the server answers UIDL with what is no POP3")
        return words[2].decode("ascii", "replace")[:70]

    async def _ask(self, command: str, name: str = "") -> bytes:
        async with self._stream.step():
            await self._stream.send(command.encode() + b"\r\n")
            return await self._taken(name or command.partition(" ")[0])

    async def _taken(self, command: str) -> bytes:
        line = await self._stream.line()
        if line.startswith(b"-ERR"):
            raise Pop3Refused(f"the server refuses {command}: {_words(line)}")
        if not line.startswith(b"+OK"):
            raise MailboxError(f"the server answers {command} with what is no POP3")
        return line

    async def _text(self) -> bytes:
        """Return lines up to the one with a dot alone; beyond MOST_OCTETS the rest is never read."""
        lines, total = [], 0
        while (line := await self._stream.line()) != b".":
            line = line.removeprefix(b".")
            total += len(line) + 2
            lines.append(line)
            if total > MOST_OCTETS:
                self.is_spent = True  # what follows is not worth waiting for
                break
        return b"\r\n".join([*lines, b""])[:MOST_OCTETS]


def _read(mark: str) -> dict[str, None]:
    try:
        read: Any = json.loads(mark)
        return dict.fromkeys(str(one) for one in islice(read["known"], KNOWN))
    except (ValueError, TypeError, KeyError):
        return {}


def _written(unique_ids: Sequence[str]) -> str:
    return json.dumps({"known": [*unique_ids][-KNOWN:]})


def _second_number(line: bytes) -> int:
    words = line.split()
    if len(words) < 3 or not words[2].isdigit() or len(words[2]) > 15:
        raise MailboxError("the server answers LIST with what is no POP3")
    return int(words[2])


def _words(line: bytes) -> str:
    said = line.partition(b" ")[2].decode("utf-8", "replace")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())[:300]
