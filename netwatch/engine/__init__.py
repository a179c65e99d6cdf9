"""The corridor: a reading, a gap, a trap or a decision goes in, one transaction comes out.

Engine is the corridor; its desk answers questions, and explanation_of says why.

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.app.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.engine.answer_tags import AnswerRight, AnswerTags
    from netwatch.engine.desk import Desk
    from netwatch.engine.engine import Engine
    from netwatch.engine.explain.answer import explanation_of
    from netwatch.engine.explain.live import Live, LiveEngine, OnPaper, ways_through
    from netwatch.engine.explain.nouns import Explanation, Line, Question, explanation_from, flat_explanation
    from netwatch.engine.explain.story import EventLog
    from netwatch.engine.faults import Faults
    from netwatch.engine.history import History, KeptGap
    from netwatch.engine.intake.heard import KnownRows
    from netwatch.engine.kept_key import KeptKey
    from netwatch.engine.ledger import Ledger
    from netwatch.engine.links import LINKS_MEMORY, LinkSigner, LinkToken
    from netwatch.engine.telling.incidents import Mailer
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Engine", "Faults", "Desk", "Ledger", "Mailer", "KnownRows", "History", "KeptGap", "KeptKey",
    "LINKS_MEMORY", "LinkSigner", "LinkToken", "AnswerRight", "AnswerTags",
    "explanation_of", "Question", "Explanation", "Line", "flat_explanation", "explanation_from", "EventLog",
    "Live", "LiveEngine", "OnPaper", "ways_through",
]  # fmt: skip
