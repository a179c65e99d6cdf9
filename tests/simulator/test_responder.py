"""A simulated device answers GET, GETNEXT and GETBULK as RFC 3416 says, and misbehaves as it is told."""

from __future__ import annotations

import pytest

from netwatch.model import Missing, Oid, Tag
from netwatch.simulator.device import Manners
from netwatch.simulator.responder import GEN_ERR, NO_SUCH_NAME, TOO_BIG, Operation, Question, respond
from netwatch.simulator.tree import DataTree

COLUMN_A, COLUMN_B, END = Oid((1, 3, 1)), Oid((1, 3, 2)), Oid((1, 3, 3))


@pytest.fixture
def tree() -> DataTree:
    tree = DataTree()
    for row in range(1, 5):
        tree.put(COLUMN_A.child(row), Tag.INTEGER, row)
        tree.put(COLUMN_B.child(row), Tag.COUNTER64, row)
    return tree


def ask(tree: DataTree, operation: Operation, *oids: Oid, manners: Manners | None = None, **more):
    return respond(Question(operation=operation, oids=oids, **more), tree, manners or Manners())


def names(reply) -> list[str]:
    return ["end" if leaf is Missing.END_OF_MIB_VIEW else str(oid)[4:] for oid, leaf in reply.found]


def test_getbulk_repeats_what_is_to_be_repeated_and_only_that(tree):
    reply = ask(tree, Operation.GETBULK, COLUMN_B, COLUMN_A, COLUMN_B, non_repeaters=1, repetitions=2)

    assert names(reply) == ["2.1", "1.1", "2.1", "1.2", "2.2"]


def test_getbulk_stops_when_every_column_has_ended(tree):
    reply = ask(tree, Operation.GETBULK, COLUMN_B.child(3), END, repetitions=10)

    assert names(reply) == ["2.4", "end", "end", "end"]


def test_getbulk_fills_the_message_and_stops_there(tree):
    reply = ask(tree, Operation.GETBULK, COLUMN_A, repetitions=50, manners=Manners(max_message_bytes=230))

    assert 1 <= len(reply.found) < 4
    assert reply.error_status == 0


def test_get_that_does_not_fit_is_too_big(tree):
    oids = [COLUMN_A.child(1)] * 20

    assert ask(tree, Operation.GET, *oids, manners=Manners(max_message_bytes=300)).error_status == TOO_BIG


def test_v1_has_no_exceptions_and_no_counter64(tree):
    got = ask(tree, Operation.GET, COLUMN_A.child(1), COLUMN_B.child(1), old=True)
    ended = ask(tree, Operation.GETNEXT, COLUMN_A, COLUMN_A.child(4), old=True)

    assert (got.error_status, got.error_index) == (NO_SUCH_NAME, 2)
    assert (ended.error_status, ended.error_index) == (NO_SUCH_NAME, 2)
    assert names(ask(tree, Operation.GETNEXT, COLUMN_A, old=True)) == ["1.1"]


@pytest.mark.parametrize(
    ("operation", "more", "refused"),
    [
        (Operation.GET, {}, False),
        (Operation.GETBULK, {"repetitions": 1}, False),
        (Operation.GETBULK, {"repetitions": 2}, True),
    ],
)
def test_a_device_may_answer_too_big_above_a_number_of_varbinds(tree, operation, more, refused):
    reply = ask(tree, operation, COLUMN_A.child(1), COLUMN_B.child(1), manners=Manners(too_big=2), **more)

    assert (reply.error_status == TOO_BIG) is refused


def test_a_broken_subtree_gives_gen_err_with_the_place_in_the_request(tree):
    reply = ask(tree, Operation.GETNEXT, COLUMN_A, COLUMN_B, manners=Manners(broken={COLUMN_B}))

    assert (reply.error_status, reply.error_index) == (GEN_ERR, 2)
