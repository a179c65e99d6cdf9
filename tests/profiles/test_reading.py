"""The reader: Datadog's format as it is met in the field, and a word with its place for all that is not done."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from netwatch.model import ColumnKind, Oid, Problem, YamlFile, parse_yaml, plain
from netwatch.profiles import Profile, TableSpec, load_library
from netwatch.profiles.draft import ProfileFile
from netwatch.profiles.edits import edited
from netwatch.profiles.reading import read_profile, read_profile_file

LAMPS = """\
extends:
  - generic-device.yaml
device:
  vendor: "acme"
sysobjectid:
  - 1.3.6.1.4.1.99999.1.*
metrics:
  - MIB: ACME-MIB
    symbol:
      OID: 1.3.6.1.4.1.99999.2.1.0
      name: acme.roomTemperature
      scale_factor: 0.1
  - MIB: ACME-MIB
    metric_type: monotonic_count
    OID: 1.3.6.1.4.1.99999.2.2.0
    name: acmeSwitchings
  - MIB: ACME-MIB
    table:
      OID: 1.3.6.1.4.1.99999.3
      name: acmeLampTable
    symbols:
      - OID: 1.3.6.1.4.1.99999.3.1.4
        name: acmeLampState
      - OID: 1.3.6.1.4.1.99999.3.1.5
        name: acmeLampHours
        metric_type: monotonic_count_and_rate
      - OID: 1.3.6.1.4.1.99999.3.1.6
        name: acmeLampBrightness
      - OID: 1.3.6.1.4.1.99999.3.1.7
        name: acmeLampBusy
        metric_type: percent
    metric_tags:
      - tag: lamp
        column:
          OID: 1.3.6.1.4.1.99999.3.1.2
          name: acmeLampName
      - symbol:
          OID: 1.3.6.1.4.1.99999.3.1.3
          name: acmeLampMac
          format: mac_address
        tag: mac
      - tag: room
        index: 2
        mapping:
          1: cellar
          2: attic
"""


def read(text: str) -> tuple[ProfileFile | None, list[Problem]]:
    return read_profile_file(parse_yaml(text, "profiles/lamps.yaml"))


def places(text: str) -> list[tuple[int, int, str]]:
    """The line, column and path of each problem."""
    return [(problem.line, problem.column, problem.path) for problem in read(text)[1]]


def load(directory: Path, **texts: str) -> dict[str, Profile]:
    for name, text in texts.items():
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")
    library = load_library([directory])
    assert [problem for problem in library.problems if problem.severity == "error"] == []
    return {name: library.named(name) for name in texts}


def table_of(profile: Profile, name: str) -> TableSpec:
    return next(table for table in profile.tables if table.name == name)


def test_a_file_in_datadogs_format_is_read_without_a_word_to_say() -> None:
    profile, problems = read(LAMPS)

    assert problems == []
    assert profile is not None
    assert (profile.name, profile.vendor) == ("lamps", "acme")
    assert profile.extends == ("generic-device",)
    assert profile.sys_object_ids == ("1.3.6.1.4.1.99999.1.*",)


def test_scalars_are_read_nested_or_in_the_older_flat_way_and_dots_in_names_become_underscores() -> None:
    profile, _ = read(LAMPS)

    assert profile is not None
    warmth, switchings = profile.scalars
    assert (warmth.name, str(warmth.oid), warmth.scale) == (
        "acme_roomTemperature",
        "1.3.6.1.4.1.99999.2.1.0",
        pytest.approx(0.1),
    )
    assert switchings.kind is ColumnKind.COUNTER64


def test_a_table_has_the_columns_and_labels_its_file_gives_it(tmp_path: Path) -> None:
    table = table_of(load(tmp_path, lamps=LAMPS)["lamps"], "acmeLampTable")

    assert table.oid == Oid.parse("1.3.6.1.4.1.99999.3")
    assert table.walk == Oid.parse("1.3.6.1.4.1.99999.3.1.4")
    lamp, mac, room = table.labels
    assert (lamp.name, lamp.oid) == ("lamp", Oid.parse("1.3.6.1.4.1.99999.3.1.2"))
    assert (mac.name, mac.oid) == ("mac", Oid.parse("1.3.6.1.4.1.99999.3.1.3"))
    assert (room.oid, room.index_position, room.mapping) == (None, 2, {"1": "cellar", "2": "attic"})


@pytest.mark.parametrize(
    ("word", "kind", "scale"),
    [
        ("gauge", ColumnKind.GAUGE, 1),
        ("rate", ColumnKind.COUNTER64, 1),
        ("monotonic_count", ColumnKind.COUNTER64, 1),
        ("monotonic_count_and_rate", ColumnKind.COUNTER64, 1),
        ("percent", ColumnKind.COUNTER64, 100),
    ],
)
@pytest.mark.parametrize("key", ["metric_type", "forced_type"])
def test_the_metric_type_says_what_a_column_is_under_its_new_and_its_old_key(
    key: str, word: str, kind: ColumnKind, scale: float
) -> None:
    profile, problems = read(f"metrics: [{{{key}: {word}, symbol: {{OID: 1.3.6.1.4.1.99999.2.0, name: x}}}}]")

    assert problems == []
    assert profile is not None
    (column,) = profile.scalars
    assert (column.kind, column.scale, column.guessed) == (kind, scale, False)


def test_a_column_nobody_typed_is_a_guess() -> None:
    profile, _ = read("metrics: [{symbol: {OID: 1.3.6.1.4.1.99999.2.0, name: x}}]")

    assert profile is not None
    assert profile.scalars[0].kind is ColumnKind.GAUGE
    assert profile.scalars[0].guessed


def test_interfaces_of_a_foreign_file_become_one_table_with_what_the_mib_says_of_it(tmp_path: Path) -> None:
    text = """
