"""What a device and its parts are called."""

from __future__ import annotations

from netwatch.app.pages.called import CALLED, Called
from netwatch.model import CONCEPTS
from tests.concept_readings import concept_reading
from tests.web.pages.fleet.test_devices import labelled


def test_every_label_by_which_a_device_is_found_is_one_of_its_concept():
    assert all(set(labels) <= set(CONCEPTS[table].labels) for table, labels in CALLED.items())


def test_the_words_are_those_of_the_rows_there_are_and_follow_them():
    rows = {"interface": concept_reading("interface", {"ifName": "Gi1", "ifAlias": "Uplink"}, {"ifName": "Gi2"}).rows}
    called = Called(lambda device, tables: list(map(rows.get, tables)))

    device = labelled("SW1", "192.0.2.1", site="Berlin").device

    assert called.words_of(device) == "sw1\n192.0.2.1\nberlin\nuplink"
    assert called.words_of(device) is called.words_of(device)  # nothing is gathered twice
    rows["identity"] = concept_reading("identity", {"vendor": "APC", "serial": "AS1"}).rows
    assert called.words_of(device).splitlines()[3:] == ["as1", "apc", "uplink"]
