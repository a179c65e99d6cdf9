"""Regular expressions that cannot hang."""

from __future__ import annotations

import time

import pytest

from netwatch.model import bounded_matcher


@pytest.mark.parametrize(("pattern", "text", "matches"), [
    ("(Gi|Te)(0|1)/(1|2)", "Te0/2", True),
    ("Gi.*", "Gi1/0/1", True), ("Gi", "Gi1", False), ("(core|edge)-\\d+", "edge-12", True), ("(?i)gi.*", "GI1", True),
    ("[^a-z]+", "ABC", True), ("[]x]+", "]x", True), ("a{2,3}", "aaa", True), ("", "", True),
    ("(?:a|b)?c", "bc", True),
    ("\\(a\\)+", "(a))", True), (".*?x.*", "axb", True),
])  # fmt: skip
def test_the_whole_text_must_match(pattern, text, matches):
    assert bounded_matcher(pattern)(text) is matches


@pytest.mark.parametrize("pattern", [
    "(a+)+", "(a*)*b", "(a|a)*", "(a|b){2,}", "((a+))+", "((ab?))+", "a*a*a*a*b", "a?a?a?a?a?a?a?a?a?", "a*a*a*b?b?",
    "(a|a)" * 5, "(a)\\1", "(?=a)", "(?P<x>a)", "(", "[", "a" * 1001, "*", "(?:a+)*",
])  # fmt: skip
def test_a_pattern_that_could_run_for_ever_or_is_none_is_refused(pattern):
    with pytest.raises(ValueError, match=r"\w"):
        bounded_matcher(pattern)


@pytest.mark.parametrize("pattern", ["a*a*a*b?", "a*a*b?b?b?b?b?b?b?b?", "a?a?a?a?a?a?a?a?a*a*"])
def test_the_worst_that_is_allowed_takes_no_time_to_speak_of(pattern):
    matcher = bounded_matcher(pattern)
    started = time.process_time()

    assert not matcher("a" * 254 + "c")
    assert time.process_time() - started < 5