metrics:
  - table: {OID: 1.3.6.1.2.1.2.2, name: ifTable}
    metric_type: monotonic_count_and_rate
    symbols:
      - {OID: 1.3.6.1.2.1.2.2.1.10, name: ifInOctets}
    metric_tags:
      - {tag: interface, table: ifXTable, column: {OID: 1.3.6.1.2.1.31.1.1.1.1, name: ifName}}
  - table: {OID: 1.3.6.1.2.1.31.1.1, name: ifXTable}
    metric_type: monotonic_count_and_rate
    symbols:
      - {OID: 1.3.6.1.2.1.31.1.1.1.6, name: ifHCInOctets}
      - {OID: 1.3.6.1.2.1.31.1.1.1.10, name: ifHCOutOctets}
  - table: {OID: 1.3.6.1.2.1.31.1.1, name: ifXTable}
    symbols:
      - {OID: 1.3.6.1.2.1.31.1.1.1.15, name: ifHighSpeed}
      - {OID: 1.3.6.1.2.1.2.2.1.8, name: ifOperStatus}
"""
    (table,) = load(tmp_path, foreign=text)["foreign"].tables
    columns = {column.name: column for column in table.columns}

    assert table.name == "ifTable"
    assert table.walk == Oid.parse("1.3.6.1.2.1.2.2.1.8")
    assert (table.identity, table.rate_limit) == ("ifName", "ifHighSpeed")
    assert table.discontinuity == Oid.parse("1.3.6.1.2.1.31.1.1.1.19")
    assert columns["ifInOctets"].kind is ColumnKind.COUNTER32
    assert (columns["ifHCInOctets"].kind, columns["ifHCInOctets"].wide_of) == (ColumnKind.COUNTER64, "ifInOctets")
    assert columns["ifHCOutOctets"].wide_of == "ifOutOctets"  # which the shipped profile of the table asks for
    assert columns["ifOperStatus"].enum[2] == "down"
    assert {label.name for label in table.labels} == {"interface", "ifIndex", "ifName", "ifAlias", "ifDescr"}


def test_a_64_bit_column_without_its_32_bit_twin_stands_for_itself(tmp_path: Path) -> None:
    text = """
