"""Which columns share a chart, and what each is in it."""

from __future__ import annotations

from netwatch.model import WITH_HISTORY
from netwatch.web.charts.plan import Role, numbers_of, plans_of, role_of, title_of


def test_every_column_that_is_drawn_is_one_of_its_table_and_all_tables_with_numbers_have_charts():
    for table in WITH_HISTORY:
        drawn = [column for plan in plans_of(table) for column in plan.columns]
        assert set(drawn) <= set(numbers_of(table))
        assert bool(drawn) == bool(numbers_of(table))


def test_traffic_goes_about_a_zero_line_below_a_capacity_and_a_sensor_has_its_limits():
    traffic, sensor = plans_of("interface")[0], plans_of("sensor")[0]

    assert [role_of("interface", name) for name in traffic.columns] == [Role.ABOVE, Role.BELOW, Role.CAPACITY]
    assert [role_of("sensor", name) for name in sensor.columns] == [
        Role.LINE, Role.HIGH_CRITICAL, Role.HIGH_WARNING, Role.LOW_WARNING, Role.LOW_CRITICAL
    ]  # fmt: skip
    assert role_of("interface", "interface_oper") is Role.STATE
    assert role_of("reachability", "up") is Role.STATE


def test_facts_and_strange_tables_have_no_charts():
    assert plans_of("arp") == plans_of("ifXTable") == ()
    assert title_of("interface_in_bits_per_second") == "in"
