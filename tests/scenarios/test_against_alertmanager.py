"""Who is told what and when: the same stories told to a real Alertmanager and to NetWatch's engine.

Alertmanager hears of the alerts as from Prometheus, again and again while they fire, and tells a webhook; the engine
hears of them as readings, on a virtual clock, and tells a recorder. EQUAL is where both must tell the same at the
same time; each of the tests below EQUAL is a difference that is meant, with its reason.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netwatch.alerts import Policy, build_inhibit_rules, build_time_intervals
from netwatch.config import Settings

from .alertmanager import Alertmanager, Webhook, rfc3339
from .telling import (
    Hush,
    Story,
    Telling,
    Trouble,
    alertname,
    differences,
    group_name,
    short,
    told_by_netwatch,
)

SECONDS = 15.0
TOLERANCE_SECONDS = 0.6
POST_EVERY_SECONDS = 0.1
SHOWINGS = 4
LATE_SECONDS = 0.4
"""So late a post may come, and what follows from it is still within the tolerance."""
ROOT = {
    "receiver": "nobody",
    "group_by": ["story"],
    "group_wait": "1s",
    "group_interval": "2s",
    "repeat_interval": "1h",
}
BY_ALERT = {"group_by": ["story", "alertname"]}
STAGES: Mapping[str, Any] = {
    "inhibit_rules": [
        {
            "source_matchers": ['severity="critical"'],
            "target_matchers": ['severity="warning"'],
            "equal": ["device", "story"],
        }
    ],
    "time_intervals": [
        {"name": "always", "time_intervals": [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]},
        {"name": "long ago", "time_intervals": [{"years": ["2000:2001"]}]},
    ],
}

EQUAL = (
    Story(name="what_begins_within_group_wait_is_told_together", troubles=[
        Trouble(name="A", start=0.0), Trouble(name="B", start=0.5),
    ]),
    Story(name="news_wait_for_group_interval", troubles=[
        Trouble(name="A", start=0.0), Trouble(name="B", start=1.5), Trouble(name="C", start=5.5),
    ]),
    Story(name="an_end_is_told_with_what_still_fires", troubles=[
        Trouble(name="A", start=0.0, end=3.5), Trouble(name="B", start=0.5), Trouble(name="C", start=4.0, end=8.0),
    ]),
    Story(name="the_last_end_closes_the_group_and_the_next_trouble_waits_for_group_wait", troubles=[
        Trouble(name="A", start=0.0, end=2.5), Trouble(name="B", start=6.0, end=8.0),
    ]),
    Story(name="what_still_fires_is_told_again_after_repeat_interval", route={"repeat_interval": "5s"}, troubles=[
        Trouble(name="A", start=0.0),
    ]),
    Story(name="news_put_the_repeat_off", route={"repeat_interval": "5s"}, troubles=[
        Trouble(name="A", start=0.0), Trouble(name="B", start=4.0),
    ]),
    Story(name="other_times_of_a_route", route={"group_wait": "3s", "group_interval": "5s"}, troubles=[
        Trouble(name="A", start=0.0), Trouble(name="B", start=2.5), Trouble(name="C", start=4.5, end=10.0),
    ]),
    Story(name="what_comes_and_goes_within_group_wait_is_never_told", troubles=[
        Trouble(name="A", start=0.0, end=0.6),
    ]),
    Story(name="each_alert_alone", route=BY_ALERT, troubles=[
        Trouble(name="A", start=0.0, end=4.5), Trouble(name="B", start=0.5, end=6.0),
    ]),
    Story(name="a_silence_that_began_before", troubles=[Trouble(name="A", start=1.0)], hushes=[
        Hush(name="A", start=0.0, end=30.0),
    ]),
    Story(name="a_silence_keeps_repeats_back", route={"repeat_interval": "3s"}, troubles=[
        Trouble(name="A", start=0.0),
    ], hushes=[Hush(name="A", start=2.0, end=30.0)]),
    Story(name="one_of_two_is_silenced", troubles=[
        Trouble(name="A", start=0.0, end=6.0), Trouble(name="B", start=0.0),
    ], hushes=[Hush(name="B", start=0.0, end=30.0)]),
    Story(name="an_inhibited_alert_is_not_told", route=BY_ALERT, troubles=[
        Trouble(name="Source", start=0.0, severity="critical"), Trouble(name="Target", start=0.5),
        Trouble(name="Elsewhere", start=0.5, device="d2"),
    ]),
    Story(name="when_the_source_ends_its_target_is_told_at_the_next_tick", route=BY_ALERT, troubles=[
        Trouble(name="Source", start=0.0, end=4.0, severity="critical"), Trouble(name="Target", start=0.5),
    ]),
    Story(name="a_target_that_ended_meanwhile_is_never_told", route=BY_ALERT, troubles=[
        Trouble(name="Source", start=0.0, end=6.0, severity="critical"), Trouble(name="Target", start=0.5, end=4.0),
    ]),
    Story(name="muted_by_an_interval", route={"mute_time_intervals": ["always"]}, troubles=[
        Trouble(name="A", start=0.0, end=4.0),
    ]),
    Story(name="an_interval_of_another_year_mutes_nothing", route={"mute_time_intervals": ["long ago"]}, troubles=[
        Trouble(name="A", start=0.0, end=4.0),
    ]),
    Story(name="outside_its_active_interval", route={"active_time_intervals": ["long ago"]}, troubles=[
        Trouble(name="A", start=0.0, end=4.0),
    ]),
    Story(name="inside_its_active_interval", route={"active_time_intervals": ["always"]}, troubles=[
        Trouble(name="A", start=0.0, end=4.0),
    ]),
)  # fmt: skip

A_SILENCE_ENDS = Story(
    name="a_silence_ends", troubles=[Trouble(name="A", start=0.0)], hushes=[Hush(name="A", start=0.0, end=5.6)]
)
A_RECOVERY_IN_SILENCE = Story(
    name="a_recovery_in_silence",
    troubles=[Trouble(name="A", start=0.0, end=4.0)],
    hushes=[Hush(name="A", start=2.0, end=8.0)],
)
A_NEVER_TOLD_RECOVERY = Story(
    name="a_never_told_recovery", troubles=[Trouble(name="A", start=0.0), Trouble(name="B", start=3.4, end=4.4)]
)
A_HANDOVER = Story(
    name="a_handover", troubles=[Trouble(name="A", start=0.0, end=3.5), Trouble(name="B", start=4.0)]
)  # fmt: skip
ENDED_AND_BACK = Story(
    name="ended_and_back", troubles=[Trouble(name="A", start=0.0, end=3.4), Trouble(name="A", start=4.2)]
)  # fmt: skip
TOLD_THEN_SILENCED = Story(
    name="told_and_then_silenced_for_a_while",
    troubles=[Trouble(name="A", start=0.0), Trouble(name="B", start=0.0), Trouble(name="C", start=3.5)],
    hushes=[Hush(name="A", start=2.0, end=6.6)],
)
GRAVER_NEWS = Story(
    name="graver_news",
    troubles=[
        Trouble(name="A", start=0.0),
        Trouble(name="B", start=3.2),
        Trouble(name="C", start=3.4, severity="critical", device="d2"),
    ],
)
DIFFERENT = (
    GRAVER_NEWS, A_SILENCE_ENDS, A_RECOVERY_IN_SILENCE, A_NEVER_TOLD_RECOVERY, A_HANDOVER, ENDED_AND_BACK,
    TOLD_THEN_SILENCED,
)  # fmt: skip
STORIES = (*EQUAL, *DIFFERENT)
ROUTE = {
    **ROOT,
    "routes": [{"receiver": story.name, "matchers": [f'story="{story.name}"'], **story.route} for story in STORIES],
}


def our_route() -> dict[str, Any]:
    """Return the same tree in Alertmanager's own timing, but for the one story of what it does not know."""
    routes = [node | ({"urgent_from": "critical"} if node["receiver"] == GRAVER_NEWS.name else {})
              for node in ROUTE["routes"]]  # fmt: skip
    return {**ROUTE, "urgent_from": "none", "routes": routes}


