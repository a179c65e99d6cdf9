"""What stands before every request."""

from __future__ import annotations

import httpx
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from netwatch.web import PageFaults, WebSettings, create_app
from netwatch.web.guard import is_own_host, own_names
from netwatch.web.metrics import REFUSED_HOSTS

from .conftest import Stage
from .house import House, bad_night

NAMES = own_names(WebSettings(external_url="https://NetWatch.example.net/", hosts=["nw.example.org"]))


@pytest.mark.parametrize(
    "host",
    [
        "", "127.0.0.1:10916", "[::1]:10916", "192.0.2.1", "localhost", "localhost:8080", "netwatch:10916",
        "NETWATCH.example.net", "netwatch.example.net.", "nw.example.org:443", "app.localhost",
    ],
)  # fmt: skip
def test_hosts_that_can_be_meant_for_us(host):
    assert is_own_host(host, NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com", "evil.example.com:10916", "127.0.0.1.evil.example.com", "netwatch.example.net.evil.com",
        "localhost.evil.com", "[::1", "a b", "user@127.0.0.1", "x/127.0.0.1", "127.0.0.1:port", "127.1",
    ],
)  # fmt: skip
def test_hosts_that_somebody_else_may_have_made_up(host):
    assert not is_own_host(host, NAMES)


async def test_a_foreign_host_is_refused_and_told_what_to_set(serve):
    client = serve(bad_night())
    before = REFUSED_HOSTS._value.get()

    for path in ("/", "/metrics", "/api/v1/devices"):
        answer = await client.get(path, headers={"Host": "evil.example.com"})
        assert answer.status_code == 421
        assert "web.hosts" in answer.text
        assert "core-sw1" not in answer.text
    assert REFUSED_HOSTS._value.get() == before + 3


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/api/v1/devices", "/static/netwatch.css", "/nothing", "/-/healthy"]
)
async def test_every_answer_carries_the_security_headers(serve, path):
    client = serve(House())

    headers = (await client.get(path)).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


async def test_requests_are_counted_by_route_and_not_by_path(serve):
    client = serve(bad_night())

    def count(route: str, code: str) -> float:
        return REGISTRY.get_sample_value("netwatch_http_requests_total", {"route": route, "code": code}) or 0.0

    wanted = {
        ("/devices/{name:path}", "200"): 1,
        ("/devices/{name:path}", "404"): 2,
        ("none", "404"): 2,
        ("/static", "200"): 1,
    }
    before = {key: count(*key) for key in wanted}

    for path in ("/devices/core-sw1", "/devices/a", "/devices/b", "/x1", "/x2", "/static/live.js"):
        await client.get(path)

    assert {key: count(*key) - before[key] for key in wanted} == wanted


async def test_an_error_of_ours_is_a_short_answer_and_no_traceback(serve):
    house = bad_night()
    house.statuses = None  # type: ignore[assignment] # what no view may do
    client = serve(house)

    answer = await client.get("/")

    assert answer.status_code == 500
    assert answer.text == "NetWatch failed to answer; its log says why.\n"
    assert (await client.get("/-/healthy")).status_code == 200


async def test_a_page_that_breaks_off_is_logged_once_with_where_and_said_until_it_answers_again():
    faults, house = PageFaults(), bad_night()
    stage = Stage()
    stage.put_up(house, None)
    app = create_app(stage, stage, WebSettings(), "9.9.9", faults=faults)  # type: ignore[arg-type]
    statuses = house.statuses
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        house.statuses = None  # type: ignore[assignment] # what no view may do
        with capture_logs() as log:
            for _ in range(3):
                assert (await client.get("/devices")).status_code == 500
        broken = faults.standing()
        house.statuses = statuses
        answer = await client.get("/devices")

    told = [entry for entry in log if entry["log_level"] == "error"]
    assert [(entry["kind"], entry["name"], entry["count"]) for entry in told] == [("page", "/devices", 1)]
    assert told[0]["where"].startswith("netwatch/")
    assert [(fault.name, fault.count) for fault in broken] == [("/devices", 3)]
    assert answer.status_code == 200
    assert faults.standing() == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/alerts", "/outbox/m1", "/api/v1/alerts", "/metrics"])
async def test_nothing_can_be_changed_from_outside(serve, method, path):
    client = serve(bad_night())

    assert (await client.request(method, path)).status_code == 405
