"""Builds every room from the settings, starts them in order, stops them in reverse.

May import: every room below. Called by: netwatch.cli (run, demo, backtest).
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.app.app import App
    from netwatch.app.backtest import Outcome, backtested, backtested_on_captures
    from netwatch.app.health.collector import Collector, young_alone
    from netwatch.app.reloading import Keeper
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = ["App", "Collector", "Keeper", "Outcome", "backtested", "backtested_on_captures", "young_alone"]
