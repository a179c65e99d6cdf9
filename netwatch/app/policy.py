"""Builds the stages that decide whether people are told, from the settings and the devices.

May import: netwatch.alerts, netwatch.config, netwatch.model. Called by: netwatch.app.app.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from netwatch.alerts import (
    FlapPolicy,
    Maintenance,
    Parents,
    Policy,
    Topology,
    build_inhibit_rules,
    build_maintenance,
    build_time_intervals,
)
from netwatch.config import Settings
from netwatch.model import Device

CHECKS_WAITED_FOR = 3
"""So many checks a child's alert waits for word of its parent: one under way, its retries, one to spare."""


def build_policy(settings: Settings, devices: Sequence[Device]) -> Policy:
    """Return what the configuration says about who is not told, and when."""
    topology = Topology({device.name: Parents(names=device.depends_on, needs=device.needs) for device in devices})
    labels = {device.name: device.labels for device in devices}
    slowest = max((max(device.reachability_interval, device.silence) for device in devices), default=timedelta(0))
    return Policy(
        inhibit_rules=build_inhibit_rules(settings.inhibit_rules),
        topology=topology,
        maintenance=Maintenance(build_maintenance(settings.maintenance), topology, labels),
        intervals=build_time_intervals(settings.time_intervals),
        flapping=FlapPolicy.of(settings.flapping) if settings.flapping.starts else None,
        patience=slowest * CHECKS_WAITED_FOR,
    )
