"""Sessions are bounded, written down rarely, and taken back as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Memory
from netwatch.web import Role
from netwatch.web.users import sessions as module
from netwatch.web.users.people import User
from netwatch.web.users.sessions import MOST_OF_A_USER, Sessions, form_token_of

ANNA = User(name="anna", role=Role.OPERATOR, hash="h")
USERS = {"anna": ANNA, "bert": User(name="bert", role=Role.VIEWER, hash="h")}


class Kept:
    """Sessions, what they had remembered, and a clock."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, tzinfo=UTC)
        self.memories: list[Memory] = []
        self.sessions = self.opened()

    def opened(self) -> Sessions:
        return Sessions(self.memories.append, timedelta(hours=12), timedelta(days=7), lambda: self.now)


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_a_user_has_so_many_sessions_and_the_one_not_used_for_longest_ends(kept):
    ids = [kept.sessions.begin(ANNA) for _ in range(MOST_OF_A_USER)]
    kept.sessions.user_of(ids[0], USERS)
    kept.sessions.begin(ANNA)

    assert kept.sessions.user_of(ids[0], USERS) == ANNA
    assert kept.sessions.user_of(ids[1], USERS) is None
    assert len(kept.sessions) == MOST_OF_A_USER


def test_in_all_there_are_so_many(kept, monkeypatch):
    monkeypatch.setattr(module, "MOST_SESSIONS", 5)
    ids = [kept.sessions.begin(User(name=f"u{n}", role=Role.VIEWER, hash="h")) for n in range(7)]

    assert len(kept.sessions) == 5
    assert kept.sessions.user_of(ids[0], USERS) is None


def test_using_a_session_is_written_down_once_in_a_while(kept):
    one = kept.sessions.begin(ANNA)
    written = len(kept.memories)
    for _ in range(20):
        kept.now += timedelta(seconds=30)
        kept.sessions.user_of(one, USERS)

    assert len(kept.memories) - written == 2


def test_what_was_remembered_is_taken_back_and_what_has_ended_or_is_none_is_forgotten(kept):
    one = kept.sessions.begin(ANNA)
    kept.now += timedelta(hours=11)
    two = kept.sessions.begin(USERS["bert"])
    odd = [Memory(scope="sessions", key=f"odd{n}", text=text) for n, text in
           enumerate(("", "{}", "[1]", '["a","b",1e99,2]', '["a","b","x","y"]', "nonsense"))]  # fmt: skip
    found = {memory.key: memory for memory in (*kept.memories, *odd)}
    kept.memories.clear()
    kept.now += timedelta(hours=2)

    again = kept.opened()
    again.recall(found.values())

    assert again.user_of(one, USERS) is None
    assert again.user_of(two, USERS) == USERS["bert"]
    assert {memory.key for memory in kept.memories if memory.text is None} >= {f"odd{n}" for n in range(6)}
    assert [memory.text for memory in again.to_remember()] != []


def test_neither_an_id_nor_a_form_token_tells_the_other_and_no_id_is_kept(kept):
    one = kept.sessions.begin(ANNA)

    assert one not in str(kept.memories)
    assert form_token_of(one) not in str(kept.memories)
    assert form_token_of(one) != form_token_of(kept.sessions.begin(ANNA))
    assert len(one) >= 43


@pytest.mark.parametrize("odd", ["", "x", "x" * 5000, "\0", "ü", "\ud800"])
def test_what_is_no_id_is_nobodys(kept, odd):
    kept.sessions.begin(ANNA)

    assert kept.sessions.user_of(odd, USERS) is None
    kept.sessions.end(odd)
    assert len(kept.sessions) == 1


def test_a_clock_that_goes_back_does_not_make_a_session_older_than_it_is(kept):
    one = kept.sessions.begin(ANNA)
    kept.now -= timedelta(hours=3)

    assert kept.sessions.user_of(one, USERS) == ANNA