metrics:
  - table: {OID: 1.3.6.1.4.1.99999.3, name: lampTable}
    symbols: [{OID: 1.3.6.1.4.1.99999.3.1.2, name: lampHours, kind: counter64, wide_of: lampHours32}]
"""
    (table,) = load(tmp_path, foreign=text)["foreign"].tables

    assert table.columns[0].wide_of == ""


def test_a_mapped_tag_over_a_polled_column_names_its_values_instead_of_labelling_rows() -> None:
    profile, problems = read("""\
metrics:
  - table: {OID: 1.3.6.1.2.1.15.3, name: bgpPeerTable}
    symbols:
      - {OID: 1.3.6.1.2.1.15.3.1.2, name: bgpPeerState}
    metric_tags:
      - tag: state
        column: {OID: 1.3.6.1.2.1.15.3.1.2, name: bgpPeerState}
        mapping: {1: idle, 6: established}
""")

    assert profile is not None
    (table,) = profile.tables
    assert (table.columns[0].kind, table.columns[0].enum) == (ColumnKind.ENUM, {1: "idle", 6: "established"})
    assert table.labels == ()
    assert [(problem.line, problem.severity) for problem in problems] == [(6, "warning")]


def test_a_constant_one_is_one_in_every_row_and_its_states_are_columns_and_labels() -> None:
    profile, problems = read("""\
metrics:
  - table: {OID: 1.3.6.1.4.1.9.9.13.1.5, name: supplyTable}
    symbols:
      - name: supplyStatus
        constant_value_one: true
    metric_tags:
      - tag: state
        column: {OID: 1.3.6.1.4.1.9.9.13.1.5.1.3, name: supplyState}
        mapping: {1: normal, 2: warning}
      - tag: source
        column: {OID: 1.3.6.1.4.1.9.9.13.1.5.1.4, name: supplySource}
""")

    assert profile is not None
    (table,) = profile.tables
    assert [(column.name, column.constant, column.enum) for column in table.columns] == [
        ("supplyStatus", 1.0, {}),
        ("supplyState", None, {1: "normal", 2: "warning"}),
    ]
    assert [label.name for label in table.labels] == ["state", "source"]
    assert problems == []


def test_tags_for_everything_become_texts_of_the_device() -> None:
    profile, problems = read("""\
metric_tags:
  - OID: 1.3.6.1.2.1.1.5.0
    symbol: sysName
    tag: snmp_host
  - tag: model
    symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: acmeModel}
