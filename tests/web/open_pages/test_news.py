"""What changed between two looks at the house, and which pages show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from netwatch.web.open_pages.news import News, Stand, alerts_of, devices_of, news_between

from ..house import alert_of, bad_night, status_of

ALERT = alert_of("InterfaceDown", "sw1", instance="p1")


def test_a_device_that_goes_down_and_an_alert_taken_in_hand_are_news_of_their_devices():
    house = bad_night()
    before = Stand(devices=devices_of(house.stand()), alerts=alerts_of([ALERT]))
    house.statuses[0] = status_of("core-sw1", up=False, trouble="no answer since a moment")
    taken = replace(ALERT, acked_at=datetime.now(UTC))

    news = news_between(before, Stand(devices=devices_of(house.stand()), alerts=alerts_of([taken])))

    assert news == News(topics=frozenset({"devices", "alerts"}), devices=frozenset({"core-sw1", "sw1"}))
    assert news_between(before, before) == News(topics=frozenset())


def test_an_alert_that_is_no_longer_there_and_a_mail_are_news():
    before = Stand(alerts=alerts_of([ALERT]), rest={"mails": 1, "traps": 5})

    assert news_between(before, Stand(rest={"mails": 2, "traps": 5})) == News(
        topics=frozenset({"alerts", "mails"}), devices=frozenset({"sw1"})
    )


@pytest.mark.parametrize(("path", "topics", "concerned"), [
    ("/", {"traps"}, True), ("/", set(), False), ("/devices", {"devices"}, True), ("/devices", {"mails"}, False),
    ("/devices/sw1", {"devices"}, True), ("/devices/sw2", {"devices"}, False), ("/alerts", {"silences"}, True),
    ("/alerts/x", {"traps"}, False), ("/traps", {"traps"}, True), ("/outbox", {"traps"}, False),
    ("/exceptions", {"own"}, True),
])  # fmt: skip
def test_a_page_is_made_again_for_what_it_shows(path, topics, concerned):
    assert News(topics=frozenset(topics), devices=frozenset({"sw1"})).concerns(path) is concerned
