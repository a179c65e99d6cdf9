"""A real Prometheus, set up as config/prometheus says, scrapes NetWatch: every rule and every board has answers.

The devices are those of a bad night, so that there is something to see in each panel.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml

from netwatch.model import REACHABILITY, SCALARS, TableReading
from netwatch.web import Server, WebSettings, create_app
from tests.concept_readings import AT
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from ..conftest import Stage
from ..house import bad_night

ROOT = Path(__file__).resolve().parents[3]
CONFIG = ROOT / "config" / "prometheus"
BOARDS = sorted((ROOT / "config" / "grafana" / "dashboards").glob("*.json"))
RULES = CONFIG / "netwatch.rules.yml"
SITE = {"site": "hall 2"}
MAY_BE_EMPTY = {
    "netwatch_exporter", "netwatch_store", "netwatch_outbox_oldest", "netwatch_config_last", "netwatch_build_info",
}  # fmt: skip
"""What only a whole agent has, and not the pages' room alone; each is a name of the code all the same."""


class Asked:
    """The Prometheus that runs."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str, **asked: str) -> Any:
        with urlopen(f"{self._url}{path}?{urlencode(asked)}", timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)["data"]

    def query(self, text: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/api/v1/query", query=text)["result"]
        return found


@pytest.fixture(scope="module")
def netwatch() -> Iterator[str]:
    """A server of its own; returns host and port."""
    importlib.import_module("netwatch.app.app")  # the counters of every room
    stage, house = Stage(), bad_night()
    first = house.statuses[0]
    house.statuses[0] = replace(first, device=replace(first.device, labels=SITE))
    for status in house.statuses:
        reachability = {"up": [1], "round_trip_seconds": [0.01], "uptime_seconds": [3600.0]}
        house.tables.setdefault(status.device.name, []).append(
            TableReading(
                device=status.device.name, table=REACHABILITY.name, at=AT, rows=SCALARS, columns=reachability
            )
        )
    stage.put_up(house, None)
    server = Server(create_app(stage, stage, WebSettings(), "9.9.9"), WebSettings(listen="127.0.0.1:0"))  # type: ignore[arg-type]
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(PATIENCE_SECONDS)
    yield f"127.0.0.1:{server.port}"
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(PATIENCE_SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE_SECONDS)
    loop.close()


@pytest.fixture(scope="module")
def prometheus(netwatch: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Prometheus with our files; only NetWatch's place and the intervals are others."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("NOT TESTED against a real Prometheus: it is not installed (Debian package: prometheus)")
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    shutil.copy(RULES, folder)
    text = (CONFIG / "prometheus.yml").read_text().replace("localhost:10916", netwatch)
    text = text.replace("scrape_interval: 60s", "scrape_interval: 1s\n  evaluation_interval: 1s")
    text = text.replace("scrape_timeout: 10s", "scrape_timeout: 1s").replace("interval: 60s", "interval: 1s")
    (folder / "prometheus.yml").write_text(text)
    with (folder / "log").open("wb") as log:
        command = [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                   f"--web.listen-address=127.0.0.1:{port}"]  # fmt: skip
        process = subprocess.Popen(command, stdout=log, stderr=log)
        asked = Asked(f"http://127.0.0.1:{port}")
        try:
            _wait_for(asked, 'min(count_over_time(up{job="netwatch_devices"}[1m])) > 3', folder / "log")
            _wait_for(asked, "instance:netwatch_sensor_celsius:max", folder / "log")
            yield asked
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _wait_for(asked: Asked, query: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            if asked.query(query):
                return
        except (OSError, ValueError, KeyError):
            pass
        time.sleep(0.1)
    pytest.fail(f"Prometheus has no {query}: {log.read_text()[-2000:]}")


def queries_of(board: Path) -> list[str]:
    """Return what the panels ask, with every variable filled in."""
    panels = json.loads(board.read_text())["panels"]
    texts = [target["expr"] for panel in panels for target in panel["targets"]]
    filled = {"$__rate_interval": "1m", '"$instance"': '"edge-r1"', '"$port"': '".*"'}
    for name, text in filled.items():
        texts = [one.replace(name, text) for one in texts]
    return texts


def expressions() -> list[str]:
    return [rule["expr"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def test_every_device_is_an_instance_with_its_labels_and_nothing_is_there_twice(prometheus):
    targets = prometheus.get("/api/v1/targets")["activeTargets"]

    assert {target["health"] for target in targets} == {"up"}
    labels = {target["labels"]["instance"]: target["labels"] for target in targets}
    assert labels["core-sw1"]["site"] == "hall 2"
    assert labels["core-sw1"]["device"] == "core-sw1"
    assert prometheus.query('count({exported_device!=""} or {exported_site!=""} or {exported_instance!=""})') == []
    assert prometheus.query('ifHCInOctets{instance="core-sw1",site="hall 2",ifName="Gi1/0/7"}')


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_every_query_of_a_board_is_answered(prometheus, board):
    silent = []
    for query in queries_of(board):
        if not prometheus.query(query) and not any(name in query for name in MAY_BE_EMPTY):
            silent.append(query)

    assert silent == []


def test_every_rule_is_evaluated_and_the_watchdog_fires(prometheus):
    rules = [rule for group in prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]

    assert {rule["name"]: rule.get("lastError", "") for rule in rules if rule["health"] != "ok"} == {}
    fires = {rule["name"] for rule in rules if rule.get("state") in ("firing", "pending")}
    assert {"Watchdog", "PartBroken", "PeerDown"} <= fires


def test_what_boards_and_rules_name_is_what_netwatch_shows(prometheus):
    asked = " ".join([*expressions(), *(query for board in BOARDS for query in queries_of(board))])
    code = "".join(path.read_text() for path in (ROOT / "netwatch").rglob("*.py"))
    shown = set(prometheus.get("/api/v1/label/__name__/values"))

    for name in set(re.findall(r"(?<!:)\bnetwatch_\w+|\b(?:if|sys)[A-Z]\w+", asked)) - {"ifName", "ifAlias"}:
        bare = re.sub(r"_(total|bucket)$", "", name)
        assert name in shown or any(part in code for part in (f'"{bare}"', f'"{name}"')) or _is_counted(bare, code), (
            name
        )


def _is_counted(name: str, code: str) -> bool:
    """Return whether the wire's counters, which are put together of words, have this one."""
    return name.startswith("netwatch_snmp_") and f'"{name.removeprefix("netwatch_snmp_")}"' in code


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_a_board_is_one_that_grafana_takes(board):
    content = json.loads(board.read_text())

    ids = [panel["id"] for panel in content["panels"]]
    assert len(set(ids)) == len(ids) > 5
    assert content["uid"].startswith("netwatch-")
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in content["panels"])
    variables = {one["name"] for one in content["templating"]["list"]}
    used = set(re.findall(r"\$(\w+)", " ".join(t["expr"] for p in content["panels"] for t in p["targets"])))
    assert used - {"__rate_interval"} <= variables


def test_promtool_takes_configuration_and_rules():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("NOT TESTED with promtool: it is not installed (Debian package: prometheus)")

    done = subprocess.run(
        [promtool, "check", "config", CONFIG / "prometheus.yml"], capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