@pytest.fixture(scope="module")
def ours() -> dict[str, list[Telling]]:
    settings = Settings.model_validate({"receivers": [], **STAGES})
    policy = Policy(
        inhibit_rules=build_inhibit_rules(settings.inhibit_rules),
        intervals=build_time_intervals(settings.time_intervals),
    )
    return asyncio.run(told_by_netwatch(STORIES, our_route(), policy, SECONDS))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Telling]]:
    """What Alertmanager tells, whose clock is the real one; it hears another story where we come late to tell it."""
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        pytest.skip("Alertmanager is not installed (Debian package: prometheus-alertmanager)")
    for _ in range(SHOWINGS):
        told, late_seconds = told_by_an_alertmanager(program, tmp_path_factory.mktemp("alertmanager"))
        if late_seconds <= LATE_SECONDS:
            break
    return told


def told_by_an_alertmanager(program: str, folder: Path) -> tuple[dict[str, list[Telling]], float]:
    """Play all stories to an Alertmanager of their own; return what it told, and by how much we came late at most."""
    hook = Webhook()
    receivers = [
        {"name": "nobody"},
        *({"name": story.name, "webhook_configs": [{"url": hook.url, "send_resolved": True}]} for story in STORIES),
    ]
    config = {"route": ROUTE, "receivers": receivers, **STAGES}
    alertmanager = Alertmanager(program, folder, config)
    hook.start()
    try:
        alertmanager.start()
        return told_by_alertmanager(alertmanager, hook)
    finally:
        alertmanager.stop()
        hook.stop()


