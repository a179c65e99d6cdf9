"""No manager hears that an alert fires after it heard that it is over."""

from __future__ import annotations

from netwatch.notify.snmp.order import AlertOrder, Turn

KEY, OTHER = ("192.0.2.9:162", "a1"), ("192.0.2.10:162", "a1")


def test_a_problem_told_late_is_not_told_any_more():
    order = AlertOrder()
    order.note_end(KEY)

    assert order.turn_of(KEY, tells_end=False) is Turn.LATE
    assert order.turn_of(KEY, tells_end=True) is Turn.GO
    assert order.turn_of(OTHER, tells_end=False) is Turn.GO


def test_notifications_of_one_alert_to_one_manager_go_one_after_the_other():
    order = AlertOrder()
    with order.under_way(KEY):
        turns = [order.turn_of(key, tells_end=True) for key in (KEY, OTHER)]

    assert turns == [Turn.WAIT, Turn.GO]
    assert order.turn_of(KEY, tells_end=True) is Turn.GO


def test_what_is_remembered_is_bounded():
    order = AlertOrder(remembered=2)
    for number in range(3):
        order.note_end(("manager", str(number)))

    turns = [order.turn_of(("manager", str(number)), tells_end=False) for number in range(3)]
    assert turns == [Turn.GO, Turn.LATE, Turn.LATE]