""")

    assert profile is not None
    assert [(scalar.name, scalar.kind) for scalar in profile.scalars] == [
        ("sysName", ColumnKind.TEXT),
        ("acmeModel", ColumnKind.TEXT),
    ]
    assert [(label.name, str(label.oid), label.at) for label in profile.labels] == [
        ("snmp_host", "1.3.6.1.2.1.1.5", (0,)),
        ("model", "1.3.6.1.4.1.99999.1", (0,)),
    ]
    assert problems == []


TABLE = (
    "metrics:\n  - table: {OID: 1.3.6.1.4.1.99999.3, name: t}\n    symbols:\n      - OID: 1.3.6.1.4.1.99999.3.1.2\n"
)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("metadata:\n  device: {fields: {vendor: {size: 3}}}\n", 2, 30, "unknown key 'size'"),
        ("metrics: []\nstatic_tags: [a]\n", 2, 15, "a fixed tag is a name, a colon and a text"),
        ("metrics: []\nmetric_tag: []\n", 2, 1, "unknown key 'metric_tag', ignored; did you mean 'metric_tags'"),
        ("device: {vendor: acme, size: 3}\n", 1, 24, "unknown key 'size'"),
        (TABLE + "        name: n\n        extract_value: '(\\d+'\n", 6, 24, "extract_value cannot be used"),
        (TABLE + "        name: n\n        match_pattern: '(?=a)'\n", 6, 24, "match_pattern cannot be used"),
        ("metrics:\n  - symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: n}\n    metric_type: flag_stream\n"
         "    options: {metric_suffix: On}\n", 2, 5, "flag_stream needs the placement"),
        (TABLE + "        name: n\n        metric_type: bogus\n", 6, 22, "unknown metric_type 'bogus'"),
        (TABLE + "        name: n\n    metric_tags:\n      - here\n", 7, 9, "a fixed tag is a name"),
        (TABLE + "        name: n\n    metric_tags:\n      - {tag: a, column: ifName}\n", 7, 26, "numeric OIDs"),
        (TABLE + "        name: n\n    metric_tags:\n      - {tag: a, symbol: {name: x}}\n", 7, 26, "neither OID"),
        (
            TABLE + "        name: n\n    metric_tags:\n      - tag: a\n"
            "        column: {OID: 1.3.6.1.4.1.99999.4.1.2}\n        index_transform: [{begin: 0, end: 1}]\n",
            9, 28, "unknown key 'begin'",
        ),
        (
            TABLE + "        name: n\n    metric_tags:\n"
            "      - {tag: a, column: {OID: 1.3.6.1.4.1.99999.3.1.3, format: roman}}\n",
            7, 65, "unknown format, the value is shown as the device gives it: 'roman'",
        ),
        ("metrics:\n  - MIB: IF-MIB\n    symbol: ifNumber\n", 3, 13, "'ifNumber' is a name"),
        ("metrics:\n  - table: ifTable\n    symbols: [ifInOctets]\n", 3, 15, "'ifInOctets' is a name"),
        ("metrics:\n  - symbol: {OID: 1.3.6.1.2.1.2.1, name: ifNumber}\n", 2, 19, "does not end in .0"),
        (
            "metrics:\n  - symbol: {OID: 1.3.6.1.2.1.2.1.0, name: ifNumber}\n    metric_tags: [a:b]\n",
            3, 5, "tags on a scalar",
        ),
    ],
)  # fmt: skip
def test_what_a_foreign_file_asks_and_we_cannot_do_is_a_warning_at_its_place(
    text: str, line: int, column: int, words: str
) -> None:
    profile, problems = read(text)

    assert profile is not None
    problem = next(problem for problem in problems if words in problem.message)
    assert (problem.file, problem.line, problem.column) == ("profiles/lamps.yaml", line, column)
    assert {problem.severity for problem in problems} == {"warning"}


def test_the_rest_of_a_file_with_warnings_is_used() -> None:
    profile, _ = read("""\
metadata: {}
metrics:
  - symbol: ifNumber
  - table: {OID: 1.3.6.1.4.1.99999.3, name: lampTable}
    symbols:
      - {OID: 1.3.6.1.4.1.99999.3.1.2, name: a, extract_value: '('}
      - {OID: 1.3.6.1.4.1.99999.3.1.3, name: b}
    metric_tags:
      - {tag: room, column: roomName}
      - {tag: lamp, index: 1}
""")

    assert profile is not None
    (table,) = profile.tables
    assert [column.name for column in table.columns] == ["a", "b"]
    assert [label.name for label in table.labels] == ["lamp"]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("metrics:\n  - symbol: {OID: 1.3.x.1, name: n}\n", 2, 19, "not a numeric OID"),
        ("metrics:\n  - symbol: {OID: 1.3.6.1.4294967296.0, name: n}\n", 2, 19, "4294967295"),
        ("metrics:\n  - symbol: {OID: 1.3.6.1.4.1.0}\n", 2, 13, "needs a name"),
        ("sysobjectid: [1.3.6.1, enterprises.9]\n", 1, 24, "is not an OID"),
        ("metrics: 5\n", 1, 10, "metrics is a list, not '5'"),
        ("metrics: [5]\n", 1, 11, "a metric is a mapping"),
        ("- a\n", 1, 1, "a profile is a mapping"),
        ("", 1, 1, "a profile is a mapping, not nothing"),
        ("device: acme\n", 1, 9, "device is a mapping"),
        ("metrics:\n  - symbol: {OID: 1.3.6.0, name: n, scale_factor: much}\n", 2, 51, "scale_factor is a number"),
        ("metrics:\n  - symbol: {OID: 1.3.6.0, name: n, kind: float}\n", 2, 43, "kind is one of counter32"),
        ("metrics:\n  - symbol: {OID: 1.3.6.0, name: n, enum: {up: 1}}\n", 2, 44, "'up' is not an integer"),
        ("metrics:\n  - symbol: {OID: 1.3.6.0, name: [n]}\n", 2, 34, "name is a text, not a list"),
        (TABLE + "        name: n\n    metric_tags: [{tag: a, index: one}]\n", 6, 35, "counted from 1"),
        (TABLE + "        name: n\n    walk: ifIndex\n", 6, 11, "not a numeric OID"),
    ],
)
def test_what_makes_a_file_unusable_is_an_error_at_its_place(text: str, line: int, column: int, words: str) -> None:
    profile, problems = read(text)

    assert profile is None
    problem = next(problem for problem in problems if problem.severity == "error")
    assert (problem.line, problem.column) == (line, column)
    assert words in problem.message


@pytest.mark.parametrize(("word", "once"), [("", False), ("\n    once: true", True), ("\n    once: false", False)])
def test_a_table_may_say_that_its_rows_are_facts(tmp_path: Path, word: str, once: bool) -> None:
    text = f"""
