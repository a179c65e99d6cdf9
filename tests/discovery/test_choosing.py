"""What becomes of what a sweep found: by the words of discovery.auto, and by what was found before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.discovery import FoundDevice, Host
from netwatch.discovery.choosing import chosen
from netwatch.discovery.findings import Findings, read_findings, write_findings
from netwatch.discovery.settings import AutoSettings

NOW = datetime(2026, 11, 30, 23, 50, tzinfo=UTC)
CISCO = AutoSettings(matchers=['sys_descr=~"Cisco.*"'], labels={"site": "hq"})


def found(number, descr="Cisco IOS", known_as="", **more):
    host = Host(address=f"192.0.2.{number}", credential="main", sys_name=f"sw{number}", sys_descr=descr)
    return FoundDevice(name=known_as or f"sw{number}", host=host, known_as=known_as, **more)


def decided(devices, before=None, *, auto=(CISCO,), per_day=20, now=NOW):
    return chosen(
        devices, before or Findings(), auto=auto, per_day=per_day, now=now, usual_credential="main", answering=9
    )


def states(choice):
    return {one.name: "taken" if one.taken_at else "waiting" for one in choice.findings.devices}


def test_what_meets_a_rule_is_taken_with_its_labels_and_the_rest_waits():
    choice = decided([found(1), found(2, "HP ProCurve"), found(3, known_as="core")])

    assert states(choice) == {"sw1": "taken", "sw2": "waiting"}
    (entry,) = choice.entries
    assert (entry["name"], entry["address"], entry["labels"]) == ("sw1", "192.0.2.1", {"site": "hq"})
    assert choice.findings.words == "2 devices were found; 1 taken: sw1 (192.0.2.1); 1 waiting: sw2 (192.0.2.2)"


def test_without_rules_all_wait():
    assert states(decided([found(1)], auto=())) == {"sw1": "waiting"}


@pytest.mark.parametrize(
    ("rule", "takes"),
    [
        (AutoSettings(networks=["192.0.2.0/29"]), True),
        (AutoSettings(networks=["198.51.100.0/24"]), False),
        (AutoSettings(networks=["2001:db8::/120", "192.0.2.1"]), True),
        (AutoSettings(matchers=['credential="main"', 'name!~"sw1"']), False),
        (AutoSettings(), True),
    ],
)
def test_a_rule_takes_what_all_of_it_fits(rule, takes):
    assert bool(decided([found(1)], auto=[rule]).entries) is takes


def test_no_more_are_taken_a_day_than_allowed_and_the_next_day_goes_on():
    first = decided([found(n) for n in (1, 2, 3)], per_day=2)
    assert states(first) == {"sw1": "taken", "sw2": "taken", "sw3": "waiting"}
    assert "1 of those wait because discovery.auto_per_day lets 2 be taken a day" in first.findings.words

    known = [found(1, known_as="sw1"), found(2, known_as="sw2")]
    same_day = decided([*known, found(3)], first.findings, per_day=2, now=NOW + timedelta(minutes=5))
    assert (states(same_day), same_day.entries) == (states(first), ())

    next_day = decided([*known, found(3)], same_day.findings, per_day=2, now=NOW + timedelta(minutes=15))
    assert [entry["name"] for entry in next_day.entries] == ["sw3"]


def test_what_was_taken_and_is_not_read_yet_is_not_taken_again():
    first = decided([found(1)])
    later = decided([found(1)], first.findings, now=NOW + timedelta(days=1))

    assert (states(later), later.entries, later.findings.told_at) == ({"sw1": "taken"}, (), NOW)


def test_what_waits_is_told_once_and_stays_when_it_vanishes():
    first = decided([found(2, "HP")])
    later = decided([], first.findings, now=NOW + timedelta(days=1))
    again = decided([found(2, "HP")], later.findings, now=NOW + timedelta(days=2))

    assert (later.findings.told_at, again.findings.told_at) == (NOW, NOW)
    (one,) = again.findings.devices
    assert (one.first_seen, one.last_seen) == (NOW, NOW + timedelta(days=2))


def test_a_device_that_is_found_by_another_of_its_addresses_is_the_same():
    first = decided([found(2, "HP", others=("192.0.2.9",))])
    later = decided([found(9, "HP", others=("192.0.2.2",))], first.findings, now=NOW + timedelta(days=1))

    (one,) = later.findings.devices
    assert one.first_seen == NOW


def test_findings_are_read_as_they_were_written_and_a_damaged_file_is_nothing(tmp_path):
    findings = decided([found(1), found(2, "HP", others=("192.0.2.9",))]).findings
    path = tmp_path / "netwatch-found.json"

    write_findings(path, findings)
    assert read_findings(path) == findings
    assert path.stat().st_mode & 0o777 == 0o600

    whole = path.read_text()
    for damaged in (whole[: len(whole) // 2], "[]", '{"devices": [1]}', "null", ""):
        path.write_text(damaged)
        assert read_findings(path) == Findings()
