"""What the tables of a device mean."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from netwatch.model import ReadingGap
from netwatch.polling import SystemClock
from netwatch.polling.concepts.meanings import Meanings
from netwatch.polling.faults import DeviceFaults
from netwatch.profiles import load_library

from .conftest import AT, table

SENSORS = """\
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.7.1, name: probeTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.7.1.1.2, name: probeValue, kind: gauge}
      - {OID: 1.3.6.1.4.1.32473.7.1.1.3, name: probePrecision, kind: gauge}
      - {OID: 1.3.6.1.4.1.32473.7.1.1.4, name: probeScale, kind: enum, enum: {8: milli, 9: units, 10: kilo}}
      - {OID: 1.3.6.1.4.1.32473.7.1.1.5, name: probeStatus, kind: enum, enum: {1: good, 2: gone, 3: broken}}
    metric_tags:
      - {tag: probeName, column: {OID: 1.3.6.1.4.1.32473.7.1.1.6, name: probeName}}
      - tag: probeType
        column: {OID: 1.3.6.1.4.1.32473.7.1.1.7, name: probeType}
        mapping: {8: celsius, 10: rpm, 12: truth}
    concepts:
      - concept: sensor
        where: probeStatus != 'gone'
        sensor: "{entity.partName|probeName|Sensor {index}}"
        quantity: {probeType: {celsius: celsius, rpm: rpm}}
        joins: [{table: partTable, by: "{index}", as: entity}]
        thresholds:
          table: limitTable
          value: limitValue
          level: {limitLevel: {minor: warning, major: critical}}
          side: {limitSide: {below: low, above: high}}
        sensor_value: probeValue / 10 ** probePrecision * 10 ** (3 * (code(probeScale) - 9))
        sensor_high_critical: threshold_high_critical / 10 ** probePrecision * 10 ** (3 * (code(probeScale) - 9))
        sensor_state: {probeStatus: {good: ok, broken: critical}}
  - table: {OID: 1.3.6.1.4.1.32473.7.2, name: partTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.7.2.1.2, name: partWeight, kind: gauge}
    metric_tags:
      - {tag: partName, column: {OID: 1.3.6.1.4.1.32473.7.2.1.3, name: partName}}
  - table: {OID: 1.3.6.1.4.1.32473.7.3, name: limitTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.7.3.1.2, name: limitValue, kind: gauge}
      - {OID: 1.3.6.1.4.1.32473.7.3.1.3, name: limitLevel, kind: enum, enum: {10: minor, 20: major}}
      - {OID: 1.3.6.1.4.1.32473.7.3.1.4, name: limitSide, kind: enum, enum: {1: below, 3: above}}
