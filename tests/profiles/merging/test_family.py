"""`extends`: chains, overrides, circles, and what is left when a base is missing."""

from __future__ import annotations

from pathlib import Path

from netwatch.model import Problem
from netwatch.profiles import ProfileLibrary, load_library

LAMP_TABLE = "table: {OID: 1.3.6.1.4.1.99999.3, name: lampTable}"


def load(directory: Path, **texts: str) -> ProfileLibrary:
    for name, text in texts.items():
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_library([directory])


def scalar(name: str, number: int, more: str = "") -> str:
    return f"metrics: [{{symbol: {{OID: 1.3.6.1.4.1.99999.{number}.0, name: {name}{more}}}}}]\n"


def where(problem: Problem) -> tuple[str, int, int]:
    return Path(problem.file).name, problem.line, problem.column


def test_a_chain_of_bases_is_followed_to_its_end(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        _lamp=scalar("a", 1) + "device: {vendor: acme}\nsysobjectid: 1.3.6.1.4.1.99999.*\n",
        _big_lamp="extends: [_lamp.yaml]\n" + scalar("b", 2),
        lighthouse="extends: [_big_lamp]\n" + scalar("c", 3),
    )

    profile = library.named("lighthouse")
    assert library.problems == ()
    assert [column.name for column in profile.scalars] == ["a", "b", "c"]
    assert profile.vendor == "acme"
    assert profile.sys_object_ids == ()  # whom a base is for says nothing of whom this is for


def test_what_a_file_says_itself_wins_over_its_bases_and_a_later_base_over_an_earlier(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        one=scalar("a", 1),
        two=scalar("a", 2),
        both="extends: [one, two]\n",
        own="extends: [one, two]\n" + scalar("a", 3),
    )

    assert str(library.named("both").scalars[0].oid) == "1.3.6.1.4.1.99999.2.0"
    assert str(library.named("own").scalars[0].oid) == "1.3.6.1.4.1.99999.3.0"


def test_tables_of_the_same_oid_grow_together_column_by_column_and_label_by_label(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        base=f"""
metrics:
  - {LAMP_TABLE}
    walk: 1.3.6.1.4.1.99999.3.1.1
    symbols:
      - {{OID: 1.3.6.1.4.1.99999.3.1.2, name: lampHours}}
      - {{OID: 1.3.6.1.4.1.99999.3.1.3, name: lampWatts}}
    metric_tags: [{{tag: lamp, index: 1}}]
""",
        own=f"""
extends: [base]
metrics:
  - {LAMP_TABLE}
    symbols:
      - {{OID: 1.3.6.1.4.1.99999.3.1.3, name: lampWatts, scale_factor: 10}}
      - {{OID: 1.3.6.1.4.1.99999.3.1.4, name: lampMode}}
    metric_tags: [{{tag: room, index: 2}}]
""",
    )

    (table,) = library.named("own").tables
    assert [(column.name, column.scale) for column in table.columns] == [
        ("lampHours", 1),
        ("lampWatts", 10),
        ("lampMode", 1),
    ]
    assert [label.name for label in table.labels] == ["lamp", "room"]
    assert str(table.walk) == "1.3.6.1.4.1.99999.3.1.1"


def test_extending_what_is_not_there_is_an_error_at_the_line_and_others_are_loaded(tmp_path: Path) -> None:
    library = load(tmp_path, lamp="extends:\n  - generic-if\n  - _nobody.yaml\n", good=scalar("a", 1))

    (problem,) = library.problems
    assert where(problem) == ("lamp.yaml", 3, 5)
    assert (problem.severity, problem.path) == ("error", "extends[1]")
    assert "'_nobody'" in problem.message
    assert "lamp" not in library.names()
    assert "good" in library.names()


