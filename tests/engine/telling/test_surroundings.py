"""What the event log says of who is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwatch.engine.telling.surroundings import recipients_in_words
from netwatch.model import OutboxEntry, OutboxKind

AT = datetime(2026, 11, 23, tzinfo=UTC)


def entry(recipient: str, kind: OutboxKind) -> OutboxEntry:
    return OutboxEntry(
        id=recipient, message_id="", envelope_sender="", recipient=recipient, subject="", message=b"", kind=kind,
        created_at=AT, not_before=AT,
    )  # fmt: skip


@pytest.mark.parametrize(("mails", "traps", "said"), [
    (["a@b", "c@d"], [], "mail to a@b, c@d"),
    ([], ["192.0.2.9:162"], "trap to 192.0.2.9:162"),
    (["a@b"], ["192.0.2.9:162"] * 3, "mail to a@b and trap to 192.0.2.9:162"),
    ([], [], "mail to nobody"),
])  # fmt: skip
def test_everybody_is_named_once_and_by_which_way(mails, traps, said):
    entries = [entry(one, OutboxKind.MAIL) for one in mails] + [entry(one, OutboxKind.TRAP) for one in traps]

    assert recipients_in_words(entries) == said
