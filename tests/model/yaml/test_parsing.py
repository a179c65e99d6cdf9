"""One document becomes plain data with the place of everything, or an error with a place, and quickly."""

from __future__ import annotations

import random
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.composer import ReusedAnchorWarning
from ruamel.yaml.error import YAMLError

from netwatch.model import InvalidFile, parse_yaml, plain, shipped_directory
from netwatch.model.yaml.parsing import MAX_DEPTH, MAX_SLOW
from tests.cpu import spent

SHIPPED = [*sorted(shipped_directory("profiles").rglob("*.yaml")), *sorted(shipped_directory("rules").glob("*.yaml"))]


def by_ruamel(text: str) -> Any:
    """Read a text as another library does."""
    loader = YAML(typ="safe", pure=True)
    loader.allow_duplicate_keys = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)  # an anchor may be used again (YAML 1.2.2, 3.2.2.2)
        return loader.load(text)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_file_is_what_another_library_reads(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert plain(parse_yaml(text, path.name).data) == by_ruamel(text)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1\nb:\n- x\n- y: 2\n  z: 'it''s'\n", {"a": 1, "b": ["x", {"y": 2, "z": "it's"}]}),
        ("---\n# first\na:\n    - - 1\n      - 2.5\n    - []\n", {"a": [[1, 2.5], []]}),
        ('a: {b: [1, {c: d}],  # remark\n    e: "f: g"}\nh: true\n',
         {"a": {"b": [1, {"c": "d"}], "e": "f: g"}, "h": True}),
        ("a: &x 1\nb: *x\n", {"a": 1, "b": 1}),
        ("a: &x [1]\nb: {c: *x}\n", {"a": [1], "b": {"c": [1]}}),
        ("a: !!str 1\nb: ! 2\nc: !!float 3\nd: !!map {}\n", {"a": "1", "b": "2", "c": 3.0, "d": {}}),
        ("a: |\n  one\n  two\nb: >-\n  three\n  four\n", {"a": "one\ntwo\n", "b": "three four"}),
        ("a: one\n  two\nb: 'one\n\n  two'\n", {"a": "one two", "b": "one\ntwo"}),
        ('a: "\\n\\x41\\u00e9"\n', {"a": "\nA\u00e9"}),
        ("? a\n: b\n", {"a": "b"}),
        ("'': x\n1: y\nnull: z\n", {"": "x", 1: "y", None: "z"}),
        ("? [a, b]\n: 1\n? {c: 2}\n: 3\n", {"('a', 'b')": 1, "{'c': 2}": 3}),
        ("one: &one {a: 1, b: 2}\ntwo: &two {b: 3, c: 4}\nall:\n  <<: [*one, *two]\n  a: 0\n",
         {"one": {"a": 1, "b": 2}, "two": {"b": 3, "c": 4}, "all": {"a": 0, "b": 2, "c": 4}}),
        ("'<<': {a: 1}\n", {"<<": {"a": 1}}),
        ("a: 1\n...\n", {"a": 1}),
        ("%YAML 1.1\n---\na: no\n", {"a": "no"}),
        ("\ufeffa: 1\n", {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("allow: [127.0.0.1, ::1]\n", {"allow": ["127.0.0.1", "::1"]}),
        ("a:\nb:\n", {"a": None, "b": None}),
        ("# only a remark\n", None),
        ("", None),
    ],
)  # fmt: skip
def test_whatever_is_plain_data_is_read(text: str, data: Any) -> None:
    assert plain(parse_yaml(text, "f").data) == data


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("top:\n  b: |\n    text\n", (2, 6)),
        ("top:\n  b: &x {c: 1}\n", (2, 6)),
        ("a: &x 1\ntop:\n  b: *x\n", (3, 6)),
        ("top: {\u00e4: 1, b: 'x'}\n", (1, 16)),
        ("\ufefftop: {b: 1}\n", (1, 10)),
        ("top:\n  b:\n  - 1\n", (3, 3)),
        ("top: {b: 1, x: [::1]}\n", (1, 10)),
        ("top:\n  b:   # nothing\n\nnext: 1\n", (2, 5)),
        ("top: {b:\n\n  }\n", (1, 9)),
        ("top: {b}\n", (1, 8)),
    ],
)
def test_a_value_is_placed_where_it_is_written(text: str, place: tuple[int, int]) -> None:
    assert parse_yaml(text, "f").position(("top", "b")) == place


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1\na: 2\n", 'f:2:1: there is a second "a"'),
        ("a: {b: 1, 'b': 2}\n", 'f:1:11: there is a second "b"'),
        ("a: &x {}\nb:\n  <<: *x\n  <<: *x\n", 'f:4:3: there is a second "<<"'),
        ("a: [::1]\na: 2\n", 'f:2:1: there is a second "a"'),
        ("a:\n\t- b\n", "f:2:1: a tab stands here, where YAML wants spaces"),
        ("a: b\x00c\n", "f:1:5: holds the character U+0000, which YAML does not allow"),
        ("a: 1\nb: \ud800\n", "f:2:4: holds the character U+D800, which YAML does not allow"),
        ("a: !secret x\n", "f:1:4: the tag !secret is not known here; only plain data is read"),
        ("a: !!binary aGk=\n", "f:1:4: the tag !!binary is not known here; only plain data is read"),
        ("a: !!int x\n", "f:1:4: this is no !!int"),
        ("a: !!map []\n", "f:1:4: the tag !!map is not known here; only plain data is read"),
        ("a: *b\n", "f:1:4: nothing before this is marked so: a text that begins with * needs quotes"),
        ("a: &a [*a]\n", "f:1:8: *a stands inside what it means"),
        ("a:\n  <<: 1\n", "f:2:7: << takes a mapping, or a list of mappings"),
        ("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here, and a file holds one"),
        ("a: 2026-02-31\n", "f:1:4: this is written as a date, and there is no such day or time"),
        ("a: b: c\n", "f:1:5: mapping values are not allowed"),
        ("a: [b\nc: 1\n", "f:2:"),
        ("a: 'b'c\n", "f:1:7: "),
    ],
)
def test_anything_else_is_an_error_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        parse_yaml(text, "f")

    assert str(refused.value).startswith(complaint)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "[" * 101 + "]" * 101,
        "\n".join(" " * depth + "a:" for depth in range(200)),
        "l0: &l0 [x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}]\n" for n in range(1, 200)),
    ],
)  # fmt: skip
def test_nesting_without_a_sensible_end_is_refused(text: str) -> None:
    with pytest.raises(InvalidFile, match="nest"):
        parse_yaml(text, "f")