metrics:
  - table: {{OID: 1.3.6.1.4.1.99999.3, name: lampTable}}{word}
    symbols: [{{OID: 1.3.6.1.4.1.99999.3.1.2, name: lampHours}}]
"""
    (table,) = load(tmp_path, lamp=text)["lamp"].tables

    assert table.once is once


def test_once_is_true_or_false() -> None:
    profile, problems = read("""\
metrics:
  - table: {OID: 1.3.6.1.4.1.99999.3, name: lampTable}
    once: seldom
    symbols: [{OID: 1.3.6.1.4.1.99999.3.1.2, name: lampHours}]
""")

    assert profile is None
    assert [(problem.line, problem.message) for problem in problems] == [(3, "once is true or false, not 'seldom'")]


def test_a_column_and_a_tag_may_be_asked_seldom(tmp_path: Path) -> None:
    text = """
metrics:
  - table: {OID: 1.3.6.1.4.1.99999.3, name: lampTable}
    symbols:
      - {OID: 1.3.6.1.4.1.99999.3.1.2, name: lampHours}
      - {OID: 1.3.6.1.4.1.99999.3.1.3, name: lampKind, every: 30}
    metric_tags: [{tag: lampName, column: {OID: 1.3.6.1.4.1.99999.3.1.4, name: lampName, every: 10}}]
"""
    (table,) = load(tmp_path, lamp=text)["lamp"].tables

    assert [column.every for column in table.columns] == [1, 30]
    assert [label.every for label in table.labels] == [10]


def test_what_hardly_moves_of_interfaces_is_asked_seldom_whoever_writes_it_down(tmp_path: Path) -> None:
    text = """
metrics:
  - table: {OID: 1.3.6.1.2.1.31.1.1, name: ifXTable}
    symbols: [{OID: 1.3.6.1.2.1.2.2.1.5, name: ifSpeed}, {OID: 1.3.6.1.2.1.31.1.1.1.15, name: ifHighSpeed}]
    metric_tags: [{tag: ifAlias, column: {OID: 1.3.6.1.2.1.31.1.1.1.18, name: ifAlias}}]
"""
    (table,) = load(tmp_path, port=text)["port"].tables

    every = {column.name: column.every for column in table.columns}
    assert (every["ifSpeed"], every["ifHighSpeed"]) == (5, 1)
    assert {label.name: label.every for label in table.labels}["ifAlias"] == 5


@pytest.mark.parametrize("word", ["0", "2000", "often", "true", "1.5"])
def test_how_seldom_a_column_is_asked_is_a_number_of_polls(word: str) -> None:
    profile, problems = read(f"""\
metrics:
  - table: {{OID: 1.3.6.1.4.1.99999.3, name: lampTable}}
    symbols: [{{OID: 1.3.6.1.4.1.99999.3.1.2, name: lampHours, every: {word}}}]
