"""The grammar: what breaks it is left out alone, with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.mib.syntax.grammar import MAX_FAULTS, read_modules
from netwatch.mib.syntax.outline import masked, modules_in
from tests.cpu import spent

WHOLE = """-- "a quote in a comment
A-MIB { iso 1 } DEFINITIONS ::= BEGIN
IMPORTS b, c FROM B-MIB d
    FROM D-MIB;
-- x OBJECT-TYPE is no definition here
a OBJECT IDENTIFIER ::= { iso 1 }
OBJECT-TYPE MACRO ::= BEGIN TYPE NOTATION ::= "x" END
text OBJECT-TYPE SYNTAX OCTET STRING (SIZE (0..'ff'H | 300)) UNITS "feet" MAX-ACCESS read-only STATUS current
    DESCRIPTION "-- no comment; fake OBJECT-TYPE SYNTAX" ::= { a 1 }
END
"""


def test_a_module_is_read_with_imports_lines_and_facts():
    (module,), faults = read_modules(WHOLE)

    assert faults == []
    assert module["faults"] == []
    assert (module["name"], module["line"]) == ("A-MIB", 2)
    assert module["imports"] == {"b": "B-MIB", "c": "B-MIB", "d": "D-MIB"}
    assert module["import_lines"] == {"B-MIB": 3, "D-MIB": 4}
    assert module["entries"] == {
        "a": {"kind": "node", "oid": ["iso", 1], "line": 6},
        "text": {
            "kind": "object", "oid": ["a", 1], "line": 8, "access": "read-only", "status": "current", "units": "feet",
            "syntax": {"type": "OCTET STRING", "sizes": [[0, 255], [300, 300]]},
        },
    }  # fmt: skip


def test_comments_and_strings_are_blanked_and_everything_keeps_its_place():
    quiet = masked(WHOLE)

    assert len(quiet) == len(WHOLE)
    assert [i for i, c in enumerate(quiet) if c == "\n"] == [i for i, c in enumerate(WHOLE) if c == "\n"]
    (place,) = modules_in(WHOLE, quiet)
    assert [(part.name, part.line) for part in place.parts] == [("a", 6), ("text", 8)]


@pytest.mark.parametrize("cut", range(75, len(WHOLE), 25))
def test_wherever_a_file_is_cut_its_module_is_named_and_the_cut_is_told(cut: int):
    (module,), _ = read_modules(WHOLE[:cut])

    assert module["name"] == "A-MIB"
    assert module["faults"]


def test_a_file_of_nothing_but_faults_is_told_of_in_bounds():
    broken = "\n".join(f"a{number} OBJECT-TYPE SYNTAX ::= {{ }}" for number in range(2000))

    (module,), _ = read_modules(f"A-MIB DEFINITIONS ::= BEGIN\n{broken}\nEND")

    assert len(module["faults"]) == MAX_FAULTS
    assert module["faults"][0]["line"] == 2


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_of_a_text_is_ever_an_error(data: st.DataObject):
    start = data.draw(st.integers(0, len(WHOLE)))
    length = data.draw(st.integers(0, 40))
    text = WHOLE[:start] + data.draw(st.text(max_size=20)) + WHOLE[start + length :]

    modules, faults = read_modules(text)

    assert modules or faults


@pytest.mark.parametrize(
    "text",
    [
        "A DEFINITIONS ::= BEGIN " + "-" * 500_000,
        "A DEFINITIONS ::= BEGIN " + '"' * 500_001,
        "A DEFINITIONS ::= BEGIN IMPORTS " + "a, " * 100_000 + "FROM B;",
        "A DEFINITIONS ::= BEGIN IMPORTS " + "a " * 100_000,
        "A DEFINITIONS ::= BEGIN IMPORTS " + "a " * 100_000 + "; b OBJECT IDENTIFIER ::= { c 1 }",
        "A DEFINITIONS ::= BEGIN " + "IMPORTS " * 50_000,
        "A " * 200_000,
        "A { " * 100_000,
        "END " * 100_000,
        "A DEFINITIONS ::= BEGIN " + "MACRO " * 50_000,
        "A DEFINITIONS ::= BEGIN " + "a OBJECT-TYPE " * 20_000,
        "A" * 500_000,
        "A-MIB DEFINITIONS ::= BEGIN END\n" * 1_000,
    ],
    ids=range(13),
)
def test_half_a_megabyte_of_malice_takes_no_time(text: str):
    with spent() as cpu:
        read_modules(text)

    assert cpu.seconds < 10
