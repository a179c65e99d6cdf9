"""Where traps are made alike, what the first meant is known of the others; where more tells them apart, it is not."""

from __future__ import annotations

import pytest

from netwatch.rules import NO_MIB, AlikeTraps, Outcome, TrapRule

from .shop import IF_ADMIN, IF_INDEX, LINK, LINK_UP, link, rule, trap, varbind


def reader(of: TrapRule) -> AlikeTraps:
    return AlikeTraps.for_rules([of], NO_MIB)[of.name]


def test_each_trap_has_its_own_row_and_the_verdict_of_its_values():
    alike = reader(rule())

    said = [alike.read(link(index=index, admin=admin)) for index, admin in ((3, 1), (4, 1), (5, 2), (2, 2), (1, 1))]

    assert [facts.key for facts, _ in said] == [{"ifIndex": text} for text in "34521"]
    begins, nothing = Outcome.BEGINS, Outcome.NOTHING
    assert [verdict.outcome for _, verdict in said] == [begins, begins, nothing, nothing, begins]
    assert alike.read(link(LINK_UP, index=3))[1].outcome is Outcome.ENDS


def test_a_trap_whose_row_is_not_its_one_number_is_read_as_ever():
    alike = reader(rule())

    assert alike.read(link()) is not None
    assert alike.read(trap("1.3.6.1.6.3.1.1.5.3", varbind(f"{IF_INDEX}.3", 4))) is None  # which of both?
    assert alike.read(trap("1.3.6.1.6.3.1.1.5.3", varbind(f"{IF_INDEX}.3.3", 3))) is None
    assert alike.read(trap("1.3.6.1.6.3.1.1.5.3", varbind(IF_INDEX, 3))) is None
    assert alike.read(trap("1.3.6.1.6.3.1.1.5.3", varbind(f"{IF_ADMIN}.3", 1))) is None
    assert alike.read(trap()) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("key: [ifIndex]", "key: [ifIndex, admin]"),
        ("expr: absent(admin) or admin != 'down'", "expr: ifIndex < 100"),
        (f"ifIndex: {IF_INDEX}", f"ifIndex: {{oid: {IF_INDEX}, enum: {{3: three}}}}"),
    ],
)
def test_a_rule_to_which_the_row_means_more_than_its_name_is_left_alone(before, after):
    assert before in LINK
    assert not AlikeTraps.for_rules([rule(LINK.replace(before, after))], NO_MIB)
