"""`netwatch mib` and `netwatch translate`, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from netwatch.cli.names.flags import _lines
from netwatch.cli.names.mib import mib_app
from netwatch.cli.names.translate import translate
from netwatch.config import check

app = typer.Typer()
app.add_typer(mib_app, name="mib")
app.command("translate")(translate)

GOOD = """GOOD-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises, OBJECT-TYPE FROM SNMPv2-SMI;
good OBJECT IDENTIFIER ::= { enterprises 32473 99 }
goodState OBJECT-TYPE SYNTAX INTEGER { up(1), down(2) } MAX-ACCESS read-only STATUS current
    DESCRIPTION "x" ::= { good 1 }
END
"""
BAD = """BAD-MIB DEFINITIONS ::= BEGIN
IMPORTS missingThing FROM MISSING-MIB;
bad OBJECT IDENTIFIER ::= { missingThing 1 }
END
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cache for this file, so that our own modules are compiled once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cli-mib-cache"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with one good module, under another name than its own."""
    (tmp_path / "good.txt").write_text(GOOD)
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_translate_turns_a_name_into_its_oid_and_back():
    assert run("translate", "IF-MIB::ifDescr.3") == (0, ".1.3.6.1.2.1.2.2.1.2.3\n", "")
    assert run("translate", ".1.3.6.1.2.1.2.2.1.2.3") == (0, "IF-MIB::ifDescr.3\n", "")
    assert run("translate", "ifDescr.3", "-Os") == (0, "ifDescr.3\n", "")


def test_translate_names_both_in_json():
    _, out, _ = run("translate", "sysUpTime.0", "--json")

    assert json.loads(out) == [{"oid": "1.3.6.1.2.1.1.3.0", "name": "SNMPv2-MIB::sysUpTime.0"}]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ifDescrr"], "did you mean ifDescr?"),
        (["NO-SUCH-MIB::x"], "no module NO-SUCH-MIB is loaded"),
        (["ifDescr", "-O", "z"], "not z"),
        (["ifDescr", "-m", "NO-SUCH-MIB"], "no file holds the module NO-SUCH-MIB"),
        (["a b"], "is no name"),
    ],
)
def test_what_cannot_be_translated_is_wrong_usage_with_a_reason(arguments: list[str], words: str):
    code, out, err = run("translate", *arguments)

    assert (code, out) == (2, "")
    assert words in err


def test_directories_named_on_the_command_line_are_loaded(directory: Path):
    assert run("translate", "goodState.0", "-M", str(directory)) == (0, ".1.3.6.1.4.1.32473.99.1.0\n", "")
    assert run("translate", "goodState.0", "-M", f"+{directory}", "-m", "+GOOD-MIB")[0] == 0
    assert run("translate", "goodState.0", "-m", str(directory / "good.txt"))[0] == 0


def test_list_names_every_module_and_its_file(directory: Path):
    _, out, _ = run("mib", "list", "-M", str(directory), "--json")

    modules = {row["module"]: row for row in json.loads(out)}
    assert modules["GOOD-MIB"] == {"module": "GOOD-MIB", "objects": 2, "file": str(directory / "good.txt")}
    assert "IF-MIB" in modules


def test_check_is_content_with_good_files(directory: Path):
    code, out, _ = run("mib", "check", str(directory))

    assert code == 0
    assert out.endswith("modules loaded, 0 things wrong\n")


def test_check_names_file_line_what_is_missing_and_what_is_lost(directory: Path):
    (directory / "bad.txt").write_text(BAD)

    code, out, _ = run("mib", "check", str(directory))

    assert code == 1
    message = "missingThing is imported from MISSING-MIB, which no file holds; lost: bad"
    assert out.splitlines()[0] == f"{directory}/bad.txt:2:1: BAD-MIB: {message}"
    assert "1 thing wrong" in out
    assert run("translate", "goodState.0", "-M", str(directory))[0] == 0


def test_check_tells_programs_the_same(directory: Path):
    (directory / "bad.txt").write_text(BAD)

    code, out, _ = run("mib", "check", str(directory), "--json")

    (problem,) = json.loads(out)
    assert code == 1
    assert (problem["line"], problem["name"], problem["severity"]) == (2, "BAD-MIB", "error")


def test_show_tells_all_that_is_known_of_an_object():
    _, out, _ = run("mib", "show", "ipAddressIfIndex.ipv4.'", "--json")
    assert out == ""
    _, out, _ = run("mib", "show", 'ipAddressIfIndex.ipv4."10.0.0.1"', "--json")

    (facts,) = json.loads(out)
    assert facts["name"] == "IP-MIB::ipAddressIfIndex"
    assert facts["type"] == "InterfaceIndex of INTEGER (1..2147483647)"
    assert facts["instance_index"] == {"ipAddressAddrType": "ipv4", "ipAddressAddr": "10.0.0.1"}


def test_show_prints_enumerations_in_words():
    _, out, _ = run("mib", "show", "ifOperStatus")

    assert "up=1, down=2" in out


def test_tree_draws_all_that_a_module_defines():
    _, out, _ = run("mib", "tree", "IF-MIB")

    assert out.splitlines()[0].startswith("IF-MIB ")
    lines = [line.strip(" │├└─") for line in out.splitlines()]
    assert "ifTable(2)  table" in lines
    assert "ifEntry(1)  [ifIndex]" in lines
    assert "ifOperStatus(8)  INTEGER read-only" in lines
    assert "linkDown(1.3.6.1.6.3.1.1.5.3)  notification" in lines


