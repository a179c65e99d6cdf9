"""Every route of the app stands here with the role it needs; one that does not is one nobody has thought about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Mount

from netwatch.web import Gatekeeper, Role, UsersFile, WatchedPeople, WebSettings, create_app
from netwatch.web.users.access import FORM_HEADER
from netwatch.web.users.people import User, new_token
from netwatch.web.users.sessions import form_token_of
from netwatch.web.users.table import needed

from ..conftest import Stage
from ..house import House

OPEN, VIEWER, OPERATOR, ADMIN = None, Role.VIEWER, Role.OPERATOR, Role.ADMIN
QUESTIONS = ("query", "query_range", "series", "labels", "label/{name}/values")
"""Of the Prometheus-shaped API, which are sent by POST where they are long."""
LOOKED_AT: dict[str, Role | None] = {
    "/-/healthy": OPEN,
    "/-/ready": OPEN,
    "/static": OPEN,
    "/sign-in": OPEN,
    "/act/{token}": OPERATOR,
    "/silences/new": OPERATOR,
    "/exceptions/new": OPERATOR,
    "/sessions": ADMIN,
} | dict.fromkeys((
    "/", "/account", "/alerts", "/alerts/{alert_id:path}", "/devices", "/devices/{name:path}", "/events",
    "/exceptions", "/explain", "/history",
    "/mailbox", "/api/v1/mailbox", "/map", "/metrics", "/outbox", "/outbox/{entry_id}", "/search", "/silences",
    "/snmp", "/sd/prometheus", "/traps",
    "/traps/refused", "/traps/rule", "/traps/unmatched",
    "/api/openapi.json", "/api/v1/alerts", "/api/v1/availability", "/api/v1/devices", "/api/v1/devices/{name:path}",
    "/api/v1/devices/{name:path}/{concept}", "/api/v1/events", "/api/v1/explain", "/api/v1/history", "/api/v1/outbox",
    "/api/v1/silences", "/api/v1/traps", "/api/v1/traps/refused", "/api/v1/traps/unmatched",
    "/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/receivers", "/api/v2/silence/{silence_id}",
    "/api/v2/silences", "/api/v2/status",
    "/discovery", "/docs", "/docs/{name}", "/history.svg",
    "/api/v1/discovery", "/api/v1/neighbours", "/api/v1/series",
    *(f"/prometheus/api/v1/{question}" for question in (*QUESTIONS, "metadata", "status/buildinfo")),
), VIEWER)  # fmt: skip
CHANGED: dict[tuple[str, str], Role | None] = {
    ("POST", "/sign-in"): OPEN,
    ("POST", "/sign-out"): OPEN,
    ("POST", "/-/reload"): ADMIN,
    ("PUT", "/-/reload"): ADMIN,
    ("POST", "/sessions/{key}/end"): ADMIN,
    ("POST", "/account/password"): VIEWER,
    ("POST", "/account/sessions/{key}/end"): VIEWER,
} | dict.fromkeys((
    ("POST", "/ack"), ("POST", "/unack"), ("POST", "/forget"), ("POST", "/alerts/together"),
    ("POST", "/act/{token}"), ("POST", "/silences"),
    ("POST", "/exceptions"), ("POST", "/exceptions/{exception_id}/end"),
    ("POST", "/silences/{silence_id}/expire"), ("POST", "/api/v1/ack"), ("POST", "/api/v1/unack"),
    ("POST", "/api/v1/forget"), ("POST", "/api/v2/alerts"), ("POST", "/api/v2/silences"),
    ("DELETE", "/api/v2/silence/{silence_id}"), ("POST", "/-/wake-outbox"), ("POST", "/discovery/take"),
), OPERATOR)  # fmt: skip
CHANGED |= {("POST", f"/prometheus/api/v1/{question}"): VIEWER for question in QUESTIONS}
TABLE: dict[tuple[str, str], Role | None] = (
    {(method, path): role for path, role in LOOKED_AT.items() for method in ("GET", "HEAD")} | CHANGED
)  # fmt: skip
WHO = ("signed out", "viewer", "operator", "admin")


def routes_of(routes: Any) -> Iterator[tuple[str, str]]:
    """Yield method and path of every route there is, those of routers that were taken in too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner.routes)
        elif isinstance(route, Mount):
            yield from ((method, route.path) for method in ("GET", "HEAD"))
        else:
            yield from ((method, route.path) for method in route.methods)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, dict[str, str]], dict[str, str]]:
    """An app with users; what each of them shows by a token, and by the cookie of a session with the form's token."""
    file = UsersFile(tmp_path_factory.mktemp("users") / "users.yaml")
    tokens, sessions = {}, {}
    for role in Role:
        token_id, tokens[role.value], hashed = new_token()
        file.put_token(token_id, role.value, role, hashed, None)
        file.put_user(role.value, role)
    stage, settings = Stage(), WebSettings()
    stage.put_up(House(), None)
    keeper = Gatekeeper(settings, WatchedPeople(file.path))
    for role in Role:
        session = keeper.sessions.begin(User(name=role.value, role=role))
        sessions[role.value] = session
    app = create_app(stage, stage, settings, "9.9.9", actions=stage.actions, trap_log=stage, keeper=keeper)  # type: ignore[arg-type]
    shown = {who: {"Authorization": f"Bearer {token}"} for who, token in tokens.items()}
    return app, {"signed out": {}, **shown}, sessions


