"""The page and the API of what came back by mail."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from netwatch.web import MailboxView, ReturnedMail, WebSettings, create_app

from ...house import House

NOW = datetime(2026, 11, 30, 3, 12, tzinfo=UTC)
ACTED = ReturnedMail(
    at=NOW, sender="jane@example.net", subject="Re: [DOWN] core-sw1", outcome="acted", words="ack: on my way",
    verb="ack", known_by="reference", entry_id="e1", message_id="<1@phone>",
)  # fmt: skip
NASTY = ReturnedMail(
    at=NOW, sender="<script>alert(1)</script>@example.org", subject="<b>x</b>", outcome="stranger",
    words="it answers no mail of ours",
)  # fmt: skip


def view(**changed) -> MailboxView:
    known = {"name": "imap://netwatch@mail:993/INBOX", "trouble": "", "since": NOW, "next_try_at": None, "remark": ""}
    return MailboxView(**{**known, "mails": [NASTY, ACTED], **changed})


def client_of(mailbox: MailboxView | None) -> httpx.AsyncClient:
    app = create_app(House(), None, WebSettings(), "1.0", mailbox=lambda: mailbox)  # type: ignore[arg-type] # nothing is rendered
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:10916")


async def test_the_page_says_what_became_of_each_mail_and_takes_no_word_for_markup():
    async with client_of(view()) as client:
        page = (await client.get("/mailbox")).text

    assert "jane@example.net" in page
    assert "ack: on my way" in page
    assert 'href="/outbox/e1"' in page
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


@pytest.mark.parametrize(("mailbox", "words"), [
    (None, "No mailbox is configured"), (view(mails=[]), "Nothing came back yet"),
    (view(trouble="the log-in was not taken", next_try_at=NOW), "cannot be read"),
    (view(remark="the server refuses UID MOVE"), "refuses UID MOVE"), (view(since=None), "not read yet"),
])  # fmt: skip
async def test_the_page_says_how_the_reading_stands(mailbox, words):
    async with client_of(mailbox) as client:
        answer = await client.get("/mailbox")

    assert answer.status_code == 200
    assert words in answer.text


async def test_the_api_gives_flat_objects_the_newest_first():
    async with client_of(view()) as client:
        rows = (await client.get("/api/v1/mailbox")).json()
        few = (await client.get("/api/v1/mailbox", params={"limit": 1})).json()

    assert [row["outcome"] for row in rows] == ["stranger", "acted"]
    assert (rows[1]["at"], rows[1]["verb"]) == ("2026-11-30T03:12:00.000Z", "ack")
    assert few == rows[:1]


async def test_without_a_mailbox_the_api_has_an_empty_list():
    async with client_of(None) as client:
        assert (await client.get("/api/v1/mailbox")).json() == []
