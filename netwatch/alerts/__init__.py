"""Pure: inactive -> pending -> firing -> resolved; routing, grouping, repeats.

The engine asks `happening_of` what a row's verdicts say, `step` what becomes of the alert, `Route.receivers_for` whom
to tell, puts the alert into a group with `join`, and at `next_flush_at` asks `flush` for the mail.
"""

from netwatch.alerts.grouping import Flush, flush, join, next_flush_at, rebased
from netwatch.alerts.matchers import Matcher, parse_matchers
from netwatch.alerts.routing import GroupTiming, Route, RouteMatch, build_route, routing_labels
from netwatch.alerts.settings import RouteSettings
from netwatch.alerts.states import Happening, NoData, Step, Timing, Transition, happening_of, step

__all__ = [
    "Happening", "NoData", "Step", "Timing", "Transition", "happening_of", "step",
    "GroupTiming", "Route", "RouteMatch", "RouteSettings", "build_route", "routing_labels",
    "Matcher", "parse_matchers",
    "Flush", "flush", "join", "next_flush_at", "rebased",
]  # fmt: skip
