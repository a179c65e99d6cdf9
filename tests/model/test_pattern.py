"""Regular expressions that cannot hang."""

from __future__ import annotations

import pytest

from netwatch.model import bounded_matcher
from tests.cpu import spent


@pytest.mark.parametrize(("pattern", "text", "matches"), [
    ("(Gi|Te)(0|1)/(1|2)", "Te0/2", True),
    ("Gi.*", "Gi1/0/1", True), ("Gi", "Gi1", False), ("(core|edge)-\\d+", "edge-12", True), ("(?i)gi.*", "GI1", True),
    ("[^a-z]+", "ABC", True), ("[]x]+", "]x", True), ("a{2,3}", "aaa", True), ("", "", True),
    ("(?:a|b)?c", "bc", True), ("\\(a\\)+", "(a))", True), (".*?x.*", "axb", True),
    ("((xe|ge|et)-\\d+/\\d+/\\d+)(\\.\\d+)?", "xe-0/1/2.100", True),  # as people write them for Prometheus
    ("(a+)+b", "aaab", True), ("[[:alpha:]]+\\pL", "aé", True), ("a|b", "ab", False),
    (".*Windows.*", "Hardware: x86\nSoftware: Windows 6.3", True),  # a dot is any character here
    ("käse.", "käse🧀", True), (".", "\udc80", True), ("(?i)ÄRGER", "ärger", True), ("a\\.b", "axb", False),
])  # fmt: skip
def test_the_whole_text_must_match(pattern, text, matches):
    assert bounded_matcher(pattern)(text) is matches


@pytest.mark.parametrize(("pattern", "why"), [
    ("(a)\\1", "invalid escape sequence: \\1"), ("(?=a)", "invalid perl operator: (?="), ("(", "missing ): ("),
    ("[", "missing ]: ["), ("*", "no argument for repetition operator: *"), ("(?<!a)b", "(?<"),
    ("((a{100}){100}){100}", "invalid repetition size"), ("a" * 1001, "longer than 1000 characters"),
])  # fmt: skip
def test_what_re2_does_not_know_is_refused_in_its_words(pattern, why):
    with pytest.raises(ValueError, match=r"\w") as raised:
        bounded_matcher(pattern)

    assert why in str(raised.value)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*", "(a*)*b", "((a|aa)*)*c", "a?" * 60 + "a" * 60])
def test_a_text_made_to_keep_it_busy_takes_no_time_to_speak_of(pattern):
    matcher = bounded_matcher(pattern)

    with spent() as cpu:
        assert not matcher("a" * 50_000 + "d")

    assert cpu.seconds < 5
