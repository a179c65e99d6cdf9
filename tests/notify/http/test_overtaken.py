"""A late post leaves out what its receiver has heard newer words about."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.model import AlertState, Elsewhere
from netwatch.notify.http.compose_alertmanager import compose_alertmanager
from netwatch.notify.http.compose_webhook import compose_webhook
from netwatch.notify.http.overtaken import without_overtaken

from ..conftest import NOW


def heard(*alert_ids: str) -> tuple[Elsewhere, ...]:
    return (Elsewhere(subject="newer", at=NOW, alert_ids=alert_ids),)


@pytest.fixture
def notification(make_notification, make_alert):
    ended = make_alert(2, instance="ifName=x", state=AlertState.RESOLVED, resolved_at=NOW)
    return make_notification(make_alert(1), resolved=[ended])


def test_a_webhook_is_told_of_the_others(notification):
    row = compose_webhook(notification, url="https://hooks.example.net", subject="s", page="", entry_id="w")

    body = json.loads(without_overtaken(replace(row, overtaken=heard("1"))))

    assert [alert["id"] for alert in body["alerts"]] == ["2"]
    assert (body["status"], body["overtakenAlerts"]) == ("resolved", 1)
    assert body["commonLabels"] == body["alerts"][0]["labels"]


def test_another_alertmanager_is_told_of_the_others(notification):
    (row,) = compose_alertmanager(
        notification, urls=["http://am:9093"], subject="s", page="", expires_after=timedelta(days=7),
        new_id=lambda: "a",
    )  # fmt: skip

    (alert,) = json.loads(without_overtaken(replace(row, overtaken=heard("2"))))

    assert alert == json.loads(row.message)[0]


@pytest.mark.parametrize("old", [(), ("1", "2")])
def test_a_post_with_nothing_or_everything_overtaken_is_the_whole(notification, old):
    row = compose_webhook(notification, url="https://hooks.example.net", subject="s", page="", entry_id="w")

    assert without_overtaken(replace(row, overtaken=heard(*old))) == row.message
