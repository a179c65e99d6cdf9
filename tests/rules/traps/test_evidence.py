"""What a verdict on a trap rests on, as people read it."""

from __future__ import annotations

from netwatch.rules import facts_of, trap_evidence, verdict_on

from .shop import IF_ADMIN, LINK_DOWN, LINK_UP, link, one_line, rule, trap, varbind


def test_a_trap_tells_who_sent_what_and_which_pattern_took_it():
    of_rule, event = rule(), link()
    facts = facts_of(of_rule, event)

    told = trap_evidence(of_rule, facts, verdict_on(of_rule, facts, {}), {})

    assert told == {
        "trap": LINK_DOWN,
        "matched": f"on_trap: {LINK_DOWN}",
        "source": "192.0.2.1",
        "version": "2c",
        "varbinds": "1.3.6.1.2.1.2.2.1.1.3 = 3, 1.3.6.1.2.1.2.2.1.7.3 = 1, 1.3.6.1.2.1.2.2.1.8.3 = 2",
        "key": "ifIndex=3",
        "heard_at": "2026-03-01T12:00:00+00:00",
        "expr": "absent(admin) or admin != 'down'",
        "shown": "admin = up, not missing or admin = up, not down",
        "admin": "up",
    }


def test_a_trap_that_ends_says_so():
    of_rule, event = rule(), link(LINK_UP, count=3)
    facts = facts_of(of_rule, event)

    told = trap_evidence(of_rule, facts, verdict_on(of_rule, facts, {}), {})

    assert told["matched"] == f"clear_on: {LINK_UP}"
    assert told["count"] == "3"
    assert "shown" not in told  # what would have begun it has no say in its end


def test_a_trap_that_means_nothing_says_what_did_not_hold():
    of_rule = one_line(
        expr="admin == 'up'", varbinds=f"{{admin: {{oid: {IF_ADMIN}, enum: {{1: up, 2: down}}}}}}"
    ).trap_rules[0]
    facts = facts_of(of_rule, trap(LINK_DOWN, varbind(f"{IF_ADMIN}.3", 2)))

    told = trap_evidence(of_rule, facts, verdict_on(of_rule, facts, {}), {})

    assert told["shown"] == "admin = down, not up"
