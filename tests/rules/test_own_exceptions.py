"""What was said on the page of single rows: a file of NetWatch's own, read as configuration."""

from __future__ import annotations

import pytest

from netwatch.errors import ConfigError
from netwatch.model import CONCEPTS, RowSet, TableReading
from netwatch.rules import Exceptions, IgnoreSettings, LimitSettings, matchers_of_row, own_id, read_own, write_own
from tests.concept_readings import AT

LIMIT = {
    "match": ['device="sw1"', 'sensor="Inlet"'], "sensor_high_critical": 70.5, "comment": "a warm room", "by": "anna",
    "at": "2026-11-30T19:20:00Z",
}  # fmt: skip
HOSTILE = "\x00\x85\u2028\ufffe ${env:HOME} \"' {}[]: #\\ \U0001f600\n- ignore: []"
IGNORED = {"match": ['device="sw1"', 'ifName="p1"'], "shown": True, "comment": HOSTILE}


def test_what_is_written_is_read_again_word_for_word_and_nobody_else_may_read_it(tmp_path):
    path = tmp_path / "netwatch-exceptions.yaml"

    write_own(path, {"limits": [LIMIT], "ignore": [IGNORED, {**IGNORED, "rules": ["PortDown"]}]})

    assert read_own(path) == {"limits": [LIMIT], "ignore": [IGNORED, {**IGNORED, "rules": ["PortDown"]}]}
    assert path.stat().st_mode & 0o777 == 0o600
    write_own(path, {"limits": [], "ignore": []})
    assert not path.exists()
    assert read_own(path) == {"limits": [], "ignore": []}


@pytest.mark.parametrize("text", ["limits: 1", "ignore: [1]", "limits: {a: b}", "a: [", "\x00"])
def test_a_file_that_is_none_says_which(tmp_path, text):
    path = tmp_path / "netwatch-exceptions.yaml"
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"netwatch-exceptions\.yaml"):
        read_own(path)


def ports(*names):
    labels = {
        "ifName": names, "ifIndex": tuple(str(n) for n in range(len(names))), "ifAlias": ("to the lab",) * len(names)
    }  # fmt: skip
    return _reading("interface", labels)


def sensors(*rows):
    texts = dict(zip(("sensor", "quantity", "port", "part"), zip(*rows, strict=True), strict=True))
    return _reading("sensor", texts)


def _reading(table, labels):
    count = len(next(iter(labels.values())))
    rows = RowSet(index=tuple(str(n) for n in range(count)), keys=tuple(f"k{n}" for n in range(count)), labels=labels)
    column = next(iter(CONCEPTS[table].columns))
    return TableReading(device="sw1", table=table, at=AT, rows=rows, columns={column: [1] * count})


@pytest.mark.parametrize(("reading", "row", "matchers"), [
    (ports("p0", "p1"), 1, ('device="sw1"', 'ifName="p1"')),
    (ports("p0", "p0"), 1, ('device="sw1"', 'ifName="p0"', 'ifIndex="1"')),
    (ports("", ""), 1, ('device="sw1"', 'ifIndex="1"')),
    (sensors(("Inlet", "celsius", "", "")), 0, ('device="sw1"', 'table="sensor"', 'sensor="Inlet"')),
    (sensors(("A", "celsius", "p1", ""), ("A", "celsius", "p2", ""), ("A", "dbm", "p1", "x")), 1,
     ('device="sw1"', 'table="sensor"', 'sensor="A"', 'quantity="celsius"', 'port="p2"')),
    (sensors(('a"b\\', "celsius", "", "")), 0, ('device="sw1"', 'table="sensor"', 'sensor="a\\"b\\\\"')),
])  # fmt: skip
def test_the_matchers_of_a_row_mean_it_and_no_other(reading, row, matchers):
    found = matchers_of_row(reading, row)

    assert found == matchers
    assert Exceptions().where(found, reading) == [row]


def test_a_row_that_nothing_tells_from_another_has_no_matchers():
    with pytest.raises(ValueError, match="by hand"):
        matchers_of_row(sensors(("A", "celsius", "", ""), ("A", "celsius", "", "")), 0)


def test_the_matchers_of_a_port_mean_its_sensors_too():
    match = matchers_of_row(ports("p0", "p1"), 1)

    assert Exceptions().where(match, sensors(("Rx", "dbm", "p1", ""), ("Rx", "dbm", "p0", ""))) == [0]


def test_an_ignored_row_that_is_shown_stays_and_no_rule_sees_it():
    reading = ports("p0", "p1")
    ignores = [IgnoreSettings.model_validate({"match": ['ifName="p1"'], "shown": True})]

    seen = Exceptions((), ignores).applied(reading)

    assert seen.rows is reading.rows
    assert seen.columns == reading.columns
    assert seen.ignored == {"": frozenset({"k1"})}
    assert not seen.leaves_out
    assert Exceptions((), [IgnoreSettings(match=['ifName="p1"'])]).applied(reading).leaves_out


def test_entries_that_are_renewed_count_from_the_next_reading_on():
    reading = sensors(("Inlet", "celsius", "", ""))
    columns = {"sensor": {"sensor_high_critical"}}
    exceptions = Exceptions(columns=columns)
    assert exceptions.applied(reading) is reading

    exceptions.renew([LimitSettings.model_validate({**LIMIT, "match": ['sensor="Inlet"']})], [])
    changed = exceptions.applied(reading)
    exceptions.renew([], [])

    assert changed.columns["sensor_high_critical"] == [70.5]
    assert changed.limited == {"k0": "sensor_high_critical = 70.5 by limits (a warm room, says anna)"}
    assert exceptions.applied(reading) is reading


def test_an_entry_is_called_the_same_in_every_run_and_otherwise_than_any_other():
    names = {
        own_id("limits", ["a"]), own_id("ignore", ["a"]), own_id("ignore", ["a"], ["R"]), own_id("ignore", ["a", "R"])
    }  # fmt: skip

    assert len(names) == 4
    assert own_id("limits", ["a"]) == own_id("limits", ("a",))
