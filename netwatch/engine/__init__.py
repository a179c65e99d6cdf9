"""The corridor: a reading or a gap goes in, alert changes and outbox rows come out, written in one transaction.

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.app.
"""

from netwatch.engine.engine import Engine, Ledger
from netwatch.engine.incidents import Mailer

__all__ = ["Engine", "Ledger", "Mailer"]
