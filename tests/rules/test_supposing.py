"""What a rule would say of a row that is as a trap tells."""

from __future__ import annotations

import pytest

from netwatch.rules import evaluate, would_be_broken

EXPR = "ifAdminStatus == 'up' and ifOperStatus == 'down' and seen(ifOperStatus == 'up')"
UP, DOWN = 1, 2


@pytest.mark.parametrize(("told", "row", "verdict"), [
    ({"ifAdminStatus": UP, "ifOperStatus": DOWN}, "used", True),
    ({"ifAdminStatus": UP, "ifOperStatus": DOWN}, "spare", False),   # it never was up
    ({"ifAdminStatus": DOWN, "ifOperStatus": DOWN}, "used", False),
    ({"ifOperStatus": DOWN}, "used", None),                          # what is not told may have changed
    ({"ifAdminStatus": UP}, "used", None),
    ({}, "used", None),
    ({"ifAdminStatus": UP, "ifOperStatus": DOWN}, "other", None),
])  # fmt: skip
def test_only_what_is_told_counts_and_what_was_ever_seen(workshop, told, row, verdict):
    rule, memory = workshop.rule(EXPR), workshop.memory()
    reading = workshop.reading(
        {"ifAdminStatus": [UP, UP], "ifOperStatus": [UP, DOWN]}, rows=workshop.rows("used", "spare")
    )
    evaluate(rule, reading, memory)

    assert would_be_broken(rule, memory, f"ifName={row}", told) is verdict


def test_nothing_is_remembered_of_what_is_supposed(workshop):
    rule, memory = workshop.rule(EXPR), workshop.memory()
    rows = workshop.rows("spare")
    reading = workshop.reading({"ifAdminStatus": [UP], "ifOperStatus": [DOWN]}, rows=rows)
    evaluate(rule, reading, memory)

    assert would_be_broken(rule, memory, rows.keys[0], {"ifAdminStatus": UP, "ifOperStatus": UP}) is False
    assert list(evaluate(rule, reading, memory).broken) == [False]
    assert memory.newest is not None
    assert memory.newest.reading is reading


def test_before_anything_was_read_nothing_is_known(workshop):
    assert would_be_broken(workshop.rule(EXPR), workshop.memory(), "used", {"ifOperStatus": DOWN}) is None
