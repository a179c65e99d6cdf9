"""The library: which profile a device gets, whose file wins, and what readings can hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.errors import ConfigError
from netwatch.model import ColumnKind, Oid
from netwatch.profiles import ProfileLibrary, load_library


@pytest.fixture(scope="module")
def shipped() -> ProfileLibrary:
    return load_library([])


def write(directory: Path, **files: str) -> Path:
    for name, text in files.items():
        (directory / f"{name.replace('__', '-')}.yaml").write_text(text, encoding="utf-8")
    return directory


def test_the_shipped_profiles_have_neither_errors_nor_warnings(shipped: ProfileLibrary) -> None:
    assert shipped.problems == ()
    assert {"generic", "generic-device", "generic-if", "host-resources"} <= set(shipped.names())


def test_a_device_nobody_knows_gets_the_generic_profile(shipped: ProfileLibrary) -> None:
    profile = shipped.match(Oid.parse("1.3.6.1.4.1.99999.1"))

    assert profile.name == "generic"
    assert {table.name for table in profile.tables} == {
        "ifTable", "hrProcessorTable", "hrStorageTable", "hrFSTable", "hrPrinterTable", "laTable", "dskTable",
    }  # fmt: skip
    assert shipped.match(None) is profile


def test_an_exact_pattern_wins_over_a_longer_wildcard_and_that_over_a_shorter(tmp_path: Path) -> None:
    library = load_library(
        [
            write(
                tmp_path,
                vendor="sysobjectid: 1.3.6.1.4.1.99999.*",
                family="sysobjectid: [1.3.6.1.4.1.99999.1.*, 1.3.6.1.4.1.99998.*]",
                model="sysobjectid: 1.3.6.1.4.1.99999.1.7",
            )
        ]
    )

    def name_for(oid: str) -> str:
        return library.match(Oid.parse(oid)).name

    assert name_for("1.3.6.1.4.1.99999.1.7") == "model"
    assert name_for("1.3.6.1.4.1.99999.1.7.1") == "family"
    assert name_for("1.3.6.1.4.1.99999.1.8") == "family"
    assert name_for("1.3.6.1.4.1.99999.2") == "vendor"
    assert name_for("1.3.6.1.4.1.999990.2") == "generic"
    assert name_for("1.3.6.1.4.1.99998.5") == "family"


def test_a_users_file_adds_to_the_shipped_one_of_its_name_and_nothing_shipped_is_lost(tmp_path: Path) -> None:
    text = "metrics: [{symbol: {OID: 1.3.6.1.4.1.99999.5.0, name: roomTemperature}}]"

    library = load_library([write(tmp_path, host__resources=text)])

    assert [column.name for column in library.named("host-resources").scalars][-1] == "roomTemperature"
    assert "roomTemperature" in {column.name for column in library.named("generic").scalars}
    assert "hrStorageTable" in {table.name for table in library.named("generic").tables}


def test_a_users_file_of_a_shipped_ones_name_is_for_the_devices_of_both(tmp_path: Path) -> None:
    library = load_library([write(tmp_path, cisco="sysobjectid: 1.3.6.1.4.1.99999.*")])

    assert library.match(Oid.parse("1.3.6.1.4.1.9.1.5")).name == "cisco"
    assert library.match(Oid.parse("1.3.6.1.4.1.99999.5")).name == "cisco"
    assert "cpmCPUTotalTable" in {table.name for table in library.named("cisco").tables}


def test_a_users_file_may_add_to_the_shipped_one_of_the_same_name(tmp_path: Path) -> None:
    text = """
extends: [generic-if.yaml]
metrics:
  - table: {OID: 1.3.6.1.2.1.2.2, name: ifTable}
    symbols: [{OID: 1.3.6.1.2.1.2.2.1.4, name: ifMtu}]
