"""`netwatch check` prints all that is wrong; `netwatch schema` prints what may stand in the file."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from netwatch.cli.configuration.check import check, schema
from netwatch.config.contents import WEIGHTIEST_OF_SELF
from netwatch.config.rule_paths import rule_files_of
from netwatch.mib import load_index
from netwatch.model.files import patient
from netwatch.profiles import load_library
from netwatch.rules import load_rule_book

from .nouns import known_dead, listing

SMALL = """\
credentials: {usual: {version: 2c, community: "${env:HOME}"}}
defaults: {credential: usual}
devices:
  - {name: first, address: 192.0.2.1, labels: {site: hq}}
  - {name: second, address: 192.0.2.2}
rules: {paths: [rules.yaml]}
traps: {listen: ["0.0.0.0:162"]}
route: {receiver: noc}
receivers: [{name: noc, email: {to: [noc@example.net]}}]
smtp: {from: netwatch@example.net, relays: [{host: mail.example.net, port: 25, tls: none}]}
web: {external_url: "https://netwatch.example.net/"}
"""

app = typer.Typer()
app.command()(check)
app.command()(schema)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "netwatch.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_every_error_is_printed_with_its_place_and_the_exit_code_is_1(file):
    file.write_text("pollling: {}\npolling: {interval: 60}\n")

    result = run("check", "-c", file)

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert f'{file}:1:1: pollling: unknown key; did you mean "polling"?' in lines
    assert f"{file}:2:21: polling.interval: 60 needs a unit, such as 60s or 60m" in lines
    assert f"{file}:1:1: warning: devices: there is nothing to watch yet" in lines
    assert lines[-1] == f"{file}: 3 errors, 2 warnings"


def test_warnings_alone_are_no_failure(file):
    file.write_text("# nothing yet\n")

    result = run("check", "--config", file, "--allow-empty")

    assert result.exit_code == 0
    assert f"{file}: no errors, 2 warnings" in result.stdout.splitlines()


def test_an_empty_file_is_an_error_where_nobody_allows_it(file):
    file.write_text("# nothing yet\n")

    result = run("check", "-c", file)

    assert result.exit_code == 1
    assert f"{file}:2:1: is empty, so nothing would be watched" in result.stdout
    assert "would run" not in result.stdout


def test_what_would_run_is_said_last(file):
    file.write_text(SMALL)
    (file.parent / "rules.yaml").write_text(
        "rules:\n  - {alert: Down, expr: up == 0}\n  - {alert: Cold, on_trap: 1.3.6.1.6.3.1.1.5.1}\n"
    )

    result = run("check", "-c", file)

    assert result.exit_code == 0, result.stdout
    assert result.stdout.splitlines()[-1] == (
        f"{file}: would run 2 devices, 2 rules (1 on traps), 1 receiver, 1 mail relay; "
        "page on 127.0.0.1:10916, traps on 0.0.0.0:162"
    )


OF_SELF = f"({', '.join(WEIGHTIEST_OF_SELF)})"


@pytest.mark.parametrize(("paths", "own", "left_out"), [
    ("[rules.yaml]", "alert: Full, expr: hrProcessorLoad > 90", ["(DeviceDown)", OF_SELF]),
    ("[rules.yaml]", "alert: Restarted, expr: seconds_since_restart < 60", ["(DeviceDown)", OF_SELF]),
    ("[rules.yaml]", "alert: Down, expr: up == 0", [OF_SELF]),
    ("[rules.yaml]", "alert: NoMail, expr: relays_down > 0", ["(DeviceDown)"]),
    ("[builtin, rules.yaml]", "alert: Full, expr: hrProcessorLoad > 90", []),
])  # fmt: skip
def test_rules_of_ones_own_that_stand_in_place_of_the_weightiest_shipped_ones_are_warned_of(
    file, paths, own, left_out
):
    file.write_text(SMALL.replace("[rules.yaml]", paths))
    (file.parent / "rules.yaml").write_text(f"rules: [{{{own}}}]\n")

    result = run("check", "-c", file)

    assert result.exit_code == 0
    warnings = [line for line in result.stdout.splitlines() if "no rule in these files tells" in line]
    assert len(warnings) == bool(left_out)
    for line in warnings:
        assert line.startswith(f"{file}:6:16: warning: rules.paths: ")
        assert "add `builtin`" in line
        assert re.findall(r"\([^)]*\)", line) == left_out


def test_the_rules_named_as_weightiest_are_shipped():
    shipped = load_rule_book(rule_files_of(["builtin"], Path()), load_library([]).schema(), load_index()).rules

    assert {rule.name for rule in shipped if rule.table == "netwatch"} > set(WEIGHTIEST_OF_SELF)
    assert next(rule for rule in shipped if rule.name == "DeviceDown").table == "reachability"


def test_long_values_are_cut_in_what_is_said_of_them(file):
    file.write_text(SMALL.replace("192.0.2.1", "x" * 5000).replace("site:", "y" * 5000 + ":"))

    result = run("check", "-c", file)
    as_json = json.loads(run("check", "-c", file, "--format", "json").stdout)

    assert result.exit_code == 1
    assert max(map(len, result.stdout.splitlines())) < 1500
    assert max(len(one["path"] + one["message"]) for one in as_json) < 1500
    assert not [line for line in result.stdout.splitlines() if "x" * 100 in line or "y" * 100 in line]


def test_programs_get_a_list_of_flat_objects(file):
    file.write_text("pollling: {}\n")

    result = run("check", "-c", file, "--allow-empty", "--format", "json")

    problems = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [one for one in problems if one["severity"] == "error"] == [{
        "file": str(file), "line": 1, "column": 1, "path": "pollling", "severity": "error",
        "message": 'unknown key; did you mean "polling"?',
    }]  # fmt: skip


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    result = run("check", "-c", tmp_path / "no.yaml")

    assert result.exit_code == 1
    assert "no.yaml:1:1: No such file or directory" in result.stdout


def test_nothing_in_the_file_can_move_the_cursor(file):
    file.write_text('"\\e[2Jx": 1\n')

    assert "\x1b" not in run("check", "-c", file).stdout


def test_the_schema_is_json():
    result = run("schema")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["title"] == "NetWatch configuration"


@pytest.fixture
def odd(tmp_path, monkeypatch) -> Path:
    """Return a folder with what a path may lead to and nobody foresees."""
    monkeypatch.setattr(patient, "PIPE_SECONDS", 0.3)
    folder = tmp_path / "odd"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "endless").symlink_to("/dev/zero")
    with (folder / "sparse").open("wb") as file:
        file.truncate(2**30)
    return folder


ODD = ["pipe", "loop", "endless", "sparse", "x" * 300, "a\\0b"]
PLACES = {
    "rules": 'rules: {{paths: ["{path}"]}}',
    "profiles": 'profiles: {{paths: ["{path}"]}}',
    "secret": 'smtp: {{from: netwatch@example.net, relays: [{{host: a, password: "${{file:{path}}}"}}]}}',
    "certificates": 'smtp: {{from: netwatch@example.net, relays: [{{host: a, ca_file: "{path}"}}]}}',
    "template": 'receivers: [{{name: noc, email: {{to: [a@example.net], templates: {{text: "{path}"}}}}}}]',
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("place", PLACES)
def test_a_path_that_leads_to_no_file_is_an_error_with_words_and_never_waited_for(file, odd, place, name):
    file.write_text(PLACES[place].format(path=f"odd/{name}") + "\n")

    result = run("check", "-c", file, "--allow-empty")

    assert result.exit_code == 1, result.stdout
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "stumbled" not in result.stdout


@pytest.mark.parametrize("name", ["pipe", "loop", "endless", "sparse", "x" * 300])
def test_a_configuration_file_that_is_no_file_is_an_error_with_words(odd, name):
    result = run("check", "-c", odd / name)

    assert result.exit_code == 1
    assert result.stdout.endswith(": 1 error, no warnings\n")


@pytest.mark.parametrize("name", ODD)
def test_no_path_of_mibs_is_waited_for(file, odd, name):
    file.write_text(f'mibs: {{paths: ["odd/{name}"]}}\n')

    result = run("check", "-c", file, "--allow-empty")

    assert result.exit_code == 0, result.stdout
    assert "warning: mibs.paths[0]: no such directory" in result.stdout


def test_a_key_that_is_not_supported_is_one_line_with_a_count_and_verbose_has_every_place(file):
    folder = file.parent / "profiles"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.yaml").write_text(
            "unheard_of: [a]\nmetrics:\n  - {symbol: {OID: 1.3.6.1.4.1.32473.1.0, name: n, kind: gauge}}\n"
        )
    file.write_text(SMALL.replace("rules: {paths: [rules.yaml]}\n", "profiles: {paths: [profiles]}\n"))

    brief, whole = run("check", "-c", file).stdout, run("check", "-c", file, "--verbose").stdout

    (line,) = [line for line in brief.splitlines() if "unheard_of" in line]
    assert line.startswith(f"{folder / 'one.yaml'}:1:1: warning: ")
    assert line.endswith("(3 places, this is the first; --verbose has all)")
    places = [line.partition(" ")[0] for line in whole.splitlines() if "unheard_of" in line]
    assert places == [f"{folder / name}.yaml:1:1:" for name in ("one", "three", "two")]
    assert brief.splitlines()[-2:] == whole.splitlines()[-2:]


def test_what_is_not_read_of_another_monitors_definitions_is_one_line_per_kind_over_all_its_files(file):
    for folder in ("os_detection", "os_discovery"):
        (file.parent / "librenms" / folder).mkdir(parents=True)
    for name in ("one", "two", "three"):
        (file.parent / f"librenms/os_detection/{name}.yaml").write_text(
            f"os: {name}\ntext: {name}\ndiscovery:\n    - sysObjectID: .1.3.6.1.4.1.32473.1\n"
        )
        (file.parent / f"librenms/os_discovery/{name}.yaml").write_text(
            "modules:\n  wireless: {}\n  sensors:\n    temperature:\n      data:\n"
            "        - {oid: A::b, num_oid: '.1.3.6.1.4.1.32473.9.3.{{ $index }}', user_func: x}\n"
            "        - {oid: A::c, num_oid: '.1.3.6.1.4.1.32473.9.4.{{ $index }}', user_func: y}\n"
        )
    file.write_text(SMALL.replace("rules: {paths: [rules.yaml]}\n", "profiles: {paths: [librenms]}\n"))

    result = run("check", "-c", file)

    assert result.exit_code == 0, result.stdout
    (module,) = [line for line in result.stdout.splitlines() if "module wireless" in line]
    (function,) = [line for line in result.stdout.splitlines() if "user_func" in line]
    assert module.startswith(f"{file.parent / 'librenms/os_discovery/one.yaml'}:2:")
    assert module.endswith("(3 places, this is the first; --verbose has all)")
    assert function.endswith("(6 places, this is the first; --verbose has all)")


def test_errors_are_never_counted_together(file):
    file.write_text("devices: [{name: a}, {name: b}]\n")

    lines = run("check", "-c", file).stdout.splitlines()

    assert len([line for line in lines if ".address" in line and "warning" not in line]) == 2


# -- what an agent found out ------------------------------------------------------------------------------------


def test_who_is_told_at_a_dead_address_is_a_warning_and_nothing_is_written(file):
    file.write_text(
        SMALL.replace("rules.yaml", "builtin") + "store: {url: 'sqlite:///netwatch.db'}\n"
        "mailbox: {host: localhost, tls: none, username: nw, password: '${env:HOME}'}\n"
    )
    known_dead(file.parent / "netwatch.db", "noc@example.net")
    before = listing(file.parent)

    result = run("check", "-c", file)

    since = f"{datetime.now(UTC):%Y-%m-%d}"
    said = (
        f"{file}:9:38: warning: receivers[0].email.to[0]: 'noc' is told there by route, but noc@example.net refused "
        f"3 mails in a row since {since}: 550 5.1.1 no such mailbox"
    )
    assert said in result.stdout.splitlines(), result.stdout
    assert result.exit_code == 0
    assert listing(file.parent) == before


def test_that_a_database_cannot_be_read_is_said_and_no_failure(file):
    file.write_text(
        SMALL.replace("rules.yaml", "builtin") + "store: {url: 'sqlite:///netwatch.db'}\n"
        "mailbox: {host: localhost, tls: none, username: nw, password: '${env:HOME}'}\n"
    )
    (file.parent / "netwatch.db").write_bytes(b"no database at all" * 1000)

    result = run("check", "-c", file)

    wanted = f"{file}: whether addresses in it refuse mail for good is not known: "
    (line,) = [one for one in result.stdout.splitlines() if one.startswith(wanted)]
    assert "the database file is damaged" in line
    assert result.exit_code == 0
