from __future__ import annotations

import pytest

ENTRY = "1.3.6.1.4.1.32473.9.1.1"
CELLS = [
    f"{ENTRY}.2.1.1|4|Inlet", f"{ENTRY}.2.1.2|4|Outlet", f"{ENTRY}.2.2.1|4|Spare",
    f"{ENTRY}.3.1.1|2|235", f"{ENTRY}.3.1.2|2|412", f"{ENTRY}.3.2.1|2|0",
    f"{ENTRY}.4.1.1|2|1", f"{ENTRY}.4.1.2|2|3", f"{ENTRY}.4.2.1|2|9",
    f"{ENTRY}.5.1.1|2|400", f"{ENTRY}.5.1.2|2|500", f"{ENTRY}.5.2.1|2|500",
    "1.3.6.1.4.1.32473.8.1.1.2.1|4|Rack A", "1.3.6.1.4.1.32473.8.1.1.2.2|4|Rack B",
]  # fmt: skip
SENSORS = """
modules:
    sensors:
        temperature:
            options: {divisor: 10, skip_values: 0}
            data:
                -
                    oid: PROBE-MIB::probeTable
                    value: PROBE-MIB::probeTenths
                    num_oid: '.1.3.6.1.4.1.32473.9.1.1.3.{{ $index }}'
                    descr: '{{ PROBE-MIB::rackName:0 }} {{ PROBE-MIB::probeName }}'
                    high_limit: PROBE-MIB::probeHigh
                    low_limit: 5
"""


def test_a_sensor_has_its_value_in_base_units_its_limits_and_a_name_of_two_tables(rows_of):
    rows = rows_of(SENSORS, CELLS, "sensor")
    assert set(rows) == {"Rack A Inlet", "Rack A Outlet"}
    inlet = rows["Rack A Inlet"]
    assert inlet["quantity"] == "celsius"
    assert (inlet["sensor_value"], inlet["sensor_low_critical"], inlet["sensor_high_critical"]) == (23.5, 5.0, 40.0)


def test_a_sensor_is_read_without_any_mib_by_its_number_alone(rows_of):
    text = SENSORS.replace("PROBE-MIB", "LOST-MIB")
    rows = rows_of(text, CELLS, "sensor")
    assert {name: row["sensor_value"] for name, row in rows.items()} == {
        "Temperature 1.1": 23.5,
        "Temperature 1.2": 41.2,
    }


STATES = """
modules:
    sensors:
        state:
            data:
                -
                    oid: PROBE-MIB::probeStatus
                    num_oid: '.1.3.6.1.4.1.32473.9.1.1.4.{{ $index }}'
                    descr: 'Fan {{ $subindex1 }} of {{ $subindex0 }}'
                    state_name: probeStatus
                    skip_values: [9]
                    states:
                        - {value: 1, generic: 0, descr: turning}
                        - {value: 3, generic: 2, descr: stuck}
"""


