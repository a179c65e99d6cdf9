"""Interfaces out of readings."""

from __future__ import annotations

from datetime import UTC, datetime

from netwatch.model import RowSet, TableReading
from netwatch.web.pages.interfaces import interfaces_of, load_html, said_of
from tests.concept_readings import concept_reading


def table(columns, rates=None, *, name="ifTable", index=("1", "2"), labels=None):
    rows = RowSet(index=index, keys=tuple(f"ifName=Gi{one}" for one in index), labels=labels or {})
    return TableReading(device="sw1", table=name, at=datetime.now(UTC), rows=rows, columns=columns, rates=rates or {})


def test_state_follows_the_administrators_wish_first():
    readings = [table({"ifAdminStatus": [2, 1, 1, 1], "ifOperStatus": [2, 1, 2, 7]}, index=("1", "2", "3", "4"))]

    shown = [(one.state, one.status) for one in interfaces_of(readings)]

    assert shown == [("off", "off"), ("up", "up"), ("down", "down"), ("down", "lower layer down")]


def test_a_row_with_a_firing_alert_is_an_alert_whatever_its_status():
    shown = interfaces_of([table({"ifOperStatus": [2, 1]})], alerting={"ifName=Gi1"})

    assert [one.state for one in shown] == ["alert", "up"]


def test_what_the_device_does_not_say_is_unknown_and_not_zero():
    (one, _) = interfaces_of([table({"ifOperStatus": [None, 1]})])

    assert (one.state, one.in_bits, one.speed, one.errors, one.in_ratio) == ("unknown", None, None, None, None)


def test_columns_of_two_tables_meet_in_one_interface():
    shown = interfaces_of(
        [
            table({"ifOperStatus": [1, 1]}, labels={"ifDescr": ("GigabitEthernet1", "GigabitEthernet2")}),
            table({"ifHCInOctets": [0, 0], "ifHighSpeed": [1000, 0]}, {"ifHCInOctets": [1e6, None]}, name="ifXTable"),
        ]
    )

    assert [(one.name, one.in_bits, one.speed) for one in shown] == [
        ("GigabitEthernet1", 8e6, 1e9),
        ("GigabitEthernet2", None, None),
    ]
    assert shown[0].in_ratio == 0.008


def test_the_32_bit_counter_stands_in_where_a_row_has_no_64_bit_one():
    rates = {"ifHCInOctets": [10.0, None], "ifInOctets": [9.0, 5.0]}
    shown = interfaces_of([table({"ifHCInOctets": [1, None], "ifInOctets": [1, 2]}, rates)])

    assert [one.in_bits for one in shown] == [80.0, 40.0]


def test_a_rate_above_the_speed_is_shown_as_full():
    (one, _) = interfaces_of([table({"ifInOctets": [1, 1], "ifSpeed": [1000, 0]}, {"ifInOctets": [1000.0, 0.0]})])

    assert one.in_ratio == 1.0


def test_errors_count_both_ways():
    rates = {"ifInErrors": [0.5, None], "ifOutErrors": [0.25, None], "ifInDiscards": [None, 2.0]}
    shown = interfaces_of([table({"ifOperStatus": [1, 1]}, rates)])

    assert [(one.errors, one.discards) for one in shown] == [(0.75, None), (None, 2.0)]


def test_interfaces_stand_in_the_order_of_their_index():
    shown = interfaces_of([table({"ifOperStatus": [1, 1, 1]}, index=("10", "9", "1.2"))])

    assert [one.index for one in shown] == ["1.2", "9", "10"]


def test_tables_about_something_else_are_left_alone():
    assert interfaces_of([table({"hrStorageUsed": [1, 2]}, name="hrStorageTable")]) == []


def test_where_there_is_the_concept_its_rows_are_the_interfaces_and_the_raw_columns_are_not_asked():
    ports = concept_reading(
        "interface",
        {"ifIndex": 10, "ifName": "Gi1", "ifAlias": "uplink", "interface_oper": "up", "interface_admin": "up",
         "interface_in_bits_per_second": 5e8, "interface_out_bits_per_second": 1e6, "interface_duplex": "half",
         "interface_speed_bits_per_second": 1e9, "interface_errors_per_second": 0.5},
        {"ifIndex": 9, "ifName": "Gi2", "interface_oper": "lowerLayerDown", "interface_admin": "up"},
        {"ifIndex": 8, "interface_oper": "down", "interface_admin": "down"},
        {"ifIndex": 7, "ifName": "Gi4", "interface_speed_bits_per_second": 0},
    )  # fmt: skip

    shown = interfaces_of([table({"ifOperStatus": [2, 2]}), ports], alerting={"ifIndex=9"})

    assert [(one.index, one.name, one.state, one.status) for one in shown] == [
        ("9", "Gi2", "alert", "lower layer down"),
        ("7", "Gi4", "unknown", "unknown"),
        ("8", "8", "off", "off"),
        ("10", "Gi1", "up", "up"),
    ]
    busy = shown[-1]
    assert (busy.in_ratio, busy.out_ratio, busy.errors, busy.duplex) == (0.5, 0.001, 0.5, "half")
    assert shown[0].in_ratio is None
    assert shown[1].speed is None  # 0 is what agents say that know none


def test_a_speed_that_is_not_believed_bounds_nothing_and_is_told():
    ports = concept_reading(
        "interface",
        {"ifIndex": 1, "interface_in_bits_per_second": 5e8, "interface_speed_bits_per_second": None},
        doubts={"interface_speed_bits_per_second": {0: "typed by hand"}},
    )

    (one,) = interfaces_of([ports])

    assert (one.in_bits, one.in_ratio) == (5e8, None)
    assert one.distrusted == "typed by hand"


def test_a_column_that_no_interface_fills_is_not_shown():
    said = said_of(interfaces_of([concept_reading("interface", {"ifIndex": 1, "interface_errors_per_second": 0.0})]))

    assert (said.alias, said.speed, said.bits, said.errors, said.discards) == (False, False, False, True, False)


def test_what_an_interface_carries_is_shown_with_a_bar_where_its_speed_is_known():
    assert load_html(None, None) == ""
    assert load_html(2e6, None) == '<span class="load"><span>2 Mb/s</span></span>'
    assert 'class="bar hot"' in load_html(9e8, 0.9)
    assert 'width="0.5"' in load_html(5e6, 0.005)
    assert "&lt;1 % of the speed" in load_html(5e6, 0.005)


def test_a_port_shows_what_hangs_on_it_and_the_column_is_there_where_any_port_does():
    known = {"ifName": "Gi1", "role": "uplink", "role_reason": "a trunk", "interface_oper": "up"}
    one, other = interfaces_of([concept_reading("interface", known, {"ifName": "Gi2", "interface_oper": "up"})])

    assert (one.role, one.role_reason, other.role, other.role_reason) == ("uplink", "a trunk", "", "")
    assert (said_of([one, other]).role, said_of([other]).role) == (True, False)
