"""The quick reader says what the general reader says, or nothing."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from netwatch.model import parse_yaml, shipped_directory
from netwatch.profiles.quick_yaml import parse_quickly

SHIPPED = sorted(shipped_directory("profiles").glob("*.yaml"))


def assert_same(quick: Any, general: Any) -> None:
    """Same values of the same types, and the same line and column for everything."""
    assert isinstance(general, type(quick))
    assert quick == general
    if isinstance(quick, dict | list):
        assert (quick.lc.line, quick.lc.col) == (general.lc.line, general.lc.col)  # type: ignore[union-attr]
        assert (quick.lc.data or {}) == (general.lc.data or {})  # type: ignore[union-attr]
        for key in quick if isinstance(quick, dict) else range(len(quick)):
            assert_same(quick[key], general[key])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_profile_is_read_quickly_and_alike(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    quick = parse_quickly(text, path.name)

    assert quick is not None
    assert_same(quick.data, parse_yaml(text, path.name).data)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb:\n- x\n- y: 2\n  z: 'it''s'\n",
        "---\n# first\na:\n    - - 1\n      - 2.5\n    - []\n",
        'a: {b: [1, {c: d}],  # remark\n    e: "f: g"}\nh: true\n',
        "oid: 1.3.6.1\nlead: .1.3.6.1\nstar: 1.3.6.*\nnot: 1.3\n1: one\n'2': two\nnull: ~\n",
        "a: b # remark\nc: 'd' # remark\ne: \"#no remark\"\nf: g#h\n",
        "a: yes\nb: no\nc: on\nd: True\ne: Null\n",
        "windows: 1\r\nlines: 2\r\n",
    ],
)
def test_what_profiles_are_written_in_is_read_quickly_and_alike(text: str) -> None:
    quick = parse_quickly(text, "f")

    assert quick is not None
    assert_same(quick.data, parse_yaml(text, "f").data)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n", "a: |\n  text\n", "a: >\n  text\n", "a: one\n  two\n", "a: 'one\n  two'\n",
        'a: "\\n"\n', "? a\n: b\n", "a: 1\na: 2\n", "a:\n\t- b\n", "a: b: c\n", "a: [b\n", "a: {b: c\nd: e}\n",
        "a:\n  b: 1\n c: 2\n", "a: 0777\n", "a: 0x1f\n", "a: 1e3\n", "a: 1_000\n", "a: 2026-01-01\n", "<<: {a: 1}\n",
        "a: 1\n---\nb: 2\n",
        "a: 1\n...\n", "%YAML 1.1\n---\na: 1\n", "\ufeffa: 1\n", "a: -\n", "a: [b: c]\n", "a: 'b'c\n",
        "[" * 100 + "]" * 100, "\n".join(" " * depth + "a:" for depth in range(100)) + " 1\n",
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_general_reader(text: str) -> None:
    assert parse_quickly(text, "f") is None


def test_an_empty_file_holds_nothing() -> None:
    quick = parse_quickly("# only a remark\n", "f")

    assert quick is not None
    assert quick.data is None


def test_on_damaged_files_it_still_agrees_or_keeps_silent() -> None:
    dice = random.Random(20)
    pieces = [
        "\n".join(lines[start : start + 12])
        for lines in (path.read_text(encoding="utf-8").split("\n") for path in SHIPPED)
        for start in range(0, len(lines), 6)
    ]
    answered = 0

    for _ in range(2500):
        text = dice.choice(pieces)
        for _ in range(dice.randint(1, 3)):
            text = damaged(text, dice)
        quick = parse_quickly(text, "f")
        if quick is not None:
            answered += 1
            assert_same(quick.data, parse_yaml(text, "f").data)

    assert answered > 100


def damaged(text: str, dice: random.Random) -> str:
    """Put a character in, take some out, or move or repeat a line."""
    place = dice.randrange(len(text) + 1)
    lines = text.split("\n")
    line = dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            return text[:place] + dice.choice("  -:#{}[],'\"\n\n  abc01.*&!|>?%@~\\\u00e9\t") + text[place:]
        case 1:
            return text[:place] + text[place + dice.randint(1, 4) :]
        case 2:
            lines[line] = " " * dice.randint(0, 6) + lines[line].lstrip()
        case _:
            lines.insert(line, dice.choice(lines))
    return "\n".join(lines)
