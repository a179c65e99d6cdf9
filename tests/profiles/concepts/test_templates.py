"""Texts that are made of a row."""

from __future__ import annotations

import pytest

from netwatch.profiles.concepts.templates import BadTemplate, parse_template

ROW = {"name": "Gi1/0/1", "descr": "", "word": "failed", "entity.name": "Slot 2"}
INDEX = (10, 0, 7)


def text(template):
    return parse_template(template).resolved(ROW).text(INDEX, lambda named: ROW[named.name])


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("Fan 1", "Fan 1"),
        ("{name}", "Gi1/0/1"),
        ("Fan {index}", "Fan 10.0.7"),
        ("Fan {index.1}/{index.3}", "Fan 10/7"),
        ("Fan {index.-1}", "Fan 7"),
        ("Fan {index.9}", "Fan "),
        ("{descr|name}", "Gi1/0/1"),
        ("{descr|chassis}", "chassis"),  # what no name is, stands as it is at the end of a list
        ("{descr|Fan {index.3}}", "Fan 7"),
        ("{descr|entity.name|x}", "Slot 2"),
        ("{name} {word}", "Gi1/0/1 failed"),
    ],
)
def test_a_template_takes_from_the_row_what_stands_between_braces(template, made):
    assert text(template) == made


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{nothing}", "no label or column is named nothing"),
        ("{nothing|name}", "no label or column is named nothing"),
        ("{name", "a { without a }"),
        ("name}", "a } without a {"),
        ("{a b}", "'a b' is no name of a label or column"),
        ("{a b|name}", "'a b' is no name, and only the last of several may be plain text"),
        ("{name:upside}", "'upside' is no way to write a value"),
        ("{" * 9 + "}" * 9, "braces are nested too deeply"),
        ("x" * 501, "at most 500 characters"),
    ],
)
def test_what_is_no_template_is_refused_in_words(template, why):
    with pytest.raises(BadTemplate) as refused:
        text(template)

    assert why in str(refused.value) or "is no name" in str(refused.value)
