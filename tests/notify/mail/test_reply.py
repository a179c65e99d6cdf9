from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as modern

import pytest

from netwatch.model import OutboxEntry
from netwatch.notify import REPLY_THREAD, Answering, compose_reply

NOW = datetime(2026, 11, 30, 3, 12, tzinfo=UTC)
TOLD = OutboxEntry(
    id="e1", message_id="<e1@example.net>", envelope_sender="netwatch@example.net", recipient="noc@example.net",
    subject="[DOWN] core-sw1 does not answer", message=b"", created_at=NOW, not_before=NOW, receiver="noc",
    group_key="g", thread_id="t1", alert_ids=("a1",),
)  # fmt: skip


class Tags:
    def tag(self, entry_id: str) -> str:
        return f"nw-{entry_id}"


def reply(told: OutboxEntry = TOLD, **changed):
    given = {
        "to": "jane@example.net", "answer_id": "<answer@phone>", "text": "Acknowledged.\n\n- core-sw1\n",
        "sender": "NetWatch <netwatch@example.net>", "answering": None, "now": NOW,
    }  # fmt: skip
    return compose_reply(told, **{**given, **changed})


def test_a_reply_stands_in_the_thread_goes_to_one_and_asks_for_no_answer_of_machines():
    row = reply(answering=Answering(address="answers@example.net", tags=Tags(), plus=True))
    mail = message_from_bytes(row.message, policy=modern)

    assert (row.recipient, mail["To"], mail["Subject"]) == (
        "jane@example.net", "jane@example.net", "Re: [DOWN] core-sw1 does not answer",
    )  # fmt: skip
    assert mail["References"].split() == ["<t1@example.net>", "<e1@example.net>", "<answer@phone>"]
    assert mail["In-Reply-To"] == "<answer@phone>"
    assert (mail["Auto-Submitted"], mail["Reply-To"]) == ("auto-replied", "answers+nw-e1@example.net")
    assert mail.get_content().splitlines() == ["Acknowledged.", "", "- core-sw1"]


def test_a_reply_is_no_news_of_the_incident():
    row = reply()

    assert (row.thread_id, row.alert_ids, row.news) == (f"{REPLY_THREAD}t1", (), ())


@pytest.mark.parametrize("answer_id", [
    "", "<a b@c>", "<x@y>\r\nBcc: all@example.net", "<=?utf-8?q?x?=@y>", "<" + "x" * 300 + "@y>", "<ä@y>",
])  # fmt: skip
def test_an_answers_id_that_is_none_is_left_out(answer_id):
    mail = message_from_bytes(reply(answer_id=answer_id).message, policy=modern)

    assert mail["References"].split() == ["<t1@example.net>", "<e1@example.net>"]
    assert mail["Bcc"] is None


def test_what_is_hostile_in_what_it_quotes_stays_text():
    told = replace(TOLD, subject="[DOWN] x\r\nBcc: all@example.net =?utf-8?q?y?=")
    mail = message_from_bytes(reply(told, text="a\r\n.\r\nBcc: b\u202e\n").message, policy=modern)

    assert mail["Bcc"] is None
    assert "\u202e" not in mail.get_content()


def test_somebody_without_an_address_gets_no_reply():
    with pytest.raises(ValueError, match="@"):
        reply(to="nobody")
