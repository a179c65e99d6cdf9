"""Devices and alerts by site."""

from __future__ import annotations

from netwatch.web.pages.front.sites import sites_of
from netwatch.web.pages.overview import overview_of

from ...house import alert_of, status_of
from ..fleet.test_devices import labelled


def test_the_site_with_the_gravest_alert_stands_first_then_those_with_devices_down():
    devices = [
        labelled("sw1", "10.0.0.1", site="bonn"), labelled("sw2", "10.0.0.2", site="berlin"),
        labelled("sw3", "10.0.0.3", site="essen"), labelled("sw4", "10.0.0.4", site="aachen"), status_of("sw5"),
    ]  # fmt: skip
    alerts = [alert_of("A", "sw2", severity="critical"), alert_of("B", "sw1"), alert_of("C", "netwatch")]
    rows = overview_of(devices, alerts, ()).rows

    sites = sites_of(rows, alerts, "site")

    assert [(site.name, len(site.alerts), site.devices) for site in sites] == [
        ("berlin", 1, 1), ("bonn", 1, 1), ("", 1, 1), ("aachen", 0, 1), ("essen", 0, 1)
    ]  # fmt: skip
    assert sites[0].condition == 'site="berlin"'


def test_any_label_may_be_the_one():
    rows = overview_of([labelled("sw1", "10.0.0.1", building="7")], [], ()).rows

    assert [site.name for site in sites_of(rows, [], "building")] == ["7"]
    assert [site.name for site in sites_of(rows, [], "site")] == [""]
