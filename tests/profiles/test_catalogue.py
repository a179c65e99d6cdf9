"""What all profiles know together: who is asked for which table, whose words count, and what a device then has."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.model import Oid
from netwatch.profiles import ProfileLibrary, enterprise_of, load_library

ACME = 99999


@pytest.fixture(scope="module")
def shipped() -> ProfileLibrary:
    return load_library()


def load(directory: Path, **texts: str) -> ProfileLibrary:
    for name, text in texts.items():
        (directory / f"{name.replace('__', '-')}.yaml").write_text(text, encoding="utf-8")
    return load_library([directory])


def table(number: int, name: str, *symbols: str, more: str = "") -> str:
    lines = "".join(f"\n      - {{OID: 1.3.6.1.4.1.{ACME}.{number}.1.{symbol}}}" for symbol in symbols)
    oid = f"1.3.6.1.4.1.{ACME}.{number}"
    return f"\n  - table: {{OID: {oid}, name: {name}}}\n    symbols:{lines}{more}"


def oids_asked(library: ProfileLibrary, profile: str, *enterprises: int) -> set[str]:
    questions = library.catalogue.asked_of(frozenset(enterprises), library.named(profile))
    return {str(item) for item in questions.items}


@pytest.mark.parametrize(("oid", "enterprise"), [
    ("1.3.6.1.2.1.99.1.1", None),
    ("1.0.8802.1.1.2.1.4.1", None),
    ("1.3.111.2.802.1.1.13", None),
    ("1.3.6.1.4.1.2021.10", None),      # net-snmp's agent runs in everybody's devices
    ("1.3.6.1.4.1.8072.1", None),
    ("1.3.6.1.4.1.9.9.13", 9),
    ("1.3.6.1.4.1", None),
])  # fmt: skip
def test_an_object_is_a_standards_or_an_enterprises(oid: str, enterprise: int | None) -> None:
    assert enterprise_of(Oid.parse(oid)) == enterprise


def test_standard_tables_are_asked_of_everybody_and_enterprise_tables_of_their_devices(
    shipped: ProfileLibrary,
) -> None:
    envmon, sensors, load_average = "1.3.6.1.4.1.9.9.13.1.4", "1.3.6.1.2.1.99.1.1", "1.3.6.1.4.1.2021.10"

    assert {sensors, load_average} <= oids_asked(shipped, "generic", ACME)
    assert envmon not in oids_asked(shipped, "generic", ACME)
    assert envmon in oids_asked(shipped, "generic", 9)


def test_a_table_of_the_profile_is_asked_whoever_defined_it(shipped: ProfileLibrary) -> None:
    assert "1.3.6.1.4.1.9.9.13.1.4" in oids_asked(shipped, "cisco")


def test_a_table_is_looked_for_by_its_entry_and_by_that_of_another_table_with_columns_of_it(
    shipped: ProfileLibrary,
) -> None:
    probes = shipped.catalogue.asked_of(frozenset(), shipped.named("generic")).probes

    entries = [str(probe.after) for probe in probes if str(probe.item) == "1.3.6.1.2.1.2.2"]
    assert entries == ["1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.10.7.2.1", "1.3.6.1.2.1.31.1.1.1"]


def test_a_scalar_is_looked_for_by_what_stands_before_it(tmp_path: Path) -> None:
    scalars = "metrics:\n  - {symbol: {OID: 1.3.6.1.2.1.999.1.0, name: a}}\n  - {OID: 1.3.6.1.2.1.999.2.7, name: b}\n"
    library = load(tmp_path, lamp=scalars)
    probes = {
        str(p.item): (str(p.after), str(p.below))
        for p in library.catalogue.asked_of(frozenset(), library.named("generic")).probes
    }

    assert probes["1.3.6.1.2.1.999.1.0"] == ("1.3.6.1.2.1.999.1", "1.3.6.1.2.1.999.1.0")
    assert probes["1.3.6.1.2.1.999.2.7"] == ("1.3.6.1.2.1.999.2.6", "1.3.6.1.2.1.999.2.7")


def test_other_questions_have_another_digest_and_the_same_the_same(shipped: ProfileLibrary, tmp_path: Path) -> None:
    more = load(tmp_path, lamp="metrics:" + table(3, "lampTable", "2, name: lampHours"))

    assert load_library().catalogue.digest == shipped.catalogue.digest
    assert more.catalogue.digest != shipped.catalogue.digest


def kit(library: ProfileLibrary, profile: str, *has: int):
    return library.kit_of(library.named(profile), frozenset(Oid.parse(f"1.3.6.1.4.1.{ACME}.{one}") for one in has))


def test_a_device_gets_the_tables_of_its_profile_and_those_that_it_has_beside_them(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        lamps="metrics:" + table(3, "lampTable", "2, name: lampHours") + table(4, "fanTable", "2, name: fanSpeed"),
        house="metrics:" + table(5, "doorTable", "2, name: doorOpen"),
    )

    assert [one.name for one in kit(library, "house").tables] == ["doorTable"]
    assert [one.name for one in kit(library, "house", 4).tables] == ["doorTable", "fanTable"]
    assert kit(library, "house", 4) is kit(library, "house", 4)
    assert kit(library, "house", 4).tables[0] is kit(library, "house").tables[0]


def test_what_a_profile_says_of_a_table_wins_column_by_column_and_the_rest_is_what_others_say(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        lamps="metrics:" + table(3, "lampTable", "2, name: hours", "3, name: watts"),
        lantern=f"sysobjectid: 1.3.6.1.4.1.{ACME}.1\nmetrics:"
        + table(3, "lampTable", "3, name: watts, scale_factor: 10", "4, name: oil"),
    )
    own = library.named("lantern").tables[0]
    others = next(iter(library.catalogue.found([Oid.parse(f"1.3.6.1.4.1.{ACME}.3")])))

    assert [(column.name, column.scale) for column in own.columns] == [("hours", 1), ("watts", 10), ("oil", 1)]
    assert [(column.name, column.scale) for column in others.columns] == [("hours", 1), ("watts", 1)]


def test_a_table_that_only_profiles_for_certain_devices_have_is_read_of_others_as_the_vaguest_says(
    tmp_path: Path,
) -> None:
    library = load(
        tmp_path,
        all_=f"sysobjectid: 1.3.6.1.4.1.{ACME}.*\nmetrics:" + table(3, "lampTable", "2, name: hours"),
        one=f"sysobjectid: 1.3.6.1.4.1.{ACME}.1.2.3\nmetrics:"
        + table(3, "lampTable", "2, name: hours, scale_factor: 24"),
    )
    found = next(iter(library.catalogue.found([Oid.parse(f"1.3.6.1.4.1.{ACME}.3")])))

    assert found.columns[0].scale == 1


def test_a_found_table_keeps_out_of_the_way_of_a_name_that_the_profile_gave_another(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        lamps="metrics:" + table(3, "lampTable", "2, name: hours"),
        house="metrics:" + table(5, "lampTable", "2, name: lumens"),
    )

    assert [one.name for one in kit(library, "house", 3).tables] == ["lampTable", "lampTable_3"]


def test_scalars_that_a_device_has_stand_beside_its_profiles_in_the_table_system(tmp_path: Path) -> None:
    scalar = "metrics: [{{symbol: {{OID: 1.3.6.1.4.1.99999.{0}.0, name: {1}}}}}]\n"
    library = load(tmp_path, lamps=scalar.format(7, "lumens"), house=scalar.format(8, "doors"))

    (system,) = kit(library, "house", "7.0").tables
    assert [column.name for column in system.columns] == ["doors", "lumens"]
    assert "lumens" in library.schema()["system"].columns


FAN = """
    concepts:
      - concept: hardware
        part: Fan {index}
        part_class: fan
        hardware_state: {fanState: {good: ok, "*": critical}}
