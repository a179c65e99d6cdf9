"""Readings over time, in tiers: all of a day, five minutes of a month, hours of a year.

`Recorder` takes readings and writes them in its own thread to its own file, `HistoryReader` looks into that, also
from another process. Charts, rules over days, mails and the command line have this one reader.

May import: netwatch.model, netwatch.errors. Called by: app, cli.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.history.availability import availability_of
    from netwatch.history.copying import copy_history, copy_of, restore_history
    from netwatch.history.reader import HistoryReader, tier_for, with_recent
    from netwatch.history.recorder import Recorder
    from netwatch.history.settings import HistorySettings
    from netwatch.history.tiers import Tier
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "HistoryReader", "HistorySettings", "Recorder", "Tier", "availability_of", "copy_history", "copy_of",
    "restore_history", "tier_for", "with_recent",
]  # fmt: skip
