"""The shipped rules about parts, sensors, peers and what runs out: what they tell of, and what they leave alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.model import CONCEPTS, RowSet, shipped_directory
from netwatch.profiles import load_library
from netwatch.rules import TableMemory, evaluate, evaluate_gone, load_rules, render


@pytest.fixture(scope="module")
def rules():
    found = load_rules(sorted(shipped_directory("rules").glob("*.yaml")), load_library([]).schema())
    return {rule.name: rule for rule in found}


class Row:
    """One row of a concept, as every shipped rule of that concept sees it reading after reading."""

    def __init__(self, workshop, rules, concept, **labels):
        self._workshop, self._concept = workshop, CONCEPTS[concept]
        self._rules = [rule for rule in rules.values() if rule.table == concept]
        self._memory = TableMemory("sw1", concept)
        labels = {name: (labels.get(name, ""),) for name in self._concept.labels}
        self.rows = RowSet(index=("1",), keys=("row",), labels=labels)
        self._at = 0

    def _verdicts(self, columns):
        self._at += 60
        numbers = {
            name: {word: number for number, word in words.items()} for name, words in self._concept.enums.items()
        }
        given = {
            name: [numbers[name].get(value, value) if name in numbers else value] for name, value in columns.items()
        }
        reading = self._workshop.reading(given, rows=self.rows, seconds=self._at, table=self._concept.name)
        return [evaluate(rule, reading, self._memory) for rule in self._rules]

    def broken(self, **columns):
        """Return the titles of what is told of it now."""
        return [self._title(verdicts) for verdicts in self._verdicts(columns) if verdicts.broken[0] is True]

    def well(self, **columns):
        """Return the rules by which it is well now."""
        return {
            verdicts.rule.name
            for verdicts in self._verdicts(columns)
            if verdicts.broken[0] is False and (verdicts.healed is None or verdicts.healed[0] is True)
        }

    def gone(self):
        """Return the titles of what is told once the row is no longer there."""
        empty = RowSet(index=(), keys=(), labels=dict.fromkeys(self.rows.labels, ()))
        self._at += 60
        whole = self._workshop.reading({"x": []}, rows=empty, seconds=self._at, table=self._concept.name)
        told = [evaluate_gone(rule, self.rows, whole, self._memory) for rule in self._rules]
        return [self._title(verdicts) for verdicts in told if verdicts.broken[0] is True]

    def _title(self, verdicts):
        labels = {**verdicts.labels_of(0), **verdicts.rule.fixed_labels}
        told = render(verdicts.rule, labels=labels, device="sw1", instance="row", value=verdicts.value(0),
                      threshold=verdicts.threshold(0))  # fmt: skip
        assert all("unknown" not in text and "None" not in text and "  " not in text for text in told.values()), told
        return told["title"]


@pytest.fixture
def row(workshop, rules):
    return lambda concept, **labels: Row(workshop, rules, concept, **labels)


# -- sensors ---------------------------------------------------------------------------------------------


def test_a_sensor_beyond_its_limit_is_told_once_by_the_gravest_word_in_its_unit(row):
    inlet = row("sensor", sensor="Inlet", quantity="celsius")
    limits = {"sensor_high_warning": 65.0, "sensor_high_critical": 75.0, "sensor_low_critical": 0.0}

    assert inlet.broken(sensor_value=41.5, **limits) == []
    assert inlet.broken(sensor_value=70.0, **limits) == ["sw1 Inlet is 70 °C (limit 65 °C)"]
    assert inlet.broken(sensor_value=88.0, **limits) == ["sw1 Inlet is 88 °C (limit 75 °C)"]
    assert inlet.broken(sensor_value=-4.0, **limits) == ["sw1 Inlet is -4 °C (limit 0 °C)"]
    assert inlet.broken(sensor_value=None, **limits) == []


CRITICAL_ABOVE = 'SensorBeyondLimit{limit="",severity="critical",side="above"}'


def test_a_sensor_is_well_again_only_when_it_is_clearly_below_its_limit(row):
    inlet = row("sensor", sensor="Inlet", quantity="celsius")
    both = {"sensor_high_critical": 75.0, "sensor_low_critical": -5.0}

    assert CRITICAL_ABOVE not in inlet.well(sensor_value=74.0, **both)
    assert CRITICAL_ABOVE in inlet.well(sensor_value=70.9, **both)
    assert CRITICAL_ABOVE not in inlet.well(sensor_value=74.0, sensor_high_critical=75.0)
    assert CRITICAL_ABOVE in inlet.well(sensor_value=73.0, sensor_high_critical=75.0)


def test_what_the_device_itself_calls_critical_is_told_where_no_limit_says_it(row):
    outlet = row("sensor", sensor="Outlet", quantity="celsius")

    assert outlet.broken(sensor_value=88.0, sensor_state="critical") == ["sw1 Outlet is 88 °C: critical"]
    assert outlet.broken(sensor_value=70.0, sensor_state="warning") == ["sw1 Outlet is 70 °C: warning"]
    assert outlet.broken(sensor_value=88.0, sensor_state="critical", sensor_high_critical=75.0) == [
        "sw1 Outlet is 88 °C (limit 75 °C)"
    ]
    assert (
        outlet.broken(sensor_value=None, sensor_state="critical") == []
    )  # a sensor that does not work measures nothing


@pytest.mark.parametrize(("sensor", "value", "told"), [
    ("Inlet Temp", 61.0, True), ("Switch 1 - ambient", 61.0, True), ("Inlet Temp", 55.0, False),
    ("CPU 0 die", 95.0, False), ("Transceiver Temperature Sensor", 72.0, False), ("Mainlet", 70.0, False),
])  # fmt: skip
def test_without_limits_only_air_that_comes_in_has_one(row, sensor, value, told):
    assert bool(row("sensor", sensor=sensor, quantity="celsius").broken(sensor_value=value)) is told


LIGHT = {"sensor_low_critical": -14.4, "sensor_high_critical": 0.5}


@pytest.mark.parametrize(("before", "now", "port", "told"), [
    (-3.2, -18.0, "up", True),
    (-3.2, -40.0, "up", True),
    (-3.2, -40.0, "down", False),      # InterfaceDown tells of it
    (-3.2, -40.0, "disabled", False),  # meant to be dark
    (-40.0, -40.0, "up", False),       # was never lit
    (-3.2, -18.0, None, True),         # nobody knows the port, but there is some light
    (-3.2, -40.0, None, False),
    (-3.2, -13.0, "up", False),
])  # fmt: skip
def test_light_that_was_strong_enough_and_is_not_is_told_while_the_port_is_up(row, before, now, port, told):
    optic = row("sensor", sensor="Te1/1 Rx", quantity="dbm", port="Te1/1")
    assert optic.broken(sensor_value=before, sensor_port_state="up", **LIGHT) == []

    said = optic.broken(sensor_value=now, sensor_port_state=port, **LIGHT)

    assert said == ([f"sw1 Te1/1 Rx is weak: {now:g} dBm"] if told else [])


def test_light_that_is_too_strong_is_told_and_exactly_0_dbm_is_no_light(row):
    optic = row("sensor", sensor="Rx", quantity="dbm", port="")

    assert optic.broken(sensor_value=1.2, **LIGHT) == ["sw1 Rx is 1.2 dBm (limit 0.5 dBm)"]
    assert optic.broken(sensor_value=0.0, sensor_high_critical=-2.0, sensor_high_warning=-3.0) == []


def test_light_without_limits_is_told_when_there_is_none_left(row):
    optic = row("sensor", sensor="Rx", quantity="dbm", port="p")
    optic.broken(sensor_value=-8.0, sensor_port_state="up")

    assert optic.broken(sensor_value=-24.0, sensor_port_state="up") == []
    assert optic.broken(sensor_value=-38.0, sensor_port_state="up") == ["sw1 Rx is weak: -38 dBm"]


def test_the_laser_of_a_port_that_is_switched_off_draws_no_current_and_that_is_no_news(row):
    bias = row("sensor", sensor="Te1/1 bias", quantity="amperes", port="Te1/1")

    assert bias.broken(sensor_value=0.0, sensor_low_critical=0.002, sensor_port_state="disabled") == []
    assert bias.broken(sensor_value=0.0, sensor_low_critical=0.002, sensor_port_state="down") == []
    assert bias.broken(sensor_value=0.0, sensor_low_critical=0.002) == []
    assert bias.broken(sensor_value=0.0, sensor_low_critical=0.002, sensor_port_state="up") == [
        "sw1 Te1/1 bias is 0 A (limit 2 mA)"
    ]


# -- parts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part_class", "state", "word", "title"), [
    ("fan", "critical", "notFunctioning", "sw1 Fan 2 failed"),
    ("supply", "critical", "shutdown", "sw1 Fan 2 failed"),
    ("module", "critical", "failed", "sw1 Fan 2 failed"),
    ("battery", "critical", "replace", "sw1 Fan 2 failed"),
    ("battery", "critical", "batteryDepleted", "sw1 battery is nearly empty"),
    ("battery", "warning", "batteryLow", "sw1 battery is nearly empty"),
    ("fan", "warning", "warning", "sw1 Fan 2 is not well"),
    ("fan", "ok", "normal", None),
    ("fan", "absent", "notPresent", None),           # an empty bay
    ("supply", "unknown", "unknown", None),
    ("supply", "warning", "battery", None),          # UpsOnBattery tells of it
    ("alarm", "warning", "paper low", None),
])  # fmt: skip
def test_a_part_that_failed_is_told_by_one_rule(row, part_class, state, word, title):
    part = row("hardware", part="Fan 2", part_class=part_class)

    said = part.broken(hardware_state=state, hardware_word=word.encode())

    assert said == ([title] if title else [])


def test_a_part_that_was_well_and_is_not_in_its_place_any_more_is_told_and_a_switched_off_one_is_not(row):
    pulled, off = row("hardware", part="PSU 1", part_class="supply"), row("hardware", part="PoE", part_class="supply")
    for part in (pulled, off):
        part.broken(hardware_state="ok", hardware_word=b"normal")

    assert pulled.broken(hardware_state="absent", hardware_word=b"notPresent") == ["sw1 PSU 1 failed"]
    assert off.broken(hardware_state="absent", hardware_word=b"off") == []


def test_a_member_of_a_stack_that_ran_and_is_called_removed_is_told_and_one_that_never_ran_is_not(row):
    ran, never = (
        row("hardware", part="Switch 2", part_class="stack_member"),
        row("hardware", part="Switch 3", part_class="stack_member"),
    )
    assert never.broken(hardware_state="absent", hardware_word=b"provisioned") == []
    assert ran.broken(hardware_state="ok", hardware_word=b"ready") == []

    assert ran.broken(hardware_state="absent", hardware_word=b"removed") == ["sw1 lost Switch 2 of its stack"]
    assert never.broken(hardware_state="absent", hardware_word=b"removed") == []
    assert "StackMemberGone" not in ran.well(hardware_state="absent", hardware_word=b"provisioned")
    assert "StackMemberGone" in ran.well(hardware_state="ok", hardware_word=b"ready")


def test_a_part_that_nobody_knows_anything_of_now_is_not_well_by_that(row):
    fan = row("hardware", part="Fan 2", part_class="fan")
    fan.broken(hardware_state="critical", hardware_word=b"failed")

    assert "FanFailed" not in fan.well(hardware_state="unknown")
    assert "FanFailed" not in fan.well(hardware_state="absent", hardware_word=b"notPresent")
    assert "FanFailed" in fan.well(hardware_state="ok", hardware_word=b"normal")


# -- peers, groups, tunnels ------------------------------------------------------------------------------


@pytest.mark.parametrize(("labels", "title"), [
    ({"peer": "192.0.2.7", "protocol": "bgp", "remote_as": "64500"}, "sw1 lost BGP with 192.0.2.7 (AS 64500)"),
    ({"peer": "2001:db8::7", "protocol": "bgp", "remote_as": "0"}, "sw1 lost BGP with 2001:db8::7"),
    ({"peer": "192.0.2.7", "protocol": "ospf"}, "sw1 lost OSPF with 192.0.2.7"),
    ({"peer": "1921.6800.1001 on Te0/1", "protocol": "isis"}, "sw1 lost IS-IS with 1921.6800.1001 on Te0/1"),
])  # fmt: skip
def test_a_peer_that_was_up_is_lost_and_one_that_is_being_built_or_was_stopped_is_no_news(row, labels, title):
    lost, new, stopped = row("peer", **labels), row("peer", **labels), row("peer", **labels)
    assert new.broken(peer_state="down", peer_word=b"active") == []
    assert lost.broken(peer_state="up") == stopped.broken(peer_state="up") == []

    assert new.broken(peer_state="down", peer_word=b"active") == []
    assert lost.broken(peer_state="down", peer_word=b"active") == [title]
    assert stopped.broken(peer_state="disabled", peer_word=b"idle") == []
    assert lost.well(peer_state="up") == lost.well(peer_state="disabled") == {"PeerDown"}


def test_a_neighbour_whose_row_vanished_is_lost_where_it_was_up_before(row):
    full, never = row("peer", peer="192.0.2.7", protocol="ospf"), row("peer", peer="192.0.2.8", protocol="ospf")
    full.broken(peer_state="up", peer_word=b"full")
    never.broken(peer_state="down", peer_word=b"init")

    assert full.gone() == ["sw1 lost OSPF with 192.0.2.7"]
    assert never.gone() == []


def test_a_group_whose_role_changed_is_told_for_ten_minutes(row):
    group = row("redundancy", group="7 on Vlan7", kind="vrrp")
    said = [group.broken(redundancy_role=role, redundancy_state="ok") for role in [b"backup"] * 3 + [b"master"] * 12]

    assert said == [[]] * 3 + [["sw1 is master of 7 on Vlan7 now"]] * 10 + [[]] * 2
    assert group.broken(redundancy_role=b"initialize", redundancy_state="critical")[-1:] == [
        "sw1 is out of 7 on Vlan7"
    ]


def test_a_tunnel_that_was_up_is_lost(row):
    tunnel = row("tunnel", tunnel="to-branch", kind="ipsec")

    assert tunnel.broken(tunnel_state="down") == []
    tunnel.broken(tunnel_state="up")
    assert tunnel.broken(tunnel_state="down") == ["sw1 lost the tunnel to-branch"]
    assert tunnel.broken(tunnel_state="disabled") == []


# -- interfaces ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "now", "flow", "told"), [
    (1e9, 1e8, (5e6, 1e6), "100 Mb/s"),
    (1e9, 1e7, (0.0, 0.0), "10 Mb/s"),
    (1e9, 1e8, (0.0, 4000.0), None),     # a computer asleep: it is sent to, and sends nothing
    (1e10, 1e9, (5e6, 1e6), "1 Gb/s"),
    (1e9, 1e9, (5e6, 1e6), None),
    (1e8, 1e8, (5e6, 1e6), None),
    (1e9, None, (5e6, 1e6), None),
])  # fmt: skip
def test_a_port_that_is_slower_than_it_was_is_told(row, before, now, flow, told):
    port = row("interface", ifName="Gi1/0/7")
    up = {"interface_oper": "up", "interface_admin": "up", "interface_type": "ethernetCsmacd",
          "interface_in_bits_per_second": flow[0], "interface_out_bits_per_second": flow[1]}  # fmt: skip
    port.broken(interface_speed_bits_per_second=before, **up)

    said = port.broken(interface_speed_bits_per_second=now, **up)

    assert said == ([f"sw1 Gi1/0/7 only {told}"] if told else [])
    assert ("SpeedDropped" in port.well(interface_speed_bits_per_second=before, **up)) is True


@pytest.mark.parametrize(("duplex", "speed", "oper", "told"), [
    ("half", 1e8, "up", True), ("half", 1e7, "up", False), ("half", 1e8, "down", False), ("full", 1e8, "up", False),
    ("unknown", 1e9, "up", False), (None, 1e9, "up", False),
])  # fmt: skip
def test_half_duplex_on_a_fast_port_is_told(row, duplex, speed, oper, told):
    said = row("interface", ifName="Fa0/1").broken(
        interface_duplex=duplex, interface_speed_bits_per_second=speed, interface_oper=oper,
        interface_type="ethernetCsmacd",
    )  # fmt: skip

    assert said == (["sw1 Fa0/1 half duplex"] if told else [])


# -- what runs out ---------------------------------------------------------------------------------------


def filling(row, used_at, hours):
    """Return what is told of a disk of 100 GB at the end of some hours; `used_at(hour)` is its use in GB."""
    disk = row("storage", path="/srv")
    said: list[str] = []
    for minute in range(0, int(hours * 60) + 1, 5):
        disk._at += 240
        used = used_at(minute / 60)
        said = disk.broken(
            storage_used_bytes=used * 1e9, storage_size_bytes=1e11, storage_used_ratio=used / 100, storage_fixed=1.0
        )
    return said


@pytest.mark.parametrize(("used_at", "hours", "told"), [
    (lambda hour: 60 + 2 * hour, 7, True),
    (lambda hour: 60 + 2 * hour, 5, False),                       # too little was seen of it
    (lambda hour: 60 + 0.3 * hour, 12, False),                    # not within a day
    (lambda hour: 60 if hour < 9 else 80, 12, False),             # one big file, hours ago
    (lambda hour: 80 - 2 * hour, 9, False),
    (lambda hour: 10 + 3 * hour, 8, False),                       # it is not half full yet
])  # fmt: skip
def test_a_disk_that_will_be_full_within_a_day_is_told(row, used_at, hours, told):
    assert filling(row, used_at, hours) == (["sw1 /srv will be full within a day"] if told else [])


@pytest.mark.parametrize(("left", "title"), [
    (timedelta(days=12), "sw1 Advanced expires in 12d"),
    (timedelta(days=-1), "sw1 Advanced has expired"),
    (timedelta(days=60), None),
])  # fmt: skip
def test_a_license_is_told_of_a_month_before_it_ends(row, left, title):
    said = row("license", license="Advanced").broken(license_expires_in_seconds=left.total_seconds())

    assert said == ([title] if title else [])


def test_a_license_without_a_date_is_what_the_device_calls_it(row):
    license_ = row("license", license="Advanced")

    assert license_.broken(license_state="ok") == []
    assert license_.broken(license_state="critical") == ["sw1 Advanced is critical"]


def test_toner_that_runs_out_is_told_and_a_level_that_is_unknown_is_not(row):
    toner = row("supply", supply="Black Cartridge", kind="toner")

    assert toner.broken(supply_level_ratio=0.07) == ["sw1 Black Cartridge 7 % left"]
    assert toner.broken(supply_level_ratio=None) == toner.broken(supply_level_ratio=0.4) == []


def test_a_pool_that_is_nearly_used_up_is_told(row):
    pool = row("pool", pool="Guest DHCP", kind="dhcp")

    assert pool.broken(pool_used_ratio=0.97) == ["sw1 Guest DHCP 97 % used"]
    assert pool.broken(pool_used_ratio=0.5) == []


OPTICS = RowSet(
    index=("1", "2"), keys=("sensor=a", "sensor=b"),
    labels={"sensor": ("Inlet", "Rx power"), "quantity": ("celsius", "dbm"), "port": ("", "Et1"), "part": ("", "")},
)  # fmt: skip
PORTS = RowSet(index=("1", "2"), keys=("1", "2"), labels=dict.fromkeys(("ifIndex", "ifName", "ifAlias"), ("1", "2")))
VALUES = st.sampled_from([None, -40.0, -12.0, 0.0, 0.02, 1.0, 61.0, 500.0, 9e7, 1e8, 1e9, 1e10, 1e11])
STATES = st.sampled_from([None, 1, 2, 3, 6, 7])


@settings(max_examples=40, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize(("concept", "rows"), [("interface", PORTS), ("sensor", OPTICS)])
def test_shipped_rules_say_of_columns_that_stand_still_what_they_say_of_such_that_only_look_it(
    workshop, rules, concept, rows, data
):
    columns = {
        name: st.lists(STATES if name in CONCEPTS[concept].enums else VALUES, min_size=2, max_size=2)
        for name in CONCEPTS[concept].columns
    }
    held = [rule for rule in rules.values() if rule.table == concept]
    quick, slow, now = TableMemory("sw1", concept), TableMemory("sw1", concept), {}
    assert held
    for minute, news in enumerate(data.draw(st.lists(st.fixed_dictionaries({}, optional=columns), max_size=6))):
        now |= news
        if not now:
            continue
        reading = workshop.reading(now.copy(), rows=rows, seconds=60 * minute, table=concept)
        anew = replace(reading, columns={name: [*column] for name, column in now.items()})
        for rule in held:
            quickly, slowly = evaluate(rule, reading, quick), evaluate(rule, anew, slow)
            assert quickly.broken == slowly.broken, rule.name
            assert quickly.healed == slowly.healed, rule.name
            for row in range(2):
                assert quickly.value(row) == slowly.value(row)
                assert quickly.threshold(row) == slowly.threshold(row)
        assert quick.unsaved() == slow.unsaved()
