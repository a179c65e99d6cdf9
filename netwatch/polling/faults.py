"""What of one device's polling breaks off although the device answers: a table, the check, the question what it is.

Nobody foresees what raises here: a value that no test had, a fault of ours. It costs that thing alone. It is counted
each time, logged once with where, and shown as the thing's trouble until the same thing goes well again.

May import: netwatch.model, netwatch.polling.metrics. Called by: device_poller, table_poller.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from netwatch.model import REACHABILITY, Fault
from netwatch.polling.clock import Clock
from netwatch.polling.metrics import ERRORS

log = structlog.get_logger(__name__)

IDENTITY, EVIDENCE = "identity", "evidence"
"""What the question what a device is fails under, and that why it is silent."""


class DeviceFaults:
    """What fails now of one device: `by_name`, which is a table's name, `reachability`, `identity`, `evidence`."""

    def __init__(self, device: str, clock: Clock) -> None:
        self._device = device
        self._clock = clock
        self.by_name: dict[str, Fault] = {}  # no method: ten thousand are looked at for a page

    @property
    def words(self) -> Mapping[str, str]:
        """Return what fails and why, a sentence for people each."""
        return {name: str(fault) for name, fault in self.by_name.items()}

    def note(self, name: str, error: Exception) -> str:
        """Take in that something broke off; return it in a sentence."""
        ERRORS.inc()
        before = self.by_name.get(name)
        fault = self.by_name[name] = Fault.of(
            error, self._clock.now(), before, kind="table", name=name, device=self._device
        )
        if before is None or before.where != fault.where:
            log.error(
                "a part of NetWatch fails; other tables and other devices go on",
                device=self._device, table=name, error=fault.error, where=fault.where, exc_info=error,
            )  # fmt: skip
        return str(fault)

    def settle(self, name: str) -> None:
        """Take in that something went well; quick, since it is called for everything that does."""
        if self.by_name and (over := self.by_name.pop(name, None)) is not None:
            log.info("works again", device=self._device, table=name, failed=over.count)

    def forget_tables(self) -> None:
        """Forget all that is of tables: another profile has others."""
        for name in self.by_name.keys() - {REACHABILITY.name, IDENTITY, EVIDENCE}:
            del self.by_name[name]
