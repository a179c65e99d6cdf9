"""The notifier against smtp-sink and the rough server."""

from __future__ import annotations

from netwatch.model import OutboxState


async def test_a_committed_mail_reaches_the_server_byte_for_byte(post, smtp_sink, make_entries):
    sink = smtp_sink()
    office = await post({"port": sink.port})
    entries = make_entries()

    await office.put(entries)

    (row,) = await office.until_state(OutboxState.SENT)
    (received,) = sink.mails
    assert entries[0].message.replace(b"\r\n", b"\n") in received
    assert b"X-Rcpt-Args: <noc@example.net>" in received
    assert row.attempts == 1
    assert row.last_reply == f"127.0.0.1:{sink.port}: 250 2.0.0 Ok"
