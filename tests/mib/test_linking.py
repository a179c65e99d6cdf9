"""Linking, held to pysmi's own code generator: whatever it can place stands at the same place with us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pysmi.codegen.jsondoc import JsonCodeGen
from pysmi.compiler import MibCompiler
from pysmi.parser.dialect import smi_v1_relaxed
from pysmi.parser.smi import parserFactory
from pysmi.reader.localfile import FileReader
from pysmi.writer.callback import CallbackWriter

from netwatch.mib import LoadOptions, MibIndex, load_index


class Alone(MibCompiler):  # type: ignore[misc]
    """pysmi by itself; what it would ask of the system is nothing to this test."""

    def _get_system_info(self) -> tuple[tuple[str, str, str], tuple[str]]:
        return ("", "", ""), ("",)


def by_pysmi(corpus: Path, names: list[str], directories: list[str]) -> dict[str, dict[str, Any]]:
    """Return what pysmi alone makes of some modules and all they import."""
    made: dict[str, dict[str, Any]] = {}
    compiler = Alone(
        parserFactory(**smi_v1_relaxed)(),
        JsonCodeGen(),
        CallbackWriter(lambda n, d, _: made.update({n: json.loads(d)})),
    )
    compiler.add_sources(*(FileReader(str(corpus / "mibs" / name)) for name in directories))
    compiler.compile(*names, ignoreErrors=True, genTexts=False)
    return made


@pytest.fixture(scope="module")
def ours(corpus: Path, mib_cache: Path) -> MibIndex:
    paths = [corpus / "mibs" / name for name in ("malformed", "juniper", "net-snmp")]
    return load_index(paths, options=LoadOptions(cache=mib_cache, shipped=False))


@pytest.fixture(scope="module")
def theirs(corpus: Path) -> dict[str, dict[str, Any]]:
    small = [path.name for name in ("juniper", "malformed") for path in (corpus / "mibs" / name).iterdir()
             if path.stat().st_size < 25_000]  # fmt: skip
    wanted = [*small, "IF-MIB", "UCD-SNMP-MIB", "SNMP-VIEW-BASED-ACM-MIB"]
    return by_pysmi(corpus, wanted, ["malformed", "juniper", "net-snmp"])


def test_every_module_that_pysmi_alone_loads_is_loaded(ours: MibIndex, theirs: dict[str, dict[str, Any]]):
    assert len(theirs) > 12
    assert theirs.keys() <= set(ours.modules)


def test_every_object_that_pysmi_places_stands_at_the_same_place(ours: MibIndex, theirs: dict[str, dict[str, Any]]):
    compared, different = 0, []
    for module, symbols in theirs.items():
        for symbol in symbols.values():
            if "oid" not in symbol or "pysmiFake" in symbol["name"]:
                continue
            obj = ours.object_named(f"{module}::{symbol['name']}")
            compared += 1
            if obj is None or str(obj.oid) != symbol["oid"]:
                different.append((module, symbol["name"], symbol["oid"], obj and str(obj.oid)))

    assert compared > 500
    assert different == []


def test_enumerations_access_and_units_are_what_pysmi_reads(ours: MibIndex, theirs: dict[str, dict[str, Any]]):
    compared, different = 0, []
    for module, symbols in theirs.items():
        for symbol in symbols.values():
            if symbol.get("class") != "objecttype" or "pysmiFake" in symbol["name"]:
                continue
            obj = ours.object_named(f"{module}::{symbol['name']}")
            assert obj is not None
            enumeration = symbol.get("syntax", {}).get("constraints", {}).get("enumeration", {})
            said = symbol.get("maxaccess", ""), symbol.get("units", ""), symbol.get("status", "")
            compared += 1
            if said != (obj.access, obj.units, obj.status) or not enumeration.items() <= {
                (text, number) for number, text in obj.syntax.names.items()
            }:
                different.append((obj.full_name, said, enumeration))

    assert compared > 300
    assert different == []