"""


def probes(values, *, types=None, status=None, **more):
    size = len(values)
    return table(
        "probeTable",
        {
            "probeValue": values, "probePrecision": [1] * size, "probeScale": [9] * size,
            "probeStatus": status or [1] * size,
        },
        {"probeName": [f"probe {row}" for row in range(size)], "probeType": types or ["celsius"] * size},
        **more,
    )  # fmt: skip


def parts(*names):
    return table("partTable", {"partWeight": [1] * len(names)}, {"partName": names})


def limits(*rows):
    return table(
        "limitTable",
        {"limitValue": [r[1] for r in rows], "limitLevel": [r[2] for r in rows], "limitSide": [r[3] for r in rows]},
        {},
        index=[r[0] for r in rows],
    )


def test_a_value_is_in_base_units_and_called_by_what_another_table_calls_its_part(mean):
    reading = mean(SENSORS)(probes([235, 414]), parts("Inlet", ""))["sensor"]

    assert reading.rows.labels["sensor"] == ("Inlet", "probe 1")
    assert reading.rows.keys == ("sensor=Inlet", "sensor=probe 1")
    assert list(reading.columns["sensor_value"]) == [23.5, 41.4]
    assert list(reading.columns["sensor_state"]) == [1, 1]


def test_a_row_that_does_not_fulfil_its_condition_or_is_of_another_kind_is_none_of_the_concept(mean):
    reading = mean(SENSORS)(probes([1, 2, 3, 4], types=["celsius", "truth", "rpm", "celsius"], status=[1, 1, 3, 2]))

    assert reading["sensor"].rows.labels["quantity"] == ("celsius", "rpm")
    assert list(reading["sensor"].columns["sensor_state"]) == [1, 3]


@pytest.mark.parametrize("raw", [-32768, 2147483647, None])
def test_a_placeholder_is_no_value(mean, raw):
    assert list(mean(SENSORS)(probes([raw, 415]))["sensor"].columns["sensor_value"]) == [None, 41.5]


def test_limits_come_from_a_table_of_their_own_and_the_one_reached_first_counts(mean):
    found = mean(SENSORS)(
        probes([235, 240]),
        limits(
            ("1.1", 900, 20, 3), ("1.2", 750, 20, 3), ("1.3", 600, 10, 3), ("1.4", -32768, 20, 3), ("2.1", 5, 20, 1)
        ),
    )

    assert list(found["sensor"].columns["sensor_high_critical"]) == [75.0, None]


def test_the_rows_are_the_same_object_while_their_labels_are_equal(mean):
    told = mean(SENSORS)
    first = probes([235, 240])
    before = told(first)["sensor"].rows

    same = told(probes([236, 241], rows=first.rows))["sensor"].rows
    renamed = told(probes([236, 241], rows=first.rows), parts("Inlet", "Outlet"))["sensor"].rows

    assert same is before
    assert renamed.labels["sensor"] == ("Inlet", "Outlet")


def test_where_no_source_could_be_read_the_concept_is_a_gap_if_it_ever_was_read(mean):
    told = mean(SENSORS)

    assert "sensor" not in told(failed={"probeTable": "no answer"})
    told(probes([235]))
    gap = told(failed={"probeTable": "no answer"})["sensor"]

    assert isinstance(gap, ReadingGap)
    assert gap.reason == "no answer"


TWO_SOURCES = """\
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.7.1, name: oldTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.7.1.1.2, name: oldState, kind: enum, enum: {1: "on", 2: "off"}}]
    metric_tags: [{tag: oldName, column: {OID: 1.3.6.1.4.1.32473.7.1.1.3, name: oldName}}]
    concepts:
      - concept: hardware
        part: "{oldName}"
        part_class: fan
        hardware_state: {oldState: {"on": ok, "off": critical}}
  - table: {OID: 1.3.6.1.4.1.32473.7.2, name: newTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.7.2.1.2, name: newState, kind: enum, enum: {1: "on", 2: "off"}}]
    metric_tags: [{tag: newName, column: {OID: 1.3.6.1.4.1.32473.7.2.1.3, name: newName}}]
    concepts:
      - concept: hardware
        part: "{newName}"
        part_class: fan
        hardware_state: {newState: {"on": ok, "off": critical}}
        instead_of: %s
