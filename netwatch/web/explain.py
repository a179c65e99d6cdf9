"""The question why, as page and API ask it: who answers, and what of it can be wrong.

May import: netwatch.engine. Called by: pages, api, app.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import HTTPException, Query

from netwatch.engine import Explanation, Question

Explainer = Callable[[Question], Awaitable[Explanation]]
MOST_LETTERS = 1000
MOST_YEARS = 100
Words = Annotated[str, Query(max_length=MOST_LETTERS)]


async def explain_nothing(question: Question) -> Explanation:
    """Stand in where nobody explains."""
    raise HTTPException(404, "nothing is explained here")


def question_of(rule: str, device: str, instance: str, at: datetime | None) -> Question:
    """Return the question, or raise the 400; an instant without an offset is one in UTC."""
    if at is not None:
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        if abs(at.year - datetime.now(UTC).year) > MOST_YEARS:
            raise HTTPException(400, f"at: {at.year} is not within a hundred years")
        at = at.astimezone(UTC)
    return Question(rule=rule, device=device, instance=instance, at=at)
