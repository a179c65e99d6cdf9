"""Every fault that is planted, and everything that is no fault."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.knowing.faults import hardware, host, licenses, network, optics, reach
from tests.bench.knowing.faults.planting import Fault

FAULTS: Sequence[Fault] = (
    *host.WHOLE, *host.LOAD, *network.PORTS, *network.PEERS, *network.TUNNELS, *hardware.FANS, *hardware.SUPPLIES,
    *hardware.PARTS, *hardware.SENSORS, *optics.OPTICS, *hardware.POWER, *licenses.LICENSES, *reach.LINES,
    *reach.STACKS,
)  # fmt: skip
SILENT: Sequence[Fault] = (*network.SILENT, *hardware.SILENT, *optics.SILENT, *licenses.SILENT, *reach.SILENT)
"""What must not raise any of the rules named."""
