"""The figures of what NetWatch knows: each a function from what is expected of a recording to verdicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.bench.knowing.amounts import mempools, processors, storage
from tests.bench.knowing.corpus import Objects, Recorded
from tests.bench.knowing.inventory import components, identity
from tests.bench.knowing.network import addresses, bgp_peers, neighbours, ospf_peers, vlans
from tests.bench.knowing.polled import Polled
from tests.bench.knowing.ports import ports
from tests.bench.knowing.sensors import judge_sensors, judge_states, state_of
from tests.bench.knowing.verdicts import Verdict

Judge = Callable[[Recorded, Objects, Polled], list[Verdict]]


def sensors(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return what became of each sensor, states apart."""
    expected = device.facts.get("sensors", ())
    parts = [row for name in ("hardware", "sensor", "redundancy") for row in polled.of(name) if state_of(row)]
    return judge_sensors(expected, polled.of("sensor")) + judge_states(expected, parts, device.states)


JUDGES: Sequence[Judge] = (
    ports, sensors, processors, mempools, storage, identity, components, neighbours, addresses, vlans, bgp_peers,
    ospf_peers,
)  # fmt: skip


def judged(device: Recorded, objects: Objects, polled: Polled) -> list[Verdict]:
    """Return every verdict on what was read of one recording."""
    return [verdict for judge in JUDGES for verdict in judge(device, objects, polled)]
