"""The page of one row over time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Past
from netwatch.web.pages.chart import WIDTH
from netwatch.web.pages.drawings import words_of
from tests.concept_readings import concept_reading

from ..house import House, alert_of, status_of
from ..remembering import Remembering
from .seen import Seen

PORT = "ifName=Gi1/0/7"
TRAFFIC = {
    "interface_in_bits_per_second": [1e8, 2e8, 9e8],
    "interface_out_bits_per_second": [5e7, 5e7, 5e7],
    "interface_oper": [1, 2, 1],
}


def house(columns=TRAFFIC, rows=None, **more) -> tuple[House, Remembering]:
    kept = Remembering(columns, rows or {PORT: {"ifName": "Gi1/0/7", "ifAlias": "to <the> core"}, "x": {}})
    return House(statuses=[status_of("sw1")], history=kept, **more), kept


async def test_a_port_is_drawn_and_told_in_words(serve):
    shown, kept = house()
    client = serve(shown)

    answer = await client.get("/history", params={"device": "sw1", "table": "interface", "row": PORT, "span": "30d"})

    page = Seen(answer.text).text
    assert (
        answer.text.count('<svg xmlns="http://www.w3.org/2000/svg"') == 2
    )  # traffic and state; nothing else is known
    assert "lowest 100 Mb/s, mean 400 Mb/s, 95 of 100 below 900 Mb/s, highest 900 Mb/s, last 900 Mb/s" in page
    assert "always 50 Mb/s" in page
    assert "to <the> core" in page
    assert kept.asked[0] == ("sw1", "interface", PORT, timedelta(days=30))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"device": "nobody"}, 404),
        ({"device": "sw1", "table": "ifXTable"}, 404),
        ({"device": "sw1", "span": "9y"}, 400),
        ({"device": "sw1", "table": "interface", "row": "ifName=<b>no"}, 200),
    ],
)
async def test_what_there_is_not_is_said(serve, asked, status):
    client = serve(house({})[0])

    answer = await client.get("/history", params=asked)

    assert answer.status_code == status
    assert "<b>no" not in answer.text


async def test_without_a_row_all_are_offered_and_a_single_one_is_shown(serve):
    client = serve(house({})[0])
    many = (await client.get("/history", params={"device": "sw1", "table": "interface"})).text
    shown, kept = house({"cpu_busy_ratio": [0.5, 0.7]}, {"cpu=0": {"cpu": "0"}})
    client = serve(shown)
    one = (await client.get("/history", params={"device": "sw1", "table": "cpu"})).text

    assert "row=ifName%3DGi1/0/7" in many
    assert "Choose a row to see its charts." in many
    assert "Nothing is known" not in many
    assert kept.asked[-1][2] == "cpu=0"
    assert "highest 70 %" in Seen(one).text


async def test_without_a_device_it_asks_which(serve):
    answer = await serve(house({})[0]).get("/history")

    assert answer.status_code == 200
    assert "<option>sw1</option>" in answer.text
    assert "<option>interface</option>" in answer.text
    assert "<option>identity</option>" not in answer.text  # facts have no history


async def test_without_a_history_nothing_is_asked(serve):
    answer = await serve(House(statuses=[status_of("sw1")])).get("/history")

    assert "No history is kept" in answer.text
    assert "<option>" not in answer.text


async def test_of_a_young_history_what_there_is_fills_the_chart(serve):
    shown, kept = house({"interface_in_bits_per_second": [1e8 * number for number in range(8)]})
    client = serve(shown)

    answer = await client.get("/history", params={"device": "sw1", "table": "interface", "row": PORT, "span": "30d"})

    (line,) = re.findall(r'<polyline points="([^"]*)"', answer.text)
    places = [float(pair.split(",")[0]) for pair in line.split()]
    assert max(places) - min(places) > WIDTH / 2
    assert "History of it begins at" in answer.text
    assert kept.asked[-1][3] == timedelta(hours=1)  # a finer look than a month has


async def test_a_state_is_told_in_its_words_and_for_how_long(serve):
    shown, _ = house({"interface_oper": [1] * 30 + [2] * 10 + [7] * 20})

    page = (
        await serve(shown).get("/history", params={"device": "sw1", "table": "interface", "row": PORT, "span": "1h"})
    ).text

    assert "up 50.0 %, lowerLayerDown 33.3 %, down 16.7 % of the time, last lowerLayerDown" in Seen(page).text
    assert page.count("<rect ") == 3
    assert "<title>lowerLayerDown</title>" in page
    assert "<polyline" not in page


async def test_whether_a_device_was_there_is_a_state_too(serve):
    shown, _ = house({"up": [1, 1, 1, 0]}, {"": {}})

    page = (await serve(shown).get("/history", params={"device": "sw1", "span": "1h"})).text

    assert "up 75.0 %, away 25.0 % of the time, last away" in Seen(page).text


async def test_when_its_alerts_fired_is_marked_in_every_chart(serve):
    now = datetime.now(UTC)
    over = {"firing_at": now - timedelta(minutes=20), "resolved_at": now - timedelta(minutes=10)}
    mine = alert_of("PortDown", "sw1", instance=PORT, **over)
    others = [
        alert_of("PortDown", "sw1", instance="ifName=Gi9"),
        alert_of("Up", "sw1", instance=PORT, firing_at=None),
    ]
    shown, _ = house({"interface_in_bits_per_second": [1e8] * 60, "interface_oper": [1] * 60})
    shown.known_alerts = [mine, *others]
    client = serve(shown)

    page = (
        await client.get("/history", params={"device": "sw1", "table": "interface", "row": PORT, "span": "1h"})
    ).text

    assert page.count("<title>PortDown, warning</title>") == 2  # in the chart of traffic and in that of states
    assert "<title>Up, " not in page
    shown.store_is_broken = True
    again = await client.get("/history", params={"device": "sw1", "table": "interface", "row": PORT, "span": "1h"})
    assert again.text.count("<svg") == page.count("<svg")  # what was is shown whatever becomes of the database


async def test_a_device_page_leads_there_only_where_history_is_kept(serve):
    readings = [concept_reading("interface", {"ifName": "Gi1/0/7", "interface_oper": "up"})]
    with_it = (await serve(house(tables={"sw1": readings})[0]).get("/devices/sw1")).text
    without = (await serve(House(statuses=[status_of("sw1")], tables={"sw1": readings})).get("/devices/sw1")).text

    assert "/history?device=sw1&amp;table=interface&amp;row=" in with_it
    assert "/history?" not in without


def test_words_say_what_a_picture_shows():
    line = Past(times=[1, 2], lows=[0.1, 0.5], means=[0.2, 0.5], highs=[0.4, 0.9])

    assert words_of(line, "ratio") == "lowest 10 %, mean 35 %, 95 of 100 below 50 %, highest 90 %, last 50 %"
    assert words_of(Past(times=[1], lows=[0.5], means=[0.5], highs=[0.5]), "ratio") == "always 50 %"