def test_a_state_is_a_part_with_its_class_and_the_devices_word(rows_of):
    rows = rows_of(STATES, CELLS, "hardware")
    assert {name: (row["part_class"], row["hardware_state"], row["hardware_word"]) for name, row in rows.items()} == {
        "Fan 1 of 1": ("fan", "ok", "turning"), "Fan 2 of 1": ("fan", "critical", "stuck"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("skip", "kept"),
    [
        ("{oid: PROBE-MIB::probeName, op: '=', value: Spare}", {"1.1", "1.2"}),
        ("{oid: PROBE-MIB::probeName, op: regex, value: '/^(in|out)let/i'}", {"2.1"}),
        ("{oid: PROBE-MIB::probeName, op: not_in_array, value: [Inlet, Spare]}", {"1.1", "2.1"}),
        ("{oid: PROBE-MIB::probeHigh, op: '<', value: 500}", {"1.2", "2.1"}),
        ("{oid: PROBE-MIB::probeStatus, op: '!=', value: 3}", {"1.2"}),
        ("{oid: index, op: '=', value: '1.1'}", {"1.2", "2.1"}),
        ("{oid: index, op: '=', value: 1.1}", {"1.2", "2.1"}),
        ("{oid: index, op: not_ends, value: '.1'}", {"1.1", "2.1"}),
        ("{oid: index, op: not_starts, value: ['1.', '3.']}", {"1.1", "1.2"}),
    ],
)
def test_rows_are_skipped_by_what_stands_beside_the_value(rows_of, skip, kept):
    text = SENSORS.replace(", skip_values: 0", "").replace("low_limit: 5", f"skip_values: [{skip}]")
    text = text.replace("descr: '{{ PROBE-MIB::rackName:0 }} {{ PROBE-MIB::probeName }}'", "descr: 'T {{ $index }}'")
    text += STATES.partition("sensors:\n")[2]
    assert {name.removeprefix("T ") for name in rows_of(text, CELLS, "sensor")} == kept


@pytest.mark.parametrize(
    ("kind", "function", "raw", "quantity", "value"),
    [
        ("temperature", "user_func: fahrenheit_to_celsius", 212, "celsius", 100.0),
        ("dbm", "user_func: uw_to_dbm", 1000, "dbm", 0.0),
        ("runtime", "divisor: 60", 600, "seconds", 600.0),
        ("humidity", "multiplier: 2", 20, "ratio", 0.4),
        ("pressure", "divisor: 10", 1013, "pascals", 101300.0),
    ],
)
def test_every_class_has_its_unit(rows_of, kind, function, raw, quantity, value):
    text = f"""
modules:
    sensors:
        {kind}:
            data:
                - {{oid: a, num_oid: '.1.3.6.1.4.1.32473.9.1.1.3.{{{{ $index }}}}', descr: It, {function}}}
"""
    row = rows_of(text, [f"{ENTRY}.3.1|2|{raw}"], "sensor")["It"]
    assert row["quantity"] == quantity
    assert row["sensor_value"] == pytest.approx(value)


def test_what_a_shipped_profile_reads_for_the_same_concept_has_no_second_row(rows_of):
    """entPhySensorValue is a sensor of ours already."""
    text = """
modules:
    sensors:
        temperature:
            data:
                - {oid: x, num_oid: '.1.3.6.1.2.1.99.1.1.1.4.{{ $index }}', descr: Theirs}
"""
    sensor = "1.3.6.1.2.1.99.1.1.1"
    cells = [f"{sensor}.1.7|2|8", f"{sensor}.2.7|2|9", f"{sensor}.3.7|2|0", f"{sensor}.4.7|2|31", f"{sensor}.5.7|2|1"]
    rows = rows_of(text, cells, "sensor")
    assert [row["sensor_value"] for row in rows.values()] == [31.0]
    assert "Theirs" not in rows


UNREAD = "skip_values: [{oid: LOST-MIB::kind, op: '!=', value: heat}]"


def test_where_rows_to_be_skipped_are_not_told_apart_a_sensor_has_no_limits(rows_of):
    rows = rows_of(SENSORS.replace("low_limit: 5", f"low_limit: 5\n                    {UNREAD}"), CELLS, "sensor")
    assert rows["Rack A Inlet"]["sensor_value"] == 23.5
    assert not [name for name in rows["Rack A Inlet"] if name.startswith(("sensor_low", "sensor_high"))]


def test_entries_that_share_an_object_and_are_told_apart_by_what_is_not_read_are_not_read(library_of):
    """Else one value is a temperature, a voltage and a speed at once."""
    entry = f"{{oid: a, num_oid: '.1.3.6.1.4.1.32473.9.1.1.3.{{{{ $index }}}}', descr: It, {UNREAD}}}"
    text = "modules:\n    sensors:\n"
    text += "".join(
        f"        {kind}:\n            data:\n                - {entry}\n" for kind in ("voltage", "temperature")
    )
    library = library_of(probeos=text)
    said = [problem.message for problem in library.foreign.everything()]
    assert len([one for one in said if "several entries share the object" in one]) == 2


@pytest.mark.parametrize(("kind", "is_limit"), [("snr", False), ("voltage", True)])
def test_no_number_in_a_file_is_a_lower_limit_of_a_signal(rows_of, kind, is_limit):
    text = f"""
modules:
    sensors:
        {kind}:
            data:
                -
                    {{oid: a, num_oid: '.1.3.6.1.4.1.32473.9.1.1.3.{{{{ $index }}}}', descr: It,
                     low_limit: 13, high_limit: 30}}
"""
    row = rows_of(text, [f"{ENTRY}.3.1|2|4"], "sensor")["It"]
    assert ("sensor_low_critical" in row, row["sensor_high_critical"]) == (is_limit, 30.0)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ LOST-MIB::a }} ({{ LOST-MIB::b }}: {{ LOST-MIB::c }})", {"probeStatus 1.1", "probeStatus 1.2"}),
        ("Fan ({{ LOST-MIB::a }}) Status", {"Fan Status"}),
        ("Fan {{ LOST-MIB::a }} of {{ PROBE-MIB::probeName }}", {"Fan of Inlet", "Fan of Outlet"}),
        ("({{ PROBE-MIB::probeName }})", {"(Inlet)", "(Outlet)"}),
    ],
)
def test_what_no_mib_knows_is_left_out_of_a_name_which_is_the_index_where_nothing_is_left(rows_of, text, names):
    said = STATES.replace("Fan {{ $subindex1 }} of {{ $subindex0 }}", text)
    assert set(rows_of(said, CELLS, "hardware")) == names


