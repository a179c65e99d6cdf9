"""Says no in the form that whoever asks can read.

May import: netwatch.web.routes. Called by: netwatch.web.guard, netwatch.web.users, netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse, PlainTextResponse, Response

from netwatch.web.routes import is_prometheus, query_error


def refusal(path: str, status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return words in the form that whoever asks can read: Alertmanager's programs want them as a JSON string."""
    if is_prometheus(path):
        return query_error(status, words, headers)
    if path.startswith("/api/"):
        return JSONResponse(words if is_alertmanagers(path) else {"error": words}, status, headers=headers)
    return PlainTextResponse(f"{words}\n", status, headers=headers)


def is_alertmanagers(path: str) -> bool:
    """Return whether a path is of the API that amtool speaks."""
    return path.startswith("/api/v2/")