""")

    assert profile is None
    assert problems[0].line == 3
    assert "every is a whole number of polls from 1 to 1440" in problems[0].message


def test_all_that_is_wrong_with_a_file_is_said_at_once() -> None:
    text = "sysobjectid: x\nmetrics:\n  - symbol: {OID: 1.y, name: n}\n  - symbol: {OID: 1.z, name: n}\n"

    assert [line for line, _, _ in places(text)] == [1, 3, 4]


def test_a_file_that_is_no_yaml_is_left_out_with_its_line_and_the_rest_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("metrics:\n  - [\n", encoding="utf-8")
    (tmp_path / "lamps.yaml").write_text(LAMPS, encoding="utf-8")

    library = load_library([tmp_path])

    (problem,) = library.problems
    assert (Path(problem.file).name, problem.severity) == ("broken.yaml", "error")
    assert problem.line >= 2
    assert "lamps" in library.names()


def test_an_entry_oid_written_where_the_tables_belongs_is_understood(tmp_path: Path) -> None:
    text = """
metrics:
  - table: {OID: 1.3.6.1.4.1.2021.13.15.1.1, name: diskIOTable}
    symbols: [{OID: 1.3.6.1.4.1.2021.13.15.1.1.5, name: diskIOReads}]
"""
    (table,) = load(tmp_path, disks=text)["disks"].tables

    assert table.oid == Oid.parse("1.3.6.1.4.1.2021.13.15.1")


def test_our_own_words_say_how_rows_are_found_and_kept(tmp_path: Path) -> None:
    text = """
metrics:
  - table: {OID: 1.3.6.1.4.1.99999.3, name: lampTable}
    walk: 1.3.6.1.4.1.99999.3.1.1
    identity: lamp
    rate_limit: lampMaximum
    discontinuity: 1.3.6.1.4.1.99999.3.1.9
    symbols:
      - {OID: 1.3.6.1.4.1.99999.3.1.3, name: lampMaximum, kind: gauge}
      - {OID: 1.3.6.1.4.1.99999.3.1.4, name: lampBlinks, kind: counter32}
      - {OID: 1.3.6.1.4.1.99999.3.1.5, name: lampHCBlinks, kind: counter64, wide_of: lampBlinks}
      - {OID: 1.3.6.1.4.1.99999.3.1.6, name: lampMode, enum: {1: dim, 2: bright}}
    metric_tags: [{tag: lamp, index: 0}]
"""
    (table,) = load(tmp_path, lamps=text)["lamps"].tables

    assert (str(table.walk), table.identity, table.rate_limit) == ("1.3.6.1.4.1.99999.3.1.1", "lamp", "lampMaximum")
    assert str(table.discontinuity) == "1.3.6.1.4.1.99999.3.1.9"
    assert [column.kind for column in table.columns] == ["gauge", "counter32", "counter64", "enum"]
    assert table.columns[2].wide_of == "lampBlinks"
    assert table.labels[0].index_position == 0


def test_junk_anywhere_in_a_file_is_noted_and_never_raises() -> None:
    dice = random.Random(11)
    tree = plain(parse_yaml(LAMPS, "f").data)
    unusable = 0

    for _ in range(3000):
        profile, problems = read_profile_file(YamlFile(name="f", data=with_junk(tree, dice)))
        unusable += profile is None
        assert profile is not None or any(problem.severity == "error" for problem in problems)

    assert 100 < unusable < 3000


def with_junk(tree: Any, dice: random.Random) -> Any:
    """Return a copy with something else in one place."""
    junk = [None, [], {}, [[]], {"a": []}, 0, -1, 1.5, True, "", "x", "1.3.6.1.*", {1: {2: 3}}, [None], {None: None}]
    if not isinstance(tree, dict | list) or not tree or dice.random() < 0.1:
        return dice.choice(junk)
    if isinstance(tree, list):
        place = dice.randrange(len(tree))
        return [with_junk(item, dice) if number == place else item for number, item in enumerate(tree)]
    key = dice.choice(list(tree))
    return {name: with_junk(item, dice) if name == key else item for name, item in tree.items()}


def test_where_names_are_known_an_oid_may_be_a_name(tmp_path):
    names = {"IF-MIB::ifInOctets": Oid.parse("1.3.6.1.2.1.2.2.1.10")}

    def resolve(text: str) -> Oid:
        return names.get(text) or Oid.parse(text)

    path = tmp_path / "named.yaml"
    path.write_text("metrics:\n  - symbol: {OID: 'IF-MIB::ifInOctets', name: n}\n")
    profile, _ = read_profile(path, resolve=resolve)
    assert profile is not None
    assert profile.scalars[0].oid.is_under(names["IF-MIB::ifInOctets"])
    assert [problem.severity for problem in read_profile(path)[1]] == ["error"]


def test_a_value_may_be_missing_at_values_of_another_column() -> None:
    text = """
