"""The corridor: a reading, a gap or a trap goes in, alert changes and outbox rows come out, in one transaction.

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.app.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.engine.engine import Engine, Ledger
    from netwatch.engine.explaining import explain
    from netwatch.engine.explanation import Explanation, Line, Question, explanation_from, flat_explanation
    from netwatch.engine.history import History, KeptGap
    from netwatch.engine.incidents import Mailer
    from netwatch.engine.links import LINKS_MEMORY, LinkSigner, LinkToken
    from netwatch.engine.live import Live, LiveEngine, OnPaper
    from netwatch.engine.story import EventLog
    from netwatch.engine.traps import KnownRows
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Engine", "Ledger", "Mailer", "KnownRows", "History", "KeptGap", "LINKS_MEMORY", "LinkSigner", "LinkToken",
    "explain", "Question", "Explanation", "Line", "flat_explanation", "explanation_from", "EventLog",
    "Live", "LiveEngine", "OnPaper",
]  # fmt: skip
