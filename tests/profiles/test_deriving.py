"""What the words of a foreign file mean, and what is left out because NetWatch reads it already."""

from __future__ import annotations

from pathlib import Path

from netwatch.model import Oid
from netwatch.profiles import ConceptMap, ProfileLibrary, Template, load_library
from netwatch.profiles.concepts.concept_map import Expression

BOX = "1.3.6.1.4.1.99999.1"
HR_PROCESSOR = "1.3.6.1.2.1.25.3.3"

FOREIGN = f"""
sysobjectid: {BOX}
metrics:
  - {{MIB: ACME, symbol: {{OID: {BOX}.1.0, name: cpu.usage}}}}
  - {{MIB: ACME, symbol: {{OID: {BOX}.2.0, name: memory.used}}}}
  - {{MIB: ACME, symbol: {{OID: {BOX}.3.0, name: memory.free}}}}
  - MIB: ACME
    table: {{OID: {BOX}.4, name: acmeProbeTable}}
    symbols:
      - {{OID: {BOX}.4.1.2, name: acmeProbeValue, chart_meta: {{unit: dA}}}}
      - {{OID: {BOX}.4.1.3, name: acmeProbeMaxValue, chart_meta: {{unit: dA}}}}
    metric_tags: [{{tag: probe, symbol: {{OID: {BOX}.4.1.1, name: acmeProbeName}}}}]
  - MIB: ACME
    table: {{OID: {BOX}.5, name: acmeFanTable}}
    symbols: [{{name: acmeFan, constant_value_one: true}}]
    metric_tags:
      - tag: fan_state
        symbol: {{OID: {BOX}.5.1.3, name: acmeFanStatus}}
        mapping: {{1: normal, 2: not_present, 3: failed, 4: odd}}
  - MIB: HOST-RESOURCES-MIB
    table: {{OID: {HR_PROCESSOR}, name: hrProcessorTable}}
    symbols: [{{OID: {HR_PROCESSOR}.1.2, name: cpu.usage}}]
"""


def load(directory: Path, text: str) -> ProfileLibrary:
    (directory / "box.yaml").write_text(text, encoding="utf-8")
    return load_library([directory])


def of(library: ProfileLibrary, concept: str) -> list[ConceptMap]:
    profile = library.match(Oid.parse(BOX))
    return [one for one in profile.concepts if one.concept == concept and one.place[0].endswith("box.yaml")]


def test_names_that_mean_one_thing_become_concepts_and_what_netwatch_reads_itself_does_not(tmp_path: Path) -> None:
    library = load(tmp_path, FOREIGN)

    assert [(one.table, one.columns["cpu_busy_ratio"]) for one in of(library, "cpu")] == [
        ("system", Expression(text="cpu_usage / 100"))
    ]
    (memory,) = of(library, "memory")
    assert memory.columns == {"memory_used_ratio": Expression(text="memory_used / (memory_used + memory_free)")}
    for one in (*of(library, "cpu"), memory):
        library.compiled(one)


def test_a_unit_makes_a_sensor_in_its_base_unit_and_a_limit_makes_none(tmp_path: Path) -> None:
    library = load(tmp_path, FOREIGN)

    (sensor,) = of(library, "sensor")
    assert (sensor.table, sensor.labels["quantity"]) == ("acmeProbeTable", Template(("amperes",)))
    assert sensor.columns == {"sensor_value": Expression(text="acmeProbeValue / 10")}
    library.compiled(sensor)


def test_the_words_of_a_fan_say_how_it_is_and_a_word_nobody_knows_says_nothing(tmp_path: Path) -> None:
    library = load(tmp_path, FOREIGN)

    (fan,) = of(library, "hardware")
    compiled = library.compiled(fan)
    state = compiled.states["hardware_state"]
    assert not isinstance(state, int)
    assert state.numbers == {"normal": 1, "not_present": 5, "failed": 3}
    assert state.otherwise == 4


def test_words_that_never_say_the_end_of_a_fan_are_no_state_of_it(tmp_path: Path) -> None:
    library = load(tmp_path, FOREIGN.replace("3: failed", "3: slow"))

    assert of(library, "hardware") == []


def test_a_load_average_is_no_usage_whatever_a_file_calls_it(tmp_path: Path) -> None:
    library = load(tmp_path, FOREIGN.replace(f"{BOX}.1.0", "1.3.6.1.4.1.2021.10.1.5.1"))

    assert of(library, "cpu") == []
