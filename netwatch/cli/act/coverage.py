"""What a silence covers now, and what its matchers name that there is not.

May import: netwatch.config, netwatch.profiles, netwatch.rules, netwatch.errors, netwatch.model.
Called by: netwatch.cli.act.silence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from netwatch.cli.agent import Agent
from netwatch.errors import ConfigError
from netwatch.model import OWN_NAME, InvalidFile, Matcher

if TYPE_CHECKING:
    from netwatch.config import Settings

ALWAYS = frozenset({"alertname", "device", "severity", "source"})
"""Labels that alerts have by NetWatch itself."""
MOST_DEVICES = 5


def covered(agent: Agent, matchers: Sequence[Matcher]) -> list[dict[str, str]]:
    """Return the labels of every alert that fires now and meets the matchers.

    Raises:
        NoAgent, AgentRefused: as Agent.call.
    """
    query = urlencode([("filter", str(matcher)) for matcher in matchers])
    found: Any = agent.call("GET", f"/api/v2/alerts?{query}")
    return [dict(one["labels"]) for one in found] if isinstance(found, list) else []


def coverage_text(alerts: Sequence[dict[str, str]]) -> str:
    """Return in a line how many alerts are covered, and of which devices."""
    if not alerts:
        return "covers no alert that fires now"
    devices = sorted({labels.get("device", "") for labels in alerts})
    named = ", ".join(devices[:MOST_DEVICES])
    more = f" and {len(devices) - MOST_DEVICES} devices more" if len(devices) > MOST_DEVICES else ""
    return f"covers {len(alerts)} firing alert{'s' if len(alerts) != 1 else ''} now, on {named}{more}"


def doubts_about(matchers: Sequence[Matcher], settings: Settings) -> Iterator[str]:
    """Yield a sentence for each label, device and rule that nothing of the configuration has."""
    from netwatch.cli.completion import rules_in
    from netwatch.config import did_you_mean

    near = {*ALWAYS, *(name for device in settings.devices for name in device.labels)}
    asked = dict.fromkeys(matcher.label for matcher in matchers)
    known = near if near.issuperset(asked) else near | _labels_of_tables_and_rules(settings)
    for label in asked:
        if label not in known:
            yield f"no device, rule or table has a label {label}{did_you_mean(label, known)}"
    values: Mapping[str, tuple[str, Callable[[], Collection[str]]]] = {
        "device": ("device", lambda: [*(device.name for device in settings.devices), OWN_NAME]),
        "alertname": ("rule", lambda: rules_in(settings.rule_paths())),
    }
    for matcher in matchers:
        if matcher.label in values and matcher.matches is None:
            what, names = values[matcher.label][0], values[matcher.label][1]()
            if matcher.text not in names:
                yield f"there is no {what} {matcher.text}{did_you_mean(matcher.text, names)}"


def _labels_of_tables_and_rules(settings: Settings) -> set[str]:
    """Return the labels of rows and rules, and what trap rules tell rows apart by; it takes a second."""
    from netwatch.profiles import load_library
    from netwatch.rules import load_rule_book

    schema = load_library(settings.profile_paths()).schema()
    labels = {name for table in schema.values() for name in table.labels}
    try:
        book = load_rule_book(settings.rule_paths(), schema, patient=True)
    except (InvalidFile, ConfigError, OSError):
        return labels  # `netwatch check` says what is wrong there
    for rule in book.rules:
        labels |= set(rule.labels)
    for trap_rule in book.trap_rules:
        labels |= {*trap_rule.labels, *trap_rule.mapped, *trap_rule.key}
    return labels
