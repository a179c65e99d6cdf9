"""Where traps are made alike, what the first meant is known of the others; where more tells them apart, it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.rules import NO_MIB, AlikeTraps, Outcome, TrapRule
from netwatch.rules.traps.alike import MOST_LAYOUTS, MOST_VERDICTS

from .shop import IF_ADMIN, IF_INDEX, IF_OPER, LINK, LINK_UP, link, rule, trap, varbind


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


def test_what_a_sender_makes_up_is_not_kept_without_end():
    alike = reader(rule())
    for number in range(10_000, 10_000 + 3 * MOST_LAYOUTS):
        event = link(index=number)
        alike.read(replace(event, varbinds=(*event.varbinds, varbind(f"1.3.6.1.4.1.{number}.1", b"x"))))
        alike.read(link(index=number, admin=number))
    kept = alike._layouts.values()

    assert len(kept) <= MOST_LAYOUTS
    assert all(len(layout.verdicts) <= MOST_VERDICTS for layout in kept)


def test_large_traps_and_values_are_read_and_not_kept():
    of = rule(
        LINK.replace(f"oper: {{oid: {IF_OPER}, enum: {{1: up, 2: down}}}}", f"oper: {{oid: {IF_OPER}, kind: text}}")
    )
    alike, event = reader(of), link(index=5)
    long = replace(event, varbinds=(*event.varbinds[:2], varbind(f"{IF_OPER}.5", b"x" * 1000)))
    many = replace(event, varbinds=event.varbinds * 20)
    deep = replace(event, varbinds=(*event.varbinds, varbind("1.3.6.1" + ".9" * 60, 1)))

    assert alike.read(long)[1].outcome is Outcome.BEGINS
    assert [alike.read(one) for one in (many, deep)] == [None, None]
    assert [len(layout.verdicts) for layout in alike._layouts.values()] == [0]
