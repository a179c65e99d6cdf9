"""Looks into the history for rules that go back over days, in a thread of its own: no reading waits for it.

Every question has its newest answer at hand. One that is no longer good is asked anew, one question after the other,
with a rest between them; until there is an answer rules know nothing, and raise nothing.

May import: every room below. Called by: netwatch.app.app, backtest.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge

from netwatch.app.definitions import Definitions
from netwatch.config import Settings
from netwatch.errors import HistoryError
from netwatch.history import HistoryReader, Tier
from netwatch.model import WITH_HISTORY, Stretch
from netwatch.rules import Answer, Look, Question, answered

QUESTIONS = Counter("netwatch_history_questions_total", "Questions of rules to the history, by outcome", ["outcome"])
WAITING = Gauge("netwatch_history_questions_waiting", "Questions of rules that wait for their turn")
ANSWERING = Counter("netwatch_history_answering_cpu_seconds_total", "CPU time of answering rules from the history")
MOST_QUESTIONS = 100_000
"""Tables of devices times functions over days; of what is beyond it nothing is known."""
MOST_CURVES, MOST_CURVES_WAITING = 300, 100
"""Charts for mails that are kept at hand, and that wait; a storm's others show the hour in memory."""
REST = 2.0
"""So many times as long as an answer took the thread rests, so that it has a third of a core at most."""
AGAIN_AFTER = timedelta(minutes=1)
"""A question that could not be answered is asked again."""

log = structlog.get_logger(__name__)
Place = tuple[str, str, str]


class HistoryQuestions:
    """Answers questions of rules from the file of the history; satisfies the Protocol `rules.Hindsight`."""

    def __init__(self, path: Path) -> None:
        """Open nothing and start nothing before the first question."""
        self._reader = HistoryReader(path)
        self._answers: dict[Place, Answer] = {}
        self._due_at: dict[Place, datetime] = {}
        self._waiting: set[Place] = set()
        self._curves: deque[Place] = deque()
        self._asked: deque[tuple[Place, Question, datetime]] = deque()
        self._wanted, self._stopping = threading.Semaphore(0), threading.Event()
        self._thread: threading.Thread | None = None

    def keeps(self, table: str) -> bool:
        """Return whether history keeps a table."""
        return table in WITH_HISTORY

    def answer(self, question: Question, at: datetime) -> Answer | None:
        """Return the newest answer; called on the loop, and quick about it."""
        place = (question.device, question.table, question.key)
        due_at = self._due_at.get(place)
        most = MOST_CURVES_WAITING if question.row is not None else MOST_QUESTIONS
        if due_at is None and len(self._waiting if question.row is not None else self._due_at) >= most:
            QUESTIONS.labels("refused").inc()
            return None
        if due_at is None or not due_at - 2 * question.pace - AGAIN_AFTER < at < due_at:
            self._due_at[place] = at + question.pace
            if place in self._waiting:
                return self._answers.get(place)
            self._waiting.add(place)
            self._asked.append((place, question, at))
            self._begin()
            self._wanted.release()
        return self._answers.get(place)

    async def stop(self) -> None:
        """Answer no more."""
        thread, self._thread = self._thread, None
        self._stopping.set()
        self._wanted.release()
        if thread is not None:
            await asyncio.to_thread(thread.join)
        self._reader.close()

    def _begin(self) -> None:
        if self._thread is None and not self._stopping.is_set():
            self._thread = threading.Thread(target=self._run, name="history questions", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while self._wanted.acquire() and not self._stopping.is_set():
            WAITING.set(len(self._asked))
            began, cpu = time.monotonic(), time.thread_time()
            with suppress(IndexError):
                place, question, at = self._asked.popleft()
                self._waiting.discard(place)
                self._see_to(place, question, at)
            ANSWERING.inc(max(0.0, time.thread_time() - cpu))
            self._stopping.wait((time.monotonic() - began) * REST)

    def _see_to(self, place: Place, question: Question, at: datetime) -> None:
        """Answer a question; whatever is met, the thread goes on."""
        try:
            self._answers[place] = answered(question, at, look_into(self._reader, question, self._stopping))
            QUESTIONS.labels("answered").inc()
            if question.row is not None:
                self._curves.append(place)
                while len(self._curves) > MOST_CURVES:
                    self._forget(self._curves.popleft())
        except HistoryError as exc:  # there is none yet, or it is damaged: its keeper tells people
            self._due_at[place] = at + AGAIN_AFTER
            QUESTIONS.labels("failed").inc()
            log.debug("the history could not be asked", device=question.device, error=str(exc))
        except Exception:  # the thread must survive: without it rules over days would know nothing any more
            self._due_at[place] = at + AGAIN_AFTER
            QUESTIONS.labels("failed").inc()
            log.exception("a question to the history broke off", device=question.device, question=question.key)

    def _forget(self, place: Place) -> None:
        """Let go of a chart that was drawn long ago; one that was asked for again since stays."""
        if place not in self._curves:
            self._answers.pop(place, None)
            self._due_at.pop(place, None)


class AnsweredAtOnce:
    """Answers questions as of the instant of the reading that asks, for who runs rules over what is past."""

    def __init__(self, reader: HistoryReader) -> None:
        self._reader = reader
        self._answers: dict[Place, Answer] = {}

    def keeps(self, table: str) -> bool:
        """Return whether history keeps a table."""
        return table in WITH_HISTORY

    def answer(self, question: Question, at: datetime) -> Answer | None:
        """Return the answer, worked out anew as often as otherwise."""
        place = (question.device, question.table, question.key)
        found = self._answers.get(place)
        if found is None or not found.at <= at < found.at + question.pace:
            found = self._answers[place] = answered(question, at, look_into(self._reader, question))
        return found


def look_into(reader: HistoryReader, question: Question, stopping: threading.Event | None = None) -> Look:
    """Return what gives a question the steps it wants; nothing more once it is `stopping`."""

    def look(since: datetime, until: datetime, coarse: bool) -> Iterator[Stretch]:
        tier = Tier.HOURS if coarse else Tier.FIVE_MINUTES
        found = reader.stretches(
            question.device, question.table, question.columns, since=since, until=until, tier=tier, row=question.row,
            extremes=question.function in ("min_over", "max_over"),
        )  # fmt: skip
        for one in found:
            if stopping is not None and stopping.is_set():
                return
            yield one

    return look


def build_questions(settings: Settings, definitions: Definitions) -> HistoryQuestions | None:
    """Return who answers rules over days, None where no history is kept."""
    if not settings.history.is_kept(len(definitions.devices)):
        return None
    return HistoryQuestions(settings.history_path())
