"""Subjects that a person can act on, in the sixty letters that a telephone shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Alert, AlertKey, AlertState, Standing, shipped_directory
from netwatch.notify import Manner
from netwatch.notify.mail.samples import sample_notifications
from netwatch.notify.mail.story import MAX_SUBJECT, story_of, subject_line
from netwatch.profiles import load_library
from netwatch.rules import load_rules, render

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
TOPIC = "core-sw1: OSPF neighbours"


def subject(notification, **changes):
    story = story_of(notification, now=NOW, **changes)
    return subject_line(story.headline, story.subject)


@pytest.fixture
def alerts(make_alert):
    return [make_alert(number, instance=f"neighbour={number}") for number in range(25)]


def ended(alert: Alert) -> Alert:
    return replace(alert, state=AlertState.RESOLVED, resolved_at=NOW)


def test_the_count_stands_in_the_bracket(make_notification, alerts):
    assert subject(make_notification(*alerts, subject=TOPIC)) == f"[DOWN 25] {TOPIC}"
    assert subject(make_notification(alerts[0], subject=TOPIC)) == f"[DOWN] {TOPIC}"
    assert subject(make_notification(*alerts, subject=TOPIC, repeat=True)) == f"[STILL DOWN 25] {TOPIC}"


def test_a_partial_recovery_says_how_many_are_left_of_all_there_ever_were(make_notification, alerts):
    first = make_notification(*alerts[:2], resolved=[ended(alerts[2])], subject=TOPIC, sequence=2)
    later = make_notification(alerts[0], resolved=[ended(alerts[1])], subject=TOPIC, sequence=3)
    later = replace(later, group=replace(later.group, ended=2))

    assert subject(first) == f"[2 OF 3 LEFT] {TOPIC}"
    assert subject(later) == f"[1 OF 3 LEFT] {TOPIC}"


def test_news_among_what_ended_is_no_recovery(make_notification, alerts):
    mail = make_notification(*alerts[:2], resolved=[ended(alerts[2])], subject=TOPIC, sequence=2)
    mail = replace(mail, group=replace(mail.group, told={alerts[1].id: mail.at}))

    assert subject(mail) == f"[DOWN 2] {TOPIC}"


def test_the_end_is_told_with_the_same_text_outside_the_brackets(make_notification, alerts):
    assert subject(make_notification(resolved=[ended(one) for one in alerts], subject=TOPIC)) == f"[OK] {TOPIC}"


def test_a_repeated_mail_carries_the_value_of_now(make_notification, make_alert):
    busy = make_alert(1, value=0.98, threshold=0.9, labels={"severity": "warning"})
    mail = make_notification(busy, repeat=True, sequence=2, subject="core-sw1 98 % busy")
    mail = replace(mail, standings={"1": Standing(value=0.95, at=NOW, broken=True)})
    manner = Manner(units={"InterfaceDown": "ratio"})

    facts = {fact.name: fact.value for fact in story_of(mail, now=NOW, manner=manner).firing[0].facts}

    assert subject(mail, manner=manner) == "[STILL WARN, now 95 %] core-sw1 98 % busy"
    assert (facts["Value"], facts["Now"]) == ("98 % (threshold 90 %)", "95 % at 03:04:05 UTC")


def test_a_value_read_long_ago_is_not_told_as_that_of_now(make_notification, make_alert):
    busy = make_alert(1, value=0.98, annotations={"unit": "ratio"})
    mail = make_notification(busy, repeat=True, sequence=2, subject="core-sw1 98 % busy")
    mail = replace(mail, standings={"1": Standing(value=0.95, at=NOW - timedelta(hours=4), broken=True)})

    facts = {fact.name: fact.value for fact in story_of(mail, now=NOW).firing[0].facts}

    assert subject(mail) == "[STILL DOWN] core-sw1 98 % busy"
    assert facts["Now"] == "not known; 95 % when last read, at 2026-11-22 23:04:05 UTC"


@pytest.mark.parametrize(
    ("flapping", "value", "now"),
    [
        (False, "up", "up again since 02:59:05 UTC; it is over once that has lasted"),
        (True, "up", "up again since 02:59:05 UTC; it keeps coming and going, so it is held until it has been calm"),
        (False, 0.5, "well again since 02:59:05 UTC (50 %); it is over once that has lasted"),
        (False, None, "well again since 02:59:05 UTC; it is over once that has lasted"),
    ],
)
def test_what_is_held_though_it_is_well_again_says_so(flapping, value, now, make_notification, make_alert):
    held = make_alert(1, healthy_since=NOW - timedelta(minutes=5), flapping=flapping, annotations={"unit": "ratio"})
    mail = make_notification(held, repeat=True, sequence=2, subject="core-sw1 Gi1/0/7 is down")
    mail = replace(mail, standings={"1": Standing(value=value, at=NOW, broken=False)})

    story = story_of(mail, now=NOW)

    assert subject(mail) == "[STILL DOWN, well since 02:59] core-sw1 Gi1/0/7 is down"
    assert {fact.name: fact.value for fact in story.firing[0].facts}["Now"] == now
    assert story.notes == ("It is well again since 02:59:05 UTC, and over once that has lasted.",)


def test_no_subject_is_longer_than_a_telephone_shows(make_notification, make_alert):
    for name, mail in sample_notifications().items():
        assert len(subject(mail)) <= MAX_SUBJECT, name
    long = "border-router-17.frankfurt.example.net TenGigabitEthernet1/0/48 is lowerLayerDown"
    for mail in (
        make_notification(make_alert(), subject=long),
        make_notification(*(make_alert(number) for number in range(1_200)), subject=long, repeat=True),
        make_notification(make_alert(), resolved=[make_alert(2)] * 999, subject=long),
    ):
        assert len(subject(mail)) <= MAX_SUBJECT
        assert subject(mail).endswith("lowerLayerDown")
        assert "] border-router-17" in subject(mail)


LABELS = {
    "ifName": "GigabitEthernet1/0/7", "hrStorageDescr": "/var/lib/netwatch", "ifAlias": "uplink", "ifIndex": "7",
    "ifDescr": "GigabitEthernet1/0/7", "sensor": "Inlet", "quantity": "celsius", "part": "Fan 2",
    "part_class": "fan", "peer": "192.0.2.7", "protocol": "bgp", "remote_as": "64500", "path": "/var", "pool": "RAM",
    "group": "10 on Vlan7", "tunnel": "branch-3", "supply": "Black toner", "license": "Advanced", "cpu": "all",
}  # fmt: skip
SHIPPED = load_rules(sorted(shipped_directory("rules").glob("*.yaml")), load_library([]).schema())


@pytest.mark.parametrize("rule", SHIPPED, ids=[rule.name for rule in SHIPPED])
@pytest.mark.parametrize("value", [0.98, 123456789.0, "lowerLayerDown"])
def test_every_shipped_rule_reads_well_in_sixty_letters(rule, value, make_notification):
    texts = render(
        rule, labels=LABELS, device="core-sw1", instance="ifName=GigabitEthernet1/0/7", value=value, threshold=0.9
    )
    key = AlertKey(rule=rule.name, device="core-sw1", instance="")
    alert = Alert(id="1", key=key, state=AlertState.FIRING, annotations=texts, pending_at=NOW)

    written = subject(make_notification(alert, subject=texts["title"]))

    assert len(written) <= MAX_SUBJECT
    assert texts["title"].startswith(("core-sw1 ", "NetWatch"))
    if isinstance(value, float) and value < 1:  # what people see; only what nobody expects is cut
        assert written == f"[WARN] {texts['title']}"