@pytest.mark.parametrize(
    ("kind", "function", "raw", "value"),
    [("dbm", "convertWattToDbm", 20062, 3.0237), ("temperature", "offsetSfpTemperature", 43633, 42.4414)],
)
def test_formulas_of_optical_modules_in_a_devices_own_units(rows_of, kind, function, raw, value):
    """A tenth of a microwatt; degrees that begin at -128."""
    divisor = "divisor: 256" if kind == "temperature" else "divisor: 1"
    text = f"""
modules:
    sensors:
        {kind}:
            data:
                -
                    {{oid: a, num_oid: '.1.3.6.1.4.1.32473.9.1.1.3.{{{{ $index }}}}', descr: It, {divisor},
                     user_func: '\\LibreNMS\\OS\\Packetlight::{function}'}}
"""
    row = rows_of(text, [f"{ENTRY}.3.1|2|{raw}"], "sensor")["It"]
    assert row["sensor_value"] == pytest.approx(value, abs=0.001)


@pytest.mark.parametrize(("source", "rows"), [(1, {"It"}), (2, set())])
def test_a_value_of_which_there_is_one_is_skipped_by_an_object_of_which_there_is_one(rows_of, source, rows):
    text = """
modules:
    sensors:
        count:
            data:
                -
                    oid: PROBE-MIB::memTotal
                    num_oid: '.1.3.6.1.4.1.32473.7.1.{{ $index }}'
                    descr: It
                    low_limit: 3
                    skip_values: [{oid: PROBE-MIB::memFree.0, op: '!=', value: 1}]
"""
    cells = ["1.3.6.1.4.1.32473.7.1.0|2|7", f"1.3.6.1.4.1.32473.7.2.0|2|{source}"]
    found = rows_of(text, cells, "sensor")
    assert set(found) == rows
    assert {row.get("sensor_low_critical") for row in found.values()} <= {3.0}


@pytest.mark.parametrize(("limit", "high"), [("PROBE-MIB::memFree.0", 9.0), (".1.3.6.1.4.1.32473.7.2.0", 9.0)])
def test_a_limit_of_a_value_of_which_there_is_one_may_be_a_scalar(rows_of, limit, high):
    text = f"""
modules:
    sensors:
        count:
            data:
                - {{oid: x, num_oid: '.1.3.6.1.4.1.32473.7.1.{{{{ $index }}}}', descr: It, high_limit: '{limit}'}}
"""
    cells = ["1.3.6.1.4.1.32473.7.1.0|2|7", "1.3.6.1.4.1.32473.7.2.0|2|9"]
    assert rows_of(text, cells, "sensor")["It"]["sensor_high_critical"] == high
