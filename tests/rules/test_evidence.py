"""What a verdict rests on, as people read it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.model import CONCEPTS, Missing
from netwatch.rules import TableMemory, evaluate, evidence_of, parse_rules, parts_with_verdicts
from tests.concept_readings import concept_reading

SATURATED = "rate(ifHCOutOctets) * 8 > 0.90 * ifHighSpeed * 1e6"


def evidence(workshop, expr, columns, *, row=0, rates=None, **rule_fields):
    of_rule = workshop.rule(expr, **rule_fields)
    verdicts = evaluate(of_rule, workshop.reading(columns, rates=rates), workshop.memory())
    return evidence_of(verdicts, row)


def test_the_expression_is_told_as_written_and_with_its_values_put_in(workshop):
    told = evidence(
        workshop, SATURATED, {"ifHighSpeed": [1000]}, rates={"ifHCOutOctets": [117_625_000.0]},
    )  # fmt: skip

    assert told == {
        "expr": SATURATED,
        "shown": "rate(ifHCOutOctets) * 8 = 941,000,000 > 0.9 * ifHighSpeed * 1e6 = 900,000,000",
        "rate(ifHCOutOctets)": "117,625,000",
        "ifHighSpeed": "1000",
        "reading_at": "2026-03-01T12:00:00+00:00",
    }


@pytest.mark.parametrize(("expr", "columns", "shown"), [
    ("ifMtu == 1500", {"ifMtu": [1500]}, "ifMtu = 1500"),
    ("ifMtu == 1500", {"ifMtu": [9000]}, "ifMtu = 9000, not 1500"),
    ("ifMtu != 1500", {"ifMtu": [9000]}, "ifMtu = 9000, not 1500"),
    ("ifMtu > 1500", {"ifMtu": [1000]}, "ifMtu = 1000, not > 1500"),
    ("ifMtu > 1500", {"ifMtu": [None]}, "ifMtu = unknown > 1500"),
    ("ifMtu > ifHighSpeed", {"ifMtu": [2], "ifHighSpeed": [1]}, "ifMtu = 2 > ifHighSpeed = 1"),
    ("ifOperStatus == 'down'", {"ifOperStatus": [2]}, "ifOperStatus = down"),
    ("ifOperStatus != 'up'", {"ifOperStatus": [7]}, "ifOperStatus = lowerLayerDown, not up"),
    ("ifOperStatus in ('down', 'lowerLayerDown')", {"ifOperStatus": [2]},
     "ifOperStatus = down, one of down, lowerLayerDown"),
    ("ifOperStatus not in ('down', 'lowerLayerDown')", {"ifOperStatus": [1]},
     "ifOperStatus = up, none of down, lowerLayerDown"),
    ("ifOperStatus == 'down' and ifAdminStatus == 'up'", {"ifOperStatus": [2], "ifAdminStatus": [2]},
     "ifOperStatus = down and ifAdminStatus = down, not up"),
    ("ifMtu > 9000 or (ifMtu > 1 and ifMtu < 3)", {"ifMtu": [2]},
     "ifMtu = 2, not > 9000 or (ifMtu = 2 > 1 and ifMtu = 2 < 3)"),
    ("not (ifMtu > 5)", {"ifMtu": [2]}, "ifMtu = 2, not > 5"),
    ("not (ifMtu > 5 or ifMtu < 1)", {"ifMtu": [2]}, "not (ifMtu = 2, not > 5 or ifMtu = 2, not < 1)"),
    ("matches(ifAlias, 'to.*')", {"ifMtu": [2]}, "ifAlias = 'to p0' matching 'to.*'"),
    ("matches(ifAlias, 'q.*')", {"ifMtu": [2]}, "ifAlias = 'to p0', not matching 'q.*'"),
    ("absent(ifMtu)", {"ifMtu": [None]}, "ifMtu is missing"),
    ("absent(ifMtu)", {"ifMtu": [5]}, "ifMtu = 5, not missing"),
    ("-(ifMtu - (ifHighSpeed - 1)) ** 2 < abs(ifMtu)", {"ifMtu": [5], "ifHighSpeed": [2]},
     "-(ifMtu - (ifHighSpeed - 1)) ** 2 = -16 < abs(ifMtu) = 5"),
    ("ifMtu / ifHighSpeed > 3", {"ifMtu": [1], "ifHighSpeed": [0]}, "ifMtu / ifHighSpeed = unknown > 3"),
    ("ifMtu / 3 > 0.25", {"ifMtu": [1]}, "ifMtu / 3 = 0.3333 > 0.25"),
    ("(ifMtu if ifOperStatus == 'up' else ifHighSpeed) > 3", {"ifMtu": [4], "ifHighSpeed": [0], "ifOperStatus": [1]},
     "(ifMtu if ifOperStatus == 'up' else ifHighSpeed) = 4 > 3"),
    ("count(ifOperStatus == 'down') > 1", {"ifOperStatus": [2, 2, 1]}, "count(ifOperStatus == 'down') = 2 > 1"),
    ("avg_over(ifMtu, '5m') > 1", {"ifMtu": [3]}, "avg_over(ifMtu, '5m') = 3 > 1"),
    ("seen(ifOperStatus == 'up')", {"ifOperStatus": [1]}, "seen(ifOperStatus == 'up') = true"),
    ("max(ifMtu, ifHighSpeed) > 1", {"ifMtu": [3], "ifHighSpeed": [7]}, "max(ifMtu, ifHighSpeed) = 7 > 1"),
])  # fmt: skip
def test_what_is_shown_is_a_true_sentence(workshop, expr, columns, shown):
    assert evidence(workshop, expr, columns)["shown"] == shown


@pytest.mark.parametrize(("expr", "columns", "name", "text"), [
    ("ifMtu > 1", {"ifMtu": [None]}, "ifMtu", "unknown: the device gave no value"),
    ("ifMtu > 1", {"ifMtu": [b"many"]}, "ifMtu", "unknown: the device gave 'many', no number"),
    ("ifMtu > 1", {"ifMtu": [Missing.NO_SUCH_INSTANCE]}, "ifMtu",
     "unknown: the device answered noSuchInstance"),
    ("ifMtu > 1", {"ifHighSpeed": [1]}, "ifMtu", "unknown: the device was not asked for it"),
    ("rate(ifHCInOctets) > 1", {"ifHCInOctets": [1]}, "rate(ifHCInOctets)",
     "unknown: there is no rate, after a first reading, a restart, a discontinuity or a missing value"),
    ("last(ifMtu) > 1", {"ifMtu": [1]}, "last(ifMtu)", "unknown: the reading before had no value, or there was none"),
    ("forecast(ifMtu, '4h') > 1", {"ifMtu": [1]}, "forecast(ifMtu, '4h')",
     "unknown: too little was read of it so far"),
    ("coalesce(ifMtu, ifHighSpeed) > 1", {"ifMtu": [None], "ifHighSpeed": [3]}, "ifMtu",
     "unknown: the device gave no value"),
])  # fmt: skip
def test_what_is_missing_says_why(workshop, expr, columns, name, text):
    assert evidence(workshop, expr, columns)[name] == text


def test_what_an_input_is_made_of_is_told_as_well(workshop):
    told = evidence(workshop, "coalesce(ifMtu, ifHighSpeed) > 1", {"ifMtu": [None], "ifHighSpeed": [3]})

    assert told["coalesce(ifMtu, ifHighSpeed)"] == "3"
    assert told["ifHighSpeed"] == "3"


def test_clear_expr_is_told_beside_it(workshop):
    told = evidence(
        workshop, "ifMtu > 9", {"ifMtu": [8], "ifHighSpeed": [4]}, clear_expr="ifMtu < 7 and ifHighSpeed > 3"
    )

    assert told["shown"] == "ifMtu = 8, not > 9"
    assert told["clear_expr"] == "ifMtu < 7 and ifHighSpeed > 3"
    assert told["clear_shown"] == "ifMtu = 8, not < 7 and ifHighSpeed = 4 > 3"
    assert told["ifHighSpeed"] == "4"


def test_hostile_device_text_loses_its_teeth(workshop):
    nasty = b"\r\nBcc: x@evil.example\x1b[2J\xe2\x80\xae" + b"A" * 5000

    told = evidence(workshop, "ifPhysAddress != 'x'", {"ifPhysAddress": [nasty]})

    for text in told.values():
        assert len(text) <= 600
        assert text.isprintable()
    assert told["ifPhysAddress"].startswith("'  Bcc: x@evil.example[2JAAA")


def test_each_condition_is_told_with_its_own_verdict(workshop):
    of_rule = workshop.rule("ifOperStatus == 'down' and ifAdminStatus == 'up' and ifMtu > 1")
    columns = {"ifOperStatus": [1], "ifAdminStatus": [1], "ifMtu": [None]}
    verdicts = evaluate(of_rule, workshop.reading(columns), workshop.memory())

    parts = parts_with_verdicts(verdicts, 0)

    assert [(part.text, part.shown, part.holds) for part in parts] == [
        ("ifOperStatus == 'down'", "ifOperStatus = up, not down", False),
        ("ifAdminStatus == 'up'", "ifAdminStatus = up", True),
        ("ifMtu > 1", "ifMtu = unknown > 1", None),
    ]


def test_what_the_device_gave_in_the_place_of_a_number_is_told(workshop):
    of_rule = workshop.rule("ifMtu > 5")
    reading = replace(
        workshop.reading({"ifMtu": [None]}),
        partial=True,
        doubts={"ifMtu": {0: 'the device gave "31 C", no number'}},
        partial_because='ifMtu.1: the device gave "31 C", no number',
    )

    told = evidence_of(evaluate(of_rule, reading, workshop.memory()), 0)

    assert told["ifMtu"] == 'unknown: the device gave "31 C", no number'
    assert told["reading"] == 'partial: ifMtu.1: the device gave "31 C", no number'


def test_why_another_counter_stands_in_is_told_beside_the_rate(workshop):
    of_rule = workshop.rule(SATURATED)
    reading = replace(
        workshop.reading({"ifHighSpeed": [1000]}, rates={"ifHCOutOctets": [117_625_000.0]}),
        doubts={"ifHCOutOctets": {0: "stays 0 while ifOutOctets counts"}},
    )

    told = evidence_of(evaluate(of_rule, reading, workshop.memory()), 0)

    assert told["rate(ifHCOutOctets)"] == "117,625,000 (stays 0 while ifOutOctets counts)"


@pytest.mark.parametrize(
    ("concept", "expr", "row", "told"),
    [
        (
            "sensor",
            "sensor_state == 'critical' or sensor_value > sensor_high_critical",
            {"sensor": "inlet", "quantity": "celsius", "sensor_value": 88, "sensor_high_critical": 85.5,
             "sensor_state": "warning"},
            {"sensor_state": "warning", "sensor_value": "88 °C", "sensor_high_critical": "85.5 °C"},
        ),
        ("sensor", "sensor_value < -14", {"sensor": "rx", "quantity": "dbm", "sensor_value": -16.2514},
         {"sensor_value": "-16.25 dBm"}),
        ("sensor", "sensor_value > 3", {"sensor": "n", "quantity": "count", "sensor_value": 4},
         {"sensor_value": "4"}),
        ("cpu", "cpu_busy_ratio > 0.9", {"cpu": "all", "cpu_busy_ratio": 0.9001},
         {"cpu_busy_ratio": "0.9001 (90 %)"}),
        ("memory", "memory_used_bytes > 1", {"pool": "RAM", "memory_used_bytes": 2**33},
         {"memory_used_bytes": "8,589,934,592 (8 GiB)"}),
        ("hardware", "hardware_state != 'ok'", {"part": "Fan 1", "hardware_state": "absent"},
         {"hardware_state": "absent"}),
    ],
)  # fmt: skip
def test_what_is_read_of_a_concept_is_told_with_its_unit(concept, expr, row, told):
    schema = {name: one.schema for name, one in CONCEPTS.items()}
    (rule,) = parse_rules(f'rules:\n  - {{alert: A, expr: "{expr}"}}\n', "t.yaml", schema)

    verdicts = evaluate(rule, concept_reading(concept, row), TableMemory("sw1", concept))

    assert evidence_of(verdicts, 0).items() >= told.items()


def test_why_a_value_of_a_concept_is_not_believed_is_told_with_it():
    schema = {name: one.schema for name, one in CONCEPTS.items()}
    (rule,) = parse_rules('rules:\n  - {alert: A, expr: "sensor_value > 3"}\n', "t.yaml", schema)
    doubts = {"sensor_value": {0: "it was 300 degrees a minute ago"}}

    def told(value: float | None) -> str:
        row = {"sensor": "inlet", "quantity": "celsius", "sensor_value": value}
        reading = concept_reading("sensor", row, doubts=doubts)
        return evidence_of(evaluate(rule, reading, TableMemory("sw1", "sensor")), 0)["sensor_value"]

    assert told(20) == "20 °C (it was 300 degrees a minute ago)"
    assert told(None) == "unknown: it was 300 degrees a minute ago"
