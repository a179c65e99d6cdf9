"""How punctual polling is."""

from netwatch.polling.turns.lag import LagMeter


def test_nothing_started_is_nothing_late():
    assert LagMeter().late_ratio(100.0) == 0.0
    assert LagMeter().worst(100.0) == 0.0


def test_a_start_more_than_a_second_late_counts():
    meter = LagMeter()
    for lag in (0.1, 0.2, 0.9, 3.0):
        meter.note(lag, 100.0)

    assert meter.late_ratio(100.0) == 0.25
    assert meter.worst(100.0) == 3.0


def test_turns_that_never_were_count_as_late():
    meter = LagMeter()
    meter.note(0.0, 100.0, missed=3)

    assert meter.late_ratio(100.0) == 0.75


def test_what_happened_more_than_a_minute_ago_is_forgotten():
    meter = LagMeter()
    meter.note(9.0, 100.0)
    meter.note(0.1, 150.0)

    assert meter.worst(155.0) == 9.0
    assert meter.worst(165.0) == 0.1
    assert meter.late_ratio(300.0) == 0.0