"""


def fans(name, names, states=None):
    return table(f"{name}Table", {f"{name}State": states or [1] * len(names)}, {f"{name}Name": names})


def test_two_tables_make_one_reading_and_a_source_that_fails_makes_it_partial(mean):
    told = mean(TWO_SOURCES % "[]")

    both = told(fans("old", ["A"]), fans("new", ["B", "C"], [1, 2]))["hardware"]
    one = told(fans("old", ["A"]), failed={"newTable": "no answer to 4 requests"})["hardware"]

    assert both.rows.labels["part"] == ("A", "B", "C")
    assert list(both.columns["hardware_state"]) == [1, 1, 3]
    assert list(both.columns["hardware_word"]) == ["on", "on", "off"]
    assert not both.partial
    assert one.rows.labels["part"] == ("A",)
    assert (one.partial, one.partial_because) == (True, "newTable: no answer to 4 requests")


def test_a_table_that_says_the_same_better_takes_the_place_of_another(mean):
    told = mean(TWO_SOURCES % "[oldTable]")

    assert told(fans("old", ["A", "B"]), fans("new", ["B"]))["hardware"].rows.labels["part"] == ("B",)
    assert told(fans("old", ["A", "B"]), fans("new", []))["hardware"].rows.labels["part"] == ("A", "B")


def test_or_of_those_rows_only_that_both_speak_of(mean):
    told = mean(TWO_SOURCES % "{oldTable: part}")

    assert told(fans("old", ["A", "B"]), fans("new", ["B"]))["hardware"].rows.labels["part"] == ("A", "B")


def test_of_two_tables_that_speak_in_each_others_stead_the_one_of_higher_rank_does(mean):
    first, second = (TWO_SOURCES % "{oldTable: part}").split("  - table: {OID: 1.3.6.1.4.1.32473.7.2")
    old = first.rstrip() + "\n        instead_of: {newTable: part}\n        rank: 1\n"
    told = mean(f"{old}  - table: {{OID: 1.3.6.1.4.1.32473.7.2{second}")

    reading = told(fans("old", ["A"], [2]), fans("new", ["A", "B"]))["hardware"]

    assert reading.rows.labels["part"] == ("A", "B")
    assert list(reading.columns["hardware_state"]) == [3, 1]


def test_rows_of_one_name_are_told_apart_by_table_and_index(mean):
    rows = mean(TWO_SOURCES % "[]")(fans("old", ["Fan", "Fan"]), fans("new", ["Fan"]))["hardware"].rows

    assert rows.keys == ("oldTable.1", "oldTable.2", "newTable.1")
    assert len(set(rows.index)) == 3


AMOUNTS = """\
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.7.1, name: poolTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.7.1.1.2, name: poolUsed, kind: gauge}
      - {OID: 1.3.6.1.4.1.32473.7.1.1.3, name: poolSize, kind: gauge}
    metric_tags: [{tag: poolName, column: {OID: 1.3.6.1.4.1.32473.7.1.1.4, name: poolName}}]
    concepts:
      - concept: memory
        where: poolName == 'RAM' or poolName == 'small'
        pool: "{poolName}"
        memory_used_bytes: unsigned(poolUsed)
        memory_size_bytes: unsigned(poolSize)
      - {concept: memory, where: "matches(poolName, 'cache.*')", taken_off: true, memory_used_bytes: poolUsed}
      - {concept: memory, where: poolName == 'all', rank: 1, pool: "{poolName}", memory_used_bytes: poolUsed,
         memory_size_bytes: poolSize}
  - table: {OID: 1.3.6.1.4.1.32473.7.2, name: coreTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.7.2.1.2, name: coreLoad, kind: gauge}]
    metric_tags: [{tag: coreIndex, index: 1}]
    concepts:
      - {concept: cpu, cpu: "core {coreIndex}", scope: %s, cpu_busy_ratio: coreLoad / 100}
