"""What fires, since when, and who knows of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.model import MuteKind, Muting
from netwatch.web.pages.front.answers import answers_of, knowing

from ...house import alert_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


def behind(parent: str) -> Muting:
    return Muting(kind=MuteKind.PARENT, reason=f"{parent} is down", by=parent)


def test_what_stands_behind_a_parent_is_one_line_and_no_trouble_of_its_own():
    down = alert_of("Down", "r1", firing_at=ago(9))
    hidden = [alert_of("Down", f"sw{number % 2}", instance=str(number), firing_at=ago(8)) for number in range(5)]
    mutings = {alert.id: behind("r1") for alert in hidden} | {"x": behind("r2")}

    answers = answers_of([down, *hidden], mutings, {})

    assert answers.own == (down,)
    assert [(one.parent, one.words) for one in answers.behind] == [("r1", "5 alerts on 2 devices stand behind it")]
    assert (answers.since, answers.newest) == (ago(9), ago(8))


def test_who_knows_is_said_of_every_alert_and_nobody_first():
    taken = alert_of("A", "a", acked_at=NOON, acked_by="anna")
    told, silent, new = alert_of("B", "b"), alert_of("C", "c"), alert_of("D", "d")
    mutings = {silent.id: Muting(kind=MuteKind.SILENCED, reason="silenced by ben", by="1")}
    mails = {told.id: [("noc", NOON), ("boss", NOON)], taken.id: [("noc", NOON)]}

    alerts = [taken, told, silent, new]
    answers = answers_of(alerts, mutings, mails)

    assert [knowing(one, mutings, mails) for one in alerts] == ["in hand", "told", "held back", "nobody yet"]
    assert answers.knows == (
        ("nobody yet", "1 alert"), ("in hand", "1 alert: anna"), ("told", "1 alert: noc, boss"),
        ("held back", "1 alert: silenced"),
    )  # fmt: skip


def test_of_many_who_know_a_few_are_named():
    alerts = [alert_of("A", f"d{number}", acked_at=NOON, acked_by=f"p{number}") for number in range(5)]

    assert answers_of(alerts, {}, {}).knows == (("in hand", "5 alerts: p0, p1, p2 and 2 more"),)


def test_where_nothing_fires_there_is_nothing_to_answer():
    answers = answers_of([], {}, {})

    assert (answers.own, answers.behind, answers.since, answers.knows) == ((), (), None, ())
