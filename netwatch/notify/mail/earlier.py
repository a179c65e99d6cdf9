"""What ended in the middle of an incident, in case the mail that told of it never leaves.

A mail that takes the place of unsent ones must say what those would have said. What fires it says anyway; what ended
meanwhile is remembered here, from the mail about it to the incident's last, and over a restart.
A quiet room.
May import: netwatch.model, netwatch.notify.{facts, mail.digest}. Called by: netwatch.notify.mailer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import structlog

from netwatch.model import Memory, Notification
from netwatch.notify.facts import USUAL, Manner, problem_of
from netwatch.notify.mail.digest import SCOPE

log = structlog.get_logger(__name__)

MAX_LINES = 40
MAX_INCIDENTS = 2_000
_KEY = "incident "


class Earlier:
    """Knows of every incident that is not over what of it has ended already."""

    def __init__(self) -> None:
        self._ended: dict[str, list[str]] = {}

    def restore(self, memories: Iterable[Memory]) -> None:
        """Take back what was known before a restart."""
        for memory in memories:
            if memory.scope == SCOPE and memory.key.startswith(_KEY) and memory.text is not None:
                try:
                    lines = [str(line) for line in json.loads(memory.text)]
                except (ValueError, TypeError) as exc:
                    log.error("what ended in an incident cannot be read", key=memory.key, error=repr(exc))
                else:
                    self._ended[memory.key.removeprefix(_KEY)] = lines

    def of(self, thread_id: str) -> tuple[str, ...]:
        """Return a line for each, the first 40 of them."""
        return tuple(self._ended.get(thread_id, ()))

    def note(self, notification: Notification, manner: Manner = USUAL) -> list[Memory]:
        """Remember what a mail says has ended, or forget all where it is the incident's last; return what to keep."""
        thread_id = notification.group.thread_id
        if not notification.firing:
            return self._forgotten(thread_id)
        if not notification.resolved:
            return []
        lines = self._ended.setdefault(thread_id, [])
        room = MAX_LINES - len(lines)
        for alert in notification.resolved[: max(room, 0)]:
            problem = problem_of(alert, notification.at, manner=manner)
            lines.append(f"{problem.rule} on {problem.where}, ended {problem.when}")
        kept = Memory(scope=SCOPE, key=_KEY + thread_id, text=json.dumps(lines))
        first = next(iter(self._ended))
        return [kept, *(self._forgotten(first) if len(self._ended) > MAX_INCIDENTS else ())]

    def _forgotten(self, thread_id: str) -> list[Memory]:
        if self._ended.pop(thread_id, None) is None:
            return []
        return [Memory(scope=SCOPE, key=_KEY + thread_id, text=None)]
