"""Inhibition, silences, routes and the texts of the configuration against the real Alertmanager and amtool.

Known differences, all of them stricter here: months outside of 1 to 12, years below 1, a location left empty, and
inhibition rules without matchers, which would hold back everything, are refused. A silence needs a comment; amtool
asks for one too.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from netwatch.alerts import (
    Inhibitors,
    RouteSettings,
    Silences,
    build_inhibit_rules,
    build_route,
    checked_silence,
    compile_silence,
    routing_labels,
)
from netwatch.alerts.interval_settings import TimeIntervalSettings
from netwatch.alerts.settings import InhibitRuleSettings
from netwatch.model import Alert, AlertKey, AlertState, parse_matchers
from tests.patience import PATIENCE_SECONDS

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)  # a busy machine may come to a test an hour after it read it


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: apt-get install prometheus-alertmanager; nothing here is compared with it")
    return found


class Alertmanager:
    """A real one on loopback, asked over its API."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    def call(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text.startswith((b"{", b"[")) else None

    def wait(self, done: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if done():
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            assert time.monotonic() < deadline, "the Alertmanager does not answer as it should"
            time.sleep(0.02)  # a process of its own: there is nothing to wait on but its answer

    def tell(self, alerts: list[Alert]) -> None:
        told = [{"labels": routing_labels(alert)} for alert in alerts]
        self.call("/api/v2/alerts", told)
        self.wait(lambda: len(self.call("/api/v2/alerts")) == len(alerts))

    def held(self, key: str) -> set[str]:
        """Return `id` of every alert that something holds back: `inhibitedBy` or `silencedBy`."""
        return {one["labels"]["id"] for one in self.call("/api/v2/alerts") if one["status"][key]}


@pytest.fixture
def alertmanager(tmp_path: Path, tcp_port: int) -> Iterator[Callable[[dict[str, Any]], Alertmanager]]:
    """Start the real Alertmanager with inhibit_rules and the like; it is stopped at the end."""
    command = program("prometheus-alertmanager")
    running: list[subprocess.Popen[bytes]] = []

    def start(parts: dict[str, Any]) -> Alertmanager:
        config = tmp_path / "alertmanager.yml"
        config.write_text(json.dumps({"route": {"receiver": "noc"}, "receivers": [{"name": "noc"}], **parts}))
        with (tmp_path / "log").open("wb") as log:
            running.append(subprocess.Popen(
                [command, f"--config.file={config}", f"--storage.path={tmp_path}/data",
                 f"--web.listen-address=127.0.0.1:{tcp_port}", "--cluster.listen-address="],
                stdout=log, stderr=log,
            ))  # fmt: skip
        one = Alertmanager(tcp_port)
        one.wait(lambda: one.call("/-/ready") is None)
        return one

    yield start
    for process in running:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def some_alerts(count: int) -> list[Alert]:
    """Return alerts with a bit of everything, some without one label or another."""
    dice = random.Random(4)
    alerts = []
    for number in range(count):
        labels = {"severity": dice.choice(["critical", "warning", "info"]), "id": str(number)}
        for name, texts in (("site", ["hq", "lab"]), ("rack", ["1", "2", "3"]), ("if", ["a b", 'q"q'])):
            if dice.random() < 0.6:
                labels[name] = dice.choice(texts)
        key = AlertKey(rule=dice.choice(["Down", "Cpu", "Link"]), device=f"sw{dice.randrange(6)}")
        alerts.append(
            Alert(id=str(number), key=key, state=AlertState.FIRING, labels=labels, pending_at=NOW, firing_at=NOW)
        )
    return alerts


INHIBIT_RULES = [
    {"source_matchers": ["alertname=Down"], "target_matchers": ['severity=~"warning|info"'], "equal": ["device"]},
    {"source_matchers": ['severity="critical"', 'rack="1"'], "target_matchers": ['severity!="critical"'],
     "equal": ["site", "rack"]},
    {"source_matchers": ['severity=~"critical|warning"'], "target_matchers": ['severity=~"warning|info"', 'site=""'],
     "equal": ["rack", "alertname", "if"]},
    {"source_matchers": ['site=~"h.*"', "alertname=Link"], "target_matchers": ["alertname=Link"],
     "equal": ["nothing", "device"]},
]  # fmt: skip


@pytest.mark.parametrize("rule", [*range(len(INHIBIT_RULES)), None])
def test_inhibition_holds_back_what_alertmanager_inhibits(alertmanager, rule):
    rules = INHIBIT_RULES if rule is None else [INHIBIT_RULES[rule]]
    alerts = some_alerts(80)
    real = alertmanager({"inhibit_rules": rules})

    real.tell(alerts)

    inhibitors = Inhibitors(build_inhibit_rules([InhibitRuleSettings.model_validate(one) for one in rules]), alerts)
    held = {alert.id for alert in alerts if inhibitors.muting_of(alert, routing_labels(alert)) is not None}
    assert 0 < len(held) < len(alerts)
    assert real.held("inhibitedBy") == held


SILENCES = [
    [("site", "hq", False, True)], [("device", "sw[12]", True, True), ("severity", "critical", False, False)],
    [("if", 'q"q', False, True), ("rack", "", False, False)], [("alertname", "(Down|Cpu)", True, False),
                                                               ("site", "", False, True), ("rack", "3", False, True)],
]  # fmt: skip
OPERATORS = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}


def test_silences_cover_what_alertmanager_silences(alertmanager):
    alerts = some_alerts(80)
    real = alertmanager({})
    real.tell(alerts)
    compiled = []
    for matchers in SILENCES:
        real.call("/api/v2/silences", {
            "matchers": [{"name": name, "value": text, "isRegex": regex, "isEqual": equal}
                         for name, text, regex, equal in matchers],
            "startsAt": NOW.isoformat(), "endsAt": (NOW + DAY).isoformat(), "createdBy": "anna",
            "comment": "x",
        })  # fmt: skip
        ours = [f"{name}{OPERATORS[regex, equal]}{json.dumps(text)}" for name, text, regex, equal in matchers]
        compiled.append(compile_silence(checked_silence(
            matchers=ours, starts_at=NOW, ends_at=NOW + DAY, created_by="anna", comment="x", now=NOW,
            new_id=lambda: "s",
        )))  # fmt: skip

    real.wait(lambda: len(real.call("/api/v2/silences")) == len(SILENCES))

    silences = Silences(compiled)
    held = {alert.id for alert in alerts if silences.muting_of(routing_labels(alert), NOW) is not None}
    assert 0 < len(held) < len(alerts)
    assert real.held("silencedBy") == held


BEGUN, TO_COME = {"starts_at": NOW - DAY}, {"starts_at": NOW + DAY}


@pytest.mark.parametrize(("before", "change"), [
    (BEGUN, {"ends_at": NOW + 3 * DAY}), (BEGUN, {"comment": "still"}), (BEGUN, {"created_by": "ben"}),
    (BEGUN, {"matchers": ['a="c"']}), (BEGUN, {"matchers": ['a=~"b"']}), (BEGUN, {"starts_at": NOW + DAY}),
    (BEGUN, {"ends_at": NOW - DAY / 2}), (BEGUN, {"ends_at": NOW - 2 * DAY}), (BEGUN, {"matchers": ['a=~".*"']}),
    (TO_COME, {"starts_at": NOW + DAY / 2}), (TO_COME, {"starts_at": NOW - DAY}), (TO_COME, {"comment": "later"}),
    (TO_COME, {"matchers": ['a!="b"']}), (TO_COME, {"ends_at": NOW + DAY}),
])  # fmt: skip
def test_a_changed_silence_keeps_its_id_where_alertmanager_keeps_it(alertmanager, before, change):
    real = alertmanager({})
    asked = {"matchers": ['a="b"'], "ends_at": NOW + 2 * DAY, "created_by": "anna", "comment": "x", **before}
    begun = real.call("/api/v2/silences", posted(**asked))["silenceID"]
    (known,) = real.call("/api/v2/silences")
    # Alertmanager lets nothing begin in the past, and neither do we: it begins when it was asked for.
    now, starts_at = datetime.now(UTC), datetime.fromisoformat(known["startsAt"])
    ours = checked_silence(now=min(now, max(NOW, starts_at)), new_id=lambda: begun, **asked)
    ours = replace(ours, starts_at=starts_at)
    change = {**asked, "starts_at": starts_at, **change}

    try:
        real_id = real.call("/api/v2/silences", {"id": begun, **posted(**change)})["silenceID"]
    except urllib.error.HTTPError:
        real_id = "refused"
    try:
        our_id = checked_silence(now=datetime.now(UTC), new_id=lambda: "new", replacing=ours, **change).id
    except ValueError:
        our_id = "refused"

    assert our_id == (real_id if real_id in (begun, "refused") else "new")


def posted(
    *, matchers: list[str], starts_at: datetime, ends_at: datetime, created_by: str, comment: str
) -> dict[str, Any]:
    (read,) = parse_matchers(matchers[0])
    matcher = {"name": read.label, "value": read.text, "isRegex": read.matches is not None,
               "isEqual": not read.negated}  # fmt: skip
    return {
        "matchers": [matcher], "startsAt": starts_at.isoformat(), "endsAt": ends_at.isoformat(),
        "createdBy": created_by, "comment": comment,
    }  # fmt: skip


def amtool_takes(directory: Path, **parts: Any) -> bool:
    path = directory / "alertmanager.yml"
    path.write_text(json.dumps({"route": {"receiver": "noc"}, "receivers": [{"name": "noc"}], **parts}))
    return (
        subprocess.run(
            [program("amtool"), "check-config", str(path)], capture_output=True, timeout=PATIENCE_SECONDS
        ).returncode
        == 0
    )


def taken(model: Any, value: Any) -> bool:
    try:
        model.model_validate(value)
    except ValidationError:
        return False
    return True


def time_range(start: str, end: str) -> dict[str, Any]:
    return {"times": [{"start_time": start, "end_time": end}]}


@pytest.mark.parametrize("spec", [
    {}, time_range("00:00", "24:00"), time_range("17:00", "24:00"), time_range("24:00", "24:00"),
    time_range("23:59", "00:00"), time_range("9:00", "10:00"), time_range("09:00", "09:00"),
    time_range("09:60", "10:00"), time_range("09:00:00", "10:00"), {"times": [{"start_time": "09:00"}]},
    {"weekdays": ["monday:friday", "Sunday"]}, {"weekdays": ["friday:monday"]}, {"weekdays": ["mon"]},
    {"weekdays": ["monday:tuesday:friday"]}, {"weekdays": [":friday"]}, {"weekdays": ["SUNDAY:saturday"]},
    {"weekdays": [1]}, {"weekdays": [" monday"]},
    {"days_of_month": ["1:5", "-3:-1"]}, {"days_of_month": [1, -1]}, {"days_of_month": ["0"]},
    {"days_of_month": ["32"]}, {"days_of_month": ["-32"]}, {"days_of_month": ["5:1"]}, {"days_of_month": ["-1:-3"]},
    {"days_of_month": ["-5:5"]}, {"days_of_month": ["20:-9"]}, {"days_of_month": ["28:-28"]},
    {"days_of_month": ["27:-2"]}, {"days_of_month": ["1:-28"]}, {"days_of_month": ["one"]},
    {"days_of_month": ["1.5"]},
    {"months": ["january", "May:august", 12, "1:3"]}, {"months": ["may:april"]}, {"months": ["mai"]},
    {"months": ["3:1"]}, {"years": ["2026:2027", 2030]}, {"years": ["2027:2026"]}, {"years": ["next"]},
    {"location": "Europe/Berlin"}, {"location": "UTC"}, {"location": "Local"}, {"location": "Berlin"},
    {"location": "../etc/passwd"}, {"location": "/etc/localtime"}, {"hours": []},
])  # fmt: skip
def test_a_time_interval_is_taken_where_amtool_takes_it(tmp_path, spec):
    parts = {"time_intervals": [{"name": "x", "time_intervals": [spec]}]}

    assert taken(TimeIntervalSettings, spec) is amtool_takes(tmp_path, **parts)


@pytest.mark.parametrize("rule", [
    *INHIBIT_RULES, {"source_matchers": ["a"], "target_matchers": ["a=b"]},
    {"source_matchers": ['a="b'], "target_matchers": ["a=b"]}, {"source_matchers": ["a=b"], "targets": ["a=b"]},
    {"source_matchers": ["a=b"], "target_matchers": ["a=~("]}, {"source_matchers": "a=b", "target_matchers": ["a=b"]},
    {"source_matchers": ["a!~b", "c!=d"], "target_matchers": ["a=b"], "equal": "device"},
])  # fmt: skip
def test_an_inhibition_rule_is_taken_where_amtool_takes_it(tmp_path, rule):
    assert taken(InhibitRuleSettings, rule) is amtool_takes(tmp_path, inhibit_rules=[rule])


@pytest.mark.parametrize("key", ["mute_time_intervals", "active_time_intervals"])
def test_the_root_cannot_be_closed_here_nor_there(tmp_path, key):
    intervals = {"time_intervals": [{"name": "x", "time_intervals": [{}]}]}

    assert not amtool_takes(tmp_path, route={"receiver": "noc", key: ["x"]}, **intervals)
    assert amtool_takes(
        tmp_path, route={"receiver": "noc", "routes": [{"matchers": ["a=b"], key: ["x"]}]}, **intervals
    )
    assert not amtool_takes(tmp_path, route={"receiver": "noc", "routes": [{"matchers": ["a=b"], key: ["y"]}]})


def some_tree(dice: random.Random, depth: int = 0) -> dict[str, Any]:
    node: dict[str, Any] = {"receiver": f"r{dice.randrange(6)}"} if depth == 0 or dice.random() < 0.7 else {}
    if depth:
        pairs = ("a=1", "a!=1", 'b=~"1|2"', 'b!~"2.*"', 'c=""', "c=3")
        node["matchers"] = dice.sample(pairs, dice.randint(1, 2))
        node["continue"] = dice.random() < 0.5
        node["group_by"] = ["..."]
    node["routes"] = [some_tree(dice, depth + 1) for _ in range(dice.randint(0, 3 - depth))]
    return node


@pytest.mark.parametrize("seed", range(8))
def test_an_alert_goes_to_the_receivers_that_amtool_finds(tmp_path, seed):
    dice = random.Random(seed)
    tree = some_tree(dice)
    path = tmp_path / "alertmanager.yml"
    path.write_text(json.dumps({"route": tree, "receivers": [{"name": f"r{number}"} for number in range(6)]}))
    route = build_route(RouteSettings.model_validate(tree))

    for _ in range(6):
        labels = {name: str(dice.randint(1, 3)) for name in "abc" if dice.random() < 0.7} | {"d": "4"}
        command = [program("amtool"), "config", "routes", "test", f"--config.file={path}"]
        command += [f"{name}={text}" for name, text in labels.items()]
        said = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True).stdout
        assert {match.receiver for match in route.receivers_for(labels)} == set(said.strip().split(","))
