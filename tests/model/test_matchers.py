"""Matchers in Alertmanager's syntax."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.model import parse_matchers


@pytest.mark.parametrize(("text", "labels", "holds"), [
    ('severity="critical"', {"severity": "critical"}, True),
    ("severity=critical", {"severity": "critical"}, True),
    ('severity = "critical"', {"severity": "warning"}, False),
    ('severity!="critical"', {"severity": "warning"}, True),
    ('severity=~"crit.*|warn.*"', {"severity": "warning"}, True),
    ('severity=~"crit"', {"severity": "critical"}, False),          # the whole text must match
    ('severity!~"crit.*"', {"severity": "warning"}, True),
    ('site=""', {}, True),                                          # a label that is not there is empty
    ('site!="hq"', {}, True),
    ('site=~".+"', {}, False),
    ('{severity="critical", device=~"core-.*"}', {"severity": "critical", "device": "core-1"}, True),
    ('{severity="critical", device=~"core-.*",}', {"severity": "critical", "device": "edge-1"}, False),
    ('summary="says \\"no\\", twice\\\\"', {"summary": 'says "no", twice\\'}, True),
    ('"odd label"="x"', {"odd label": "x"}, True),
    ('if.name="x"', {"if.name": "x"}, True),
])  # fmt: skip
def test_a_matcher_holds_or_not(text, labels, holds):
    assert all(matcher.holds(labels) for matcher in parse_matchers(text)) is holds


@pytest.mark.parametrize("text", [
    "", "severity", "=x", "severity=", 'severity="x', 'severity=="x"', "severity=~(", "{}", 'a="b" c="d"', 'a="b",',
    "5a=b", '{a="b"', "a=b=c", 'site=~"(?=a)"',
])  # fmt: skip
def test_what_is_no_matcher_is_refused(text):
    if text == "severity=":  # Alertmanager takes this for the empty text
        assert parse_matchers(text)[0].text == ""
        return
    with pytest.raises(ValueError, match=r"\w"):
        parse_matchers(text)


@pytest.mark.parametrize("label", ["ifAlias", "a label"])
@pytest.mark.parametrize("operator", ["=", "!=", "=~", "!~"])
@pytest.mark.parametrize("text", ["", "core", 'say "a,b" {c}', "back\\slash", "two\nlines"])
def test_a_matcher_that_is_written_is_read_as_the_same(label, operator, text):
    text = text.replace("\\", "\\\\").replace(" {c}", "") if "~" in operator else text
    (matcher,) = parse_matchers(f'"{label}"{operator}""')
    matcher = replace(matcher, text=text)

    (read,) = parse_matchers(str(matcher))

    assert (read.label, read.text, read.negated) == (label, text, operator[0] == "!")
    assert (read.matches is not None) == ("~" in operator)