def told_by_alertmanager(alertmanager: Alertmanager, hook: Webhook) -> tuple[dict[str, list[Telling]], float]:
    """Tell Alertmanager all stories, as Prometheus would; return what it told the webhook, and our worst delay."""
    begin, started = datetime.now(UTC), time.monotonic()
    for story in STORIES:
        for hush in story.hushes:
            starts_at, ends_at = (begin + timedelta(seconds=second) for second in (hush.start, hush.end))
            alertmanager.post_silence({"alertname": alertname(story.name, hush.name)}, starts_at, ends_at)
    ended: set[tuple[str, Trouble]] = set()
    before = late_seconds = 0.0
    while (second := time.monotonic() - started) < SECONDS:
        late_seconds, before = max(late_seconds, second - before - POST_EVERY_SECONDS), second
        alertmanager.post_alerts(list(posts_at(second, begin, ended)))
        time.sleep(POST_EVERY_SECONDS)
    told: dict[str, list[Telling]] = {story.name: [] for story in STORIES}
    for at, body in hook.posts:
        by_status = {
            status: frozenset(short(one["labels"]["alertname"]) for one in body["alerts"] if one["status"] == status)
            for status in ("firing", "resolved")
        }
        group = group_name(body["groupLabels"])
        told[body["receiver"]].append(
            Telling(second=at - started, group=group, firing=by_status["firing"], resolved=by_status["resolved"])
        )
    return told, late_seconds


def posts_at(second: float, begin: datetime, ended: set[tuple[str, Trouble]]) -> Iterator[dict[str, Any]]:
    """Yield what Prometheus posts: what fires, good for a few seconds more, and what ended, once, with its end.

    (Prometheus says so again every minute for 15 minutes; these stories are over by then.)
    """
    for story in STORIES:
        for trouble in story.troubles:
            over = trouble.end is not None and second >= trouble.end
            if second < trouble.start or (over and (story.name, trouble) in ended):
                continue
            if over:
                ended.add((story.name, trouble))
            ends = trouble.end if over and trouble.end is not None else second + 4.0
            yield {
                "labels": trouble.labels(story.name),
                "startsAt": rfc3339(begin + timedelta(seconds=trouble.start)),
                "endsAt": rfc3339(begin + timedelta(seconds=ends)),
            }


