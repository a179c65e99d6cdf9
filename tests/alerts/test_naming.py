"""What an incident is called, and when it is called otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from netwatch.alerts import GroupTiming, RouteMatch, flush, opened
from netwatch.alerts.naming import named, title_of
from netwatch.model import USUAL_SEVERITIES, Alert, AlertGroup, AlertKey, AlertState, Notification

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = {
    "DeviceDown": ("critical", "{device} does not answer", "devices do not answer"),
    "OspfNeighborDown": ("critical", "{device} lost OSPF with {row}", "OSPF neighbours"),
    "InterfaceDown": ("critical", "{device} {row} is down", "interfaces down"),
    "InterfaceSaturated": ("warning", "{device} {row} 98 % full", "interfaces full"),
}


def alert(rule: str, row: str = "", device: str = "core-sw1") -> Alert:
    severity, title, several = RULES[rule]
    texts = {"title": title.format(device=device, row=row), "several": several}
    key = AlertKey(rule=rule, device=device, instance=row and f"ifName={row}")
    return Alert(
        id=f"{rule} {device} {row}", key=key, state=AlertState.FIRING, labels={"severity": severity},
        annotations=texts, pending_at=NOON, firing_at=NOON,
    )  # fmt: skip


class Story:
    """One incident told tick by tick."""

    def __init__(self, *first: Alert, labels: dict[str, str] | None = None) -> None:
        self.timing, ids = GroupTiming(), count(1)
        self.labels = {"device": "core-sw1"} if labels is None else labels
        match = RouteMatch(receiver="noc", group_key="g", group_labels=self.labels, timing=self.timing)
        self.new_id = lambda: f"thread-{next(ids)}"
        self.alerts = {one.id: one for one in first}
        self.group: AlertGroup = opened(first[0], match, NOON, self.new_id())
        self.now = NOON
        self.threads = {self.group.thread_id}

    def tell(self, *firing: Alert, ended: tuple[Alert, ...] = ()) -> Notification:
        self.now += timedelta(minutes=5)
        self.alerts |= {one.id: one for one in firing}
        for one in ended:
            self.alerts[one.id] = replace(one, state=AlertState.RESOLVED, resolved_at=self.now)
        self.group = replace(self.group, members=tuple(self.alerts))
        outcome = flush(self.group, self.alerts, self.timing, self.now, new_id=self.new_id)
        assert outcome.notification is not None
        self.group = outcome.group or outcome.notification.group
        self.threads.add(outcome.notification.group.thread_id)
        return outcome.notification

    def subject(self, *firing: Alert, ended: tuple[Alert, ...] = ()) -> str:
        return self.tell(*firing, ended=ended).group.subject


def test_one_problem_is_called_by_the_title_of_its_rule():
    assert Story(alert("DeviceDown")).subject() == "core-sw1 does not answer"


def test_several_of_a_rule_are_called_together_after_what_the_group_has_in_common():
    lost = [alert("OspfNeighborDown", str(number)) for number in range(25)]
    elsewhere = [alert("DeviceDown", device=f"sw{number}") for number in range(40)]

    assert Story(*lost).subject() == "core-sw1: OSPF neighbours"
    assert Story(*elsewhere, labels={"site": "s05"}).subject() == "s05: devices do not answer"
    assert Story(*elsewhere, labels={}).subject() == "sw0 and others: devices do not answer"
    assert Story(*elsewhere, labels={"alertname": "DeviceDown"}).subject() == "sw0 and others: devices do not answer"


def test_it_is_called_after_the_gravest_whatever_came_first():
    assert (
        Story(alert("InterfaceSaturated", "Gi1"), alert("InterfaceDown", "Gi2")).subject() == "core-sw1 Gi2 is down"
    )
    assert Story(alert("InterfaceDown", "Gi1"), alert("DeviceDown")).subject() == "core-sw1 does not answer"


def test_it_keeps_its_name_to_its_end_while_that_is_true():
    port, full = alert("InterfaceDown", "Gi1"), alert("InterfaceSaturated", "Gi2")
    story = Story(port)

    told = [story.subject(), story.subject(full), story.subject(ended=(full,)), story.subject(ended=(port,))]

    assert told == ["core-sw1 Gi1 is down"] * 4
    assert len(story.threads) == 1


def test_when_the_incident_grows_its_name_does_and_the_thread_stays_one():
    one, two = alert("InterfaceDown", "Gi1"), alert("InterfaceDown", "Gi2")
    story = Story(one)

    told = [story.subject(), story.subject(two), story.subject(ended=(one,)), story.subject(ended=(two,))]

    assert told == ["core-sw1 Gi1 is down", *["core-sw1: interfaces down"] * 3]
    assert len(story.threads) == 1


def test_what_is_graver_and_what_is_left_over_give_it_their_name():
    full, down = alert("InterfaceSaturated", "Gi1"), alert("DeviceDown")
    story = Story(full)

    told = [story.subject(), story.subject(down), story.subject(ended=(down,)), story.subject(ended=(full,))]

    assert told == [
        "core-sw1 Gi1 98 % full", "core-sw1 does not answer", "core-sw1 Gi1 98 % full", "core-sw1 Gi1 98 % full",
    ]  # fmt: skip


def test_it_is_counted_how_many_people_know_to_be_over():
    ports = [alert("InterfaceDown", f"Gi{number}") for number in range(3)]
    story = Story(*ports)
    story.tell()

    assert [story.tell(ended=(port,)).group.ended for port in ports] == [1, 2, 3]


def test_an_incident_of_an_older_netwatch_keeps_its_name():
    story = Story(alert("InterfaceDown", "Gi1"))
    story.tell()
    story.group = replace(story.group, about="", subject="core-sw1 Gi1 InterfaceDown")

    assert story.subject(alert("DeviceDown")) == "core-sw1 Gi1 InterfaceDown"


@pytest.mark.parametrize(
    ("annotations", "title"),
    [
        ({"title": "core-sw1  Gi1\nfull", "summary": "x"}, "core-sw1 Gi1 full"),
        ({"summary": "Gi1 on core-sw1 is down."}, "Gi1 on core-sw1 is down"),
        ({"summary": "Gi1 is down"}, "core-sw1: Gi1 is down"),
        ({"summary": "The busier direction of Gi1 on core-sw1 is far too full"}, "core-sw1 Gi1 InterfaceDown"),
        ({}, "core-sw1 Gi1 InterfaceDown"),
    ],
)
def test_a_rule_without_a_title_gets_one(annotations, title):
    assert title_of(replace(alert("InterfaceDown", "Gi1"), annotations=annotations)) == title


def test_several_of_a_rule_that_has_no_word_for_them_go_by_its_name():
    ports = [replace(alert("InterfaceDown", f"Gi{number}"), annotations={}) for number in range(2)]

    assert named(ports, {"device": "core-sw1"}, USUAL_SEVERITIES).subject == "core-sw1: InterfaceDown"
