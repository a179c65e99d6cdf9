"""`netwatch demo` as a stranger runs it: the story is mailed, shown and measured, and nothing stays behind."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from netwatch.simulator import demo_story
from tests.patience import PATIENCE_SECONDS
from tests.web.pages.units import bare_numbers

from .agent import wait_until

STORY_SECONDS = 5 * PATIENCE_SECONDS
"""The story takes less than a minute, and on a busy machine its steps wait for each other."""
LOOKS_EVERY_SECONDS = 0.5
WORDS = {"firing": r"\[(DOWN|WARN|INFO)( \d+)?\]", "resolved": r"\[(OK|\d+ OF \d+ LEFT)\]"}


class Demo:
    """The running command; what it prints goes into a file."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._printed = folder / "demo.txt"
        command = [sys.executable, "-m", "netwatch", "demo", "--port", "0", *arguments]
        with self._printed.open("wb") as printed:
            environment = {**os.environ, "COLUMNS": "160"}
            self.process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, env=environment)

    @property
    def text(self) -> str:
        return self._printed.read_text(errors="replace")  # a letter may be half written

    def said(self, what: str) -> str:
        """Return the first group of a pattern as soon as it is printed."""
        found = wait_until(lambda: self.process.poll() is None and re.search(what, self.text), f"{what} printed")
        return str(found[1])

    def get(self, url: str) -> str:
        with urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            text: str = answer.read().decode()
            return text

    def ended(self, within: float = PATIENCE_SECONDS) -> int:
        """Return the exit code."""
        return self.process.wait(within)

    def has_ended(self, within: float) -> bool:
        """Return whether it has ended by itself; wait for that, for a while."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(within)
        return self.process.returncode is not None


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    demos: list[Demo] = []

    def start(*arguments: str) -> Demo:
        demos.append(Demo(tmp_path, *arguments))
        return demos[-1]

    yield start
    for one in demos:
        one.process.kill()
        one.process.wait(PATIENCE_SECONDS)


@pytest.mark.timeout(2 * STORY_SECONDS)
def test_the_story_is_told_on_the_page_in_the_metrics_and_by_mail_and_ends_well(demo):
    running = demo("--once")
    page = running.said(r"The page: +(http://127\.0\.0\.1:\d+/)")
    config = Path(running.said(r"Configuration: +(/\S+netwatch\.yaml)"))

    with watching(running, page) as looks:
        checked = subprocess.run(
            [sys.executable, "-m", "netwatch", "check", "-c", str(config)], timeout=PATIENCE_SECONDS, check=False
        )
        assert running.ended(STORY_SECONDS) == 0, running.text[-2000:]

    assert checked.returncode == 0
    assert any("DeviceDown" in look.page and "fw-edge1" in look.page for look in looks)
    assert any(
        re.search(r'^netwatch_device_up\{device="fw-edge1"[^}]*\} 0', look.metrics, re.MULTILINE) for look in looks
    )
    assert any(
        re.search(r'^ifHCInOctets\{device="core-rt1".*ifName="Te0/1"', look.metrics, re.MULTILINE) for look in looks
    )
    assert any(("DeviceDown", "fw-edge1", "firing") in look.alerts for look in looks)
    assert any(("InterfaceDown", "access-sw1", "firing") in look.alerts for look in looks)
    assert any("[DOWN] fw-edge1 does not answer" in look.mails for look in looks)
    for expected in demo_story().expectations():
        if expected.becomes == "held back":
            assert not re.search(rf"mail: .*{expected.device}", running.text)
            continue
        subject = rf"mail: {WORDS[expected.becomes]} .*{expected.device}"
        assert re.search(subject, running.text), (expected, running.text)
        assert expected.rule in running.text
    count = len(demo_story().expectations())
    assert f"{count} of {count} expected changes were mailed or held back" in running.text
    assert "Traceback" not in running.text
    assert not config.parent.exists()


@pytest.mark.timeout(2 * STORY_SECONDS)
def test_explain_answers_for_every_alert_of_the_demo_and_no_page_has_a_number_without_a_unit(demo):
    running = demo()
    page = running.said(r"The page: +(http://127\.0\.0\.1:\d+/)")
    config = running.said(r"Configuration: +(/\S+netwatch\.yaml)")
    wait_until(lambda: "expected changes were mailed" in running.text, "the end of the story", STORY_SECONDS)

    alerts = json.loads(running.get(f"{page}api/v1/alerts"))
    expected = {(one.rule, one.device) for one in demo_story().expectations()}
    assert {(one["rule"], one["device"]) for one in alerts} >= expected
    for one in alerts:
        asked = urlencode({name: one[name] for name in ("rule", "device", "instance")})
        answer = json.loads(running.get(f"{page}api/v1/explain?{asked}"))
        assert_explained(one, answer)

    assert bare_numbers_on_all(running, page) == {}

    command = [sys.executable, "-m", "netwatch", "explain", "DeviceDown", "fw-edge1", "-c", config]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True).stdout
    assert re.search(r"you@example\.net was told at [\d:]+", printed)
    assert re.search(r"reply: 250|accepted by .*: 250", printed)


MOST_PAGES = 60
NO_PAGE = re.compile(r"/(static|api|docs|metrics|explain|exceptions|history)\b")
BESIDE = (
    "/map", "/traps/unmatched", "/traps/refused", "/discovery", "/silences/new", "/devices?sort=name",
    "/alerts?by=device",
)  # fmt: skip


def bare_numbers_on_all(running: Demo, page: str) -> dict[str, list[tuple[str, str]]]:
    """Walk from the first page to what it leads to, and return the numbers that have neither unit nor noun."""
    waiting, found = ["/", *BESIDE], {}
    for path in waiting:  # which grows
        text = running.get(page.rstrip("/") + path)
        if bare := bare_numbers(text):
            found[path] = bare
        links = [html.unescape(link) for link in re.findall(r'href="(/[^"#]*)"', text)]
        pages = [link for link in links if not NO_PAGE.match(link)]
        waiting += [link for link in dict.fromkeys(pages) if link not in waiting][: MOST_PAGES - len(waiting)]
    assert len(waiting) > MOST_PAGES / 2
    return found


def assert_explained(alert: dict[str, Any], answer: dict[str, Any]) -> None:
    """Hold an answer against the alert it is about: whoever was told, the mail, its try and the server's reply."""
    kinds = [line["kind"] for line in answer["lines"]]
    assert answer["alert_id"] == alert["id"], answer["verdict"]
    assert {"rule", "route", "alert"} <= set(kinds), answer
    if alert["firing_at"] is None:
        assert "It does not fire yet" in answer["verdict"]
        return
    if "nobody was told: it ended before a mail was due" in answer["verdict"]:
        assert "mail" not in kinds
        return
    if alert["device"] == "branch-sw1":
        assert "nobody was told: fw-edge1 is down, and branch-sw1 is only reached through it" in answer["verdict"]
        assert ("mute" in kinds, "mail" in kinds) == (True, False)
        return
    assert re.search(r"you@example\.net was told at [\d:]+", answer["verdict"]), answer["verdict"]
    tries = [line["details"] for line in answer["lines"] if line["kind"] == "attempt"]
    assert "mail" in kinds
    assert all(one["attempt"] == "1" and one["reply"].startswith("250") for one in tries), tries
    assert tries


