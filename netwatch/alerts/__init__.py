"""Pure: inactive -> pending -> firing -> resolved; who is told, when, and what holds that back.

The engine asks `happening_of` what a row's verdicts say, `step` what becomes of the alert, `Route.receivers_for` whom
to tell, puts the alert into a group (`opened`), and at `next_flush_at` asks `flush` for the mail. Each stage that
can hold an alert back answers with a `Muting` that says why, or with None: `Topology`, `Inhibitors`, `Maintenance`,
`silence_muting`, `interval_muting`. `due_steps` says who is told as well when nobody takes an alert in hand.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.alerts.escalation import EscalationStep, due_steps, next_step_at
    from netwatch.alerts.flapping import FlapPolicy, calmed, is_flapping, noted
    from netwatch.alerts.grouping import (
        Release,
        flush,
        next_flush_at,
        opened,
        rebased,
        tick_at_or_after,
        to_tell_anew,
        urgent_at,
    )
    from netwatch.alerts.inhibition import Inhibitors, InhibitRule, build_inhibit_rules
    from netwatch.alerts.intervals import build_time_intervals, interval_muting
    from netwatch.alerts.maintenance import Maintenance, MaintenanceWindow, build_maintenance
    from netwatch.alerts.naming import row_of
    from netwatch.alerts.policy import Policy
    from netwatch.alerts.proposing import as_matchers, proposed_labels, silences_for
    from netwatch.alerts.routing import GroupTiming, Route, RouteMatch, build_route, routing_labels
    from netwatch.alerts.settings import RouteSettings
    from netwatch.alerts.silencing import (
        CompiledSilence,
        Silences,
        checked_silence,
        compile_silence,
        expired_silence,
        silence_muting,
    )
    from netwatch.alerts.states import Happening, NoData, OnGone, Step, Timing, Transition, happening_of, step
    from netwatch.alerts.topology import Parents, Sight, Topology, TopologyView, shown_by
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Happening", "NoData", "OnGone", "Step", "Timing", "Transition", "happening_of", "step",
    "GroupTiming", "Route", "RouteMatch", "RouteSettings", "build_route", "routing_labels",
    "Release", "flush", "next_flush_at", "opened", "rebased", "to_tell_anew", "tick_at_or_after", "urgent_at",
    "CompiledSilence", "Silences", "checked_silence", "compile_silence", "expired_silence", "silence_muting",
    "Inhibitors", "InhibitRule", "build_inhibit_rules",
    "Parents", "Sight", "Topology", "TopologyView", "shown_by",
    "build_time_intervals", "interval_muting",
    "Maintenance", "MaintenanceWindow", "build_maintenance",
    "FlapPolicy", "calmed", "is_flapping", "noted",
    "EscalationStep", "due_steps", "next_step_at",
    "Policy", "row_of",
    "as_matchers", "proposed_labels", "silences_for",
]  # fmt: skip
