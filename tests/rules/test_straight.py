"""A template as plain Python says what Jinja2 says of it, for all that ship and for whatever they are given."""

from __future__ import annotations

import random

import pytest
import yaml

from netwatch.model import shipped_directory
from netwatch.rules import templates
from netwatch.rules.templates import Template, is_template, names_wanted, render_template

TEXTS = ("", "Gi1/0/7", "3", "a\x1bb", "two\nlines", "\N{RIGHT-TO-LEFT OVERRIDE}x")
GIVEN = (*TEXTS, 0, 1, -2, 3.5, 1e9, 0.93, float("nan"), None)
OWN = (
    "{% if a %}{% if b == 'x' %}1{% elif b in 'Gi1/0/7' %}2{% else %}3{% endif %}{% endif %}",
    "{{ a ~ b ~ 3 }} {{ labels.a }} {{ labels['b'] }}",
    "{{ a if b is defined else 'none' }}{{ not a }}{{ a and b }}{{ a or b }} {{ value is number }} {{ b is none }}",
    "{{ value < 3 }} {{ 1 < value <= 5 }} {{ value + 1 }} {{ value * 2 }} {{ a * 2 }} {{ a < 1 }} {{ -value }}",
    "{{ range }}{{ a | default('x') | upper }} {{ value | round(1) }} {{ value | reading('bytes') }}",
)


def shipped() -> list[str]:
    rules = [
        rule
        for path in sorted(shipped_directory("rules").glob("*.yaml"))
        for rule in yaml.safe_load(path.read_text())["rules"]
    ]
    texts = {str(text) for rule in rules for text in rule.get("annotations", {}).values()}
    return sorted(filter(is_template, texts))


def for_jinja(text: str) -> Template:
    template = Template(text)
    template._straight = templates._not_straight
    return template


def test_it_says_what_jinja2_says():
    dice = random.Random(5)
    texts = [*OWN * 8, *shipped()]
    assert len(texts) > 200
    for text in texts:
        template, twin = Template(text), for_jinja(text)
        for _ in range(4):
            names = {*names_wanted(text), "a", "b", "value"} - {"labels"}
            labels = {name: dice.choice(TEXTS) for name in sorted(names) if dice.random() < 0.6}
            given = {name: dice.choice(GIVEN) for name in sorted(names) if dice.random() < 0.4}
            said = render_template(template, labels, given)
            assert said == render_template(twin, labels, given), (text, labels, given)


@pytest.mark.parametrize("text", [text for text in shipped() if "*" not in text][::20])
def test_most_that_ship_need_no_jinja2(text):
    assert templates.straight(templates._LENIENT.parse(text), templates._LENIENT.globals) is not None


@pytest.mark.parametrize("depth", [5, 60, 90])
def test_what_is_nested_too_deep_for_one_expression_is_left_to_jinja2(depth):
    text = "{% if a %}" * depth + "{{ a }}" + "{% endif %}" * depth

    assert render_template(Template(text), {"a": "x"}, {}) == "x"
    assert render_template(Template(text), {}, {}) == ""


def test_what_jinja2_cannot_compile_either_is_refused_with_a_reason():
    with pytest.raises(ValueError, match="the template does not work"):
        templates.compile_template("{% if a %}" * 150 + "{% endif %}" * 150, ["a"])


def test_what_is_found_good_without_jinja2_is_found_good_by_it(monkeypatch):
    """Shipped texts, and those with something wrong in them that only a trial shows."""
    bad = ("{{ value | nosuch }}", "{{ value | round('x') }}", "{{ a.b.c }}", "{{ labels.a.b }}",
           "{{ value | round(a) }}", "{{ value > 'x' }}", "{{ a if value > 1 }}",
           "{{ value | percent | bytes }}")  # fmt: skip
    names = ["a", "b", "ifName", "ifAlias"]

    def verdict(text: str) -> str:
        templates._compiled.cache_clear()
        try:
            templates.compile_template(text, [*names, *templates.names_wanted(text)])
        except ValueError as exc:
            return str(exc)
        return "good"

    texts = [*bad, *OWN, *shipped()[::8]]
    verdicts = [verdict(text) for text in texts]
    monkeypatch.setattr(templates, "_goes_straight", lambda _tree, _trials: False)

    assert [verdict(text) for text in texts] == verdicts
    assert 0 < verdicts.count("good") < len(texts)
