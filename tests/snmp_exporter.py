"""The real snmp_exporter beside a test: found, given the modules in the format it reads, started, asked, stopped.

Any release will do: Debian's 0.21 reads an older format, which is made here of the same modules; newer ones do not
know every key that the very newest files have.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

NAMES = ("snmp_exporter", "prometheus-snmp-exporter")
PACKAGE = "prometheus-snmp-exporter"
TICKS = os.sysconf("SC_CLK_TCK")
OLD_METRIC = {"name", "oid", "type", "help", "indexes", "lookups", "regex_extracts", "enum_values"}
OLD_INDEX = {"labelname", "type", "fixed_size", "implied"}
OWN = "snmp_scrape_"


def find_peer() -> str | None:
    """Return the program: what SNMP_EXPORTER names, or what is installed."""
    named = os.environ.get("SNMP_EXPORTER")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def is_old(program: str) -> bool:
    """Return whether it is from before 0.23, which brought `auths:` and `modules:`."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"version (\d+)\.(\d+)", said.stdout + said.stderr)
    return found is not None and (int(found[1]), int(found[2])) < (0, 23)


def for_peer(content: Mapping[str, Any], *, old: bool) -> dict[str, Any]:
    """Return the content of an snmp.yml as a release can read it."""
    if not old:
        return {**content, "modules": {name: _of_0_30(module) for name, module in content["modules"].items()}}
    auth = content["auths"]["public_v2"]
    return {name: _of_0_21(module, auth) for name, module in content["modules"].items()}


def _of_0_30(module: Mapping[str, Any]) -> dict[str, Any]:
    return {**module, "metrics": [_without_enums_of_lookups(metric) for metric in module.get("metrics", [])]}


def _without_enums_of_lookups(metric: Mapping[str, Any]) -> dict[str, Any]:
    lookups = [{key: one[key] for key in one if key != "enum_values"} for one in metric.get("lookups", [])]
    return {**metric, "lookups": lookups} if lookups else dict(metric)


def _of_0_21(module: Mapping[str, Any], auth: Mapping[str, Any]) -> dict[str, Any]:
    old: dict[str, Any] = {key: module[key] for key in ("walk", "get", "max_repetitions", "retries", "timeout")
                           if key in module}  # fmt: skip
    old["version"] = auth.get("version", 2)
    old["auth"] = {"community": auth.get("community", "public")}
    old["metrics"] = [_metric_of_0_21(metric) for metric in module.get("metrics", []) if is_for_0_21(metric)]
    return old


def is_for_0_21(metric: Mapping[str, Any]) -> bool:
    """Return whether 0.21 can make the same of a metric: it has no scale, no offset, no patterns of dates."""
    words = [one.get("enum_values") for one in metric.get("indexes", [])]
    return not (metric.keys() - OLD_METRIC) and not any(words) and metric["type"] not in ("ParseDateAndTime",)


def _metric_of_0_21(metric: Mapping[str, Any]) -> dict[str, Any]:
    old = _without_enums_of_lookups(metric)
    if "indexes" in old:
        old["indexes"] = [{key: one[key] for key in one if key in OLD_INDEX} for one in old["indexes"]]
    return old


@dataclass(frozen=True)
class Peer:
    """One that runs."""

    port: int
    process: subprocess.Popen[bytes]

    def scrape(self, **parameters: str) -> tuple[int, str]:
        """Return status and text."""
        url = f"http://127.0.0.1:{self.port}/snmp?{urlencode(parameters)}"
        try:
            with urlopen(url, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except HTTPError as exc:
            return exc.code, exc.read().decode("utf-8", "replace")

    def cpu_seconds(self) -> float:
        """Return what it has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def running(program: str, content: Mapping[str, Any], folder: Path) -> Iterator[Peer]:
    """Start one with these modules; `content` is what `for_peer` gives."""
    file, port = folder / "peer.yml", free_port()
    file.write_text(yaml.dump(dict(content), Dumper=yaml.CSafeDumper))
    with (folder / "peer.log").open("wb") as log:
        process = subprocess.Popen(
            [program, f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log
        )
        try:
            _wait(process, port, folder / "peer.log")
            yield Peer(port, process)
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"snmp_exporter ended at once: {log.read_text()[-2000:]}")
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_SECONDS):
                return
        except (URLError, OSError):
            time.sleep(0.02)
    raise AssertionError("snmp_exporter does not answer")


def series_of(text: str) -> dict[str, float]:
    """Return every series with its value; those in which an exporter tells of itself by name alone."""
    found: dict[str, float] = {}
    for line in text.split("\n"):
        if line and not line.startswith("#"):
            series, _, value = line.rpartition(" ")
            found[series] = 0.0 if series.startswith(OWN) else float(value)
    return found


def heads_of(text: str) -> set[str]:
    """Return the lines HELP and TYPE."""
    return {line for line in text.split("\n") if line.startswith("#")}
