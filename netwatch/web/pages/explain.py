"""The page that says why an alert is as it is: the verdict first, then the story line by line.

May import: netwatch.engine, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from netwatch.engine import Explanation
from netwatch.web.explain import Explainer, Words, question_of
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS

ROWS_SHOWN = 500


def explain_page_router(explainer: Explainer, templates: Templates) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/explain", methods=METHODS)
    async def explain(rule: Words = "", device: Words = "", instance: Words = "", at: Words = "") -> Response:
        answer: Explanation | None = None
        wrong = ""
        try:
            moment = _instant(at)
        except ValueError as exc:
            wrong = str(exc)
        else:
            if rule.strip() and device.strip():
                answer = await explainer(question_of(rule.strip(), device.strip(), instance.strip(), moment))
        return await templates.page(
            "explain.html", _status(answer, wrong),
            answer=answer, lines=answer.lines[-ROWS_SHOWN:] if answer is not None else (), wrong=wrong,
            rule=rule, device=device, instance=instance, at=at,
        )  # fmt: skip

    return router


def _status(answer: Explanation | None, wrong: str) -> int:
    if wrong:
        return 400
    return 404 if answer is not None and not answer.found else 200


def _instant(text: str) -> datetime | None:
    """Return the instant that was typed, None for now.

    Raises:
        ValueError: it is none; says what one looks like.
    """
    said = text.strip().removesuffix("UTC").strip()
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise ValueError(f"{text!r} is no time such as 2026-12-01 08:00 (UTC)") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
