"""Which route needs which role: the whole of it, in one place, and what is not in it needs an admin.

A quiet room. May import: netwatch.web.users. Called by: access.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from starlette.routing import compile_path

from netwatch.web.users.origin import READING
from netwatch.web.users.roles import Role

OPEN: Final = None
"""Who has not signed in may too."""
LINKS: Final = "/act/{token}"
"""The links of mails, which `links_act` opens to whoever holds the mail."""
NOBODYS = ("/-/healthy", "/-/ready", "/static/")
"""What is answered without asking who asks: no password is looked at for it."""
ASKING = "/prometheus/api/v1/"
"""Below it a POST only asks: its body is a question too long for a URL."""
_LOOKING = frozenset({"GET", "HEAD"})

LOOK: Mapping[str, Role | None] = {
    "/-/healthy": OPEN,
    "/-/ready": OPEN,
    "/static": OPEN,
    "/sign-in": OPEN,
    LINKS: Role.OPERATOR,
    "/silences/new": Role.OPERATOR,
    "/exceptions/new": Role.OPERATOR,
    "/sessions": Role.ADMIN,
}
"""GET and HEAD, where it is not a viewer; every route with its role stands in the test of this file."""
CHANGE: Mapping[tuple[str, str], Role | None] = {
    ("POST", "/sign-in"): OPEN,
    ("POST", "/sign-out"): OPEN,
    ("POST", "/account/password"): Role.VIEWER,
    ("POST", "/account/sessions/{key}/end"): Role.VIEWER,
    ("POST", "/sessions/{key}/end"): Role.ADMIN,
    ("POST", LINKS): Role.OPERATOR,
    ("POST", "/ack"): Role.OPERATOR,
    ("POST", "/unack"): Role.OPERATOR,
    ("POST", "/forget"): Role.OPERATOR,
    ("POST", "/alerts/together"): Role.OPERATOR,
    ("POST", "/silences"): Role.OPERATOR,
    ("POST", "/silences/{silence_id}/expire"): Role.OPERATOR,
    ("POST", "/exceptions"): Role.OPERATOR,
    ("POST", "/exceptions/{exception_id}/end"): Role.OPERATOR,
    ("POST", "/api/v1/ack"): Role.OPERATOR,
    ("POST", "/api/v1/unack"): Role.OPERATOR,
    ("POST", "/api/v1/forget"): Role.OPERATOR,
    ("POST", "/api/v2/silences"): Role.OPERATOR,
    ("DELETE", "/api/v2/silence/{silence_id}"): Role.OPERATOR,
    ("POST", "/api/v2/alerts"): Role.OPERATOR,
    ("POST", "/discovery/take"): Role.OPERATOR,
    ("POST", "/-/wake-outbox"): Role.OPERATOR,
    ("POST", "/-/reload"): Role.ADMIN,
    ("PUT", "/-/reload"): Role.ADMIN,
}


def needed(method: str, path: str) -> Role | None:
    """Return the role that a request needs, None for none; what nobody has thought of needs an admin to change it."""
    if method in _LOOKING:
        if path.startswith("/static/"):
            return LOOK["/static"]
        return LOOK.get(_template_of(path, _LOOK_PATTERNS), Role.VIEWER)
    if method == "OPTIONS" or is_asking(method, path):
        return Role.VIEWER
    return CHANGE.get((method, _template_of(path, _CHANGE_PATTERNS)), Role.ADMIN)


def is_asking(method: str, path: str) -> bool:
    """Return whether a request changes nothing."""
    return method in READING or (method == "POST" and path.startswith(ASKING))


def is_link(path: str) -> bool:
    """Return whether a path is that of a link of a mail."""
    return _LINK.fullmatch(path) is not None


def _patterns(templates: set[str]) -> list[tuple[re.Pattern[str], str]]:
    return [(compile_path(template)[0], template) for template in sorted(templates) if "{" in template]


def _template_of(path: str, patterns: list[tuple[re.Pattern[str], str]]) -> str:
    return next((template for pattern, template in patterns if pattern.match(path)), path)


_LINK = compile_path(LINKS)[0]
_LOOK_PATTERNS = _patterns(set(LOOK))
_CHANGE_PATTERNS = _patterns({template for _, template in CHANGE})
