from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from netwatch.mailbox import Book, Outcome, Record
from netwatch.mailbox.book import MOST_OTHERS, read_records
from netwatch.model import Memory

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def record(number: int, outcome: Outcome = Outcome.ACTED) -> Record:
    return Record(
        at=NOW + timedelta(seconds=number), identity=f"<{number}@x>", sender="jane@example.net",
        subject="Re: [DOWN] sw1", outcome=outcome, words="ack", verb="ack", known_by="reference", entry_id="e",
        alert_ids=("a1",),
    )  # fmt: skip


class Kept:
    """What the store keeps."""

    def __init__(self) -> None:
        self.memories: dict[str, Memory] = {}

    def write(self, book: Book, one: Record, mark: str) -> None:
        for memory in book.written(one, mark):
            if memory.text is None:
                del self.memories[memory.key]
            else:
                self.memories[memory.key] = memory
        book.noted(one, mark)


def test_what_was_dealt_with_is_known_after_a_restart_and_so_is_the_place():
    kept, book = Kept(), Book("imap://n@mail/INBOX")
    kept.write(book, record(1), "place 7")
    reborn = Book("imap://n@mail/INBOX")
    reborn.restore(kept.memories.values())

    assert reborn.knows("<1@x>") == record(1)
    assert reborn.knows("<2@x>") is None
    assert reborn.mark == "place 7"


def test_another_mailbox_begins_at_its_own_place_and_knows_the_same_mails():
    kept, book = Kept(), Book("imap://n@mail/INBOX")
    kept.write(book, record(1), "place 7")
    moved = Book("imap://n@other/INBOX")
    moved.restore(kept.memories.values())

    assert (moved.mark, moved.knows("<1@x>")) == ("", record(1))


def test_a_flood_of_strangers_does_not_make_it_forget_what_was_acted_on():
    kept, book = Kept(), Book("m")
    kept.write(book, record(0), "0")
    for number in range(1, MOST_OTHERS + 50):
        kept.write(book, record(number, Outcome.STRANGER), str(number))

    assert book.knows("<0@x>") is not None
    assert len(book.records()) == MOST_OTHERS + 1
    assert len(kept.memories) == MOST_OTHERS + 2  # and the place
    assert book.records()[0].identity == f"<{MOST_OTHERS + 49}@x>"


def test_what_another_version_wrote_is_passed_over():
    kept, book = Kept(), Book("m")
    kept.write(book, record(1), "1")
    key, memory = next((key, one) for key, one in kept.memories.items() if key.startswith("mail:"))

    for text in ("", "[]", "{}", "nonsense", memory.text.replace('"acted"', '"dreamt"')):
        assert read_records([replace(memory, key=key, text=text)]) == []
