"""Ignoring a port and limiting a sensor on the page: said before it is done, kept in the file, taken back."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest

from netwatch.app.definitions import Definitions, read_definitions
from netwatch.app.pages.row_exceptions import OwnRowExceptions, Surroundings
from netwatch.config import load_settings
from netwatch.rules import Exceptions, read_own
from netwatch.web import WebSettings, create_app
from tests.concept_readings import concept_reading

from ...conftest import Stage
from ...house import House, alert_of, status_of
from ..seen import HOSTILE, Seen

PORT = {
    "part": "ignore",
    "device": "sw1",
    "table": "interface",
    "row": "ifIndex=7",
    "author": "anna",
    "comment": "lab",
}
INLET = {"part": "limits", "device": "sw1", "table": "sensor", "row": "sensor=Inlet", "author": "anna",
         "comment": "warm", "sensor_high_critical": "80"}  # fmt: skip


_READ: list[Definitions] = []


def definitions(settings):
    """Return what the shipped files define, which is read once, with exceptions that nobody else has."""
    if not _READ:
        _READ.append(read_definitions(settings, lambda rule: rule))
    return replace(_READ[0], exceptions=Exceptions(columns={"sensor": ["sensor_high_critical"]}))


class Table:
    """An app over a house whose exceptions are the real ones, and what was told and polled."""

    def __init__(self, folder, house):
        config = folder / "netwatch.yaml"
        config.write_text(
            'store: {url: "sqlite:///nw.db"}\nlimits: [{match: [\'device="sw9"\'], sensor_high_critical: 9}]\n'
        )
        settings = load_settings(config)
        self.events, self.polled, self.file = [], [], folder / "nw-exceptions.yaml"
        around = Surroundings(readings=house.readings, poll_now=self.polled.append, tell=self.events.append)
        self.own = OwnRowExceptions(settings, definitions(settings), around)
        stage = Stage()
        stage.put_up(house, None)
        app = create_app(stage, stage, WebSettings(), "9.9.9", actions=stage.actions, exceptions=self.own)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1")


@pytest.fixture
async def table(tmp_path):
    house = House(statuses=[status_of("sw1"), status_of(HOSTILE)])
    house.known_alerts = [alert_of("InterfaceDown", "sw1", instance="ifIndex=7", summary="Gi0/7 is down",
                                   labels={"ifName": "Gi0/7"})]  # fmt: skip
    for device, name in (("sw1", "Gi0/7"), (HOSTILE, HOSTILE)):
        house.tables[device] = [
            concept_reading("interface", {"ifIndex": "7", "ifName": name, "ifAlias": HOSTILE}, device=device),
            concept_reading("sensor", {"sensor": "Inlet", "quantity": "celsius", "sensor_value": 66.0,
                                       "sensor_high_critical": 70.0}, device=device),
        ]  # fmt: skip
    made = Table(tmp_path, house)
    async with made.client:
        yield made


async def test_what_ends_is_said_before_a_port_is_ignored_and_who_did_it_after(table):
    form = (await table.client.get("/exceptions/new", params={**PORT, "part": "ignore"})).text
    assert "Gi0/7 is down" in form
    assert not table.file.exists()

    done = await table.client.post("/exceptions", data=PORT)
    page = (await table.client.get(done.headers["location"])).text

    assert done.status_code == 303
    assert page.count("by anna") == 2  # above everything, and beside the port
    assert read_own(table.file)["ignore"][0]["match"] == ['device="sw1"', 'ifName="Gi0/7"']
    assert [(one.text, one.device) for one in table.events] == [("anna ignores Gi0/7 from now on: lab", "sw1")]
    assert table.polled == ["sw1"]


async def test_saying_it_again_takes_the_place_of_what_was_said_before(table):
    await table.client.post("/exceptions", data=INLET)
    await table.client.post("/exceptions", data={**INLET, "sensor_high_critical": "85", "without_verdict": "1"})
    await table.client.post("/exceptions", data={**INLET, "sensor_high_critical": "90", "author": "bert"})

    own = read_own(table.file)
    assert [(one["sensor_high_critical"], one["by"]) for one in own["limits"]] == [(90.0, "bert")]
    assert own["ignore"] == []


async def test_two_at_once_are_both_kept(table):
    await asyncio.gather(*(table.client.post("/exceptions", data=data) for data in (PORT, INLET)))

    own = read_own(table.file)
    assert (len(own["limits"]), len(own["ignore"])) == (1, 1)


async def test_what_was_said_is_taken_back_once_and_what_the_configuration_says_is_not(table):
    await table.client.post("/exceptions", data=PORT)
    page = (await table.client.get("/exceptions")).text
    (identifier,) = re.findall(r"/exceptions/(\w+)/end", page)
    assert "the configuration" in page

    done = await table.client.post(f"/exceptions/{identifier}/end", data={"author": "bert"})

    assert done.headers["location"] == "/devices/sw1"
    assert not table.file.exists()
    assert table.events[-1].text.startswith("bert took back that rules do not see it, said by anna")
    (ours,) = table.own.all()
    for one in (identifier, ours.id):
        assert (await table.client.post(f"/exceptions/{one}/end")).status_code == 404


@pytest.mark.parametrize(("data", "status", "words"), [
    ({**PORT, "comment": " "}, 400, "say why"),
    ({**PORT, "author": ""}, 400, "say who you are"),
    ({**PORT, "row": "ifIndex=8"}, 404, "no such row"),
    ({**PORT, "device": "nobody"}, 404, "nobody"),
    ({**INLET, "sensor_high_critical": "hot"}, 400, "a number is wanted"),
    ({**INLET, "without_verdict": "1", "table": "interface", "row": "ifIndex=7"}, 400, "cannot be set"),
])  # fmt: skip
async def test_what_cannot_be_is_said_in_words_and_nothing_is_written(table, data, status, words):
    answer = await table.client.post("/exceptions", data=data)

    assert answer.status_code == status
    assert words in answer.text
    assert not table.file.exists()
    assert table.events == []


async def test_a_file_that_cannot_be_changed_is_named_and_stays_as_it_is(table):
    table.file.write_text("limits: [")

    answer = await table.client.post("/exceptions", data=PORT)

    assert answer.status_code == 400
    assert "nw-exceptions.yaml" in answer.text
    assert table.file.read_text() == "limits: ["


async def test_hostile_names_are_texts_on_form_list_and_page_and_come_back_as_they_were(table):
    data = {**PORT, "device": HOSTILE, "comment": HOSTILE, "author": HOSTILE[:60]}
    form = await table.client.get("/exceptions/new", params=data)
    done = await table.client.post("/exceptions", data=data)
    pages = [form, await table.client.get(done.headers["location"]), await table.client.get("/exceptions")]

    for page in pages:
        seen = Seen(page.text)
        assert page.status_code == 200
        assert "alert('owned')" in seen.text
        assert seen.wrong == []
        assert not any(name.startswith("on") for name, _ in seen.attributes)
    ((key, said),) = table.own.about(table.own._around.readings(HOSTILE)[:1]).items()
    assert key == ("interface", "ifIndex=7")
    assert said[0].device == HOSTILE
    assert done.headers["location"].startswith(f"/devices/{quote(HOSTILE, safe='')}?said=")


@pytest.mark.parametrize(
    ("quantity", "value", "words"),
    [("celsius", "80", "80 °C"), ("volts", "0.005", "5 mV"), ("ratio", "0.9", "90 %"), ("count", "7", "7")],
)
async def test_limits_are_said_in_the_unit_of_the_sensor_wherever_they_stand(tmp_path, quantity, value, words):
    house = House(statuses=[status_of("sw1")])
    house.tables["sw1"] = [
        concept_reading("sensor", {"sensor": "Inlet", "quantity": quantity, "sensor_value": 0.1}, device="sw1")
    ]
    table = Table(tmp_path, house)
    limits = INLET | {"sensor_high_critical": value}

    made = await table.client.post("/exceptions", data=limits)
    shown = Seen((await table.client.get("/devices/sw1")).text).text
    just = Seen((await table.client.get(made.headers["location"])).text).text
    listed = Seen((await table.client.get("/exceptions")).text).text
    form = {"part": "limits", "device": "sw1", "table": "sensor", "row": "sensor=Inlet"}
    again = Seen((await table.client.get("/exceptions/new", params=form)).text).text

    assert all(f"high critical {words} by" in text for text in (shown, just, again))
    assert f"high critical {words}\n" in listed
    assert "high critical 9 (in the unit of the sensor)" in listed
    assert table.events[-1].text == f"anna gave Inlet other limits (high critical {words}): warm"
