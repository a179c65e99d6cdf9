"""Cuts long lists into pages: `?limit=100`, and the way to the next page in the header Link (RFC 8288).

A page goes on behind the last thing shown and not at a number, so that what comes in meanwhile moves nothing: nothing
is shown twice for it, and nothing is left out. Where a page ended stands in `after`, which is nobody's business but
ours; what somebody made up himself gets a 400.

May import: netwatch.web. Called by: netwatch.web.api.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import HTTPException, Query, Request
from fastapi.responses import Response

from netwatch.web.pacing import json_list

MOST_ON_A_PAGE = 1000
_LONGEST_CURSOR = 4096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BIGGEST = 2**63

After = Annotated[
    str,
    Query(
        max_length=_LONGEST_CURSOR,
        description="where the page before ended: take the whole address from its header Link, rel=next",
    ),
]
AllOrLimit = Annotated[int | None, Query(ge=1, description="how many on a page; without, all there are")]
PAGED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A list of flat objects. The header Link names the next page, where there is one.",
        "headers": {
            "Link": {
                "description": '`</api/v1/...?limit=..&after=..>; rel="next"`; not there on the last page',
                "schema": {"type": "string"},
            }
        },
    }
}
"""What the description of the API says of a list that comes in pages."""

Item = TypeVar("Item")
Place = Sequence[object]


def cursor_of(name: str, place: Place) -> str:
    """Return the end of a page of a list, as text for `after`."""
    text = json.dumps([name, *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_in(name: str, after: str, *kinds: type) -> tuple[Any, ...] | None:
    """Return where a page begins, its parts of these kinds; None for the first page.

    Raises:
        HTTPException: 400: this is no `after` that a page of this list ended with.
    """
    if not after:
        return None
    try:
        padded = after + "=" * (-len(after) % 4)
        told, *place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        raise no_such_page() from None
    fits = not kinds or (len(place) == len(kinds) and all(map(_is_a, place, kinds)))
    if told != name or not fits:
        raise no_such_page()
    return tuple(place)


def no_such_page() -> HTTPException:
    """Return the refusal of a cursor that is none of ours."""
    return HTTPException(400, "after: this is not where a page of this list ended; take it from the header Link")


def microseconds_of(at: datetime) -> int:
    """Return an instant as it stands in a cursor."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant_of(microseconds: int) -> datetime:
    """Return the instant of a cursor, or raise the 400."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise no_such_page() from None


def page(
    request: Request,
    found: Sequence[Item],
    limit: int | None,
    shown: Callable[[Item], Mapping[str, object]],
    end_of: Callable[[Item], str],
) -> Response:
    """Return one page of what was found, which is one more than `limit` where another page follows."""
    items: Iterable[Item] = found if limit is None else found[:limit]
    answer = json_list(map(shown, items))
    if limit is not None and len(found) > limit:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
        query = urlencode([*asked, ("after", end_of(found[limit - 1]))])
        answer.headers["Link"] = f'<{quote(request.url.path)}?{query}>; rel="next"'
    return answer


def _is_a(part: object, kind: type) -> bool:
    return type(part) is kind and (not isinstance(part, int) or abs(part) < _BIGGEST)