"""
    library = load_library([write(tmp_path, generic__if=text)])

    assert library.problems == ()
    (table,) = library.named("generic-if").tables
    assert {"ifMtu", "ifHCInOctets"} <= {column.name for column in table.columns}
    assert "ifMtu" in library.schema()["ifTable"].columns


def test_the_last_of_several_paths_wins_and_a_path_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = write(tmp_path / "a", lamp="sysobjectid: 1.3.6.1.4.1.99999.1")
    second = write(tmp_path / "b", lamp="sysobjectid: 1.3.6.1.4.1.99999.2") / "lamp.yaml"

    assert load_library([first, second]).named("lamp").sys_object_ids == ("1.3.6.1.4.1.99999.2",)


def test_a_file_with_errors_is_left_out_and_the_shipped_one_of_its_name_stays(tmp_path: Path) -> None:
    write(
        tmp_path, generic__if="metrics: [{symbol: {OID: 1.3.six, name: x}}]", good="sysobjectid: 1.3.6.1.4.1.99999.1"
    )

    library = load_library([tmp_path])

    assert [problem.severity for problem in library.problems] == ["error"]
    assert "ifTable" in {table.name for table in library.named("generic-if").tables}
    assert library.named("good")


def test_a_path_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    (problem,) = load_library([tmp_path / "nowhere"]).problems

    assert problem.file == str(tmp_path / "nowhere")
    assert problem.severity == "error"


def test_two_files_for_the_same_devices_are_named_and_the_first_is_used(tmp_path: Path) -> None:
    library = load_library(
        [write(tmp_path, a="sysobjectid: 1.3.6.1.4.1.99999.*", b="extends: []\nsysobjectid: 1.3.6.1.4.1.99999.*")]
    )

    (problem,) = library.problems
    assert (Path(problem.file).name, problem.line, problem.severity) == ("b.yaml", 2, "warning")
    assert library.match(Oid.parse("1.3.6.1.4.1.99999.1")).name == "a"


def test_asking_for_a_profile_nobody_wrote_suggests_a_near_name(shipped: ProfileLibrary) -> None:
    with pytest.raises(ConfigError, match="did you mean 'generic-if'"):
        shipped.named("generic-fi")


def test_the_schema_knows_every_table_with_kinds_labels_and_names_of_values(shipped: ProfileLibrary) -> None:
    schema = shipped.schema()

    assert {"system", "reachability", "netwatch", "ifTable", "hrStorageTable", "hrProcessorTable"} <= set(schema)
    interfaces = schema["ifTable"]
    assert interfaces.columns["ifHCInOctets"] is ColumnKind.COUNTER64
    assert interfaces.columns["ifInOctets"] is ColumnKind.COUNTER32
    assert interfaces.columns["ifOperStatus"] is ColumnKind.ENUM
    assert interfaces.enums is not None
    assert interfaces.enums["ifOperStatus"][7] == "lowerLayerDown"
    assert interfaces.labels == ("ifIndex", "ifName", "ifAlias", "ifDescr")
    assert schema["system"].columns["sysName"] is ColumnKind.TEXT
    assert schema["hrStorageTable"].labels == ("hrStorageIndex", "hrStorageDescr", "hrStorageType")


def test_a_profile_that_knows_a_columns_kind_decides_for_one_that_guessed(tmp_path: Path) -> None:
    table = "table: {OID: 1.3.6.1.4.1.99999.1, name: lampTable}"
    write(
        tmp_path,
        a=f"metrics: [{{{table}, symbols: [{{OID: 1.3.6.1.4.1.99999.1.1.2, name: lampHours}}]}}]",
        b=f"metrics: [{{{table}, metric_type: rate, symbols: [{{OID: 1.3.6.1.4.1.99999.1.1.2, name: lampHours}}]}}]",
    )

    assert load_library([tmp_path]).schema()["lampTable"].columns["lampHours"] is ColumnKind.COUNTER64


def test_a_folder_is_read_with_all_below_it_but_what_is_hidden(tmp_path: Path) -> None:
    for folder in ("site", "site/deeper", ".old", "..2026_11_30"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, **{f"in__{Path(folder).name.strip('.')}": "sysobjectid: 1.3.6.1.4.1.99999.1\n"})
    (tmp_path / "site" / "round").symlink_to(tmp_path)

    library = load_library([tmp_path])

    assert {name for name in library.names() if name.startswith("in-")} == {"in-site", "in-deeper"}
