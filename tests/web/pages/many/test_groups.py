"""Alerts in groups by a label."""

from __future__ import annotations

from netwatch.web.pages.many.groups import grouped, groups_of, label_names

from ...house import alert_of
from ..seen import HOSTILE, Seen
from .test_together import storm


def test_groups_stand_in_the_order_of_their_first_alert_and_count_what_is_on_other_pages():
    alerts = [
        alert_of("A", "sw1", labels={"site": "b", "severity": "critical"}),
        alert_of("B", "sw2", labels={"severity": "warning"}),
        alert_of("C", "sw3", labels={"site": "b", "severity": "warning"}),
    ]

    found = grouped(alerts, "site")
    first, second = groups_of(found[:2], found, "site"), groups_of(found[2:], found, "site")

    assert [alert.key.rule for alert in found] == ["A", "C", "B"]
    assert [(one.text, one.count, one.severities) for one in first] == [("b", 2, (("critical", 1), ("warning", 1)))]
    assert [(one.text, one.count, one.condition) for one in second] == [("", 1, 'site=""')]
    assert label_names(alerts, 9) == ["alertname", "device", "severity", "site"]


async def test_the_page_groups_by_any_label_and_leads_to_one_group_alone(serve):
    client = serve(*storm())

    page = (await client.get("/alerts", params={"by": "site", "labels": 'alertname="PortDown"'})).text

    text = Seen(page).text
    assert text.index("site berlin 3 alerts, 3 warning") < text.index("site bonn 2 alerts")
    assert "/alerts?labels=site%3D%22bonn%22" in page
    assert "FanFailed" not in text
    only = Seen((await client.get("/alerts", params={"labels": 'site="bonn"'})).text).text
    assert ("r1" in only, "sw2" in only) == (True, False)


async def test_conditions_that_are_none_are_said_and_hostile_ones_come_back_as_text(serve):
    client = serve(*storm())

    answer = await client.get("/alerts", params={"labels": HOSTILE, "by": HOSTILE, "severity": HOSTILE})

    assert answer.status_code == 400
    assert "is not a matcher such as" in Seen(answer.text).text
    assert "<script>alert" not in answer.text
    assert Seen(answer.text).wrong == []
