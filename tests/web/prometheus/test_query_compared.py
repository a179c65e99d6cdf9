"""The same questions to a real Prometheus that scraped NetWatch, and to NetWatch's own history of the same seconds.

It takes some seconds of real time: Prometheus scrapes once a second, and a rate wants several of them.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from netwatch.app.history import PastViews
from netwatch.history import HistorySettings, Recorder
from netwatch.metrics import Board, Exposition
from netwatch.model import REACHABILITY, SCALARS, TableReading
from netwatch.web import Server, WebSettings, create_app
from tests.concept_readings import concept_reading
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from ..conftest import Stage
from ..house import SCHEMA, House, status_of

NAME = "sw1"
CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
- job_name: netwatch_devices
  params: {{device: [{name}]}}
  static_configs: [{{targets: ["{target}"], labels: {{instance: {name}, device: {name}}}}}]
"""
EXACT = [
    "netwatch_interface_in_bits_per_second",
    'netwatch_interface_in_bits_per_second{ifName=~"Gi[12]", ifAlias!=""}',
    "sum by (instance) (netwatch_interface_in_bits_per_second)",
    "topk(2, netwatch_interface_in_bits_per_second)",
    "bottomk(1, netwatch_interface_in_bits_per_second) / 1000 - 1",
    "netwatch_interface_in_bits_per_second / netwatch_interface_speed_bits_per_second * 100",
    "count(netwatch_interface_oper == 2 and netwatch_interface_admin == 1) or vector(0)",
    "count(netwatch_interface_oper == 5) or vector(0)",
    "netwatch_sensor_celsius > 40",
    "netwatch_sensor_celsius - netwatch_sensor_high_critical_celsius",
    "max without (sensor) (netwatch_sensor_celsius)",
    'avg(netwatch_cpu_busy_ratio{instance="sw1"}) * 100',
    "-netwatch_sensor_dbm",
    "min(netwatch_device_up)",
    "avg_over_time(netwatch_cpu_busy_ratio[3s])",
    "rate(netwatch_cpu_busy_ratio[4s])",
]
ABOUT = {"sysUpTime": 400.0, "avg_over_time(sysUpTime[4s])": 400.0, "rate(sysUpTime[5s])": 40.0,
         "increase(sysUpTime[5s]) / 5 * 2 + 1": 80.0}  # fmt: skip
"""What goes on with time, and by how much the moments of reading and of scraping may tell them apart."""