def test_every_route_stands_in_the_table_and_the_table_has_no_others(served):
    assert set(routes_of(served[0].routes)) == set(TABLE)


@pytest.mark.parametrize(("method", "path"), sorted(TABLE))
def test_what_decides_says_what_the_table_says(method, path):
    sample = path.replace("{name:path}", "a/b").replace("{alert_id:path}", "a/b").replace("/static", "/static/a.css")
    for part in ("token", "silence_id", "entry_id", "concept", "name"):
        sample = sample.replace(f"{{{part}}}", "xyz")

    assert needed(method, sample) is TABLE[method, path]


def address(path: str) -> str:
    return path.replace("{name:path}", "nobody").replace("{alert_id:path}", "none").replace("{", "").replace("}", "")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("way", ["token", "session"])
async def test_who_may_gets_through_and_nobody_else(served, who, way):
    app, shown, sessions = served
    wrong = []
    transport = httpx.ASGITransport(app=app)
    for (method, path), role in TABLE.items():
        if path == "/events" or path == "/sign-out":  # an endless stream; what ends the very session
            continue
        headers = shown[who] if way == "token" else {}
        cookies = {}
        if way == "session" and who in sessions:
            cookies = {"netwatch_session": sessions[who]}
            headers = {FORM_HEADER: form_token_of(sessions[who])}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
            answer = await client.request(method, address(path), headers=headers)
        may = role is OPEN or (who != "signed out" and Role(who).may(role))
        kept_out = 401 if who == "signed out" else 403
        is_sign_in = path == "/sign-in" and method == "POST"  # its own form is not what was sent
        if (answer.status_code == kept_out) == may and not is_sign_in:
            wrong.append((method, path, answer.status_code))

    assert wrong == []


@pytest.mark.parametrize("way", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"])
def test_what_nobody_has_thought_of_is_for_an_admin_to_change_and_for_no_stranger_to_see(way):
    assert needed(way, "/never/heard/of/it") is (Role.VIEWER if way == "GET" else Role.ADMIN)


def test_the_forms_of_all_pages_carry_what_shows_that_they_are_ours():
    folder = Path(__file__).parents[3] / "netwatch/web/pages/templates"
    forms = [
        (file.name, part.partition("</form>")[0])
        for file in folder.glob("*.html")
        for part in file.read_text("utf-8").split("<form")[1:]
    ]

    assert {name for name, form in forms if 'method="post"' in form and "form_field()" not in form} == set()
    assert sum('method="post"' in form for _, form in forms) >= 7
