"""A real token service that does as it is told."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from ..notify.rough_http import Move, RoughHttp, answer

SECRET = "cl1ent-s3cret"


def token(text: str, expires_in: object = 3600, **more: object) -> Move:
    """Return the answer that grants a token."""
    return answer(200, json.dumps({"access_token": text, "token_type": "Bearer", "expires_in": expires_in, **more}))


def oauth2_of(service: RoughHttp) -> dict[str, str]:
    """Return what the configuration says of a service."""
    return {
        "token_url": f"{service.url}/token", "client_id": "netwatch", "client_secret": SECRET, "scope": "mail.send",
    }  # fmt: skip


@contextlib.asynccontextmanager
async def token_services() -> AsyncIterator[Callable[..., Awaitable[RoughHttp]]]:
    """Give what starts a service that plays these moves; all are stopped in the end."""
    running: list[RoughHttp] = []

    async def start(*moves: Move, **more: Any) -> RoughHttp:
        one = RoughHttp(*moves, **more)
        await one.start()
        running.append(one)
        return one

    yield start
    for one in running:
        await one.stop()