def test_a_circle_of_bases_is_an_error_that_shows_the_circle(tmp_path: Path) -> None:
    library = load(tmp_path, a="extends: [b]\n", b="extends: [c]\n", c="extends: [a]\n", good=scalar("a", 1))

    messages = [problem.message for problem in library.problems]
    assert "extends itself: a -> b -> c -> a" in messages
    assert {"a", "b", "c"}.isdisjoint(library.names())
    assert "good" in library.names()


def test_a_file_that_extends_only_itself_is_a_circle_unless_a_shipped_one_has_its_name(tmp_path: Path) -> None:
    library = load(tmp_path, lamp="extends: [lamp]\n")

    assert [problem.message for problem in library.problems] == ["extends itself: lamp -> lamp"]


def test_what_extends_a_file_with_errors_is_left_out_too_and_says_why(tmp_path: Path) -> None:
    library = load(tmp_path, base="extends: [nobody]\n", lamp="extends: [base]\n")

    assert [(where(problem)[0], problem.message) for problem in library.problems] == [
        ("base.yaml", "extends 'nobody', which is not there or could not be read"),
        ("lamp.yaml", "extends 'base', which is left out for its own errors"),
    ]


def test_the_shipped_profile_stands_in_for_a_users_file_of_its_name_that_cannot_be_used(tmp_path: Path) -> None:
    library = load(tmp_path, **{"generic-if": "extends: [nobody]\n"})

    assert len(library.problems) == 1
    assert "ifTable" in {table.name for table in library.named("generic").tables}


def test_two_tables_of_one_name_are_kept_apart_and_that_is_said(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        lamp=f"""
metrics:
  - {LAMP_TABLE}
    symbols: [{{OID: 1.3.6.1.4.1.99999.3.1.2, name: a}}]
  - table: {{OID: 1.3.6.1.4.1.99999.7, name: lampTable}}
    symbols: [{{OID: 1.3.6.1.4.1.99999.7.1.2, name: b}}]
""",
    )

    assert [table.name for table in library.named("lamp").tables] == ["lampTable", "lampTable_7"]
    (problem,) = library.problems
    assert problem.severity == "warning"
    assert "1.3.6.1.4.1.99999.7 is called lampTable_7" in problem.message


def test_a_table_cannot_take_the_name_of_one_of_our_own(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        lamp="""
metrics:
  - table: {OID: 1.3.6.1.4.1.99999.7, name: system}
    symbols: [{OID: 1.3.6.1.4.1.99999.7.1.2, name: b}]
""",
    )

    assert [table.name for table in library.named("lamp").tables] == ["system_7"]
    assert "b" not in library.schema()["system"].columns


def test_an_identity_or_rate_limit_that_is_not_in_the_table_is_ignored_and_named(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        lamp=f"""
metrics:
  - {LAMP_TABLE}
    identity: lampName
    rate_limit: lampMaximum
    symbols: [{{OID: 1.3.6.1.4.1.99999.3.1.2, name: a}}]
""",
    )

    (table,) = library.named("lamp").tables
    assert (table.identity, table.rate_limit) == ("", "")
    assert [problem.severity for problem in library.problems] == ["warning", "warning"]
    assert "'lampName'" in library.problems[0].message
    assert "'lampMaximum'" in library.problems[1].message


def test_a_standard_scalar_does_not_tell_that_a_device_is_one_that_a_file_is_for(tmp_path: Path) -> None:
    probe, serial = "1.3.6.1.2.1.16.19.2.0", "1.3.6.1.4.1.99999.1.0"
    library = load(
        tmp_path,
        acme=f"""
sysobjectid: 1.3.6.1.4.1.99999.*
metrics:
  - {{symbol: {{OID: {probe}, name: acmeProbe, kind: text}}}}
  - {{symbol: {{OID: {serial}, name: acmeSerial, kind: text}}}}
concepts:
  - {{concept: identity, rank: 40, vendor: Acme, serial: "{{acmeSerial}}"}}
""",
    )

    [known] = [one for one in library.catalogue.maps if "acme" in one.map.place[0]]
    assert {str(oid) for oid in known.any_of} == {serial}