def test_both_tell_the_same_at_the_same_time_where_they_mean_the_same(ours, theirs):
    wrong = []
    for story in EQUAL:
        if found := differences(ours[story.name], theirs[story.name], TOLERANCE_SECONDS):
            wrong += [story.name, *found]

    assert not wrong, "\n".join(wrong)


# -- what is meant to differ -----------------------------------------------------------------------------------------


def test_graver_news_do_not_wait_behind_what_was_told_before(ours, theirs):
    """A dead router is no less dead for a warning of a minute ago."""
    assert told(ours, GRAVER_NEWS) == ["1 s firing A, over -", "4.4 s firing A+B+C, over -"]
    assert told(theirs, GRAVER_NEWS) == ["1 s firing A, over -", "5 s firing A+B+C, over -"]


def test_when_a_silence_ends_people_are_told_at_once_and_not_at_the_next_tick(ours, theirs):
    """Whoever set the silence knows when it ends, and looks then."""
    assert told(ours, A_SILENCE_ENDS) == ["5.6 s firing A, over -"]
    assert told(theirs, A_SILENCE_ENDS) == ["7 s firing A, over -"]


def test_a_recovery_in_a_silence_waits_and_is_not_lost(ours, theirs):
    """Whoever was told of the problem wants to know how it ended; Alertmanager forgets the end it could not tell."""
    assert told(ours, A_RECOVERY_IN_SILENCE) == ["1 s firing A, over -", "8 s firing -, over A"]
    assert told(theirs, A_RECOVERY_IN_SILENCE) == ["1 s firing A, over -"]


def test_what_nobody_was_told_of_does_not_recover_in_a_mail(ours, theirs):
    """An end without a beginning is a riddle."""
    assert told(ours, A_NEVER_TOLD_RECOVERY) == ["1 s firing A, over -"]
    assert told(theirs, A_NEVER_TOLD_RECOVERY) == ["1 s firing A, over -", "5 s firing A, over B"]


def test_when_all_that_was_told_is_over_what_is_new_is_an_incident_of_its_own(ours, theirs):
    """A thread of mails is one incident, and its last mail says that all is well."""
    assert told(ours, A_HANDOVER) == ["1 s firing A, over -", "5 s firing -, over A", "5 s firing B, over -"]
    assert told(theirs, A_HANDOVER) == ["1 s firing A, over -", "5 s firing B, over A"]


def test_what_ended_and_began_anew_between_two_ticks_is_told(ours, theirs):
    """A second outbreak is news: the first was over, and what somebody did about it did not last."""
    assert told(ours, ENDED_AND_BACK) == ["1 s firing A, over -", "5 s firing -, over A", "5.2 s firing A, over -"]
    assert told(theirs, ENDED_AND_BACK) == ["1 s firing A, over -"]


def test_what_was_told_before_it_was_silenced_is_not_told_as_new_when_the_silence_is_over(ours, theirs):
    """Nothing happened to it. Alertmanager tells it again if the group told of something else meanwhile."""
    assert told(ours, TOLD_THEN_SILENCED) == ["1 s firing A+B, over -", "5 s firing B+C, over -"]
    assert told(theirs, TOLD_THEN_SILENCED) == [
        "1 s firing A+B, over -",
        "5 s firing B+C, over -",
        "7 s firing A+B+C, over -",
    ]


def told(by_story: Mapping[str, Sequence[Telling]], story: Story) -> list[str]:
    """Return what was told, on our clock to the tenth of a second, on a real one to the second."""
    return [
        f"{one.second if one.second == round(one.second, 1) else round(one.second):g} s "
        f"firing {names(one.firing)}, over {names(one.resolved)}"
        for one in by_story[story.name]
    ]


def names(alerts: frozenset[str]) -> str:
    return "+".join(sorted(alerts)) or "-"
