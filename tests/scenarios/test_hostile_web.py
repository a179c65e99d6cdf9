"""Hundreds of clients that hang, on the running agent: what watches it is answered, and they go."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.request import urlopen

import pytest

from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from .agent import RunningAgent, wait_until

CONFIG = """\
credentials: {usual: {version: 2c, community: public}}
devices:
  - {name: first, address: 127.0.0.1, port: 1, credential: usual}
polling: {interval: 60s, reachability_interval: 10s, timeout: 500ms}
web: {listen: "127.0.0.1:{port}", health_listen: "127.0.0.1:{health}"}
store: {url: "sqlite:///{state}"}
"""
POST = b"POST /api/v2/silences HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HANGING = {
    "silent": b"",
    "head": b"GET /metrics HTTP/1.1\r\nHost: loc",
    "body": POST + b"Content-Length: 60000\r\n\r\n{",
    "chunks": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    "continue": POST + b"Content-Length: 60000\r\nExpect: 100-continue\r\n\r\n",
}
CROWD = 700
REQUEST_SECONDS = 20.0
WATCHED = ("/metrics", "/-/healthy", "/-/ready")


@pytest.fixture
def running(agent: Callable[[str], RunningAgent]) -> Iterator[tuple[RunningAgent, str]]:
    health = free_port()
    netwatch = agent(CONFIG.replace("{health}", str(health)))
    netwatch.start()
    netwatch.wait_until_ready()
    yield netwatch, f"http://127.0.0.1:{health}"
    assert netwatch.stop() == 0


def hang(stack: ExitStack, port: int, sent: bytes, count: int) -> list[socket.socket]:
    found = []
    for _ in range(count):
        one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS))
        one.setblocking(False)
        one.send(sent) if sent else None
        found.append(one)
    return found


def status_of(url: str) -> int:
    with urlopen(url, timeout=PATIENCE_SECONDS) as answer:
        answer.read()
        return int(answer.status)


def answers_watchers(base: str) -> bool:
    return all(status_of(f"{base}{path}") == 200 for path in WATCHED)


def test_hundreds_who_hang_do_not_keep_anybody_from_metrics_and_health(running):
    """It lasts the twenty seconds a request has: that they are these is what it is about."""
    netwatch, health = running
    port = int(netwatch.url.rpartition(":")[2])
    with ExitStack() as stack:
        began = time.monotonic()
        crowd = [one for sent in HANGING.values() for one in hang(stack, port, sent, CROWD // len(HANGING))]

        for _ in range(5):
            assert answers_watchers(netwatch.url)
            assert answers_watchers(health)

        wait_until(lambda: ended(crowd) == len(crowd), "the end of all who hang", REQUEST_SECONDS + PATIENCE_SECONDS)
        assert time.monotonic() - began >= REQUEST_SECONDS
    assert answers_watchers(netwatch.url)
    assert status_of(f"{netwatch.url}/") == 200
    assert "Traceback" not in netwatch.log.read_text()


def ended(crowd: list[socket.socket]) -> int:
    """Return how many connections the agent has closed; what it says before is read away."""
    count = 0
    for one in crowd:
        try:
            while one.recv(65536):
                pass
            count += 1
        except BlockingIOError:
            continue
        except ConnectionError:
            count += 1
    return count


def test_who_drips_and_who_does_not_read_holds_nothing_for_ever(running):
    """It lasts the twenty seconds a request has, twice at the most."""
    netwatch, health = running
    port = int(netwatch.url.rpartition(":")[2])
    with ExitStack() as stack:
        dripping = hang(stack, port, HANGING["body"], 50) + hang(stack, health_port(health), HANGING["head"], 100)
        left, deadline = list(dripping), time.monotonic() + 2 * REQUEST_SECONDS + PATIENCE_SECONDS
        while left and time.monotonic() < deadline:
            readable, _, _ = select.select(left, [], [], 0.5)
            left = [one for one in left if one not in readable and drips(one)]
            assert answers_watchers(health)
        assert not left
    assert answers_watchers(netwatch.url)
    assert "Traceback" not in netwatch.log.read_text()


def drips(one: socket.socket) -> bool:
    try:
        one.send(b" ")
    except OSError:
        return False
    return True


def health_port(base: str) -> int:
    return int(base.rpartition(":")[2])


def test_the_listener_of_health_answers_nothing_else(running):
    _, health = running
    with socket.create_connection(("127.0.0.1", health_port(health)), timeout=PATIENCE_SECONDS) as one:
        one.sendall(b"GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert one.recv(65536).startswith(b"HTTP/1.1 503 ")
