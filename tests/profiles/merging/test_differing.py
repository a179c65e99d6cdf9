"""Where a user's file and another one say different things, `check` says where and which one counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.profiles import load_library

OID = "1.3.6.1.4.1.99999.3"


def table(*symbols: str, name: str = "lampTable", more: str = "") -> str:
    lines = "".join(f"      - {{{symbol}}}\n" for symbol in symbols)
    return f"metrics:\n  - table: {{OID: {OID}, name: {name}}}\n{more}    symbols:\n{lines}"


def warnings(directory: Path, **texts: str) -> list[tuple[str, int, str]]:
    for name, text in texts.items():
        (directory / f"{name.replace('__', '-')}.yaml").write_text(text, encoding="utf-8")
    problems = load_library([directory]).problems
    assert {problem.severity for problem in problems} <= {"warning"}
    return [(Path(problem.file).name, problem.line, problem.message) for problem in problems]


HOURS = f"OID: {OID}.1.2, name: hours, kind: gauge"


@pytest.mark.parametrize(("later", "message"), [
    (f"{HOURS}, scale_factor: 24", "hours is multiplied with 24 here and with 1 in a.yaml; what stands here counts"),
    (f"OID: {OID}.1.9, name: hours, kind: gauge",
     f"hours is {OID}.1.9 here and {OID}.1.2 in a.yaml; what stands here counts"),
    (f"OID: {OID}.1.2, name: hours, kind: text",
     "hours is of kind text here and gauge in a.yaml; what stands here counts"),
])  # fmt: skip
def test_a_column_of_which_two_files_say_different_things_is_named(tmp_path: Path, later: str, message: str) -> None:
    found = warnings(tmp_path, a=table(HOURS), b=table(later))

    assert found == [("b.yaml", 4, message)]


def test_a_name_of_a_state_that_differs_is_named(tmp_path: Path) -> None:
    state = f"OID: {OID}.1.3, name: state, enum: "
    found = warnings(tmp_path, a=table(state + "{1: on, 2: off}"), b=table(HOURS, state + "{2: broken, 3: gone}"))

    assert found == [("b.yaml", 5, "2 of state is 'broken' here and 'off' in a.yaml; what stands here counts")]


def test_a_shipped_table_of_which_a_users_file_says_something_else_is_named_as_netwatchs(tmp_path: Path) -> None:
    text = """
metrics:
  - table: {OID: 1.3.6.1.2.1.25.2.3, name: hrStorageTable}
    symbols:
      - {OID: 1.3.6.1.2.1.25.2.3.1.5, name: hrStorageSize, kind: gauge, scale_factor: 1024}
"""
    message = (
        "hrStorageSize is multiplied with 1024 here and with 1 in host-resources.yaml of NetWatch;"
        " what stands here counts"
    )

    assert warnings(tmp_path, mine=text) == [("mine.yaml", 5, message)]
    assert warnings(tmp_path, host__resources=text)[0] == ("host-resources.yaml", 5, message)


def test_what_is_said_is_what_is_done(tmp_path: Path) -> None:
    warnings(tmp_path, a=table(HOURS), b=table(f"{HOURS}, scale_factor: 24"))
    library = load_library([tmp_path])

    (known,) = [one for one in library.catalogue.tables.values() if one.name == "lampTable"]
    assert known.columns[0].scale == 24


def test_a_scalar_and_a_tables_identity_are_named_too(tmp_path: Path) -> None:
    tags = "    metric_tags: [{tag: lamp, index: 1}, {tag: room, index: 2}]\n"
    scalar = "  - {symbol: {OID: 1.3.6.1.4.1.99999.9.0, name: lumens, kind: gauge}}\n"
    found = warnings(
        tmp_path,
        a=table(HOURS, more="    identity: lamp\n" + tags) + scalar,
        b=table(HOURS, more="    identity: room\n" + tags) + scalar.replace("gauge", "text"),
    )

    assert found == [
        ("b.yaml", 7, "lumens is of kind text here and gauge in a.yaml; what stands here counts"),
        ("b.yaml", 2, f"the identity at {OID} is room here and lamp in a.yaml; what stands here counts"),
    ]


def test_two_names_of_one_table_are_named(tmp_path: Path) -> None:
    found = warnings(tmp_path, a=table(HOURS), b=table(HOURS, name="lanternTable"))

    assert found == [
        ("b.yaml", 2, f"the table at {OID} is lanternTable here and lampTable in a.yaml; rules know it under both")
    ]


@pytest.mark.parametrize("head", ["extends: [a]\n", "sysobjectid: 1.3.6.1.4.1.99999.1\n"])
def test_a_file_that_extends_the_other_or_is_for_certain_devices_overrides_on_purpose(
    tmp_path: Path, head: str
) -> None:
    assert warnings(tmp_path, a=table(HOURS), b=head + table(f"{HOURS}, scale_factor: 24")) == []


def test_what_one_file_leaves_open_is_no_difference(tmp_path: Path) -> None:
    guessed = f"OID: {OID}.1.2, name: hours"

    assert warnings(tmp_path, a=table(HOURS), b=table(guessed)) == []


def test_of_two_users_files_of_one_name_the_one_that_is_left_out_is_named(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lamp.yaml").write_text(table(HOURS), encoding="utf-8")

    (problem,) = load_library([tmp_path / "first", tmp_path / "second"]).problems

    assert problem.file == str(tmp_path / "first" / "lamp.yaml")
    assert problem.severity == "warning"
    assert "second/lamp.yaml is profile 'lamp' too" in problem.message