def test_ctrl_c_ends_the_demo_at_once_and_without_a_complaint(demo):
    running = demo()
    running.said(r"The page: +(\S+)")

    running.process.send_signal(signal.SIGINT)

    assert running.ended() == 0
    assert "Traceback" not in running.text
    assert "did not come" not in running.text


@dataclass(frozen=True)
class Look:
    """What somebody saw who looked at one thing: a page, metrics, alerts by rule, device and state, or subjects."""

    page: str = ""
    metrics: str = ""
    alerts: frozenset[tuple[str, str, str]] = frozenset()
    mails: str = ""


@contextmanager
def watching(running: Demo, page: str) -> Iterator[list[Look]]:
    """Look at everything again and again until the demo ends, each by somebody who waits for nobody else.

    On a busy machine a look takes longer, and what is only seen for seconds would be over at the next one.
    """
    looks: list[Look] = []

    def watch(look: Callable[[], Look]) -> None:
        while not running.has_ended(within=LOOKS_EVERY_SECONDS):
            with suppress(OSError, HTTPException):  # it has ended, or is too busy to answer
                looks.append(look())

    def alerts() -> Look:
        told = json.loads(running.get(f"{page}api/v1/alerts"))
        return Look(alerts=frozenset((one["rule"], one["device"], one["state"]) for one in told))

    def mails() -> Look:
        return Look(mails="\n".join(one["subject"] for one in json.loads(running.get(f"{page}api/v1/outbox"))))

    everybody = (
        alerts, mails, lambda: Look(page=running.get(page)), lambda: Look(metrics=running.get(f"{page}metrics")),
    )  # fmt: skip
    with ThreadPoolExecutor(len(everybody)) as pool:
        done = [pool.submit(watch, look) for look in everybody]
        yield looks
        for one in done:
            one.result(PATIENCE_SECONDS)
