"""In what unit a rule's value is."""

from __future__ import annotations

import pytest

from netwatch.profiles import load_library
from netwatch.rules import parse_rules, unit_of, units_of

SCHEMA = load_library([]).schema()


def rules(*entries: str):
    lines = "".join(f"  - {{alert: {entry}}}\n" for entry in entries)
    return parse_rules(f"rules:\n{lines}", "rules.yaml", SCHEMA)


@pytest.mark.parametrize(
    ("entry", "unit"),
    [
        ("A, expr: rate(ifHCInOctets) * 8 > 0.9 * ifHighSpeed", "ratio"),
        ("A, expr: rate(ifHCInOctets) * 8 > 9e9", "b/s"),
        ("A, expr: 'coalesce(rate(ifHCInOctets), rate(ifInOctets)) > 9e9'", "B/s"),
        ("A, expr: 'max(rate(ifHCInOctets), rate(ifHCOutOctets)) * 8 > 9e9'", "b/s"),
        ("A, expr: rate(ifInErrors) > 9", ""),
        ("A, expr: ifOperStatus == 2", ""),
        ("A, expr: oldest_unsent_seconds > 900", "s"),
        ("A, expr: disk_free_bytes < 2e9", "B"),
        ("A, expr: polls_late_ratio > 0.05", "ratio"),
        ("A, expr: sensor_value > 70", "{quantity}"),
        ("A, expr: sensor_value > sensor_high_warning", "{quantity}"),
        ("A, expr: interface_speed_bits_per_second < 1e8", "b/s"),
        ("A, expr: polls_late_ratio * 100 > 5", "%"),
        ("A, expr: 'rate(ifInErrors) > 9', annotations: {summary: '{{ value | percent }}'}", "ratio"),
        ("A, expr: 'ifHighSpeed > 9', annotations: {summary: '{{ value | bits }}'}", "b"),
    ],
)
def test_the_unit_is_that_of_its_texts_its_share_or_its_columns(entry, unit):
    (rule,) = rules(entry)

    assert unit_of(rule) == unit


def test_rules_of_one_name_in_different_units_have_none():
    seconds, octets = rules("A, expr: oldest_unsent_seconds > 900", "B, expr: disk_free_bytes < 2e9")

    assert units_of([seconds, octets]) == {"A": "s", "B": "B"}
