"""Patterns of sysObjectIDs."""

from __future__ import annotations

import pytest

from netwatch.model import Oid
from netwatch.profiles.matching import PatternIndex, pattern_error


@pytest.mark.parametrize(
    ("pattern", "oid", "matches"),
    [
        ("1.3.6.1.4.1.9.1.7", "1.3.6.1.4.1.9.1.7", True),
        ("1.3.6.1.4.1.9.1.7", "1.3.6.1.4.1.9.1.70", False),
        ("1.3.6.1.4.1.9.*", "1.3.6.1.4.1.9.1", True),
        ("1.3.6.1.4.1.9.*", "1.3.6.1.4.1.9.1.2.3", True),
        ("1.3.6.1.4.1.9.*", "1.3.6.1.4.1.9", False),
        ("1.3.6.1.4.1.9.*", "1.3.6.1.4.1.99.1", False),
        ("1.3.6.1.4.1.9.12*", "1.3.6.1.4.1.9.12", True),
        ("1.3.6.1.4.1.9.12*", "1.3.6.1.4.1.9.123", True),
        ("1.3.6.1.4.1.674.*.5", "1.3.6.1.4.1.674.10892.5", True),
        ("1.3.6.1.4.1.674.*.5", "1.3.6.1.4.1.674.10892.6", False),
    ],
)
def test_a_star_stands_for_what_follows(pattern: str, oid: str, matches: bool) -> None:
    assert (PatternIndex([(pattern, "it")]).find(Oid.parse(oid)) == "it") is matches


def test_of_equal_patterns_the_earlier_is_taken() -> None:
    index = PatternIndex([("1.3.6.1.4.1.9.*", "theirs"), ("1.3.6.1.4.1.9.*", "shipped"), ("1.3.6.*", "wide")])

    assert index.find(Oid.parse("1.3.6.1.4.1.9.1")) == "theirs"


def test_a_pattern_that_is_too_long_to_be_looked_for_is_told_and_not_compiled() -> None:
    assert "longer than 1000 characters" in pattern_error("1.3" + ".*" * 200)
    assert not pattern_error("1.3" + ".999999" * 60 + ".*")


@pytest.mark.parametrize("pattern", ["", "*", "1.3.", "1..3", "1.3.x", "1.3.6 1", "1.3.6.**", "cisco"])
def test_what_is_no_pattern_is_told_from_what_is(pattern: str) -> None:
    assert pattern_error(pattern)
    assert not pattern_error("1.3.6.1.4.1.9.*")


def test_what_is_excluded_has_the_next_best_pattern() -> None:
    index = PatternIndex(
        [("1.3.6.1.4.1.9.1.7", "exact"), ("1.3.6.1.4.1.9.1.*", "narrow"), ("1.3.6.1.4.1.*", "wide")],
        {"exact": ["1.3.6.1.4.1.9.1.7"], "narrow": [r"^1\.3\.6\.1\.4\.1\.9\.1\.(7|8)$", "1.3.6.1.4.1.9.1.3.*"]},
    )
    found = {last: index.find(Oid.parse(f"1.3.6.1.4.1.9.1.{last}")) for last in ("7", "8", "78", "3.1", "3")}
    assert found == {"7": "wide", "8": "wide", "78": "narrow", "3.1": "wide", "3": "narrow"}
