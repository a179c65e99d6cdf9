"""support: a device in a file that may be given away, and that is replayed."""

from __future__ import annotations

import stat

from netwatch.cli.ask.support import MOST_OF_A_COLUMN
from netwatch.simulator import read_recording
from tests.odd_agent import OddAgent

from ..conftest import COMMUNITY

PRIVATE = ("snmpd-under-test", "noc@example.net", "sw0rdfish", "Cellar 3")


def test_a_real_agent_is_written_down_without_its_secrets_and_is_told_what_was_replaced(netwatch, snmpd, tmp_path):
    agent = snmpd("rocommunity sw0rdfish\nsysLocation Cellar 3\nextend secret /bin/echo sw0rdfish")
    file = tmp_path / "capture.snmprec"

    result = netwatch("support", f"127.0.0.1:{agent.port}", "-v", "2c", "-c", "sw0rdfish", "-o", file)

    assert result.exit_code == 0, result.stderr
    content = file.read_text()
    assert [secret for secret in PRIVATE if secret in content] == []
    names = {str(oid) for oid, _, _ in read_recording(file).objects}
    assert {"1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.2.1.0"} <= names
    assert read_recording(file).skipped == ()
    assert "replaced: " in result.stdout
    assert "left out: " in result.stdout
    assert "Look it over" in result.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_written_over(netwatch, nasty_device, tmp_path):
    file = tmp_path / "capture.snmprec"
    file.write_text("precious")

    result = netwatch("support", f"127.0.0.1:{nasty_device.port}", "-c", COMMUNITY, "-o", file)

    assert result.exit_code == 2
    assert "there already" in result.stderr
    assert file.read_text() == "precious"


def test_a_long_table_is_cut_column_by_column_and_the_rest_is_read(netwatch, tmp_path):
    rows = [f"1.3.6.1.2.1.4.22.1.{column}.1.10.1.{n // 200}.{n % 200 + 1}" for column in (1, 3) for n in range(2000)]
    lines = [f"{name}|2|1" for name in rows]
    file = tmp_path / "capture.snmprec"
    with OddAgent([*lines, "1.3.6.1.2.1.25.1.1.0|67|5"]) as agent:
        result = netwatch("support", f"127.0.0.1:{agent.port}", "-c", "public", "-o", file)

    assert result.exit_code == 0, result.stderr
    names = [str(oid) for oid, _, _ in read_recording(file).objects]
    for column in (1, 3):
        assert MOST_OF_A_COLUMN <= sum(name.startswith(f"1.3.6.1.2.1.4.22.1.{column}.") for name in names) < 1000
    assert "1.3.6.1.2.1.25.1.1.0" in names
    assert "shortened: 2 columns" in result.stdout


def test_a_device_that_has_more_than_was_asked_for_is_cut_and_that_is_said(netwatch, tmp_path):
    file = tmp_path / "capture.snmprec"
    with OddAgent([f"1.3.6.1.4.1.32473.1.{number}|2|{number}" for number in range(2000)]) as agent:
        result = netwatch("support", f"127.0.0.1:{agent.port}", "-c", "public", "-o", file, "--max", 500)

    assert result.exit_code == 1
    assert "is not whole: it has more than 500 varbinds" in result.stderr
    assert 500 <= len(read_recording(file).objects) < 1000  # the last answer is taken whole


def test_a_device_that_does_not_answer_leaves_no_file(netwatch, tmp_path):
    file = tmp_path / "capture.snmprec"

    result = netwatch("support", "127.0.0.1:9", "-c", "public", "-t", "0.05", "-r", "0", "-o", file)

    assert result.exit_code == 1
    assert not file.exists()
