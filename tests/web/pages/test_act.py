"""The links of mails: they show, and act only when a person presses the button."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.engine import LinkSigner
from netwatch.model import AlertGroup, AlertState

from ..conftest import LINKS
from ..desk import NOW, Desk
from ..house import House, alert_of
from ..people import form_token
from .seen import Seen

THREAD = "0f8c2f6d3c6a4f5e9b1d7a2c4e6f8091"
TO = "anna@example.net"


def link(action: str, **changes: object) -> str:
    said = {"thread_id": THREAD, "recipient": TO, "expires_at": NOW + timedelta(days=7)} | changes
    return f"/act/{LINKS.sign(action, **said)}"  # type: ignore[arg-type]


def incident(*alerts: object) -> tuple[House, Desk]:
    """An incident of these alerts, and one alert that is none of its business."""
    house = House(known_alerts=[*alerts, alert_of("Hot", "ups1")])  # type: ignore[list-item]
    desk = Desk(house)
    members = tuple(alert.id for alert in alerts)  # type: ignore[attr-defined]
    desk.groups[THREAD] = AlertGroup(
        key="noc{}", receiver="noc", labels={}, thread_id=THREAD, opened_at=NOW, members=members
    )
    return house, desk


def two() -> tuple[House, Desk]:
    return incident(alert_of("Down", "r1", severity="critical"), alert_of("Slow", "r1"))


def acked(house: House) -> dict[str, str]:
    return {alert.key.rule: alert.acked_by for alert in house.known_alerts if alert.acked_by}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("action", ["ack", "silence"])
async def test_following_a_link_shows_what_it_would_do_and_does_nothing(serve, method, action):
    house, desk = two()
    client = serve(house, desk)

    answer = await client.request(method, link(action))

    assert answer.status_code == 200
    if method == "GET":
        page = Seen(answer.text).text
        assert "2 alerts?" in page
        assert "Nothing has been done yet" in page
        assert TO in page
        assert "Hot" not in page
    assert acked(house) == {}
    assert desk.silences() == []


async def test_pressing_the_button_acknowledges_in_the_name_of_who_was_mailed(serve):
    house, desk = two()
    client = serve(house, desk)

    answer = await client.post(link("ack"), data={"id": ["Down-r1-", "Slow-r1-"], "comment": "on it"})

    assert answer.status_code == 200
    assert f"2 alerts acknowledged by {TO}" in Seen(answer.text).text
    assert acked(house) == {"Down": TO, "Slow": TO}


async def test_only_what_was_shown_and_left_ticked_and_is_of_the_incident_is_touched(serve):
    house, desk = two()

    await serve(house, desk).post(link("ack"), data={"id": ["Slow-r1-", "Hot-ups1-", "nobody"], "author": "eve"})

    assert acked(house) == {"Slow": TO}


async def test_a_silence_covers_what_the_alerts_have_in_common_for_as_long_as_said(serve):
    house, desk = two()

    answer = await serve(house, desk).post(link("silence"), data={"id": ["Down-r1-", "Slow-r1-"], "ends": "3h"})

    (silence,) = desk.silences()
    assert answer.status_code == 200
    assert silence.matchers == ('device="r1"',)
    assert (silence.created_by, silence.comment) == (TO, "silenced from a mail")
    assert abs(silence.ends_at - datetime.now(UTC) - timedelta(hours=3)) < timedelta(minutes=1)


async def test_what_has_nothing_in_common_gets_a_silence_each(serve):
    house, desk = incident(alert_of("Down", "r1"), alert_of("Slow", "r2"))
    client = serve(house, desk)

    shown = Seen((await client.get(link("silence"))).text).text
    await client.post(link("silence"), data={"id": ["Down-r1-", "Slow-r2-"], "ends": "1h"})

    assert "each gets a silence of its own" in shown
    assert {silence.matchers for silence in desk.silences()} == {
        ('alertname="Down"', 'device="r1"'), ('alertname="Slow"', 'device="r2"'),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends": "2h"}, "none of the alerts was chosen"),
        ({"id": "Hot-ups1-", "ends": "2h"}, "none of the alerts was chosen"),
        ({"id": "Down-r1-", "ends": "soon"}, "is no time such as 2h"),
        ({"id": "Down-r1-", "ends": "2020-01-01"}, "must end"),
        ({"id": "Down-r1-", "ends": "2h", "comment": "x" * 4001}, "comment"),
    ],
)
async def test_what_is_wrong_is_said_above_the_form_again(serve, fields, words):
    house, desk = two()

    answer = await serve(house, desk).post(link("silence"), data=fields)

    assert answer.status_code == 400
    assert words in Seen(answer.text).text
    assert "<form" in answer.text
    assert desk.silences() == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (link("ack", expires_at=NOW - timedelta(seconds=1)), "this link ended on"),
        (link("ack", thread_id="another"), "what this mail told of is over"),
        (
            f"/act/{LinkSigner(b'x' * 32).sign('ack', THREAD, TO, NOW + timedelta(days=1))}",
            "not made by this NetWatch",
        ),
        (link("ack")[:-1], "cut it short"),
        ("/act/x", "not made by this NetWatch"),
    ],
    ids=["ended", "incident over", "signed by another", "cut short", "no link"],  # a signed link holds the second
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_that_is_over_or_foreign_does_nothing_and_says_why(serve, method, path, words):
    house, desk = two()

    answer = await serve(house, desk).request(method, path, data={"id": "Down-r1-"} if method == "POST" else None)

    assert answer.status_code == 410
    assert words in Seen(answer.text).text
    assert "Nothing was done" in answer.text
    assert acked(house) == {}


async def test_an_incident_of_which_nothing_fires_any_more_is_over(serve):
    house, desk = incident(alert_of("Down", "r1", state=AlertState.RESOLVED))

    answer = await serve(house, desk).get(link("ack"))

    assert answer.status_code == 410
    assert "over" in answer.text


async def test_another_sites_page_cannot_press_the_button(serve):
    house, desk = two()

    answer = await serve(house, desk).post(
        link("ack"), data={"id": "Down-r1-"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert acked(house) == {}


async def test_an_incident_of_thousands_is_shown_in_part_and_acknowledged_as_a_whole(serve):
    house, desk = incident(*(alert_of("Down", f"sw{number}") for number in range(3000)))
    client = serve(house, desk)

    page = (await client.get(link("ack"))).text
    await client.post(link("ack"), data={"whole": "1"})

    assert "3,000 alerts?" in Seen(page).text
    assert "and 2,900 more" in Seen(page).text
    assert 'type="checkbox"' not in page
    assert sum(alert.acked_by == TO for alert in house.known_alerts) == 3000


@pytest.mark.parametrize(("action", "done"), [("ack", "acknowledged by anna"), ("silence", "silenced by anna until")])
async def test_where_people_sign_in_a_link_acts_in_the_name_of_who_did_and_with_a_form_of_hers(page, action, done):
    house, desk = two()
    page.stage.put_up(house, desk)
    browser = await page.signed_in("anna")
    form = await browser.get(link(action))
    fields = {"id": [alert.id for alert in house.known_alerts[:2]], "ends": "2h", "comment": "on my way"}

    forged = await browser.post(link(action), data=fields)
    answer = await browser.post(link(action), data=fields | {"form_token": form_token(form)})

    assert "noted under <b>anna</b>" in form.text
    assert TO not in form.text
    assert (forged.status_code, answer.status_code) == (403, 200)
    assert done in Seen(answer.text).text
    made_by = set(acked(house).values()) | {one.created_by for one in desk.silences()}
    assert made_by == {"anna"}


async def test_with_links_act_who_holds_the_mail_acts_without_signing_in_as_whom_it_was_sent_to(
    page_with,
):
    house, desk = two()
    page = page_with(links_act=True)
    page.stage.put_up(house, desk)
    fields = {"id": [alert.id for alert in house.known_alerts[:2]], "comment": "on my way"}

    answer = await page.browser().post(link("ack"), data=fields)

    assert answer.status_code == 200
    assert set(acked(house).values()) == {TO}
