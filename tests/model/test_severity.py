"""How grave a severity is, in whichever words it is said."""

from __future__ import annotations

import pytest

from netwatch.model import USUAL_SEVERITIES, Severities


@pytest.mark.parametrize(
    ("severity", "grade"),
    [("critical", "critical"), ("error", "critical"), ("Minor", "warning"), ("info", "info"), ("meh", "warning")],
)
def test_words_of_others_and_of_nobody_have_a_degree_too(severity, grade):
    assert USUAL_SEVERITIES.grade(severity) == grade


def test_the_degrees_are_those_of_the_severities_that_are_listed():
    own = Severities(("note", "low", "high", "disaster"))

    assert [own.grade(name) for name in own.names] == ["info", "warning", "warning", "critical"]
    assert Severities(("trouble",)).grade("trouble") == "critical"
