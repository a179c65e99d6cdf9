"""Why an alert is as it is: `/api/v1/explain?rule=&device=&instance=&at=`.

May import: netwatch.engine, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse, Response

from netwatch.engine import Explanation, Question, flat_explanation

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


def explain_router(explainer: Explainer) -> APIRouter:
    """Return the route."""
    router = APIRouter(default_response_class=Response)

    @router.api_route("/api/v1/explain", methods=["GET", "HEAD"])
    async def explain(rule: Words, device: Words, instance: Words = "", at: datetime | None = None) -> Response:
        """Say why: a verdict and the lines of its story; 404 where rule, device or row is not there."""
        answer = await explainer(question_of(rule, device, instance, at))
        return JSONResponse(flat_explanation(answer), 200 if answer.found else 404)

    return router