"""


def pools(*rows):
    return table(
        "poolTable",
        {"poolUsed": [r[1] for r in rows], "poolSize": [r[2] for r in rows]},
        {"poolName": [r[0] for r in rows]},
    )


def test_caches_are_taken_off_the_largest_pool_and_a_size_that_came_negative_is_large(mean):
    reading = mean(AMOUNTS % "core")(
        pools(("small", 50, 100), ("RAM", 3_930_000, 4_000_000), ("cache", 300_000, 0), ("cache 2", 2_270_000, 0))
    )["memory"]

    assert reading.rows.labels["pool"] == ("small", "RAM")
    assert [round(ratio, 4) for ratio in reading.columns["memory_used_ratio"]] == [0.5, 0.34]
    large = mean(AMOUNTS % "core")(pools(("RAM", -2_000_000_000, -1_000_000_000)))["memory"]
    assert list(large.columns["memory_size_bytes"]) == [3_294_967_296]


def test_nothing_is_taken_off_a_pool_of_another_rank_than_the_caches(mean):
    reading = mean(AMOUNTS % "core")(pools(("RAM", 60, 100), ("all", 70, 400), ("cache", 20, 20)))["memory"]

    assert dict(zip(reading.rows.labels["pool"], reading.columns["memory_used_bytes"], strict=True)) == {
        "RAM": 40,
        "all": 70,
    }


@pytest.mark.parametrize(("scope", "load"), [("core", 0.3), ("module", 0.5)])
def test_a_device_has_one_load_of_its_own(mean, scope, load):
    reading = mean(AMOUNTS % scope)(table("coreTable", {"coreLoad": [10, None, 50]}, {"coreIndex": ["1", "2", "3"]}))[
        "cpu"
    ]

    assert reading.rows.labels["scope"] == ("device", scope, scope, scope)
    assert list(reading.columns["cpu_busy_ratio"]) == [load, 0.1, None, 0.5]


def test_of_several_rows_that_say_they_are_the_devices_the_first_is(mean):
    reading = mean(AMOUNTS % "device")(table("coreTable", {"coreLoad": [10, 50]}, {"coreIndex": ["1", "2"]}))["cpu"]

    assert reading.rows.labels["scope"] == ("device", "module")


IDENTITY = """\
metrics:
  - {symbol: {OID: 1.3.6.1.2.1.1.1.0, name: sysDescr, kind: text}}
  - {symbol: {OID: 1.3.6.1.2.1.1.2.0, name: sysObjectID, kind: text}}
  - table: {OID: 1.3.6.1.4.1.32473.7.2, name: chassisTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.7.2.1.2, name: chassisSlots, kind: gauge}]
    metric_tags:
      - {tag: chassisSerial, column: {OID: 1.3.6.1.4.1.32473.7.2.1.3, name: chassisSerial}}
    concepts:
      - {concept: identity, serial: "{chassisSerial}", version: "9.9", rank: -1}
concepts:
  - {concept: identity, version: "{sysdescr.version}", vendor: acme}
"""


def test_who_a_device_is_comes_from_several_tables_and_the_highest_rank_wins(mean):
    system = table(
        "system", {"sysDescr": [b"Acme OS, Version 15.2(2)E6, RELEASE"], "sysObjectID": [b""]}, {}, index=[""]
    )
    chassis = table("chassisTable", {"chassisSlots": [4]}, {"chassisSerial": ["SN0001"]})

    rows = mean(IDENTITY)(system, chassis)["identity"].rows

    assert rows.keys == ("device",)
    assert {name: texts[0] for name, texts in rows.labels.items() if texts[0]} == {
        "vendor": "acme", "version": "15.2(2)E6", "serial": "SN0001",
    }  # fmt: skip


def test_what_is_not_believed_says_why_beside_the_concepts_value(mean):
    doubted = probes([None, 240], doubts={"probeValue": {0: 'the device gave "n/a", no number'}})

    reading = mean(SENSORS)(doubted)["sensor"]

    assert reading.doubts_of(0) == {"sensor_value": 'the device gave "n/a", no number'}
    assert reading.doubts_of(1) == {}


SCALARS = """\
metrics:
  - {symbol: {OID: 1.3.6.1.4.1.32473.7.9.1.0, name: coreHeat, kind: gauge}}
  - {symbol: {OID: 1.3.6.1.4.1.32473.7.9.2.0, name: oldHeat, kind: gauge}}
concepts:
  - {concept: sensor, sensor: core, quantity: celsius, sensor_value: "coalesce(coreHeat, oldHeat) / 10"}