metrics:
  - table: {OID: 1.3.6.1.4.1.99999.3, name: lampTable}
    symbols:
      - {OID: 1.3.6.1.4.1.99999.3.1.1, name: lampHeat, kind: gauge, missing_when: {lampState: [2, 3]}}
      - {OID: 1.3.6.1.4.1.99999.3.1.2, name: lampState, kind: enum, enum: {1: on, 2: off, 3: broken}}
"""
    profile, problems = read(text)

    assert problems == []
    assert profile is not None
    assert profile.tables[0].columns[0].missing_when == (("lampState", frozenset({2, 3})),)


@pytest.mark.parametrize(("when", "severity", "words"), [
    ("{lampState: off}", "error", "lampState is a list"),
    ("{lampState: [off]}", "error", "whole numbers"),
    ("lampState", "error", "missing_when is a mapping"),
    ("{lampMood: [1]}", "warning", "no symbol of this table"),
])  # fmt: skip
def test_what_cannot_say_when_a_value_is_missing_is_named(when: str, severity: str, words: str) -> None:
    text = (
        "metrics:\n  - table: {OID: 1.3.6.1.4.1.99999.3, name: lampTable}\n    symbols:\n"
        f"      - {{OID: 1.3.6.1.4.1.99999.3.1.1, name: lampHeat, kind: gauge, missing_when: {when}}}\n"
        "      - {OID: 1.3.6.1.4.1.99999.3.1.2, name: lampState, kind: gauge}\n"
    )
    _, problems = read(text)

    assert [problem.severity for problem in problems if words in problem.message] == [severity]


def test_the_index_clause_of_a_table_makes_labels(tmp_path: Path) -> None:
    lamps = LAMPS.replace("    metric_tags:", "    index: [acmeHall, '-', inet acmeLampAddress]\n    metric_tags:", 1)
    hall, address, *_ = table_of(load(tmp_path, lamps=lamps)["lamps"], "acmeLampTable").labels

    assert (hall.name, hall.index_position, address.name, address.index_position) == (
        "acmeHall",
        1,
        "acmeLampAddress",
        3,
    )
    assert hall.shapes == address.shapes == ("number", "number", "inet")


def test_a_part_of_an_index_that_is_none_of_the_known_shapes_is_an_error(tmp_path: Path) -> None:
    lamps = LAMPS.replace("    metric_tags:", "    index: [circle acmeHall]\n    metric_tags:", 1)
    (tmp_path / "lamps.yaml").write_text(lamps)
    _, problems = read_profile(tmp_path / "lamps.yaml")

    assert "a part of an index is a name, or one of number, ipv4" in problems[0].message


def test_labels_may_stand_in_another_table_under_a_part_of_the_index_and_be_taken_out_of_a_text() -> None:
    profile, problems = read("""\
metrics:
  - MIB: ACME
    table: {OID: 1.3.6.1.4.1.99999.3, name: radioTable}
    static_tags: [site:north]
    symbols:
      - {OID: 1.3.6.1.4.1.99999.3.1.2, name: clients}
    metric_tags:
      - kind:radio
      - tag: ap
        symbol: {OID: 1.3.6.1.4.1.99999.2.1.1, name: apMac, format: mac_address}
        index_transform: [{start: 0, end: 5}]
      - symbol: {OID: 1.3.6.1.4.1.99999.3.1.3, name: radioName}
        match: '(\\w+)-(\\w+)'
        tags: {building: '\\1', room: '$2'}
