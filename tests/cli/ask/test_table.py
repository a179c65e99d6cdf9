"""`netwatch table` against a real agent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from netwatch.cli.ask.table import table

app = typer.Typer()
app.command()(table)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cache for all commands in tests, so that our own modules are compiled once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cli-mib-cache"))
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_table_of_a_real_agent_has_its_index_and_values_in_words(snmpd: Callable[..., Any]):
    where = f"127.0.0.1:{snmpd().port}"

    code, out, err = run(where, "ifTable", "-v", "2c", "-c", "public", "--json")

    assert (code, err) == (0, "")
    rows = json.loads(out)
    (loopback,) = (row for row in rows if row["ifDescr"] == "lo")
    assert loopback["ifType"] == "softwareLoopback(24)"
    assert loopback["ifOperStatus"] == "up(1)"
    assert loopback["ifIndex"] == "1"


def test_a_table_with_several_index_objects_shows_each(snmpd: Callable[..., Any]):
    where = f"127.0.0.1:{snmpd().port}"

    code, out, _ = run(where, "IP-MIB::ipAddressTable", "-v", "2c", "-c", "public")

    assert code == 0
    assert "ipAddressAddrType" in out
    assert "127.0.0.1" in out


@pytest.mark.parametrize("name", ["ifDescr", "sysDescr.0", "system", "noSuchTable"])
def test_what_is_no_table_is_wrong_usage(name: str):
    code, out, err = run("127.0.0.1:9", name, "-v", "2c", "-c", "public")

    assert (code, out) == (2, "")
    assert name in err
