"""Asks NetBox which devices there are, page by page.

May import: netwatch.errors, netwatch.model. Called by: netwatch.cli, through the door.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from urllib.parse import urljoin, urlsplit

import httpx

from netwatch.discovery.listed import MOST_LISTED, Listed, from_netbox
from netwatch.errors import ConfigError
from netwatch.model import is_loopback, network_words

TIMEOUT_SECONDS = 30.0
MOST_OCTETS = 64 * 2**20
MOST_PAGES = 1_000
PATH = "/api/dcim/devices/?has_primary_ip=true&status=active&limit=500"


async def devices_of_netbox(url: str, token: str) -> list[Listed]:
    """Return the active devices of a NetBox at `url` that have a primary address; the token needs to read only.

    Raises:
        ConfigError: it cannot be asked, or answers something else; says what.
    """
    where = urlsplit(url)
    if where.scheme != "https" and not is_loopback(where.hostname or ""):
        raise ConfigError(f"{url}: a token is never sent in the clear: the address must be https")
    found: list[Listed] = []
    page: str | None = url.rstrip("/") + PATH
    context = await asyncio.to_thread(ssl.create_default_context)
    headers = {"Authorization": f"Token {token}", "Accept": "application/json"}
    async with httpx.AsyncClient(
        verify=context, timeout=TIMEOUT_SECONDS, follow_redirects=False, headers=headers
    ) as client:
        for _ in range(MOST_PAGES):
            if page is None or len(found) > MOST_LISTED:
                break
            body = await _asked(client, page)
            found += from_netbox(body, url)
            page = _next(url, page, body.get("next"))
    return found[:MOST_LISTED]


async def _asked(client: httpx.AsyncClient, page: str) -> dict[str, object]:
    octets = b""
    try:
        async with client.stream("GET", page) as response:
            async for chunk in response.aiter_bytes():
                octets += chunk
                if len(octets) > MOST_OCTETS:
                    raise ConfigError(f"{page}: answers more than {MOST_OCTETS // 2**20} MiB")
            status = response.status_code
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
        raise ConfigError(f"{page}: {network_words(exc, TIMEOUT_SECONDS)}") from exc
    if status in (401, 403):
        raise ConfigError(f"{page}: {status}: the token in NETBOX_TOKEN is not taken, or may not read devices")
    try:
        body = json.loads(octets) if status == 200 else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ConfigError(f"{page}: {status}, and no answer of NetBox's API")
    return body


def _next(url: str, page: str, said: object) -> str | None:
    """Return the page that follows; one at another host is not asked, as the token is for this one."""
    if not isinstance(said, str) or not said:
        return None
    following = urljoin(page, said)
    if urlsplit(following)[:2] != urlsplit(url)[:2]:
        raise ConfigError(f"{url}: says that more is at {urlsplit(following).netloc}, where its token is not sent")
    return following