class Living(Stage):
    """A switch that is read twice a second, by whoever writes /metrics and by the history."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.recorder = Recorder(path, HistorySettings(), turn_seconds=0.1)
        self.house = House(statuses=[status_of(NAME)], history=PastViews(path, self.recorder))
        self.put_up(self.house, None)
        self.board = Board()
        self._exposition = Exposition(self.board, SCHEMA, self.house.devices, device_labels={NAME: {}})
        self._over = threading.Event()
        self.began = time.time()

    def read(self) -> None:
        while not self._over.wait(0.5):
            now = datetime.now(UTC)
            self.house.tables[NAME] = list(readings(now, now.timestamp() - self.began))
            for reading in self.house.tables[NAME]:
                self.board.take_reading(reading)
                self.recorder.take(reading)

    def end(self) -> None:
        self._over.set()


def readings(now: datetime, seconds: float) -> Iterator[TableReading]:
    ports = [
        {"ifIndex": number, "ifName": f"Gi{number}", "ifAlias": f"to {number}" if number < 3 else "",
         "interface_oper": "up" if number < 3 else "down", "interface_admin": "up",
         "interface_in_bits_per_second": 1234.5 * number, "interface_speed_bits_per_second": 1e9}
        for number in range(1, 5)
    ]  # fmt: skip
    yield concept_reading("interface", *ports, device=NAME, at=now)
    yield concept_reading(
        "sensor", {"sensor": "in", "quantity": "celsius", "sensor_value": 41.5, "sensor_high_critical": 70.0},
        {"sensor": "out", "quantity": "celsius", "sensor_value": 28.0},
        {"sensor": "rx", "quantity": "dbm", "sensor_value": -3.25}, device=NAME, at=now,
    )  # fmt: skip
    yield concept_reading("cpu", {"cpu": "0", "scope": "device", "cpu_busy_ratio": 0.25}, device=NAME, at=now)
    columns = {"up": [1], "uptime_seconds": [1000 + seconds]}
    yield TableReading(device=NAME, table=REACHABILITY.name, at=now, rows=SCALARS, columns=columns)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Prometheus' and NetWatch's addresses, once both know some seconds."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("NOT TESTED against a real Prometheus: it is not installed (Debian package: prometheus)")
    folder, port = tmp_path_factory.mktemp("compared"), free_port()
    living, settings = Living(folder / "history.db"), WebSettings(listen="127.0.0.1:0")
    server = Server(create_app(living, living, settings, "9.9.9", history=living), settings)  # type: ignore[arg-type]
    loop = asyncio.new_event_loop()
    threads = [threading.Thread(target=loop.run_forever), threading.Thread(target=living.read)]
    threads[0].start()
    for work in (living.recorder.start(), server.start()):
        asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_SECONDS)
    threads[1].start()
    (folder / "prometheus.yml").write_text(CONFIG.format(target=f"127.0.0.1:{server.port}", name=NAME))
    with (folder / "log").open("wb") as log:
        command = [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                   f"--web.listen-address=127.0.0.1:{port}"]  # fmt: skip
        process = subprocess.Popen(command, stdout=log, stderr=log)
        addresses = f"http://127.0.0.1:{port}", f"{server.url.rstrip('/')}/prometheus"
        try:
            until(lambda: float(vector(addresses[0], "count_over_time(sysUpTime[1m])")[0]["value"][1]) >= 7)
            yield addresses
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
            living.end()
            for work in (server.stop(), living.recorder.stop(), living.house.history.stop()):  # type: ignore[attr-defined]
                asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_SECONDS)
            loop.call_soon_threadsafe(loop.stop)
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
            loop.close()


def until(holds: object) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            if holds():  # type: ignore[operator]
                return
        except (OSError, IndexError):
            pass
        time.sleep(0.1)
    pytest.fail("Prometheus has not scraped enough")


def asked(address: str, path: str, **fields: object) -> dict:
    with urlopen(f"{address}/api/v1/{path}?{urlencode(fields)}", timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)["data"]


def vector(address: str, query: str) -> list:
    return asked(address, "query", query=query)["result"]


def series(address: str, query: str, end: float) -> dict[str, list]:
    found = asked(address, "query_range", query=query, start=end - 2, end=end, step=1)["result"]
    return {json.dumps(one["metric"], sort_keys=True): one["values"] for one in found}


@pytest.mark.parametrize("query", EXACT)
def test_what_does_not_change_is_the_same_to_the_last_digit(both, query):
    end = round(time.time()) - 1

    theirs, ours = (series(address, query, end) for address in both)

    assert theirs
    assert ours.keys() == theirs.keys()
    for labels, values in theirs.items():
        assert [at for at, _ in ours[labels]] == [at for at, _ in values]
        assert [float(value) for _, value in ours[labels]] == pytest.approx([float(value) for _, value in values])


@pytest.mark.parametrize("query", ABOUT)
def test_what_goes_on_with_time_differs_by_no_more_than_the_moments_do(both, query):
    end = round(time.time()) - 1

    theirs, ours = (series(address, query, end) for address in both)

    assert ours.keys() == theirs.keys() != set()
    for labels, values in theirs.items():
        assert [float(value) for _, value in ours[labels]] == pytest.approx(
            [float(value) for _, value in values], abs=ABOUT[query]
        )


def test_series_and_labels_are_called_the_same(both):
    select = {"match[]": '{__name__=~"netwatch_(interface|sensor|cpu).*"}'}
    theirs, ours = ({json.dumps(one, sort_keys=True) for one in asked(each, "series", **select)} for each in both)

    assert ours == theirs
    for path in ("labels", "label/ifName/values"):
        assert asked(both[1], path, **select) == asked(both[0], path, **select)
