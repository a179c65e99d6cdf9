"""The facts of a mail, before it has a form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import AlertState
from netwatch.notify.facts import in_words, severity_of, story_of

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (0, "0 s"), (45, "45 s"), (60, "1 min"), (220, "3 min 40 s"), (3600, "1 h"), (3605, "1 h"),
     (11_100, "3 h 5 min"), (187_200, "2 d 4 h"), (172_860, "2 d")],
)  # fmt: skip
def test_durations_are_told_in_their_two_largest_units(seconds, words):
    assert in_words(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("value", "threshold", "said"),
    [
        (93.25, 90.0, "93.25 (threshold 90)"),
        (1234567.0, None, "1,234,567"),
        (0.123456, None, "0.1235"),
        ("down", "up", "down (threshold up)"),
        (float("inf"), None, "inf"),
        (float("nan"), None, "nan"),
    ],
)
def test_values_are_short_and_stand_beside_their_threshold(value, threshold, said, make_alert, make_notification):
    story = story_of(make_notification(make_alert(value=value, threshold=threshold)), now=NOW)

    assert {fact.name: fact.value for fact in story.firing[0].facts}["Value"] == said


def test_without_a_summary_rule_and_place_are_the_title(make_alert, make_notification):
    story = story_of(make_notification(make_alert(annotations={})), now=NOW)

    assert story.firing[0].title == "InterfaceDown on core-sw1 Gi1/0/7"


def test_a_row_named_by_several_labels_is_told_label_by_label(make_alert, make_notification):
    alert = make_alert(
        instance="peer=192.0.2.1,vrf=blue", labels={"severity": "warning", "vrf": "blue", "asn": "65001"}
    )

    (problem,) = story_of(make_notification(alert), now=NOW).firing

    assert problem.where == "core-sw1 192.0.2.1, blue"
    assert [(fact.name, fact.value) for fact in problem.facts if fact.name in {"peer", "vrf", "asn"}] == [
        ("peer", "192.0.2.1"), ("vrf", "blue"), ("asn", "65001"),
    ]  # fmt: skip


def test_labels_are_shown_to_a_limit(make_alert, make_notification):
    alert = make_alert(labels={f"label{number:02}": "x" for number in range(50)})

    (problem,) = story_of(make_notification(alert), now=NOW).firing

    assert sum(fact.name.startswith("label") for fact in problem.facts) == 8


def test_the_lead_counts_what_is_wrong_and_what_ended(make_alert, make_notification):
    over = make_alert(3, state=AlertState.RESOLVED, resolved_at=NOW)
    firing = [make_alert(1), make_alert(2, pending_at=NOW - timedelta(hours=1))]

    assert story_of(make_notification(*firing, resolved=[over]), now=NOW).lead == (
        "2 problems since 2026-11-23 02:04:05 UTC (1 h); 1 ended."
    )
    assert story_of(make_notification(resolved=[over]), now=NOW).lead == "It is over since 2026-11-23 03:04:05 UTC."
    assert story_of(make_notification(resolved=[over, replace(over, id="4")]), now=NOW).lead == (
        "All 2 problems are over since 2026-11-23 03:04:05 UTC."
    )


def test_the_brackets_say_how_many_problems_are_left_when_some_ended(make_alert, make_notification):
    over = make_alert(3, state=AlertState.RESOLVED, resolved_at=NOW)
    firing = make_alert(1)

    assert story_of(make_notification(firing), now=NOW).headline == "DOWN"
    assert story_of(make_notification(firing, resolved=[over]), now=NOW).headline == "DOWN, 1 left"
    assert story_of(make_notification(resolved=[over]), now=NOW).headline == "OK"


def test_a_severity_nobody_knows_is_a_warning(make_alert):
    assert severity_of(make_alert(labels={"severity": "Zebra"})) == "warning"
    assert severity_of(make_alert(labels={"severity": "CRITICAL"})) == "critical"
    assert severity_of(make_alert(labels={})) == "warning"


def test_a_recovery_without_any_alert_is_still_a_story(make_notification, make_alert):
    empty = replace(make_notification(subject=""), firing=())

    assert story_of(empty, now=NOW).subject == "nothing to report"
