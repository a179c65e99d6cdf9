"""What a device and its parts are called."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from netwatch.app.pages.called import CALLED, Called
from netwatch.metrics import Board
from netwatch.model import CONCEPTS, TableReading
from tests.concept_readings import concept_reading
from tests.web.pages.fleet.test_devices import labelled


def test_every_label_by_which_a_device_is_found_is_one_of_its_concept():
    assert all(set(labels) <= set(CONCEPTS[table].labels) for table, labels in CALLED.items())


def test_the_words_are_those_of_the_rows_there_are_and_follow_them():
    board, device = Board(), labelled("SW1", "192.0.2.1", site="Berlin").device
    called = Called(board)
    ports = concept_reading("interface", {"ifName": "Gi1", "ifAlias": "Uplink"}, {"ifName": "Gi2"}, device="SW1")
    board.take_reading(ports)

    assert called.words_of(device) == "sw1\n192.0.2.1\nberlin\nuplink"
    board.take_reading(replace(ports, at=ports.at + timedelta(minutes=1)))  # the same rows, as with nearly every poll
    assert called.words_of(device) is called.words_of(device)  # nothing is gathered twice
    board.take_reading(concept_reading("identity", {"vendor": "APC", "serial": "AS1"}, device="SW1"))
    assert called.words_of(device).splitlines()[3:] == ["as1", "apc", "uplink"]
    assert called.words_of(replace(device, labels={"site": "Bonn"})).splitlines()[2] == "bonn"
    board.forget("SW1")
    assert called.words_of(device) == "sw1\n192.0.2.1\nberlin"


def test_what_is_kept_of_many_devices_is_what_their_rows_say_at_every_moment():
    dice, board = random.Random(5), Board()
    called = Called(board)
    devices = [labelled(f"sw{number}", "192.0.2.1").device for number in range(5)]
    makers = ("APC", "Cisco", "Ünikum", "")
    for step in range(400):
        name = dice.choice(devices).name
        concept, label = dice.choice([("identity", "vendor"), ("interface", "ifAlias"), ("sensor", "sensor")])
        if dice.random() < 0.1:
            board.forget(name)
        else:
            board.take_reading(concept_reading(concept, {label: f"{dice.choice(makers)}"}, device=name))
        if step % 3:
            continue  # several changes lie between two looks
        for device in devices:
            afresh = Called(board)  # which keeps nothing yet
            assert called.words_of(device) == afresh.words_of(device)
            assert called.vendor_of(device.name) == board.vendor_of(device.name)


def test_what_is_gathered_beside_the_loop_while_other_rows_come_is_not_kept():
    class Meanwhile(Board):
        """A board on which a reading comes while somebody gathers the words."""

        coming: TableReading | None = None

        def row_sets(self, device, tables):
            found = super().row_sets(device, tables)
            if self.coming is not None:
                coming, self.coming = self.coming, None
                self.take_reading(coming)
            return found

        def vendor_of(self, device):
            found = super().vendor_of(device)
            if self.coming is not None:
                coming, self.coming = self.coming, None
                self.take_reading(coming)
            return found

    board, device = Meanwhile(), labelled("SW1", "192.0.2.1").device
    called = Called(board)
    board.coming = concept_reading("identity", {"vendor": "APC"}, device="SW1")
    called.words_of(device)
    assert called.words_of(device).splitlines()[-1] == "apc"

    board.coming = concept_reading("identity", {"vendor": "Eaton"}, device="SW1")
    called.vendor_of("SW1")
    assert called.vendor_of("SW1") == "Eaton"