"""
STATE = "2, name: fanState, kind: enum, enum: {1: good, 2: bad}"


def test_what_a_found_table_means_is_known_and_a_profiles_own_words_for_it_win(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        fans="metrics:" + table(3, "fanTable", STATE, more=FAN),
        house="metrics:" + table(5, "doorTable", "2, name: doorOpen"),
        barn="metrics:" + table(3, "fanTable", STATE, more=FAN.replace("Fan", "Barn fan")),
    )

    assert [one.table for one in kit(library, "house", 3).concepts if one.concept == "hardware"] == ["fanTable"]
    assert [one for one in kit(library, "house").concepts if one.table == "fanTable"] == []
    (meant,) = [one for one in kit(library, "barn", 3).concepts if one.concept == "hardware"]
    assert meant in library.named("barn").concepts


def test_what_scalars_mean_in_a_file_for_certain_devices_is_meant_where_one_of_them_is_found(tmp_path: Path) -> None:
    text = f"""
sysobjectid: 1.3.6.1.4.1.{ACME}.1
metrics: [{{symbol: {{OID: 1.3.6.1.4.1.{ACME}.7.0, name: lampBusy}}}}]
concepts: [{{concept: cpu, cpu: "lamp", scope: device, cpu_busy_ratio: lampBusy / 100}}]
"""
    library = load(tmp_path, lantern=text)

    def meant(*has: str) -> list[str]:
        return [
            one.columns["cpu_busy_ratio"].text
            for one in kit(library, "generic-if", *has).concepts
            if one.concept == "cpu" and "lamp" in str(one.columns)
        ]

    assert meant() == []
    assert meant("7.0") == ["lampBusy / 100"]


def test_two_scalars_that_are_parts_of_one_text_are_both_what_a_device_has(tmp_path: Path) -> None:
    text = f"1.3.6.1.4.1.{ACME}.1.0"
    part = "{{symbol: {{OID: {oid}, name: {name}, kind: text, extract_value: '{pattern}'}}}}"
    library = load(
        tmp_path,
        acme="metrics:\n"
        + "".join(
            f"  - {part.format(oid=text, name=name, pattern=pattern)}\n"
            for name, pattern in (("acmeModel", r"^(\S+) v"), ("acmeVersion", r" v(\S+)"))
        ),
    )

    found = library.kit_of(library.named("generic"), frozenset({Oid.parse(text)})).tables[0]
    assert {one.name for one in found.columns if str(one.oid) == text} == {"acmeModel", "acmeVersion"}
    assert {"acmeModel", "acmeVersion"} <= set(library.schema()["system"].columns)
    assert library.problems == ()
