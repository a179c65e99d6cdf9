"""A mailbox over IMAP: what is new is what has a UID that was not given before (RFC 3501, section 2.3.1.1).

A mark holds UIDVALIDITY and the next UID. Where UIDVALIDITY is another the server has numbered anew: then everything
of the last days is new, and what was dealt with before is known by its Message-ID.
May import: netwatch.errors, netwatch.oauth, netwatch.mailbox.{arrived, settings, stream, imap.*}.
Called by: netwatch.mailbox.session.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from netwatch.errors import MailboxError, TokenError
from netwatch.mailbox.arrived import MOST_AT_ONCE, MOST_LEFT_BEHIND, MOST_OCTETS, Arrived, Found, Look
from netwatch.mailbox.imap.replies import Reply, fields_of, moment
from netwatch.mailbox.imap.utf7 import folder_octets
from netwatch.mailbox.imap.wire import MOST_REPLIES, ImapWire, Refused, string
from netwatch.mailbox.login import refusal
from netwatch.mailbox.settings import MailboxSettings
from netwatch.mailbox.stream import Stream
from netwatch.oauth import TokenSource, login_blob, refusal_words

IDLE_SECONDS = 120.0
"""After so long IDLE is begun anew: a connection that a firewall forgot is noticed then (RFC 2177: 29 minutes)."""
FARTHEST_BACK = timedelta(days=2)
"""How far back mails are looked for where the server has numbered them anew."""
MOST_NAMED = 5000
"""Mails that a search may find: the answer is one line, and a longer one than LONGEST_LINE is never read."""
MOST_SEARCHES = 1000
"""Searches of one look over numbers of which none is left."""
_NAMING = b"(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ImapConversation:
    """Satisfies the Protocol `Conversation`; `open` first, and `close` whatever came of it."""

    stays = True
    is_spent = False

    def __init__(
        self, settings: MailboxSettings, tokens: TokenSource | None, *, clock: Callable[[], datetime]
    ) -> None:
        self._settings, self._tokens, self._clock = settings, tokens, clock
        self._stream = Stream(settings)
        self._wire = ImapWire(self._stream)
        self._can: frozenset[bytes] = frozenset()
        self._validity = self._next_uid = 0
        self._writable = True

    @property
    def words(self) -> str:
        """Return what is known of the folder, for people."""
        idle = "the server says when mail comes" if self._waits_for_word else "it is looked at every interval"
        access = ", read-only" if not self._writable else ""
        return f"folder {self._settings.folder}{access}: the next mail is number {self._next_uid}; {idle}"

    @property
    def _waits_for_word(self) -> bool:
        return self._settings.idle and b"IDLE" in self._can

    async def open(self) -> None:
        """Connect, log in, select the folder.

        Raises:
            MailboxError: that cannot be done; `refused` where the log-in was not taken.
        """
        await self._stream.open()
        greeting = await self._wire.greeting()
        if self._settings.tls == "starttls":
            await self._wire.ask(b"STARTTLS")
            await self._stream.start_tls()
        if greeting.kind != b"PREAUTH":
            await self._learn()
            await self._log_in()
        await self._learn()
        await self._select()

    async def look(self, mark: str) -> Look:
        """Return what is new since a mark."""
        known = _read(mark)
        self._wire.has_grown = False
        if known is None:
            await self._wire.ask(b"NOOP")
            return Look(found=(), mark=self._mark(self._next_uid))
        validity, first = known
        left, more = 0, False
        if validity == self._validity:
            uids, first, more = await self._from(first)
        else:
            every = await self._of_the_last_days()
            uids, left = every[-MOST_AT_ONCE:], max(0, len(every) - MOST_AT_ONCE)
        found = tuple(Found(ref=str(uid), mark=self._mark(uid + 1)) for uid in uids[:MOST_AT_ONCE])
        if found:
            last = found[-1].mark
        else:
            last = self._mark(first if more else max(first if validity == self._validity else 0, self._next_uid))
        return Look(found=found, mark=last, left=left, more=more or len(uids) > MOST_AT_ONCE)

    async def _from(self, first: int) -> tuple[list[int], int, bool]:
        """Return mails from a number on, from which number none was left out, and whether there may be more."""
        for _ in range(MOST_SEARCHES):
            if first + MOST_NAMED >= self._next_uid:
                uids = await self._search(b"UID %d:*" % first)
                return (
                    [uid for uid in uids if uid >= first],
                    first,
                    False,
                )  # `9:*` has the last even where it is older
            behind = first + MOST_NAMED
            uids = await self._search(b"UID %d:%d" % (first, behind - 1))
            if uids := [uid for uid in uids if first <= uid < behind]:
                return uids, first, True
            first = behind
        return [], first, True

    async def _of_the_last_days(self) -> list[int]:
        since = self._clock().astimezone(UTC) - FARTHEST_BACK
        day = f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}".encode()
        beyond = self._wire.exists - MOST_NAMED  # mails are counted without gaps, so these are the newest
        return await self._search(b"%d:* %s" % (beyond + 1, day) if beyond > 0 else day)

    async def fetch(self, ref: str) -> Arrived | None:
        """Return a mail, at most MOST_OCTETS of it; it stays unread."""
        items = b"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.%d>)" % MOST_OCTETS
        for reply in await self._wire.ask(b"UID FETCH", ref.encode(), items):
            if reply.first != b"*" or reply.kind != b"FETCH":
                continue
            fields = fields_of(reply.tokens())
            octets = next((value for name, value in fields.items() if name.startswith(b"BODY[]")), None)
            if octets == b"NIL" and not reply.literals:  # so Dovecot gives a mail that was expunged meanwhile
                return None
            if fields.get(b"UID") == ref.encode() and isinstance(octets, bytes):
                size, at = fields.get(b"RFC822.SIZE", b""), fields.get(b"INTERNALDATE", b"")
                return Arrived(
                    octets=octets[:MOST_OCTETS], arrived_at=moment(at) if isinstance(at, bytes) else None,
                    size=int(size) if isinstance(size, bytes) and size.isdigit() else len(octets),
                )  # fmt: skip
        return None

    async def left_behind(self, mark: str) -> Sequence[tuple[str, bytes]]:
        """Return the last mails before a mark that lie there, or are unread, with the header that names each."""
        known = _read(mark)
        if known is None or known[0] != self._validity or known[1] < 2 or not self._writable:
            return ()
        which = b"UID %d:%d" % (max(1, known[1] - MOST_LEFT_BEHIND), known[1] - 1)
        if self._settings.move_to is None:
            which += b" UNSEEN"
        try:
            uids = [uid for uid in await self._search(which) if uid < known[1]][-MOST_LEFT_BEHIND:]
            names = b",".join(b"%d" % uid for uid in uids)
            said = await self._wire.ask(b"UID FETCH", names, _NAMING) if uids else ()
        except Refused:  # what is new is read all the same
            return ()
        found = []
        for reply in said:
            uid = _UID.search(b" ".join(reply.lines)) if reply.first == b"*" and reply.kind == b"FETCH" else None
            if uid is not None and int(uid[1]) in uids:
                found.append((uid[1].decode(), reply.literals[0] if reply.literals else b""))
        return found

    async def put_away(self, ref: str) -> str:
        """Move a mail, or mark it as read."""
        if not self._writable:
            return "the folder is read-only"
        uid, trouble = ref.encode(), ""
        if self._settings.move_to is not None:
            try:
                await self._move_or_make(uid, string(folder_octets(self._settings.move_to)))
                return ""
            except Refused as exc:
                trouble = str(exc)
        try:
            await self._wire.ask(b"UID STORE", uid, rb"+FLAGS.SILENT (\Seen)")
        except Refused as exc:
            trouble = trouble or str(exc)
        return trouble

    async def wait(self, seconds: float) -> None:
        """Wait for the server's word that something came; without IDLE just for so long."""
        if not self._waits_for_word:
            await asyncio.sleep(seconds)
            return
        if self._wire.has_grown:
            return
        tag = await self._wire.begin(b"IDLE")
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await self._until_news()
        except TimeoutError:
            pass
        await self._wire.end(tag, b"DONE\r\n")

    async def close(self) -> None:
        """Say good-bye, and end."""
        with suppress(MailboxError):
            await self._wire.ask(b"LOGOUT", seconds=min(1.0, self._stream.seconds))
        self._stream.close()

    async def _until_news(self) -> None:
        """Read what the server says until it says that there are more mails; BYE ends the conversation."""
        for _ in range(MOST_REPLIES):
            if self._wire.has_grown:
                return
            try:
                reply = await self._wire.reply()
            except OSError as exc:
                raise MailboxError("the server closed the connection") from exc
            if reply.kind == b"BYE":
                raise MailboxError(f"the server ends the conversation: {reply.words}")
        raise MailboxError("the server says nothing of use without end")

    async def _learn(self) -> None:
        said = await self._wire.ask(b"CAPABILITY")
        words = [reply.lines[0].upper().split()[2:] for reply in said if reply.kind == b"CAPABILITY"]
        self._can = frozenset(word for line in words for word in line)

    async def _log_in(self) -> None:
        settings = self._settings
        user = settings.username.encode()
        password = settings.password.get_secret_value() if settings.password is not None else ""
        try:
            if self._tokens is not None:
                await self._log_in_with_token(self._tokens)
            elif b"AUTH=PLAIN" in self._can:
                await self._authenticate(b"PLAIN", base64.b64encode(b"\0" + user + b"\0" + password.encode()))
            else:
                await self._wire.ask(b"LOGIN", string(user), string(password.encode()))
        except (Refused, TokenError) as exc:
            raise refusal(settings, str(exc)) from exc

    async def _log_in_with_token(self, tokens: TokenSource) -> None:
        token = await tokens.token()
        try:
            await self._authenticate(b"XOAUTH2", login_blob(self._settings.username, token))
        except Refused:  # it may have been taken back; a new one is tried once
            token = await tokens.token(instead_of=token)
            await self._authenticate(b"XOAUTH2", login_blob(self._settings.username, token))

    async def _authenticate(self, mechanism: bytes, blob: bytes) -> None:
        asked, why = 0, ""

        async def answer(reply: Reply) -> bytes:
            nonlocal asked, why
            asked += 1
            if asked == 1:
                return blob
            why = refusal_words(reply.lines[0][1:].strip().decode("ascii", "replace"))
            return b"" if mechanism == b"XOAUTH2" else b"*"

        try:
            await self._wire.ask(b"AUTHENTICATE " + mechanism, answer=answer)
        except Refused as exc:
            raise Refused(f"{exc} ({why})" if why else str(exc)) from exc

    async def _select(self) -> None:
        try:
            said = await self._wire.ask(b"SELECT", string(folder_octets(self._settings.folder)))
        except Refused as exc:
            raise MailboxError(f"the folder {self._settings.folder} cannot be opened: {exc}") from exc
        codes = {name: _number(code) for name in (b"UIDVALIDITY", b"UIDNEXT") for reply in said
                 if (code := reply.code(name)) is not None}  # fmt: skip
        self._writable = said[-1].code(b"READ-ONLY") is None
        self._validity = codes.get(b"UIDVALIDITY", 0)
        if b"UIDNEXT" in codes:
            self._next_uid = codes[b"UIDNEXT"]
        else:  # older servers do not say
            self._next_uid = max(await self._search(b"UID *"), default=0) + 1

    async def _search(self, what: bytes) -> list[int]:
        uids: set[int] = set()
        for reply in await self._wire.ask(b"UID SEARCH", what):
            if reply.first == b"*" and reply.kind == b"SEARCH":
                uids.update(int(word) for word in reply.lines[0].split()[2:] if word.isdigit() and len(word) < 11)
        return sorted(uids)

    async def _move_or_make(self, uid: bytes, folder: bytes) -> None:
        try:
            await self._move(uid, folder)
        except Refused as exc:
            if "[TRYCREATE]" not in str(exc).upper():
                raise
            await self._wire.ask(b"CREATE", folder)
            await self._move(uid, folder)

    async def _move(self, uid: bytes, folder: bytes) -> None:
        if b"MOVE" in self._can:  # RFC 6851
            await self._wire.ask(b"UID MOVE", uid, folder)
            return
        await self._wire.ask(b"UID COPY", uid, folder)
        await self._wire.ask(b"UID STORE", uid, rb"+FLAGS.SILENT (\Seen \Deleted)")
        if b"UIDPLUS" in self._can:  # RFC 4315; without it others' deleted mails would go as well
            await self._wire.ask(b"UID EXPUNGE", uid)

    def _mark(self, next_uid: int) -> str:
        return json.dumps({"uidvalidity": self._validity, "uidnext": next_uid})


def _read(mark: str) -> tuple[int, int] | None:
    """Return UIDVALIDITY and the next UID, None where nothing was looked at before."""
    try:
        read: Any = json.loads(mark)
        return int(read["uidvalidity"]), int(read["uidnext"])
    except (ValueError, TypeError, KeyError):
        return None


def _number(text: Any) -> int:
    found = re.match(rb"\d{1,10}", text)
    return int(found[0]) if found else 0
