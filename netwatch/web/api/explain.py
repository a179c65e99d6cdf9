"""Why an alert is as it is: `/api/v1/explain?rule=&device=&instance=&at=`.

May import: netwatch.engine, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from netwatch.engine import flat_explanation
from netwatch.web.explain import Explainer, Words, question_of
from netwatch.web.routes import showing


def explain_router(explainer: Explainer) -> APIRouter:
    """Return the route."""
    router = APIRouter(default_response_class=Response)

    @showing(router, "/api/v1/explain")
    async def explain(rule: Words, device: Words, instance: Words = "", at: datetime | None = None) -> Response:
        """Say why: a verdict and the lines of its story; 404 where rule, device or row is not there."""
        answer = await explainer(question_of(rule, device, instance, at))
        return JSONResponse(flat_explanation(answer), 200 if answer.found else 404)

    return router
