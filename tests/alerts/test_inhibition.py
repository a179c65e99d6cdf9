"""Alerts that explain others hold them back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from netwatch.alerts import Inhibitors, build_inhibit_rules, routing_labels
from netwatch.alerts.settings import InhibitRuleSettings
from netwatch.model import Alert, AlertKey, AlertState, MuteKind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def rules(*settings: dict[str, Any]):
    return build_inhibit_rules([InhibitRuleSettings.model_validate(one) for one in settings])


def alert(name: str, device: str = "sw1", *, instance: str = "", age: float = 0, **labels: str) -> Alert:
    begun = NOON - timedelta(seconds=age)
    return Alert(
        id=f"{name}@{device}{instance}", key=AlertKey(rule=name, device=device, instance=instance),
        state=AlertState.FIRING, labels=labels, pending_at=begun, firing_at=begun,
    )  # fmt: skip


def holder_of(target: Alert, inhibitors: Inhibitors) -> str | None:
    muting = inhibitors.muting_of(target, routing_labels(target))
    return muting.by if muting else None


DOWN = {"source_matchers": ["alertname=DeviceDown"], "target_matchers": ['severity="warning"'], "equal": ["device"]}


@pytest.mark.parametrize(("firing", "held"), [
    ([], None),
    ([alert("DeviceDown", severity="critical")], "DeviceDown@sw1"),
    ([alert("DeviceDown", "sw2", severity="critical")], None),             # another device
    ([alert("Other", severity="critical")], None),                         # not a source
])  # fmt: skip
def test_a_source_holds_back_the_targets_that_equal_it(firing, held):
    assert holder_of(alert("HighCpu", severity="warning"), Inhibitors(rules(DOWN), firing)) == held


def test_what_is_no_target_is_told():
    inhibitors = Inhibitors(rules(DOWN), [alert("DeviceDown", severity="critical")])

    assert holder_of(alert("HighCpu", severity="critical"), inhibitors) is None


def test_the_reason_names_the_source():
    inhibitors = Inhibitors(rules(DOWN), [alert("DeviceDown", instance="slot=1", severity="critical")])
    target = alert("HighCpu", severity="warning")

    muting = inhibitors.muting_of(target, routing_labels(target))

    assert muting.kind is MuteKind.INHIBITED
    assert muting.reason == "DeviceDown fires on sw1 (slot=1), which explains this"
    assert muting.until is None


def test_a_label_that_both_lack_is_equal_and_one_that_one_lacks_is_empty_text():
    by_site = {"source_matchers": ["alertname=Power"], "target_matchers": ["alertname=Ups"], "equal": ["site"]}

    assert holder_of(alert("Ups"), Inhibitors(rules(by_site), [alert("Power")])) == "Power@sw1"
    assert holder_of(alert("Ups", site=""), Inhibitors(rules(by_site), [alert("Power")])) == "Power@sw1"
    assert holder_of(alert("Ups", site="hq"), Inhibitors(rules(by_site), [alert("Power")])) is None


SAME = {"source_matchers": ["severity=~'critical|warning'".replace("'", '"')],
        "target_matchers": ['severity=~"warning|info"'], "equal": ["device"]}  # fmt: skip


def test_two_that_are_source_and_target_do_not_silence_each_other():
    first, second = alert("A", severity="warning"), alert("B", severity="warning")
    inhibitors = Inhibitors(rules(SAME), [first, second])

    assert holder_of(first, inhibitors) is None
    assert holder_of(second, inhibitors) is None


def test_what_is_both_is_held_back_by_what_is_only_a_source():
    both, source = alert("A", severity="warning", age=9), alert("B", severity="critical")

    assert holder_of(both, Inhibitors(rules(SAME), [both, source])) == "B@sw1"
    assert holder_of(source, Inhibitors(rules(SAME), [both, source])) is None


def test_what_is_both_holds_back_what_is_only_a_target():
    both, target = alert("A", severity="warning"), alert("B", severity="info")

    assert holder_of(target, Inhibitors(rules(SAME), [both, target])) == "A@sw1"


def test_only_what_fires_is_a_source():
    pending = Alert(id="p", key=AlertKey(rule="DeviceDown", device="sw1"), state=AlertState.PENDING, pending_at=NOON)

    assert holder_of(alert("HighCpu", severity="warning"), Inhibitors(rules(DOWN), [pending])) is None


def test_of_several_sources_the_oldest_is_named():
    firing = [alert("DeviceDown", instance=f"i={age}", age=age, severity="critical") for age in (1, 7, 3)]

    assert holder_of(alert("HighCpu", severity="warning"), Inhibitors(rules(DOWN), firing)) == "DeviceDown@sw1i=7"


SEVERITIES = st.sampled_from(["critical", "warning", "info", ""])
SITES = st.sampled_from(["hq", "lab", None])
ALERTS = st.lists(st.tuples(SEVERITIES, SITES, st.sampled_from(["sw1", "sw2"])), max_size=8)
MATCHERS = st.lists(
    st.sampled_from(['severity="warning"', 'severity!="info"', 'site="hq"', 'site=""', 'device=~"sw.*"']),
    min_size=1, max_size=2,
)  # fmt: skip
RULES = st.lists(
    st.fixed_dictionaries({
        "source_matchers": MATCHERS, "target_matchers": MATCHERS,
        "equal": st.lists(st.sampled_from(["site", "device", "nothing"]), max_size=2),
    }), max_size=3,
)  # fmt: skip


@settings(deadline=None)
@given(ALERTS, RULES)
def test_the_index_says_what_a_search_through_all_says(shapes, settings):
    firing = [
        alert(f"A{number}", device, **{"severity": severity, **({"site": site} if site else {})})
        for number, (severity, site, device) in enumerate(shapes)
    ]
    built = rules(*settings)
    inhibitors = Inhibitors(built, firing)

    for target in firing:
        assert (holder_of(target, inhibitors) is not None) is searched(target, firing, built)


def searched(target: Alert, firing: list[Alert], built) -> bool:
    """Alertmanager's way, as its documentation tells it."""
    labels = routing_labels(target)

    def meets(matchers, of):
        return all(matcher.holds(of) for matcher in matchers)

    return any(
        meets(rule.targets, labels)
        and meets(rule.sources, source)
        and all(source.get(name, "") == labels.get(name, "") for name in rule.equal)
        and not (meets(rule.sources, labels) and meets(rule.targets, source))
        for rule in built
        for source in map(routing_labels, firing)
    )


@pytest.mark.parametrize("settings", [
    {}, {"source_matchers": ["a=b"]}, {"source_matchers": [], "target_matchers": ["a=b"]},
    {"source_matchers": ["a"], "target_matchers": ["a=b"]}, {**DOWN, "equals": ["a"]},
])  # fmt: skip
def test_a_rule_that_would_hold_back_everything_or_cannot_be_read_is_refused(settings):
    with pytest.raises(ValidationError):
        InhibitRuleSettings.model_validate(settings)
