"""What was made of many files is found again by the next start, and by no other than those very files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from netwatch.model import Oid, checked
from netwatch.profiles import ProfileLibrary, load_library, loading

PROFILE = """
sysobjectid: 1.3.6.1.4.1.32473.{number}.*
metrics:
  - table: {{OID: 1.3.6.1.4.1.32473.9.{number}, name: heat{number}}}
    symbols: [{{OID: {oid}, name: heatNow{number}, kind: gauge}}]
    concepts: [{{concept: sensor, sensor: 'Heat {{index}}', quantity: celsius, sensor_value: heatNow{number}}}]
"""
SIGNS = "os: probeos\ntext: Probe\ndiscovery:\n    - sysObjectID: .1.3.6.1.4.1.99999.1\n"
KNOWN = {"HEAT-MIB::now": "1.3.6.1.4.1.32473.9.1.1.7"}


def resolve(text: str) -> Oid:
    return Oid.parse(KNOWN.get(text, text))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of few files, which are many here; the cache stands beside it."""
    monkeypatch.setattr(loading, "MANY_FILES", 3)
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "cache"))
    files = tmp_path / "files"
    files.mkdir()
    (files / "named.yaml").write_text(PROFILE.format(number=1, oid="HEAT-MIB::now"))
    (files / "other.yaml").write_text(PROFILE.format(number=2, oid="1.3.6.1.4.1.32473.9.2.1.7"))
    (files / "signs.yaml").write_text(SIGNS)
    return files


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every profile that is read from its file."""
    found: list[Path] = []
    read = loading.read_profile

    def noted(path: Path, **options: object):
        found.append(path)
        return read(path, **options)

    monkeypatch.setattr(loading, "read_profile", noted)
    return found


def entry(folder: Path) -> Path:
    (path,) = (folder.parent / "cache" / "profiles").iterdir()
    return path


def told(library: ProfileLibrary) -> object:
    profile = library.match(Oid.parse("1.3.6.1.4.1.32473.2.5"))
    kit = library.kit_of(profile, frozenset(library.catalogue.tables))
    compiled = [library.compiled(one).map.place for one in kit.concepts if one.table == "heat2"]
    system = library.foreign.system_of("1.3.6.1.4.1.99999.1.2", "", {})
    return profile, compiled, system, library.names(), library.schema(), library.problems, library.catalogue.digest


def test_the_second_start_reads_no_file_and_knows_the_same(folder, reads):
    first = load_library([folder], resolve)
    assert {path.name for path in reads} >= {"named.yaml", "other.yaml"}
    reads.clear()
    second = load_library([folder], resolve)
    assert reads == []
    profiles, *rest = told(first)
    again, *others = told(second)
    assert (again.tables, again.scalars, len(again.concepts)) == (profiles.tables, profiles.scalars, 1)
    assert others == rest
    assert rest[1] == "probeos"
    assert {Path(file.yaml.name).name for file in second.files} >= {"named.yaml", "other.yaml"}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"heatNow1", b"heatNow3"))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def forge(path: Path) -> None:
    """Something whole, with its checksum, that was never written here."""
    path.write_bytes(checked(b'{"asked": {}, "library": {"atoms": [], "shapes": [], "nodes": [[0]], "value": 0}}'))


@pytest.mark.parametrize("damage", [cut, change, empty, forge])
def test_a_damaged_entry_is_made_anew(folder, reads, damage: Callable[[Path], None]):
    load_library([folder], resolve)
    whole = entry(folder).read_bytes()
    damage(entry(folder))
    reads.clear()
    library = load_library([folder], resolve)
    assert reads
    assert "heatNow1" in library.schema()["heat1"].columns
    assert entry(folder).read_bytes() == whole


def test_a_changed_file_is_read(folder):
    load_library([folder], resolve)
    (folder / "other.yaml").write_text(PROFILE.format(number=7, oid="1.3.6.1.4.1.32473.9.7.1.7"))
    assert "heat7" in load_library([folder], resolve).schema()


def test_where_a_name_means_another_object_the_files_are_read(folder):
    load_library([folder], resolve)
    with_mib = load_library(
        [folder], lambda text: Oid.parse(text.replace("HEAT-MIB::now", "1.3.6.1.4.1.32473.9.1.1.8"))
    )
    assert str(with_mib.named("named").tables[0].columns[0].oid) == "1.3.6.1.4.1.32473.9.1.1.8"
    without = load_library([folder], Oid.parse)
    assert [problem.severity for problem in without.problems if "HEAT-MIB" in problem.message] == ["error"]
    assert load_library([folder], Oid.parse).problems == without.problems


def test_without_a_directory_to_write_in_all_is_read_each_time(folder, reads, monkeypatch):
    (folder.parent / "file").touch()
    monkeypatch.setenv("CACHE_DIRECTORY", str(folder.parent / "file"))
    assert "heat1" in load_library([folder], resolve).schema()
    reads.clear()
    assert "heat1" in load_library([folder], resolve).schema()
    assert reads


def test_entries_not_used_for_longest_go(folder):
    for number in range(3, 9):
        (folder / "other.yaml").write_text(PROFILE.format(number=number, oid=f"1.3.6.1.4.1.32473.9.{number}.1.7"))
        load_library([folder], resolve)
    assert len(list((folder.parent / "cache" / "profiles").iterdir())) == 4
