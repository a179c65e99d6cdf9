"""docs/prometheus.md is true: a scrape configuration for snmp_exporter works with another port."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml
from pydantic import SecretStr

from netwatch.app import App
from netwatch.config import check, load_settings
from netwatch.exporter import ExporterSettings
from netwatch.exporter.modules import METRIC_TYPES
from netwatch.model import Credential
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork, self_signed
from netwatch.web import read_web_config
from netwatch.web.prometheus.promql.answered import GATHERING, OVER, answered
from netwatch.web.prometheus.promql.evaluate import MOST_VALUES
from netwatch.web.prometheus.promql.nodes import QueryRefused
from netwatch.web.prometheus.query_route import MOST_POINTS
from netwatch.web.prometheus.selecting import MOST_SAMPLES
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

TEXT = (Path(__file__).parent.parent / "docs" / "prometheus.md").read_text("utf-8")
SECTION, OF_SNMP, OF_DEVICES, LISTENER, WEB_CONFIG = re.findall(
    r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL
)
SNMP_YML = """
auths: {public_v2: {community: public, version: 2}}
modules:
  if_mib:
    walk: [1.3.6.1.2.1.2.2, 1.3.6.1.2.1.31.1.1]
    metrics:
    - name: ifHCInOctets
      oid: 1.3.6.1.2.1.31.1.1.1.6
      type: counter
      help: Octets
      indexes: [{labelname: ifIndex, type: gauge}]
      lookups: [{labels: [ifIndex], labelname: ifAlias, oid: 1.3.6.1.2.1.31.1.1.1.18, type: DisplayString}]
"""
REST = """
credentials: {{lab: {{version: 2c, community: public}}}}
devices: [{{name: sw1, address: 127.0.0.1, port: {snmp}, credential: lab, labels: {{site: hall}}}}]
polling: {{interval: 1s, reachability_interval: 1s, timeout: 900ms}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{folder}/netwatch.db"}}
"""


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[tuple[App, SimulatedDevice]]:
    """A whole agent with the section of the page, and a switch that it polls."""
    lab = Credential(name="lab", version="2c", community=SecretStr("public"))
    switch = SimulatedDevice("sw1", lab, ports=[Port(index=1, name="Gi0/1", alias="uplink")])
    network = SimulatedNetwork([switch])
    with network.run_in_thread():
        (tmp_path / "snmp.yml").write_text(SNMP_YML)
        file = tmp_path / "netwatch.yaml"
        file.write_text(SECTION + REST.format(snmp=switch.port, web=free_port(), folder=tmp_path))
        app = App(load_settings(file))
        await app.start()
        yield app, switch
        await app.stop()


async def test_prometheus_scrapes_both_ways_with_the_configurations_of_the_page(agent, tmp_path):
    app, switch = agent
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("NOT TESTED with a real Prometheus: it is not installed (Debian package: prometheus)")
    here = app.address.removeprefix("http://").strip("/")
    snmp = OF_SNMP.replace("127.0.0.1:10916", here).replace("192.0.2.1", f"127.0.0.1:{switch.port}")
    snmp = snmp.replace("        - switch.example.net:1161\n", "")  # no test looks a name up
    jobs = [one for text in (snmp, OF_DEVICES.replace("127.0.0.1:10916", here))
            for one in yaml.safe_load(text)["scrape_configs"]]  # fmt: skip
    often = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    (tmp_path / "prometheus.yml").write_text(yaml.dump({"global": often, "scrape_configs": jobs}))
    url = f"http://127.0.0.1:{free_port()}"
    arguments = (f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
                 f"--web.listen-address={url.removeprefix('http://')}")  # fmt: skip
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(program, *arguments, stdout=quiet, stderr=quiet)
    try:
        by_snmp = await asyncio.to_thread(
            answer_of, url, f'ifHCInOctets{{job="snmp",instance="127.0.0.1:{switch.port}",ifAlias="uplink"}}'
        )
        by_device = await asyncio.to_thread(
            answer_of, url, 'ifHCInOctets{job="netwatch_devices",instance="sw1",site="hall",ifAlias="uplink"}'
        )
        up = await asyncio.to_thread(answer_of, url, 'netwatch_device_up{instance="sw1"} == 1')
        own = await asyncio.to_thread(answer_of, url, 'netwatch_exporter_scrapes_total{job="netwatch"}')
    finally:
        process.terminate()
        await process.wait()

    assert len(by_snmp) == len(by_device) == len(up) == 1
    assert own


def answer_of(url: str, query: str) -> list[object]:
    """Ask until there is one."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            with urlopen(f"{url}/api/v1/query?{urlencode({'query': query})}", timeout=PATIENCE_SECONDS) as answer:
                found: list[object] = json.load(answer)["data"]["result"]
        except OSError:
            found = []
        if found:
            return found
        time.sleep(0.1)
    return []


def test_only_the_port_is_another_than_in_snmp_exporters_own_example():
    job = yaml.safe_load(OF_SNMP)["scrape_configs"][0]

    assert job["metrics_path"] == "/snmp"
    assert job["relabel_configs"][-1] == {"target_label": "__address__", "replacement": "127.0.0.1:10916"}
    assert [one["target_label"] for one in job["relabel_configs"]] == ["__param_target", "instance", "__address__"]


def test_every_key_of_the_section_is_told():
    assert [key for key in ExporterSettings.model_fields if key not in TEXT] == []
    assert "NTPTimeStamp" in METRIC_TYPES  # the last that 0.30 brought


def test_the_web_configuration_file_of_the_page_is_taken(tmp_path):
    certificate = self_signed(tmp_path)
    text = WEB_CONFIG.replace("server.crt", certificate.certificate.name).replace("server.key", certificate.key.name)
    (tmp_path / "web-config.yml").write_text(text)
    file = tmp_path / "netwatch.yaml"
    file.write_text(LISTENER)

    settings = load_settings(file)

    assert settings.web.scrape_listen == ":9116"
    assert list(read_web_config(Path(settings.web.scrape_config_file)).users) == ["prometheus"]


def test_what_is_wrong_in_a_file_is_found_by_check(tmp_path):
    (tmp_path / "snmp.yml").write_text("modules:\n  if_mib: {wolk: []}\n")
    file = tmp_path / "netwatch.yaml"
    file.write_text(SECTION + "store: {url: 'sqlite://'}\n")

    said = [str(problem) for problem in check(file, allow_empty=True)]

    assert any(f"{tmp_path}/snmp.yml:2:12: modules.if_mib.wolk: unknown key 'wolk'" in one for one in said)


def test_what_it_says_of_the_language_is_what_is_answered():
    told = TEXT[TEXT.index("## Grafana without a Prometheus") : TEXT.index("## Rules and routes that you have")]

    assert [word for word in sorted(OVER | GATHERING) if f"`{word}`" not in told] == []
    for figure in (MOST_POINTS, MOST_VALUES, MOST_SAMPLES):
        assert f"{figure:,}" in told
    for refused in ("histogram_quantile(1, x)", "x offset 5m", "a / on(b) c", "a == bool b", "x[5m:1m]"):
        with pytest.raises(QueryRefused):
            answered(refused)
