"""What a word without quotes means."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from netwatch.model.yaml.scalars import MAX_DIGITS, resolved


@pytest.mark.parametrize(("text", "value"), [
    ("", None), ("~", None), ("null", None), ("Null", None),
    ("true", True), ("FALSE", False), ("yes", "yes"), ("no", "no"), ("on", "on"), ("n", "n"),
    ("0", 0), ("-12", -12), ("+5", 5), ("0777", 777), ("08", 8), ("1_000", 1000),
    ("0o17", 15), ("-0x1f", -31), ("0b11", 3), ("0o", "0o"), ("0x", "0x"), ("-_", "-_"), ("_1", "_1"), ("-", "-"),
    ("1.", 1.0), (".5", 0.5), ("-2.50", -2.5), ("1e3", 1000.0), ("1_0.0_1", 10.01), ("1e", "1e"), (".", "."),
    ("-.inf", -math.inf),
    ("1.3.6.1", "1.3.6.1"), (".1.3.6.1.2", ".1.3.6.1.2"), ("1.3.6.*", "1.3.6.*"), ("192.0.2.1", "192.0.2.1"),
    ("10:30", "10:30"), ("60s", "60s"), ("2026-12", "2026-12"), ("00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e"),
    ("2026-12-01", date(2026, 12, 1)), ("2026-1-2", "2026-1-2"), ("2026-12-01 22:00", "2026-12-01 22:00"),
    ("2026-12-01 22:00:30", datetime(2026, 12, 1, 22, 0, 30)),  # noqa: DTZ001 - without a zone, as written
    ("2026-12-01T22:00:00.5Z", datetime(2026, 12, 1, 22, 0, 0, 500_000, tzinfo=UTC)),
    ("2026-1-2 3:04:05 -5", datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-5)))),
])  # fmt: skip
def test_a_word_is_what_the_core_schema_says(text, value):
    found = resolved(text)

    assert (type(found), found) == (type(value), value)


def test_what_is_no_number_has_a_name():
    assert math.isnan(resolved(".nan"))


@pytest.mark.parametrize("text", ["2026-02-31", "2026-02-01 25:00:00", "2026-02-01 10:00:00 +99:00"])
def test_a_day_or_time_that_does_not_exist_is_said(text):
    with pytest.raises(ValueError, match="no such day or time"):
        resolved(text)


@pytest.mark.parametrize(
    "text", ["9" * (MAX_DIGITS + 1), "0x" + "f" * 300_000, "9" * 309, "-1" + "0" * 60, "1e999", "-1.5e400"]
)
def test_a_number_that_no_float_or_no_address_could_be_is_refused(text):
    with pytest.raises(ValueError, match="larger than any value could be; quote it if it is a text"):
        resolved(text)


@pytest.mark.parametrize("text", [str(2**128), "-" + str(2**64), "1e308", ".inf"])
def test_a_number_that_one_could_be_is_taken(text):
    assert float(str(resolved(text))) == float(text.replace(".inf", "inf"))
