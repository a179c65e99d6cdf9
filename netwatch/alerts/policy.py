"""Everything the configuration says about who is not told, and when: what the stages are built from.

A quiet room: no clock, no socket, no database.
May import: netwatch.alerts. Called by: app, which builds one; netwatch.engine, which asks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from netwatch.alerts.flapping import FlapPolicy
from netwatch.alerts.inhibition import InhibitRule
from netwatch.alerts.intervals import TimeInterval
from netwatch.alerts.maintenance import Maintenance
from netwatch.alerts.topology import Topology

DEFAULT_PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The stages as configured.

    patience: how long a child's alert waits for word of the device it is reached through.
    """

    inhibit_rules: tuple[InhibitRule, ...] = ()
    topology: Topology = field(default_factory=lambda: Topology({}))
    maintenance: Maintenance = field(default_factory=lambda: Maintenance((), Topology({})))
    intervals: Mapping[str, tuple[TimeInterval, ...]] = field(default_factory=dict)
    flapping: FlapPolicy | None = None
    patience: timedelta = DEFAULT_PATIENCE