""")

    assert profile is not None
    assert problems == []
    (table,) = profile.tables
    found = {label.name: label for label in table.labels}
    assert list(found) == ["kind", "ap", "building", "room", "site"]
    assert (found["kind"].fixed, found["site"].fixed) == ("radio", "north")
    assert (found["ap"].slices, found["ap"].form) == (((0, 5),), "mac_address")
    assert found["ap"].row_of((1, 2, 3, 4, 5, 6, 7)) == (1, 2, 3, 4, 5, 6)
    assert [edit.value for name in ("building", "room") if (edit := found[name].edit)] == ["\\1", "$2"]


def test_flags_of_one_text_are_columns_under_their_own_names() -> None:
    flags = "".join(
        f"""
  - MIB: ACME
    symbol: {{OID: 1.3.6.1.4.1.99999.1.0, name: state}}
    metric_type: flag_stream
    options: {{placement: {place}, metric_suffix: {name}}}"""
        for place, name in ((4, "OnLine"), (5, "Spare"))
    )
    profile, problems = read(f"metrics:{flags}\n")

    assert profile is not None
    assert problems == []
    assert [(one.name, one.kind, one.edit.placement) for one in profile.scalars if one.edit] == [
        ("state_OnLine", ColumnKind.GAUGE, 4),
        ("state_Spare", ColumnKind.GAUGE, 5),
    ]


def test_a_part_of_a_text_is_a_text_where_the_column_is_one() -> None:
    profile, problems = read("""\
metrics:
  - symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: acmeModel, kind: text, match_pattern: '^(A.*) v', match_value: Acme $1}
  - symbol: {OID: 1.3.6.1.4.1.99999.1.0, name: acmeVersion, extract_value: ' v([0-9.]+)'}
""")

    assert profile is not None
    assert problems == []
    model, version = (one.edit for one in profile.scalars)
    assert model is not None
    assert version is not None
    assert edited(model, b"A-12 v3.4") == b"Acme A-12"
    assert edited(version, b"A-12 v3.4") == 3.4


def test_metadata_says_who_the_device_is() -> None:
    profile, problems = read("""\
metadata:
  device:
    fields:
      vendor: {value: acme}
      version:
        symbols:
          - {OID: 1.3.6.1.2.1.1.1.0, name: sysDescr, extract_value: 'v([0-9.]+)'}
          - {OID: 1.3.6.1.4.1.99999.1.0, name: acmeVersion}
      os_name:
        symbol: {OID: 1.3.6.1.2.1.1.1.0, name: sysDescr, match_pattern: 'AcmeOS', match_value: Acme OS}
        value: unknown OS
""")

    assert profile is not None
    assert problems == []
    assert profile.vendor == "acme"
    (identity,) = profile.own_concepts
    assert (identity.concept, sorted(identity.labels)) == ("identity", ["os", "vendor", "version"])
    assert [(one.name, one.once, one.edit.pattern if one.edit else "") for one in profile.own_scalars] == [
        ("metadata_version", True, "v([0-9.]+)"),
        ("metadata_version_2", True, ""),
        ("metadata_os_name", True, "AcmeOS"),
    ]
    assert (profile.scalars, profile.concepts) == ((), ())


def test_what_is_to_be_done_to_a_tags_column_and_stands_beside_it_is_a_word_of_warning() -> None:
    beside = LAMPS.replace("- tag: lamp\n", "- tag: lamp\n        extract_value: '(.+)-'\n")
    within = LAMPS.replace("    name: acmeLampName\n", "    name: acmeLampName\n          extract_value: '(.+)-'\n")

    assert [problem.path for problem in read(beside)[1] if "extract_value" in problem.message] == [
        "metrics[2].metric_tags[0].extract_value"
    ]
    assert not [problem for problem in read(within)[1] if "extract_value" in problem.message]