def test_sensible_nesting_is_taken() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH

    assert parse_yaml(text, "f").data is not None


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{to}: &{to} [{', '.join([f'*{of}'] * 10)}]\n" for of, to in zip("abcdef", "bcdefg", strict=True)),
        "a: &a {" + ", ".join(f"k{n}: {n}" for n in range(2000)) + "}\nb:\n" + " - <<: *a\n" * 1000,
    ],
    ids=["aliases", "merges"],
)  # fmt: skip
def test_a_small_file_cannot_become_a_large_tree(text: str) -> None:
    with pytest.raises(InvalidFile, match="more than 1000000 values"):
        parse_yaml(text, "f")


@pytest.mark.parametrize(
    "text",
    [
        "a: " * 80_000, "a: " + "&a " * 80_000, "a: '" + "x" * 240_000, "k" * 240_000 + ": 1", ": " * 120_000,
        "[" + '"a",' * 60_000, "{" + '"a":' * 60_000, ":" * 240_000, "{" + ":" * 100_000,
        "[" + "::1," * (MAX_SLOW // 4 - 1) + "{",
        "a: !" + "%41" * 80_000, "a: 1" + "_" * 240_000, "#" * 240_000, "%A " + "b " * 100_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_no_text_takes_longer_than_its_length_allows(text: str) -> None:
    with spent() as cpu, suppress(InvalidFile):
        parse_yaml(text, "f")

    assert cpu.seconds < 20  # the slowest takes three seconds where nothing else runs


def test_on_damaged_files_it_agrees_with_another_library_or_refuses() -> None:
    dice = random.Random(20)
    pieces = [
        "\n".join(lines[start : start + 12])
        for lines in (path.read_text(encoding="utf-8").split("\n") for path in SHIPPED)
        for start in range(0, len(lines), 6)
    ]
    agreed = 0

    for _ in range(1500):
        text = dice.choice(pieces)
        for _ in range(dice.randint(1, 3)):
            text = damaged(text, dice)
        try:
            data = plain(parse_yaml(text, "f").data)
            other = by_ruamel(text)
        except (InvalidFile, YAMLError):
            continue
        assert data == other, text
        agreed += 1

    assert agreed > 100


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
