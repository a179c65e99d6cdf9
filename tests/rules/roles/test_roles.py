"""What the configuration says of roles, and what happens where facts cannot be used."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from netwatch.model import RowSet, TableReading
from netwatch.rules import Roles, RoleSettings
from tests.rules.roles.devices import DOWN, Switch, device

OTHERS = {"p5": 1, "p6": 1, "p7": 2, "p8": 1}


def test_the_configuration_has_the_last_word_and_says_why():
    chosen = [
        {"match": ['device="sw1"', 'ifAlias=~"printer.*"'], "role": "access", "comment": "go to sleep"},
        {"match": ['device="sw1"', 'ifName="p2"'], "role": "described"},
        {"match": ['ifName="p2"'], "role": "uplink"},
    ]
    switch = Switch(chosen=chosen)
    switch.alias["p1"] = "printer 4"
    switch.read()

    assert (switch.role("p1"), switch.role("p2"), switch.role("p3")) == ("access", "uplink", "")
    assert switch.why("p1") == "`roles` of the configuration say so: go to sleep"


def test_it_holds_for_a_port_that_is_down_too():
    switch = Switch(chosen=[{"match": ['ifName="p1"'], "role": "access"}])

    assert switch.read(p1=DOWN).role("p1") == "access"


def test_role_in_a_matcher_is_the_label_of_the_device():
    switch = Switch(chosen=[{"match": ['role="lab"'], "role": "access"}], labels={"role": "lab"})

    assert set(switch.read().roles_now.values()) == {"access"}
    assert set(Switch(chosen=[{"match": ['role="lab"'], "role": "access"}]).read().roles_now.values()) == {""}


@pytest.mark.parametrize("entry", [
    {"match": [], "role": "access"}, {"match": ['device="a"'], "role": "boss"}, {"match": ['device="a"']},
    {"match": ["device"], "role": "access"}, {"match": ['device="a"'], "role": "access", "why": "x"},
])  # fmt: skip
def test_an_entry_that_says_nothing_usable_is_refused(entry):
    with pytest.raises(ValidationError):
        RoleSettings.model_validate(entry)


def test_readings_of_other_tables_and_of_what_a_device_lacks_go_on_as_they_are():
    roles = Roles([device("sw1")])
    empty = TableReading(
        device="sw1", table="interface", at=datetime(2026, 3, 1, tzinfo=UTC), rows=RowSet(index=(), keys=()),
        columns={}, lacking=True,
    )  # fmt: skip

    assert roles.applied(empty) is empty


def test_what_breaks_off_is_noted_and_the_reading_goes_on_without_roles():
    noted, settled = [], []

    class Book:
        def note(self, kind, name, error, now, device=""):
            noted.append((kind, name, device, type(error)))

        def settle(self, kind, name, device=""):
            settled.append(device)

    roles = Roles([device("sw1")], faults=Book())
    rows = RowSet(index=("1",), keys=("1",), labels={"ifIndex": ("1",), "ifName": ("a", "b")})
    odd = TableReading(
        device="sw1", table="interface", at=datetime(2026, 3, 1, tzinfo=UTC), rows=rows,
        columns={"interface_oper": [1], "interface_type": [6]},
    )  # fmt: skip

    assert roles.applied(odd) is odd
    assert (noted, settled) == ([("roles of", "interface", "sw1", ValueError)], [])
