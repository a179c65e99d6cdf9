"""What becomes of a mail that a POP3 server does not hand over."""

from __future__ import annotations

import asyncio

from netwatch.mailbox import MailboxPace, MailboxReader, MailboxSettings

from ..takers import KeepingTaker

MAIL = b"From: jane@example.net\r\nSubject: x\r\n\r\nack\r\n"
PACE = MailboxPace(trouble=(0.01, 0.05), refused=(0.01, 0.05), rest=0.0)


class BusyPop3:
    """Has one mail, and refuses to hand it over as often as is said."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+OK ready\r\n")
        while command := (await reader.readline()).upper():
            if command.startswith(b"STAT"):
                writer.write(b"+OK 1 %d\r\n" % len(MAIL))
            elif command.startswith(b"UIDL"):
                writer.write(b"+OK 1 new\r\n")
            elif command.startswith(b"LIST"):
                writer.write(b"+OK 1 %d\r\n" % len(MAIL))
            elif command.startswith(b"RETR") and self.refusals:
                self.refusals -= 1
                writer.write(b"-ERR [SYS/TEMP] try again later\r\n")
            elif command.startswith(b"RETR"):
                writer.write(b"+OK\r\n" + MAIL + b".\r\n")
            else:
                writer.write(b"+OK\r\n")
            if command.startswith(b"QUIT"):
                break
        writer.close()


async def test_a_mail_that_cannot_be_handed_over_just_now_comes_later():
    server, taker = BusyPop3(refusals=8), KeepingTaker('{"known": ["old"]}')
    async with await asyncio.start_server(server.converse, "127.0.0.1", 0) as listening:
        settings = MailboxSettings.model_validate(
            {
                "protocol": "pop3", "host": "127.0.0.1", "port": listening.sockets[0].getsockname()[1], "tls": "none",
                "username": "netwatch", "password": "secret", "interval": "1s",
            }
        )  # fmt: skip
        reader = MailboxReader(settings, taker, pace=PACE)
        await reader.start()
        try:
            await taker.until(1)
        finally:
            await reader.stop()

    assert [one.octets for one in taker.taken] == [MAIL]
    assert server.refusals == 0
