"""Formats, names and spellings."""

from __future__ import annotations

import math

import pytest

from netwatch.metrics.text_format import TextFormat, escaped, label_name, metric_name, number_text, preferred_format

PROMETHEUS_2_42 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.mark.parametrize(
    ("accept", "text_format"),
    [
        ("", TextFormat.TEXT),
        ("*/*", TextFormat.TEXT),
        (PROMETHEUS_2_42, TextFormat.OPENMETRICS),
        ("application/openmetrics-text; version=1.0.0; escaping=allow-utf-8", TextFormat.OPENMETRICS),
        ("application/openmetrics-text;q=0.3,text/plain;q=0.7", TextFormat.TEXT),
        ("application/openmetrics-text;q=0", TextFormat.TEXT),
        ("application/openmetrics-text;q=what", TextFormat.TEXT),
        ("text/html,application/xhtml+xml,*/*;q=0.8", TextFormat.TEXT),
        (";;,,q=;=", TextFormat.TEXT),
    ],
)
def test_the_format_is_the_one_the_scraper_likes_best(accept, text_format):
    assert preferred_format(accept) is text_format


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("ifHCInOctets", "ifHCInOctets"),
        ("cpu.load-5", "cpu_load_5"),
        ("5minuteLoad", "_5minuteLoad"),
        ("", "_"),
        ("netwatch_device_up", "snmp_netwatch_device_up"),
        ("process_cpu_seconds_total", "snmp_process_cpu_seconds_total"),
    ],
)
def test_a_column_becomes_a_valid_metric_name_that_is_none_of_ours(column, name):
    assert metric_name(column) == name


@pytest.mark.parametrize(
    ("label", "name"),
    [("ifName", "ifName"), ("if-name", "if_name"), ("device", "exported_device"), ("__name__", "exported_name__")],
)
def test_a_row_label_becomes_a_valid_name_that_is_none_of_ours(label, name):
    assert label_name(label) == name


def test_label_text_is_escaped_and_always_utf_8():
    assert escaped('a\\b"c\nd') == 'a\\\\b\\"c\\nd'
    assert escaped("broken \udc80") == "broken ?"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, b"0"), (2**64 - 1, b"18446744073709551615"), (True, b"1"), (0.25, b"0.25"), (-0.0, b"-0.0"),
        (math.inf, b"+Inf"), (-math.inf, b"-Inf"), (math.nan, b"NaN"), (1e300, b"1e+300"),
        (None, b""), (b"7", b""), ("7", b""),
    ],
)  # fmt: skip
def test_numbers_are_spelled_as_both_formats_want_them(value, text):
    assert number_text(value) == text
