"""The facts of a mail, before it has a form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwatch.model import AlertState, HeldBack, MuteKind, Muting
from netwatch.notify.facts import Manner, Place, problem_of, severity_of, when, word_of, word_of_all
from netwatch.notify.mail.story import story_of
from netwatch.notify.words import in_words
from tests.cpu import spent

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
        (9.21e9, 9e9, "9.21 G (threshold 9 G)"),
        (0.123456, None, "0.1235"),
        ("down", "down", "down"),
        (0.0, 0.0, "0"),
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
    assert story_of(make_notification(firing, resolved=[over]), now=NOW).headline == "1 OF 2 LEFT"
    assert story_of(make_notification(resolved=[over]), now=NOW).headline == "OK"


@pytest.mark.parametrize(
    ("instance", "labels", "rows"),
    [
        (
            "ifName=Gi1/0/7",
            {"ifIndex": "7", "ifDescr": "Gi1/0/7", "ifAlias": "x"},
            {"ifName": "Gi1/0/7", "ifAlias": "x"},
        ),
        ("ifIndex=7,ifName=Gi1", {"ifIndex": "7"}, {"ifName": "Gi1"}),
        ("ifIndex=7", {"ifIndex": "7"}, {"ifIndex": "7"}),
        ("", {"ifIndex": "7"}, {"ifIndex": "7"}),
        ("", {"ifIndex": "7", "ifName": "Gi1"}, {"ifName": "Gi1"}),
        ("", {"site": "core-sw1", "sysName": "core-sw1"}, {"site": "core-sw1"}),
    ],
)
def test_no_row_repeats_another_or_is_the_index_of_what_has_a_name(
    instance, labels, rows, make_alert, make_notification
):
    manner = Manner(place_of=lambda device: Place(labels={"site": "core-sw1"}))

    (problem,) = story_of(
        make_notification(make_alert(instance=instance, labels=labels)), now=NOW, manner=manner
    ).firing

    usual = {"Device", "Since", "Severity", "Rule"}
    assert {fact.name: fact.value for fact in problem.facts if fact.name not in usual} == rows


def test_a_rule_without_texts_gets_a_sentence_with_its_value(make_alert, make_notification):
    full = make_alert(annotations={"unit": "ratio"}, value=0.98, threshold=0.9)

    story = story_of(make_notification(full), now=NOW)

    assert story.firing[0].title == "InterfaceDown on core-sw1 Gi1/0/7: 98 % (threshold 90 %)"


def test_a_severity_nobody_knows_is_a_warning(make_alert):
    assert severity_of(make_alert(labels={"severity": "Zebra"})) == "warning"
    assert severity_of(make_alert(labels={"severity": "CRITICAL"})) == "critical"
    assert severity_of(make_alert(labels={})) == "warning"


def test_a_recovery_without_any_alert_is_still_a_story(make_notification, make_alert):
    empty = replace(make_notification(subject=""), firing=())

    assert story_of(empty, now=NOW).subject == "nothing to report"


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"acked_at": NOW, "acked_by": "anna", "ack_comment": "on my way"},
         ("In hand", "acknowledged by anna at 2026-11-23 03:04:05 UTC: on my way")),
        ({"flapping": True},
         ("Flapping", "it keeps coming and going; that it is over is told once it has been calm for a while")),
        ({"trap_count": 12, "seen_at": NOW}, ("Traps", "12, the last at 2026-11-23 03:04:05 UTC")),
    ],
)  # fmt: skip
def test_what_else_to_know_before_getting_up_is_a_fact(changes, fact, make_alert, make_notification):
    (problem,) = story_of(make_notification(make_alert(**changes)), now=NOW).firing

    assert fact in [(one.name, one.value) for one in problem.facts]


def test_what_is_expected_is_marked(make_alert, make_notification):
    notification = make_notification(make_alert(), marks={"1": "in maintenance: core upgrade, until 04:00"})

    (problem,) = story_of(notification, now=NOW).firing

    assert problem.remark == "in maintenance: core upgrade, until 04:00"
    assert ("Expected", problem.remark) in [(fact.name, fact.value) for fact in problem.facts]


def test_who_is_told_later_reads_why(make_notification):
    story = story_of(make_notification(escalation="nobody acknowledged it for 30m"), now=NOW)

    assert story.notes == ("You are told because nobody acknowledged it for 30m.",)


def held(kind, alerts, devices, reason, by=""):
    return HeldBack(muting=Muting(kind=kind, reason=reason, by=by), alerts=alerts, devices=devices)


def test_what_is_held_back_is_counted_by_its_reason_the_most_first(make_notification):
    notification = make_notification(held_back=(
        held(MuteKind.SILENCED, 3, 2, "silenced by anna until 2026-11-28 14:00 UTC: core upgrade"),
        held(MuteKind.PARENT, 9_999, 9_999, "core-r1 is down, and sw1 is only reached through it", "core-r1"),
        held(MuteKind.PARENT, 1, 1, "r2 is down, and sw7 is only reached through it", "r2"),
    ))  # fmt: skip

    assert story_of(notification, now=NOW).held_back == (
        "9,999 alerts on 9,999 devices that can only be reached through core-r1",
        "3 alerts on 2 devices: silenced by anna until 2026-11-28 14:00 UTC: core upgrade",
        "1 alert on 1 device: r2 is down, and sw7 is only reached through it",
    )


def test_reasons_tell_times_of_the_receivers_zone(make_notification, make_alert):
    alert = make_alert(1)
    silenced = held(MuteKind.SILENCED, 1, 1, "silenced by anna until 2026-11-28 14:00 UTC: core upgrade")
    notification = make_notification(
        alert, held_back=(silenced,),
        marks={alert.id: "in maintenance: core upgrade, until 2026-11-23 04:00 UTC"},
    )  # fmt: skip

    story = story_of(notification, now=NOW, manner=Manner(zone=ZoneInfo("Europe/Berlin")))

    assert story.held_back == ("1 alert on 1 device: silenced by anna until 2026-11-28 15:00 CET: core upgrade",)
    assert "in maintenance: core upgrade, until 2026-11-23 05:00 CET" in [
        fact.value for fact in story.firing[0].facts
    ]


def test_many_reasons_are_summed_up_with_exact_counts(make_notification):
    every = tuple(held(MuteKind.SILENCED, 2, 1, f"silence {number}") for number in range(25))

    lines = story_of(make_notification(held_back=every), now=NOW).held_back

    assert len(lines) == 11
    assert lines[-1] == "30 alerts for 15 other reasons"


def test_what_else_is_wrong_on_the_device_is_listed_and_counted(make_alert, make_notification):
    also = tuple(make_alert(number, rule="CpuHigh") for number in range(14))

    story = story_of(make_notification(also=also), now=NOW)

    assert (len(story.also), story.more_also, story.also_where) == (10, 4, "core-sw1")
    beyond = (*also, make_alert(99, device="edge-r1"))
    assert story_of(make_notification(also=beyond), now=NOW).also_where == "these devices"


def test_beside_the_subject_stands_the_worst_in_a_line(make_alert, make_notification):
    over = make_alert(state=AlertState.RESOLVED, resolved_at=NOW)

    assert story_of(make_notification(make_alert(value=93.25, threshold=90.0)), now=NOW).preview == (
        "Gi1/0/7 on core-sw1 is down, value 93.25 (threshold 90). Since 2026-11-23 03:00:05 UTC (4 min)."
    )
    assert (
        story_of(make_notification(resolved=[over]), now=NOW).preview == "It is over since 2026-11-23 03:04:05 UTC."
    )


def test_what_vanished_is_gone_and_its_end_unseen_is_not_well(make_alert):
    down = make_alert(value=2.0)
    gone = replace(down, state=AlertState.GONE, gone_at=NOW)
    removed = replace(gone, state=AlertState.RESOLVED, resolved_at=NOW, annotations={"ended": "forgotten by anna"})
    well = replace(down, state=AlertState.RESOLVED, resolved_at=NOW)

    assert [word_of(one) for one in (down, gone, removed, well)] == ["DOWN", "GONE", "GONE", "OK"]
    assert [word_of_all(some) for some in ((down, gone), (gone,), (removed,), (well,), (well, removed))] == [
        "DOWN", "GONE", "GONE", "OK", "GONE",
    ]  # fmt: skip
    assert when(removed, NOW).endswith(": forgotten by anna")
    facts = {fact.name: fact.value for fact in problem_of(gone, NOW).facts}
    assert facts["Gone"].startswith("no longer there since")
    assert "Value" not in facts


def test_the_word_for_a_storm_costs_no_more_for_each_than_the_word_for_a_few(make_alert):
    one = make_alert()

    def cost(number: int) -> float:
        standing = [one] * number
        with spent() as cpu:
            assert word_of_all(standing) == word_of(one)
        return cpu.seconds / number

    assert cost(4_000) < 20 * min(cost(100) for _ in range(5))  # 40 times where each is held against all
