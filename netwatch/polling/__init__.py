"""When and what to ask each device; turns varbinds into readings, counters into rates.

`Poller` asks all devices at their times and calls a `ReadingSink` with what came; `poll_once` asks one device for
people at a terminal; `Ticker` is the beat below it, for the slow housekeeping of the house.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.polling.clock import Clock, SystemClock
    from netwatch.polling.once import poll_once, polls_of
    from netwatch.polling.poller import Poller
    from netwatch.polling.presence.findings import SCOPE as FINDINGS
    from netwatch.polling.presence.findings import Findings, recalled
    from netwatch.polling.settings import DefaultSettings, DeviceSettings, PollingSettings
    from netwatch.polling.sink import ReadingSink
    from netwatch.polling.turns.tick import Ticker
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Poller", "ReadingSink", "poll_once", "polls_of", "Ticker", "Clock", "SystemClock",
    "PollingSettings", "DefaultSettings", "DeviceSettings",
    "Findings", "FINDINGS", "recalled",
]  # fmt: skip
