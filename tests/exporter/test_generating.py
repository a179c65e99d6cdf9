"""A generator.yml becomes the snmp.yml that snmp_exporter's own generator makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from netwatch.exporter import generate, try_definitions
from netwatch.exporter.descriptions import first_sentence
from netwatch.mib import MibIndex, load_index
from netwatch.model import parse_yaml

TEXT = """
auths: {public_v2: {version: 2}}
modules:
  ports:
    walk: [IF-MIB::ifTable, sysUpTime, ipNetToPhysicalPhysAddress]
    timeout: 2s
    lookups:
    - {source_indexes: [ifIndex], lookup: IF-MIB::ifName, drop_source_indexes: true}
    overrides:
      ifDescr: {ignore: true}
      ifType: {type: EnumAsInfo}
      ifMtu: {scale: 8, offset: 1, help: Bits}
      ifAlias: {regex_extracts: {Rate: [{regex: '(.*)'}]}}
  one:
    walk: [ifMtu.3, nobodyKnowsThis]
    filters: {static: [{targets: [ifSpeed], indices: ['2']}]}
"""


@pytest.fixture(scope="session")
def index() -> MibIndex:
    return load_index()


@pytest.fixture(scope="module")
def made(index: MibIndex) -> Any:
    return generate(parse_yaml(TEXT, "generator.yml"), index)


def test_a_metric_is_made_of_each_object_with_index_lookups_and_overrides(made):
    module = made.content["modules"]["ports"]
    metrics = {metric["name"]: metric for metric in module["metrics"]}

    assert module["walk"] == ["1.3.6.1.2.1.2.2", "1.3.6.1.2.1.4.35.1.4", "1.3.6.1.2.1.31.1.1.1.1"]
    assert module["get"] == ["1.3.6.1.2.1.1.3.0"]
    assert module["timeout"] == "2s"
    assert "ifDescr" not in metrics
    assert metrics["ifMtu"] == {
        "name": "ifMtu", "oid": "1.3.6.1.2.1.2.2.1.4", "type": "gauge", "help": "Bits", "scale": 8, "offset": 1,
        "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
        "lookups": [
            {"labels": ["ifIndex"], "labelname": "ifName", "oid": "1.3.6.1.2.1.31.1.1.1.1", "type": "DisplayString"},
            {"labels": [], "labelname": "ifIndex"},
        ],
    }  # fmt: skip
    assert metrics["ifType"]["type"] == "EnumAsInfo"
    assert metrics["ifType"]["enum_values"][6] == "ethernetCsmacd"
    assert metrics["ifPhysAddress"]["type"] == "PhysAddress48"
    assert [one["labelname"] for one in metrics["ipNetToPhysicalPhysAddress"]["indexes"]] == [
        "ipNetToPhysicalIfIndex", "ipNetToPhysicalNetAddress",
    ]  # fmt: skip


def test_single_instances_and_static_filters_are_got_and_what_nobody_knows_is_said(made):
    module = made.content["modules"]["one"]

    assert module["get"] == ["1.3.6.1.2.1.2.2.1.4.3", "1.3.6.1.2.1.2.2.1.5.2"]
    assert [str(problem).partition(": ")[0] for problem in made.problems] == ["generator.yml:15:21"]
    assert "nobodyKnowsThis" in str(made.problems[0])


def test_what_is_made_is_read_without_a_complaint(made, tmp_path):
    (tmp_path / "snmp.yml").write_text(yaml.dump(made.content))

    assert try_definitions([tmp_path / "snmp.yml"])[1] == []


def test_the_help_is_the_first_sentence_of_the_description(index):
    mtu = index.object_named("IF-MIB::ifMtu")
    assert mtu is not None

    assert first_sentence(mtu.file, mtu.line) == "Interface mtu."  # of the modules that come with NetWatch
    assert first_sentence("/no/such/file", 1) == ""


MODULES = ("system", "if_mib", "ip_mib", "hrDevice", "hrStorage", "hrSystem", "hrSWRun", "ups_mib")


def test_modules_are_those_of_the_file_that_comes_with_snmp_exporter(corpus: Path, index: MibIndex):
    folder = corpus / "definitions" / "snmp_exporter"
    written = yaml.load((folder / "generator" / "generator.yml").read_text(), Loader=yaml.CSafeLoader)["modules"]
    file = parse_yaml(yaml.dump({"modules": {name: written[name] for name in MODULES}}), "generator.yml")
    wanted = yaml.load((folder / "snmp.yml").read_text(), Loader=yaml.CSafeLoader)["modules"]

    found = generate(file, index).content["modules"]

    for name in MODULES:
        ours, theirs = found[name], wanted[name]
        assert sorted(ours.get("walk", [])) == sorted(map(str, theirs.get("walk", [])))
        assert sorted(ours.get("get", [])) == sorted(theirs.get("get", []))
        assert {metric["oid"]: without_new_words(metric) for metric in ours["metrics"]} == {
            metric["oid"]: without_new_words(metric) for metric in theirs["metrics"]
        }


def without_new_words(metric: dict[str, Any]) -> dict[str, Any]:
    """IANA adds types of interfaces all the time, and the modules that come with NetWatch have words of their own."""
    new = {"help", "enum_values"} if metric["name"] == "ifType" else {"help"}
    return {key: value for key, value in metric.items() if key not in new}
