"""What went wrong in an HTTP exchange, in words that name no secret: the libraries' own may hold what was sent.

May import: netwatch.model. Called by: netwatch.oauth.tokens; netwatch.notify, which posts by HTTP too.
"""

from __future__ import annotations

import ssl

import httpx

from netwatch.model import network_words


def http_words(exc: BaseException, seconds: float) -> str:
    """Return what happened; `seconds` is how long we were ready to wait."""
    for cause in _causes(exc):
        if isinstance(cause, ssl.SSLError) or (isinstance(cause, OSError) and cause.errno):
            return network_words(cause, seconds)
    if isinstance(exc, httpx.TimeoutException | TimeoutError):
        return f"no answer within {seconds:g} s"
    if isinstance(exc, httpx.RemoteProtocolError):
        return "the server closed the connection or answered what is no HTTP"
    if isinstance(exc, httpx.NetworkError):
        return "the server cannot be reached or closed the connection"
    return f"it could not be sent ({type(exc).__name__})"


def _causes(exc: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while exc is not None and exc not in found:
        found.append(exc)
        exc = exc.__cause__ or exc.__context__
    return found
