"""The map: what is tied to what, how it is, and where it leads; without scripts too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from netwatch.model import Neighbour, RowSet, TableReading
from netwatch.web.pages.fleet.links import chosen, ties_of
from netwatch.web.pages.fleet.map import NODES_ON_A_MAP
from netwatch.web.pages.overview import overview_of
from tests.concept_readings import AT, concept_reading

from ...house import House, status_of
from ..seen import HOSTILE, Seen
from .test_devices import labelled

NOW = datetime.now(UTC)


def hears(device: str, peer: str, port: str = "Gi1", **more: object) -> Neighbour:
    fields: dict[str, object] = {
        "name": peer, "peer": peer, "peer_port": "Gi2", "first_seen": NOW, "last_seen": NOW, "if_index": "1"
    }  # fmt: skip
    return Neighbour(device=device, port=port, **(fields | more))  # type: ignore[arg-type]


def behind(name: str, *parents: str, up: bool = True):
    status = status_of(name, up=up)
    return replace(status, device=replace(status.device, depends_on=parents))


def small() -> House:
    house = House(statuses=[
        behind("r1"), behind("sw1", "r1"), behind("sw2", "r1", up=False), behind("lone"),
        behind("sw3", "sw1", "gone"),
    ])  # fmt: skip
    house.known_neighbours = [hears("sw1", "r1"), hears("r1", "sw1", "Gi2", peer_port="Gi1"), hears("sw2", "sw1")]
    return house


def two_switches(wires: int, oper: str = "up") -> House:
    """Two switches with so many wires between them; of the first it is known when its ports came up."""
    house = House(statuses=[behind("sw1"), behind("sw2")])
    for device, peer in (("sw1", "sw2"), ("sw2", "sw1")):
        ports = [
            {"ifIndex": number, "ifName": f"Gi{number}", "interface_oper": oper, "interface_admin": "up",
             "interface_speed_bits_per_second": 1e9}
            for number in range(1, wires + 1)
        ]  # fmt: skip
        house.tables[device] = [concept_reading("interface", *ports, device=device)]
        house.known_neighbours += [
            hears(device, peer, f"Gi{number}", peer_port=f"Gi{number}", if_index=str(number))
            for number in range(1, wires + 1)
        ]
    indexes = tuple(map(str, range(1, wires + 1)))
    house.tables["sw1"].append(
        TableReading(
            device="sw1", table="ifTable", at=AT, rows=RowSet(index=indexes, keys=indexes), uptime=timedelta(hours=2),
            columns={"ifLastChange": [360_000, *[0] * (wires - 1)]},
        )
    )  # fmt: skip
    return house


def down(house: House, device: str, port: str) -> None:
    """Have a port of a device go down: its next reading says so."""
    (before,) = (one for one in house.tables[device] if one.table == "interface")
    oper = list(before.columns["interface_oper"])
    oper[before.rows.labels["ifName"].index(port)] = 2
    after = replace(before, columns={**before.columns, "interface_oper": oper})
    house.tables[device] = [after if one is before else one for one in house.tables[device]]


def links_of(page: str) -> dict[str, str]:
    return {line.findtext("title") or "": line.attrib["class"] for line in svg_of(page).findall("path")}


def svg_of(page: str) -> ElementTree.Element:
    begin = page.index("<svg", page.index('<div class="scroll map">'))
    end = page.index("</svg>", begin)
    return ElementTree.fromstring(page[begin : end + 6])  # noqa: S314 # our own page


async def test_every_device_is_a_link_coloured_and_worded_by_its_state(serve):
    page = (await serve(small()).get("/map")).text

    nodes = {node.attrib["href"]: node.attrib["class"] for node in svg_of(page).findall("a")}
    assert nodes == {
        "/devices/r1": "node dev-up", "/devices/sw1": "node dev-up", "/devices/sw2": "node dev-down",
        "/devices/sw3": "node dev-up", "/devices/lone": "node dev-up",
    }  # fmt: skip
    words = [text.text for text in svg_of(page).iter("text") if text.attrib.get("class") == "word"]
    assert words == ["down"]
    assert "Map of 5 devices, 1 down, 4 up" in page


async def test_the_lines_say_what_they_are_and_a_table_says_the_same(serve):
    page = (await serve(small()).get("/map")).text

    lines = links_of(page)
    assert lines == {
        "state unknown; sw1 is reached through r1; r1 Gi2 (unknown) to sw1 Gi1 (unknown)": "link-unknown",
        "sw2 is reached through r1": "link-none",
        "sw3 is reached through sw1": "link-none",
        "state unknown; sw1 Gi2 (unknown) to sw2 Gi1 (unknown)": "link-unknown across",
    }
    table = Seen(page[page.index("The same as a table") :]).text
    assert all(words in table for words in lines if words)


def test_of_too_many_devices_those_in_trouble_stand_there_with_what_they_are_reached_through():
    many = [behind(f"sw{number}", "zz-core", up=number != 700) for number in range(800)] + [behind("zz-core")]
    rows = overview_of(many, [], ()).rows

    names = {row.status.device.name for row in chosen(rows, NODES_ON_A_MAP, "", lambda name: ())}

    assert len(names) == NODES_ON_A_MAP
    assert {"sw700", "zz-core"} <= names


def test_around_a_device_is_what_is_two_steps_from_it():
    rows = overview_of(small().statuses, [], ()).rows
    heard = small().neighbours

    assert {row.status.device.name for row in chosen(rows, 99, "sw3", heard)} == {"sw3", "sw1", "r1"}
    assert {row.status.device.name for row in chosen(rows, 99, "lone", heard)} == {"lone"}


def test_what_is_no_longer_heard_or_not_watched_ties_nothing():
    rows = overview_of([behind("a"), behind("b")], [], ()).rows
    gone = {"a": [hears("a", "b", is_there=False), hears("a", ""), hears("a", "elsewhere"), hears("a", "a")]}

    assert ties_of(rows, lambda name: gone.get(name, [])) == []


async def test_a_link_says_how_its_two_ports_are_and_since_when(serve):
    house = two_switches(1, oper="up")
    page = (await serve(house).get("/map")).text
    assert links_of(page) == {
        "up; sw1 Gi1 (up, 1 Gb/s, since 2026-03-01 03:05 UTC) to sw2 Gi1 (up, 1 Gb/s)": "link-up"
    }
    assert "<b>1</b></li>" in page[page.index('<ul class="legend links">') : page.index("</ul>\n<div")]

    down(house, "sw2", "Gi1")
    assert list(links_of((await serve(house).get("/map")).text).values()) == ["link-down"]


async def test_a_bundle_is_thick_and_of_it_a_part_may_be_down(serve):
    house = two_switches(3)
    assert set(links_of((await serve(house).get("/map")).text).values()) == {"link-up thick"}

    down(house, "sw1", "Gi2")
    (words,) = (found := links_of((await serve(house).get("/map")).text))
    assert found[words] == "link-part thick"
    assert words.startswith("down in part; sw1 Gi1 (up, 1 Gb/s")
    assert "sw1 Gi2 (down, 1 Gb/s) to sw2 Gi2 (up, 1 Gb/s)" in words


async def test_what_a_device_said_before_it_fell_silent_is_not_shown_as_so(serve):
    house = two_switches(1)
    house.statuses[1] = replace(house.statuses[1], up=False)

    assert links_of((await serve(house).get("/map")).text) == {
        "one end unknown; sw1 Gi1 (up, 1 Gb/s, since 2026-03-01 03:05 UTC) to sw2 Gi1 (unknown)": "link-half"
    }


async def test_ports_with_names_that_break_out_of_html_do_not(serve):
    house = two_switches(1)
    house.known_neighbours = [replace(one, port=HOSTILE, peer_port=HOSTILE) for one in house.known_neighbours]

    page = (await serve(house).get("/map")).text

    assert "<script>alert" not in page
    assert any(HOSTILE[:20] in words for words in links_of(page))


async def test_the_map_is_narrowed_by_labels_and_says_where_a_condition_is_none(serve):
    house = House(statuses=[labelled("sw1", "10.0.0.1", site="berlin"), labelled("sw2", "10.0.0.2", site="bonn")])
    client = serve(house)

    page = (await client.get("/map", params={"labels": "site=berlin"})).text
    wrong = await client.get("/map", params={"labels": HOSTILE})

    assert ("/devices/sw1" in page, "/devices/sw2" in page) == (True, False)
    assert (wrong.status_code, "<script>alert" in wrong.text) == (400, False)
    assert (await client.get("/map", params={"around": "nobody"})).status_code == 404
    assert "No device is configured" in (await serve(House()).get("/map")).text


async def test_a_person_finds_from_the_map_to_a_device_without_scripts_on_a_phone(serve, browser):
    url = str(serve(small()).base_url).rstrip("/")
    phone = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    await browser.call("Emulation.setDeviceMetricsOverride", **phone)
    await browser.call("Emulation.setScriptExecutionDisabled", value=True)

    await browser.open(f"{url}/map")
    assert await browser.value("document.documentElement.scrollWidth") == 320
    await browser.click("a.node.dev-down")

    await browser.until("location.pathname === '/devices/sw2'")
