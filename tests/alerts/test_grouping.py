"""When the mails of an incident go out, and what each says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.alerts import GroupTiming, Release, RouteMatch, flush, next_flush_at, opened, rebased, tick_at_or_after
from netwatch.model import Alert, AlertKey, AlertState, MuteKind, Muting, Severities

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMING = GroupTiming()  # 30 s, 5 min, 4 h
MATCH = RouteMatch(receiver="noc", group_key='noc{device="sw1"}', group_labels={"device": "sw1"}, timing=TIMING)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Incident:
    """One group, driven as the engine drives it: alerts fire and end, and due ticks are flushed."""

    def __init__(self, timing: GroupTiming = TIMING, *, send_resolved: bool = True) -> None:
        self.timing = timing
        self.send_resolved = send_resolved
        self.alerts: dict[str, Alert] = {}
        self.group = None
        self.mails: list[tuple[float, list[str], list[str], bool]] = []
        self.notifications = []
        self.reasons: list[str] = []
        self.threads = (f"thread-{number}" for number in count(1))
        self.mutings: dict[str, Muting] = {}
        self.releases: dict[str, Release] = {}

    def fire(self, name: str, second: float, severity: str = "warning") -> None:
        self.run_until(second)
        self.alerts[name] = Alert(
            id=name, key=AlertKey(rule="A", device="sw1", instance=f"ifName={name}"), state=AlertState.FIRING,
            pending_at=at(second), firing_at=at(second), labels={"severity": severity},
        )  # fmt: skip
        if self.group is None:
            self.group = opened(self.alerts[name], MATCH, at(second), next(self.threads))
        elif name not in self.group.members:
            self.group = replace(self.group, members=(*self.group.members, name))

    def end(self, name: str, second: float) -> None:
        self.run_until(second)
        self.alerts[name] = replace(self.alerts[name], state=AlertState.RESOLVED, resolved_at=at(second))

    def lose(self, name: str, second: float) -> None:
        self.run_until(second)
        self.alerts[name] = replace(self.alerts[name], state=AlertState.GONE, gone_at=at(second))

    def come_back(self, name: str, second: float) -> None:
        self.run_until(second)
        self.alerts[name] = replace(self.alerts[name], state=AlertState.FIRING, gone_at=None)

    def mute(self, name: str, second: float, kind: MuteKind = MuteKind.SILENCED, until: float | None = None) -> None:
        self.run_until(second)
        ends = None if until is None else at(until)
        self.mutings[name] = Muting(kind=kind, reason="because", until=ends)

    def release(self, name: str, second: float, *, at_once: bool = True) -> None:
        self.run_until(second)
        del self.mutings[name]
        self.releases[name] = Release(at=at(second), at_once=at_once)

    def acknowledge(self, name: str, second: float) -> None:
        self.run_until(second)
        self.alerts[name] = replace(self.alerts[name], acked_at=at(second), acked_by="anna")

    def due(self) -> datetime | None:
        if self.group is None:
            return None
        return next_flush_at(
            self.group, self.alerts, self.timing,
            send_resolved=self.send_resolved, mutings=self.mutings, releases=self.releases,
        )  # fmt: skip

    def run_until(self, second: float) -> Incident:
        while (due := self.due()) is not None and due <= at(second):
            self.flush(max(due, self.notifications[-1].at if self.notifications else due))
        return self

    def flush(self, now: datetime) -> None:
        outcome = flush(
            self.group,
            self.alerts,
            self.timing,
            now,
            new_id=lambda: next(self.threads),
            send_resolved=self.send_resolved,
            mutings=self.mutings,
        )
        self.group = outcome.group
        self.reasons.append(outcome.reason)
        if outcome.notification is not None:
            note = outcome.notification
            self.notifications.append(note)
            names = [sorted(alert.id for alert in alerts) for alerts in (note.firing, note.resolved)]
            self.mails.append(((note.at - NOON).total_seconds(), *names, note.repeat))


def test_the_first_mail_waits_group_wait_for_company():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 20)

    assert incident.due() == at(30)
    assert incident.run_until(3600).mails == [(30, ["a", "b"], [], False)]


def test_what_comes_later_waits_for_the_next_tick():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 40)
    incident.fire("c", 300)

    assert incident.run_until(3600).mails == [(30, ["a"], [], False), (330, ["a", "b", "c"], [], False)]


def test_a_long_standing_group_looks_at_news_at_its_ticks():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 3000)

    assert incident.run_until(4000).mails[1] == (3030, ["a", "b"], [], False)


def test_that_something_told_is_gone_is_told_once_at_the_next_tick_and_then_repeated_as_ever():
    incident = Incident()
    incident.fire("a", 0)
    incident.lose("a", 100)

    assert incident.run_until(330 + 4 * 3600).mails == [
        (30, ["a"], [], False), (330, ["a"], [], False), (330 + 4 * 3600, ["a"], [], True),
    ]  # fmt: skip
    assert incident.reasons[1] == "1 gone; 1 fire now"


def test_a_return_that_is_broken_is_no_news_and_the_next_loss_is():
    incident = Incident()
    incident.fire("a", 0)
    incident.lose("a", 100)
    incident.come_back("a", 1000)
    assert len(incident.run_until(3000).mails) == 2

    incident.lose("a", 3000)

    assert [mail[0] for mail in incident.run_until(9000).mails] == [30, 330, 3030]


def test_what_is_gone_before_anybody_was_told_of_it_is_told_once():
    incident = Incident()
    incident.fire("a", 0)
    incident.lose("a", 10)

    assert incident.run_until(3600).mails == [(30, ["a"], [], False)]


def test_of_what_comes_and_goes_all_the_time_a_loss_is_no_news():
    incident = Incident()
    incident.fire("a", 0)
    incident.run_until(60)
    incident.alerts["a"] = replace(incident.alerts["a"], flapping=True)
    incident.lose("a", 100)

    assert len(incident.run_until(3600).mails) == 1


def test_that_something_is_gone_waits_while_it_is_muted_and_is_not_lost():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 60)
    incident.lose("a", 100)
    incident.release("a", 2000)

    assert incident.run_until(3600).mails == [(30, ["a"], [], False), (2000, ["a"], [], False)]


def test_a_recovery_is_mailed_and_closes_the_incident():
    incident = Incident()
    incident.fire("a", 0)
    incident.end("a", 100)

    assert incident.run_until(3600).mails == [(30, ["a"], [], False), (330, [], ["a"], False)]
    assert incident.group is None


def test_one_of_two_ending_keeps_the_incident_open_and_is_told_once():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 0)
    incident.end("a", 100)

    assert incident.run_until(3600).mails == [(30, ["a", "b"], [], False), (330, ["b"], ["a"], False)]
    assert incident.group.members == ("b",)


def test_nothing_new_is_repeated_after_repeat_interval():
    incident = Incident()
    incident.fire("a", 0)

    hours = [mail[0] for mail in incident.run_until(9 * 3600).mails]

    assert hours == [30, 4 * 3600 + 30, 8 * 3600 + 30]
    assert [mail[3] for mail in incident.mails] == [False, True, True]
    assert [note.sequence for note in incident.notifications] == [1, 2, 3]


def test_news_put_off_the_repeat():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 3 * 3600)

    assert [mail[0] for mail in incident.run_until(8 * 3600).mails] == [30, 3 * 3600 + 30, 7 * 3600 + 30]


def test_graver_news_wait_group_wait_and_not_group_interval():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("down", 31, "critical")

    incident.run_until(400)

    assert incident.mails == [(30, ["a"], [], False), (61, ["a", "down"], [], False)]


def test_what_fires_until_then_is_told_with_it_and_the_next_tick_keeps_its_distance():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("down", 100, "critical")
    incident.fire("b", 110)
    incident.fire("down too", 129, "critical")
    incident.fire("c", 140)

    incident.run_until(1000)

    assert incident.mails == [
        (30, ["a"], [], False), (130, ["a", "b", "down", "down too"], [], False),
        (430, ["a", "b", "c", "down", "down too"], [], False),
    ]  # fmt: skip


def test_a_flood_of_graver_news_is_one_mail_per_group_wait():
    incident = Incident()
    for second in range(0, 600, 7):
        incident.fire(f"down {second}", second, "critical")

    incident.run_until(700)

    moments = [mail[0] for mail in incident.mails]
    assert all(later - earlier >= 30 for earlier, later in pairwise(moments))
    assert len(moments) <= 700 / 30


def test_a_burst_of_graver_news_without_group_wait_is_not_a_burst_of_mails():
    incident = Incident(replace(TIMING, group_wait=timedelta(0)))
    for number in range(50):
        incident.fire(f"down {number}", number / 100, "critical")

    incident.run_until(100)

    assert [mail[0] for mail in incident.mails] == [0, 1]


def test_without_urgent_from_graver_news_wait_as_in_alertmanager():
    incident = Incident(replace(TIMING, urgent_from="none"))
    incident.fire("a", 0)
    incident.fire("down", 31, "critical")

    incident.run_until(400)

    assert incident.mails == [(30, ["a"], [], False), (330, ["a", "down"], [], False)]


@pytest.mark.parametrize(("names", "urgent_from", "severity", "waits"), [
    (("info", "warning", "critical"), "critical", "warning", True),
    (("info", "warning", "critical"), "warning", "warning", False),
    (("info", "warning", "critical"), "critical", "page", False),  # what others call critical
    (("info", "warning", "critical"), "critical", "purple", True),  # nobody's word: as usual
    (("minor", "major", "disaster"), "major", "disaster", False),
    (("minor", "major", "disaster"), "disaster", "major", True),
])  # fmt: skip
def test_severities_say_what_is_graver_than_what(names, urgent_from, severity, waits):
    incident = Incident(replace(TIMING, severities=Severities(names), urgent_from=urgent_from))
    incident.fire("a", 0, names[0])
    incident.fire("b", 31, severity)

    incident.run_until(400)

    assert incident.mails[1][0] == (330 if waits else 61)


def test_a_grave_alert_that_a_silence_held_back_is_told_as_soon_as_that_ends():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("down", 40, "critical")
    incident.mute("down", 40)
    incident.fire("b", 250)
    incident.run_until(335)
    incident.release("down", 340)

    incident.run_until(1000)

    assert [mail[0] for mail in incident.mails] == [30, 330, 360]


def test_a_grave_alert_that_an_inhibition_held_back_waits_for_the_next_poll_to_show_that_it_is_well():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("down", 40, "critical")
    incident.mute("down", 40, MuteKind.INHIBITED)
    incident.release("down", 100, at_once=False)

    incident.run_until(1000)

    assert [mail[0] for mail in incident.mails] == [30, 130]


def test_what_begins_gravely_as_an_incident_ends_waits_no_longer():
    incident = Incident()
    incident.fire("a", 0)
    incident.end("a", 100)
    incident.fire("down", 110, "critical")

    incident.run_until(400)

    assert incident.mails == [(30, ["a"], [], False), (140, [], ["a"], False), (140, ["down"], [], False)]
    assert len({note.group.thread_id for note in incident.notifications}) == 2


def test_what_ended_before_anybody_was_told_is_never_mailed():
    incident = Incident()
    incident.fire("a", 0)
    incident.end("a", 10)

    assert incident.run_until(3600).mails == []
    assert incident.group is None
    assert incident.reasons == ["everything in it ended before it was told"]


def test_what_came_and_went_between_two_mails_is_not_in_the_second():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 60)
    incident.end("b", 120)
    incident.end("a", 130)

    assert incident.run_until(3600).mails == [(30, ["a"], [], False), (330, [], ["a"], False)]


def test_an_outbreak_after_the_end_has_a_thread_of_its_own():
    incident = Incident()
    incident.fire("a", 0)
    incident.end("a", 100)
    incident.fire("a2", 400)
    incident.run_until(3600)

    assert [note.group.thread_id for note in incident.notifications] == ["thread-1", "thread-1", "thread-2"]
    assert [note.sequence for note in incident.notifications] == [1, 2, 1]


def test_an_outbreak_while_the_incident_is_open_stays_in_its_thread():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 0)
    incident.end("a", 100)
    incident.fire("a2", 400)
    incident.run_until(3600)

    assert {note.group.thread_id for note in incident.notifications} == {"thread-1"}
    assert incident.mails[-1] == (630, ["a2", "b"], [], False)


def test_an_alert_that_breaks_again_before_its_recovery_was_told_is_told_as_both_in_two_incidents():
    incident = Incident()
    incident.fire("a", 0)
    incident.end("a", 100)
    incident.fire("a2", 200)

    assert incident.run_until(3600).mails[1:] == [(330, [], ["a"], False), (330, ["a2"], [], False)]
    assert [note.group.thread_id for note in incident.notifications] == ["thread-1", "thread-1", "thread-2"]


def test_what_begins_as_an_incident_ends_has_its_own_thread_even_where_recoveries_are_not_sent():
    incident = Incident(send_resolved=False)
    incident.fire("a", 0)
    incident.end("a", 100)
    incident.fire("b", 320)

    assert incident.run_until(3600).mails == [(30, ["a"], [], False), (350, ["b"], [], False)]
    assert [note.group.thread_id for note in incident.notifications] == ["thread-1", "thread-2"]


def test_a_receiver_that_wants_no_recoveries_gets_none():
    incident = Incident(send_resolved=False)
    incident.fire("a", 0)
    incident.fire("b", 0)
    incident.end("a", 100)
    incident.run_until(1000)
    incident.end("b", 1001)

    assert incident.run_until(9999).mails == [(30, ["a", "b"], [], False)]
    assert incident.group is None
    assert incident.reasons[-1] == "it ended; recoveries are not sent"


def test_after_a_stand_still_what_is_due_goes_out_at_once_and_once():
    incident = Incident()
    incident.fire("a", 0)

    assert incident.due() == at(30)
    incident.flush(at(5000))

    assert [mail[0] for mail in incident.mails] == [5000]
    assert incident.due() == at(30 + 300 * 65)  # the repeat: the first tick 4 h after the mail


def test_group_wait_0_mails_at_once():
    incident = Incident(GroupTiming(group_wait=timedelta(0)))
    incident.fire("a", 0)

    assert incident.due() == NOON


def test_an_alert_that_fires_in_the_moment_of_a_mail_waits_for_the_next_tick():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 30)

    assert [mail[0] for mail in incident.run_until(1000).mails] == [30, 330]


def test_flushing_without_news_says_nothing():
    incident = Incident()
    incident.fire("a", 0)
    incident.run_until(60)
    incident.flush(at(330))

    assert len(incident.mails) == 1
    assert incident.reasons[-1] == "nothing changed since the last mail"


def test_the_subject_names_device_row_and_rule_and_nothing_that_changes():
    incident = Incident()
    incident.fire("Gi1/0/7", 0)

    assert incident.group.subject == "sw1 Gi1/0/7 A"


def test_reasons_say_how_many():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 0)
    incident.end("a", 100)
    incident.run_until(5 * 3600)

    assert incident.reasons == [
        "2 new; 2 fire now",
        "1 ended; 1 fire now",
        "repeat_interval is over and 1 still fire",
    ]


MOVES = st.lists(
    st.tuples(st.sampled_from(["fire", "grave", "end"]), st.integers(0, 3), st.integers(0, 2000)), max_size=40
)


@settings(max_examples=200, deadline=None)
@given(moves=MOVES, wait=st.sampled_from([0, 30, 400]), repeat=st.sampled_from([60, 900, 14400]))
def test_in_any_history_every_problem_and_recovery_is_told_as_it_must(moves, wait, repeat):
    timing = GroupTiming(group_wait=timedelta(seconds=wait), repeat_interval=timedelta(seconds=repeat))
    incident, second, generation = Incident(timing), 0, count()
    firing: dict[int, str] = {}
    for move, row, pause in moves:
        second += pause
        if move != "end" and row not in firing:
            firing[row] = f"{row}.{next(generation)}"
            incident.fire(firing[row], second, "critical" if move == "grave" else "warning")
        elif move == "end" and row in firing:
            incident.end(firing.pop(row), second)
    for name in firing.values():
        incident.end(name, second + 10_000)
    incident.run_until(second + 20_000)

    told_firing = [name for mail in incident.mails for name in mail[1] if not mail[3]]
    told_over = [name for mail in incident.mails for name in mail[2]]
    assert incident.group is None  # every incident ends
    assert len(told_over) == len(set(told_over))  # a recovery is told once
    assert set(told_over) == set(told_firing)  # to those who were told, and to all of them
    moments = {(note.at, note.group.thread_id) for note in incident.notifications}
    assert len(moments) == len(incident.mails)  # never two mails of one incident in one moment
    for name, alert in incident.alerts.items():
        waited = timing.group_wait + timing.group_interval
        if alert.severity == "critical":
            waited = max(timing.group_wait, timedelta(seconds=1))  # whatever was told a moment ago
        if alert.resolved_at - alert.firing_at > waited:
            assert name in told_firing  # what lasts is always told
            first = next(note.at for note in incident.notifications if name in {one.id for one in note.firing})
            assert first - alert.firing_at <= waited


def test_after_the_clock_was_set_back_a_group_has_nothing_in_the_future():
    incident = Incident()
    incident.fire("1", 0)
    incident.run_until(30)

    assert rebased(incident.group, at(60)) is incident.group
    assert rebased(incident.group, at(-3600)).opened_at == at(-3600)
    assert rebased(incident.group, at(-3600)).flushed_at == at(-3600)
    assert rebased(replace(incident.group, flushed_at=None), at(-1)).flushed_at is None


@pytest.mark.parametrize(("instance", "subject"), [
    ("", "sw1 R"),
    ("ifName=Gi1/0/7", "sw1 Gi1/0/7 R"),
    ("peer=192.0.2.9,vrf=red", "sw1 192.0.2.9, red R"),
    ("17", "sw1 17 R"),
])  # fmt: skip
def test_the_subject_names_what_the_alert_is_about_by_its_values(instance, subject):
    key = AlertKey(rule="R", device="sw1", instance=instance)
    alert = Alert(id="a", key=key, state=AlertState.FIRING, pending_at=NOON, firing_at=NOON)
    match = RouteMatch(receiver="noc", group_key="k", group_labels={}, timing=GroupTiming())

    assert opened(alert, match, NOON, "thread").subject == subject


def test_what_is_muted_is_not_told_and_keeps_the_incident_open():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 0)

    assert incident.run_until(3600).mails == []
    assert incident.group.members == ("a",)
    assert incident.due() is None


def test_what_is_not_muted_is_told_without_what_is():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 0)
    incident.mute("a", 0)

    assert incident.run_until(3600).mails == [(30, ["b"], [], False)]
    assert set(incident.group.members) == {"a", "b"}
    assert incident.reasons[0] == "1 new; 1 fire now, 1 held back"


def test_the_end_of_a_muting_that_is_known_is_a_moment_to_look():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 0, until=1000)

    assert incident.due() == at(1000)


def test_what_a_person_held_back_is_told_as_soon_as_that_is_over():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 0)
    incident.release("a", 1007)

    assert incident.run_until(3600).mails == [(1007, ["a"], [], False)]


def test_but_not_sooner_than_group_interval_after_the_last_mail():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 0)
    incident.mute("a", 0)
    incident.release("a", 100)

    assert incident.run_until(3600).mails == [(30, ["b"], [], False), (330, ["a", "b"], [], False)]


def test_what_an_inhibition_held_back_waits_for_the_next_tick():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 0, MuteKind.INHIBITED)
    incident.release("a", 1007, at_once=False)

    assert incident.run_until(3600).mails == [(1230, ["a"], [], False)]


def test_a_recovery_that_is_muted_waits_and_is_not_lost():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 60)
    incident.end("a", 100)
    incident.release("a", 2000)

    assert incident.run_until(3600).mails == [(30, ["a"], [], False), (2000, [], ["a"], False)]
    assert incident.group is None


def test_what_was_muted_all_its_life_is_never_mailed():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 0)
    incident.end("a", 100)
    incident.mutings.clear()

    assert incident.run_until(3600).mails == []
    assert incident.group is None


def test_a_muted_alert_is_not_repeated():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 60)

    assert incident.run_until(9 * 3600).mails == [(30, ["a"], [], False)]


def test_an_acknowledged_alert_is_not_repeated_but_its_end_is_told():
    incident = Incident()
    incident.fire("a", 0)
    incident.acknowledge("a", 60)
    incident.end("a", 9 * 3600)

    assert incident.run_until(10 * 3600).mails == [(30, ["a"], [], False), (32430, [], ["a"], False)]


def test_an_incident_of_which_one_is_acknowledged_is_repeated_for_the_other():
    incident = Incident()
    incident.fire("a", 0)
    incident.fire("b", 0)
    incident.acknowledge("a", 60)

    assert incident.run_until(5 * 3600).mails[1] == (4 * 3600 + 30, ["a", "b"], [], True)


def test_while_a_told_recovery_waits_news_belong_to_the_same_incident():
    incident = Incident()
    incident.fire("a", 0)
    incident.mute("a", 60)
    incident.end("a", 100)
    incident.fire("b", 200)

    assert incident.run_until(400).mails[1] == (330, ["b"], [], False)
    assert {note.group.thread_id for note in incident.notifications} == {"thread-1"}


@pytest.mark.parametrize(
    ("mailed", "tick"),
    [
        (330, 630),  # at a tick: the next one
        (350, 630),  # a little late: the next one all the same
        (200, 500),  # between two, since a muting ended: group_interval from there
        (400, 700),
    ],
)
def test_after_a_mail_between_two_ticks_group_interval_is_waited(mailed, tick):
    incident = Incident()
    incident.fire("a", 0)
    group = replace(incident.group, flushed_at=at(mailed), sent=2)

    assert tick_at_or_after(at(mailed + 5), group, TIMING) == at(tick)