"""


def test_scalars_that_a_device_never_had_are_no_row_and_those_it_had_stay_one(mean):
    told = mean(SCALARS)

    def scalars(**values):
        return table("system", {name: [value] for name, value in values.items()}, {}, index=[""])

    assert "sensor" not in told(scalars(coreHeat=None, oldHeat=None))
    assert list(told(scalars(coreHeat=None, oldHeat=415))["sensor"].columns["sensor_value"]) == [41.5]
    assert list(told(scalars(coreHeat=None, oldHeat=None))["sensor"].columns["sensor_value"]) == [None]


def test_a_scalar_that_comes_after_many_polls_that_brought_others_begins_its_row(mean):
    told = mean(SCALARS)
    polls = [{"sysUpTime": 100 * poll, "coreHeat": None, "oldHeat": None} for poll in range(5)]
    polls += [{"sysUpTime": 600, "coreHeat": 415, "oldHeat": None}]

    seen = [
        "sensor" in told(table("system", {name: [value] for name, value in poll.items()}, {}, index=[""]))
        for poll in polls
    ]

    assert seen == [False] * 5 + [True]


def test_facts_are_handed_on_when_they_change_and_now_and_then(mean):
    told = mean(IDENTITY)

    def system(version, minutes):
        text = f"Acme OS, Version {version}, RELEASE".encode()
        return table("system", {"sysDescr": [text], "sysObjectID": [b""]}, {}, index=[""], minutes=minutes)

    heard = [told(system("1.0", 0)), told(system("1.0", 1)), told(system("1.1", 6)), told(system("1.1", 17))]

    assert [reading["identity"].rows.labels["version"] if reading else () for reading in heard] == [
        ("1.0",), (), ("1.1",), ("1.1",),
    ]  # fmt: skip


def test_what_breaks_off_in_one_concept_is_a_gap_of_that_concept_alone(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        """
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.9.1, name: aTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.9.1.1.3, name: aUsed, kind: gauge}]
    concepts:
      - {concept: memory, pool: RAM, memory_used_bytes: aUsed, memory_size_bytes: 100}
      - {concept: cpu, cpu: "1", scope: core, cpu_busy_ratio: aUsed / 100}
  - table: {OID: 1.3.6.1.4.1.32473.9.2, name: bTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.9.2.1.3, name: bUsed, kind: gauge}]
    concepts: [{concept: memory, pool: Other, memory_used_bytes: bUsed, memory_size_bytes: 100}]
"""
    )
    library = load_library([path])
    whole = library.named("mine").concepts
    broken = [replace(one, instead_of={"bTable": ("nothing",)}) if one.concept == "memory" else one for one in whole]
    meanings = Meanings("sw1", library, DeviceFaults("sw1", SystemClock()))
    meanings.take(tuple(broken))
    readings = {name: table(name, {f"{name[0]}Used": [50]}, {}) for name in ("aTable", "bTable")}

    found = {one.table: one for one in meanings.mean(readings, {}, AT)}

    assert isinstance(found["memory"], ReadingGap)
    assert found["cpu"].columns["cpu_busy_ratio"] == (0.5, 0.5)


STANDING = """
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.9.1, name: aTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.9.1.1.3, name: aUsed, kind: gauge}
      - {OID: 1.3.6.1.4.1.32473.9.1.1.4, name: aState, kind: enum, enum: {1: fine, 2: broken}}
      - {OID: 1.3.6.1.4.1.32473.9.1.1.5, name: aSince, kind: gauge}
      - {OID: 1.3.6.1.4.1.32473.9.1.1.6, name: aCount, kind: counter32}
    metric_tags: [{tag: aName, column: {OID: 1.3.6.1.4.1.32473.9.1.1.2, name: aName}}]
    concepts:
      - {concept: memory, pool: "{aName}", memory_used_bytes: aUsed, memory_size_bytes: 100}
      - {concept: cpu, cpu: "{aName}", scope: core, cpu_busy_ratio: aUsed / 80}
      - {concept: hardware, part: "{aName}", part_class: fan, hardware_state: {aState: {fine: ok, "*": critical}}}
      - {concept: sensor, sensor: "{aName} rate", quantity: hertz, sensor_value: rate(aCount), where: aUsed > 0}
      - {concept: sensor, sensor: "{aName} age", quantity: seconds, sensor_value: seconds_since(aSince)}
  - table: {OID: 1.3.6.1.4.1.32473.9.2, name: bTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.9.2.1.3, name: bUsed, kind: gauge}]
    concepts:
      - concept: memory
        joins: [{table: aTable, by: "{index}", as: a}]
        pool: "{a.aName}"
        memory_used_bytes: bUsed
        memory_size_bytes: 100
