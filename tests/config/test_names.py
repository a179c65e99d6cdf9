"""A misspelt name is answered with the one that was probably meant."""

from __future__ import annotations

import pytest

from netwatch.config.names import MAX_NAMES, did_you_mean


@pytest.mark.parametrize(("name", "known", "said"), [
    ("comunity", ["community", "version"], '; did you mean "community"?'),
    ("CAMPUS", ["core", "campus"], '; did you mean "campus"?'),
    ("core-sw2", ["core-sw1", "edge"], '; did you mean "core-sw1"?'),
    ("x", ["community", "version"], ""),
    ("x", [], ""),
])  # fmt: skip
def test_the_closest_name_is_suggested(name, known, said):
    assert did_you_mean(name, known) == said


def test_among_very_many_names_none_is_suggested():
    assert did_you_mean("sw1x", [f"sw{n}" for n in range(MAX_NAMES + 1)]) == ""