def test_tree_gives_a_module_as_flat_rows_that_say_how_deep_each_stands():
    _, out, _ = run("mib", "tree", "IF-MIB", "--json")

    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["IF-MIB::ifEntry"]["index"] == ["ifIndex"]
    assert rows["IF-MIB::ifDescr"]["oid"] == "1.3.6.1.2.1.2.2.1.2"
    assert rows["IF-MIB::ifDescr"]["depth"] == rows["IF-MIB::ifEntry"]["depth"] + 1
    assert rows["IF-MIB::ifDescr"]["type"] == "DisplayString"
    assert len(rows) == next(
        r["objects"] for r in json.loads(run("mib", "list", "--json")[1]) if r["module"] == "IF-MIB"
    )


def test_tree_shows_as_many_levels_as_are_asked_for():
    rows = json.loads(run("mib", "tree", "IF-MIB", "--depth", "2", "--json")[1])

    assert {row["depth"] for row in rows} == {1, 2}
    below = json.loads(run("mib", "tree", "interfaces", "--depth", "1", "--json")[1])
    assert [row["name"] for row in below] == ["IF-MIB::ifNumber", "IF-MIB::ifTable"]


def test_without_a_terminal_a_line_says_every_few_seconds_how_far_it_is(capsys: pytest.CaptureFixture[str]):
    now = 0.0
    told = _lines(lambda: now)
    for done in range(1, 101):
        now += 0.25
        told(done, 100)

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "20 of 100 MIB files compiled"
    assert len(lines) == 5


def test_tree_draws_what_stands_below():
    _, out, _ = run("mib", "tree", "system", "--depth", "1")

    assert "sysDescr(1)  DisplayString read-only" in out
    assert "sysOREntry" not in out


def test_fetch_takes_a_module_and_what_it_imports_from_a_directory(directory: Path, tmp_path: Path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "GOOD-MIB.txt").write_text(GOOD.replace("enterprises,", "root FROM ROOT-MIB enterprises,"))
    (source / "ROOT-MIB").write_text("ROOT-MIB DEFINITIONS ::= BEGIN root OBJECT IDENTIFIER ::= { iso 3 } END")

    code, out, _ = run("mib", "fetch", "GOOD-MIB", "--from", str(source), "--to", str(target))

    assert code == 0
    assert out == f"GOOD-MIB: {target}/GOOD-MIB\nROOT-MIB: {target}/ROOT-MIB\n"


def test_fetch_says_that_it_knows_no_place_of_its_own(tmp_path: Path):
    code, _, err = run("mib", "fetch", "GOOD-MIB", "--to", str(tmp_path))

    assert code == 2
    assert "say where from" in err


@pytest.mark.parametrize("name", ["../../etc/passwd", "A/B", "A.B", "", "-x", "A" * 200])
def test_fetch_refuses_a_name_that_is_a_path(name: str, tmp_path: Path):
    code, _, err = run("mib", "fetch", "--from", "/etc", "--to", str(tmp_path), "--", name)

    assert code == 1
    assert "no name of a module" in err
    assert list(tmp_path.iterdir()) == []


def test_a_rule_is_written_for_a_notification_and_put_behind_those_of_a_file(tmp_path: Path):
    rules = tmp_path / "own.yaml"
    rules.write_text("# ours\nrules:\n- alert: First\n  on_trap: 1.3.6.1.4.1.9.*\n")

    assert run("mib", "rule", "IF-MIB::linkUp")[1].startswith("rules:\n  - alert: LinkUp\n")
    assert run("mib", "rule", "IF-MIB::linkUp", "--into", str(rules))[0] == 0

    text = rules.read_text()
    assert text.startswith("# ours\nrules:\n- alert: First\n")
    assert "\n- alert: LinkUp\n  on_trap: IF-MIB::linkUp\n" in text


@pytest.mark.parametrize("into", ["own.yaml", "more.yaml"])
def test_a_rule_whose_name_another_has_gets_one_that_is_free_and_check_takes_it(tmp_path: Path, into: str):
    config = tmp_path / "netwatch.yaml"
    config.write_text("rules: {paths: [builtin, '*.yml', '[om]*.yaml']}\n")
    (tmp_path / "other.yml").write_text("rules:\n  - {alert: LinkDownTrap, on_trap: IF-MIB::linkDown}\n")

    code, _, said = run("mib", "rule", "IF-MIB::linkDown", "--into", str(tmp_path / into), "-c", str(config))

    text = (tmp_path / into).read_text()
    assert (code, said) == (
        0, "netwatch: warning: LinkDown of NetWatch takes IF-MIB::linkDown already; both would tell of it\n",
    )  # fmt: skip
    assert text.startswith("rules:\n  # LinkDown of NetWatch takes this trap already; both would tell of it.\n")
    assert "\n  - alert: LinkDownTrap2\n" in text
    assert [problem for problem in check(config, allow_empty=True) if problem.severity == "error"] == []


def test_a_rule_that_no_shipped_one_is_like_has_the_name_of_its_notification(tmp_path: Path):
    code, out, said = run("mib", "rule", "IF-MIB::linkUp")

    assert (code, said) == (0, "")
    assert "takes this trap already" not in out


def test_a_rule_that_a_file_has_already_is_not_put_there_again(tmp_path: Path):
    rules = tmp_path / "own.yaml"
    run("mib", "rule", "IF-MIB::linkDown", "--into", str(rules))
    before = rules.read_text()

    code, _, problem = run("mib", "rule", "IF-MIB::linkDown", "--into", str(rules))

    assert (code, rules.read_text()) == (1, before)
    assert "there is an alert LinkDownTrap already" in problem


def test_what_is_no_notification_is_wrong_usage_that_names_some():
    code, _, problem = run("mib", "rule", "IF-MIB::ifTable")

    assert code == 2
    assert "IF-MIB has linkDown, linkUp" in problem
