"""What rules want of the history, held against what the configuration lets it keep.

May import: netwatch.model, netwatch.rules, netwatch.config.settings. Called by: contents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from netwatch.config.settings import Settings
from netwatch.model import Problem, format_duration
from netwatch.rules import Reach, Rule, reach_of

AN_HOUR = timedelta(hours=1)


def history_checks(rules: Iterable[Rule], settings: Settings, devices: int) -> Iterator[Problem]:
    """Yield a warning for every rule that looks further back than history will."""
    kept = max(settings.history.five_minutes, settings.history.hours)
    for rule in rules:
        reach = reach_of(rule)
        if reach is None:
            continue
        if not settings.history.is_kept(devices):
            yield _warning(rule, _without(reach))
        elif reach.span + AN_HOUR > kept:
            message = (
                f"looks back {format_duration(reach.span)}, and history is kept for {format_duration(kept)}:"
                f" set history.hours to {format_duration(reach.span + timedelta(days=1))} or more"
            )
            yield _warning(rule, message)


def _without(reach: Reach) -> str:
    span = format_duration(reach.span)
    if reach.needed:
        return f"looks back {span} with same_hour, and no history is kept (`history`): it will never be true"
    return (
        f"looks back {span}, and no history is kept (`history`): it knows what is read from now on, in 120 steps that"
        " are kept in memory"
    )


def _warning(rule: Rule, message: str) -> Problem:
    return Problem(
        file=rule.file, line=rule.line, column=1, path="", message=f"the rule {rule.name} {message}",
        severity="warning",
    )  # fmt: skip
