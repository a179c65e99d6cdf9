"""Rules proposed for traps that no rule takes: whatever was sent, they are rules, and only one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwatch.mib import load_index
from netwatch.model import Oid, TrapEvent, Varbind
from netwatch.rules import parse_rule_book, proposed_file

LINK_DOWN, UNKNOWN = Oid.parse("1.3.6.1.6.3.1.1.5.3"), Oid.parse("1.3.6.1.4.1.32473.9.9.0.77")
EVIL = b"x\n  - alert: Owned\r\n\x85\xe2\x80\xa8- alert: Owned\x00' \" #: {{ 7*7 }}" + b"y" * 400


def sent(trap_oid: Oid, *texts: bytes, device: str = "core-sw1") -> TrapEvent:
    varbinds = (Varbind(oid=Oid((*UNKNOWN[:-2], 1, number)), tag=4, value=text) for number, text in enumerate(texts))
    return TrapEvent(
        at=datetime(2026, 3, 1, tzinfo=UTC), source="192.0.2.1", device=device, version="2c", trap_oid=trap_oid,
        varbinds=tuple(varbinds), number=7,
    )  # fmt: skip


def names_in(text: str) -> list[str]:
    return [rule.name for rule in parse_rule_book(text, "own.yaml", {}, load_index()).trap_rules]


@pytest.mark.parametrize("trap_oid", [LINK_DOWN, UNKNOWN, Oid((*LINK_DOWN[:-1], 0, 3))])
def test_what_the_network_sent_is_only_ever_a_comment(trap_oid):
    text = proposed_file(
        trap_oid, load_index(), example=sent(trap_oid, *[EVIL] * 30, device=EVIL.decode("latin-1")),
        senders=(EVIL.decode("latin-1"), "a'b"),
    )  # fmt: skip

    (name,) = names_in(text)
    assert name in ("LinkDown", "Trap_32473_9_9_0_77")
    assert max(map(len, text.splitlines())) < 250
    assert "and 10 more" in text


def test_a_trap_with_a_name_has_the_rule_that_its_module_gives_and_an_example():
    text = proposed_file(LINK_DOWN, load_index(), example=sent(LINK_DOWN, b"Gi1/0/3"), senders=("core-sw1", "ups.1"))

    assert "on_trap: IF-MIB::linkDown" in text
    assert "clear_on: IF-MIB::linkUp" in text
    assert "number 7 of the log, from core-sw1" in text
    assert "Gi1/0/3" in text
    assert r"""devices: ['device=~"core-sw1|ups\\.1"']""" in text


def test_names_that_are_taken_are_not_given_again():
    assert names_in(proposed_file(UNKNOWN, load_index(), taken={"Trap_32473_9_9_0_77"})) == [
        "Trap_32473_9_9_0_77_of_2"
    ]
    assert names_in(proposed_file(LINK_DOWN, load_index(), taken={"LinkDown"})) == ["LinkDownTrap"]
