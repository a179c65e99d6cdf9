"""What breaks the grammar in a definition costs what it says there, never the name and its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.mib import MibIndex, ObjectKind
from netwatch.mib.syntax.grammar import read_modules
from netwatch.mib.syntax.leftovers import less_and_less

Load = Callable[..., MibIndex]
HEAD = """A-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises, OBJECT-TYPE, NOTIFICATION-TYPE FROM SNMPv2-SMI;
a OBJECT IDENTIFIER ::= { enterprises 99999 }
"""
OBJECT = 'x OBJECT-TYPE SYNTAX %s MAX-ACCESS read-only STATUS current DESCRIPTION "::= { y 9 }" %s ::= { a 1 }'
PLACE = (1, 3, 6, 1, 4, 1, 99999, 1)


@pytest.mark.parametrize(
    "syntax",
    ["INTEGER { up(one), down(2) }", "INTEGER { up(1) down }", "INTEGER { up(1), }{", "BITS { a(0), b }", "BITS { }",
     "BITS { a(x) }", "INTEGER { }", "OCTET STRING (SIZE(0..))", "INTEGER (0..'zz'h)", "INTEGER (1..", "!", ""],
)  # fmt: skip
def test_a_type_that_cannot_be_read_costs_the_type(load: Load, syntax: str):
    index = load({"a.mib": HEAD + OBJECT % (syntax, "") + "\nEND\n"})

    assert index.name_of((*PLACE, 0)) == "A-MIB::x.0"
    assert index.format((*PLACE, 0), 7) == "7"
    assert index.format((*PLACE, 0), b"text") == "text"
    (told,) = index.problems
    assert (told.severity, told.line) == ("error", 4)
    assert "the type of x is lost" in told.message


@pytest.mark.parametrize(
    "default", ["DEFVAL { {a b{} }", "DEFVAL { 1 2 }", "DEFVAL }", "DEFVAL { 'gg'h }", "REFERENCE 5"]
)
def test_a_default_that_cannot_be_read_costs_the_default(load: Load, default: str):
    index = load({"a.mib": HEAD + OBJECT % ("INTEGER { up(1), down(2) }", default) + "\nEND\n"})

    assert index.format((*PLACE, 0), 2) == "down(2)"
    (told,) = index.problems
    assert (told.severity, told.line) == ("warning", 4)
    assert "what else it says of x is lost" in told.message


def test_a_table_keeps_its_rows_and_its_index(load: Load):
    index = load({"a.mib": HEAD + """
    xTable OBJECT-TYPE SYNTAX SEQUENCE OF XEntry MAX-ACCESS bogus!access STATUS current ::= { a 1 }
    xEntry OBJECT-TYPE SYNTAX XEntry MAX-ACCESS ??? INDEX { xIndex } ::= { xTable 1 }
    XEntry ::= SEQUENCE { xIndex INTEGER, xState INTEGER }
    xIndex OBJECT-TYPE SYNTAX INTEGER MAX-ACCESS read-only STATUS current ::= { xEntry 1 }
    xState OBJECT-TYPE SYNTAX INTEGER { up(one) } MAX-ACCESS read-only STATUS current ::= { xEntry 2 }
    END"""})  # fmt: skip

    state = index.object_named("A-MIB::xState")
    assert state is not None
    assert state.kind is ObjectKind.COLUMN
    assert index.decode_index(state, (7,)) == {"xIndex": "7"}
    table = index.object_named("xTable")
    assert table is not None
    assert table.kind is ObjectKind.TABLE


@pytest.mark.parametrize(
    ("text", "place", "carried"),
    [
        ("n NOTIFICATION-TYPE OBJECTS { b, c } STATUS ??? ::= { a 0 7 }", (0, 7), 2),
        ("n NOTIFICATION-TYPE OBJECTS { b ; } STATUS current DESCRIPTION broken ::= { a 0 7 }", (0, 7), 1),
        ("n TRAP-TYPE ENTERPRISE a VARIABLES { b c } DESCRIPTION broken ::= 7", (0, 7), 2),
    ],
)
def test_a_notification_keeps_its_place_and_what_it_carries(
    load: Load, text: str, place: tuple[int, ...], carried: int
):
    objects = "b OBJECT IDENTIFIER ::= { a 8 }\nc OBJECT IDENTIFIER ::= { a 9 }\n"

    index = load({"a.mib": HEAD + objects + text + "\nEND\n"})

    found = index.notification((*PLACE[:-1], *place))
    assert found is not None
    assert (found.name, len(found.objects)) == ("n", carried)


@pytest.mark.parametrize(
    "macro",
    ["OBJECT-GROUP OBJECTS { 1 }", "OBJECT-IDENTITY STATUS ???", "MODULE-IDENTITY LAST-UPDATED", "OBJECT IDENTIFIER"],
)
def test_anything_else_keeps_its_place(load: Load, macro: str):
    index = load({"a.mib": HEAD + f"x {macro} ::= {{ a ; 1 }}\nEND\n"})

    assert index.name_of(PLACE) == "A-MIB::x"


def test_a_number_that_is_none_costs_no_other_definition(load: Load):
    index = load({"a.mib": HEAD + OBJECT % ("BITS { a(b) }", "") + "\ny OBJECT IDENTIFIER ::= { a 2 }\nEND\n"})

    assert index.name_of((*PLACE[:-1], 2)) == "A-MIB::y"
    assert index.name_of(PLACE) == "A-MIB::x"


@given(st.text(alphabet='ab{}():=,.;-"0129 \nOSEQBITVAL', max_size=80))
def test_whatever_stands_in_a_definition_it_keeps_its_place(noise: str):
    noise = noise.replace("--", "").replace('"', "").replace("::=", "")

    (module,), _ = read_modules(HEAD + f"x OBJECT-TYPE SYNTAX Integer32 {noise} ::= {{ a 1 }}\nEND\n")

    assert module["entries"]["a"]["oid"] == ["enterprises", 99999]
    assert module["entries"]["x"]["oid"] == ["a", 1]


def test_text_that_is_no_definition_leaves_nothing():
    assert list(less_and_less("no definition { a 1 }")) == []
    assert list(less_and_less("x OBJECT-TYPE SYNTAX INTEGER")) == []