"""


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """A library with the tables of STANDING."""
    path = tmp_path_factory.mktemp("profiles") / "mine.yaml"
    path.write_text(STANDING)
    return load_library([path])


@pytest.mark.parametrize("seed", range(4))
def test_what_stands_still_means_what_it_would_if_it_were_read_anew(standing, seed):
    """The twin is given copies of every column, so that nothing stands."""
    dice = random.Random(seed)
    here, there = (Meanings("sw1", standing, DeviceFaults("sw1", SystemClock())) for _ in range(2))
    for meanings in (here, there):
        meanings.take(standing.named("mine").concepts)
    labels = {"aName": ("one", "two")}
    a = {"aUsed": [10, 20], "aState": [1, 1], "aSince": [100, 200], "aCount": [5, 5]}
    b, rates = {"bUsed": [1, 2]}, {"aCount": [0.0, 0.0]}
    rows = table("aTable", a, labels).rows

    for minute in range(40):
        name = dice.choice([*a, "rows", "rate", "b", "nothing", "nothing"])
        if name in a:
            a = {**a, name: [dice.choice((None, 0, 1, 2, 90)), dice.choice((1, 2))]}
        elif name == "rows":
            labels = {"aName": (dice.choice(("one", "another")), "two")}
            rows = table("aTable", a, labels).rows
        elif name == "rate":
            rates = {"aCount": [dice.choice((None, 0.0, 7.5)), 1.0]}
        elif name == "b":
            b = {"bUsed": [dice.choice((3, None)), 2]}
        failed = {"bTable": "no answer"} if dice.random() < 0.1 else {}
        more = {"minutes": minute, "uptime": timedelta(minutes=minute), "partial": dice.random() < 0.1}
        given = {"aTable": table("aTable", a, labels, rows=rows, rates=rates, **more)}
        if not failed:
            given["bTable"] = table("bTable", b, {}, minutes=minute)
        copies = {
            name: replace(reading, columns=_copied(reading.columns), rates=_copied(reading.rates))
            for name, reading in given.items()
        }
        now = given["aTable"].at

        found, expected = here.mean(given, failed, now), there.mean(copies, failed, now)

        assert [_said(reading) for reading in found] == [_said(reading) for reading in expected]


def _copied(columns):
    return {name: list(column) for name, column in columns.items()}


def _said(reading):
    """Return all that a reading says, to be compared."""
    if isinstance(reading, ReadingGap):
        return reading
    said = {field.name: getattr(reading, field.name) for field in fields(reading)}
    columns = {name: list(column) for name, column in reading.columns.items()}
    return {**said, "columns": columns, "rows": (reading.rows.index, reading.rows.keys, dict(reading.rows.labels))}


def test_what_two_devices_lack_is_said_with_the_same_rows_that_nobody_can_change():
    library, said = load_library([]), []
    for device in ("sw1", "sw2"):
        meanings = Meanings(device, library, DeviceFaults(device, SystemClock()))
        meanings.take(library.named("generic").concepts)
        said.append({one.table: one for one in meanings.mean({}, {}, AT)})

    one, other = said[0]["sensor"], said[1]["sensor"]
    assert (one.device, other.device, one.lacking) == ("sw1", "sw2", True)
    assert one.rows is other.rows
    with pytest.raises(TypeError):
        one.rows.labels["sensor"] = ("x",)
    with pytest.raises(TypeError):
        one.columns["sensor_value"] = (1,)
