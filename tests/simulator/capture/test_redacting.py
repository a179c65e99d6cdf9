"""A capture says nothing of whose device it was, and means the same as before."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from netwatch.mib import load_index
from netwatch.model import Oid, Tag, shipped_directory
from netwatch.simulator import parse_recording
from netwatch.simulator.capture.disguise import Secret
from netwatch.simulator.capture.redacting import Redacted, redacted
from netwatch.simulator.capture.secrecy import Secrecy, secrecy_of
from netwatch.simulator.capture.writing import recording_lines
from tests.bench.knowing.corpus import CORPUS, Recorded
from tests.bench.knowing.polled import Polled, poll_recorded, shipped

OF_MANY_MAKERS = ("asa", "ciscosb", "dell-os10", "junos_mx5t-isis", "routeros_crs317", "vrp_5720")
RECORDINGS = [path for name in OF_MANY_MAKERS if (path := CORPUS / "recordings" / f"{name}.snmprec").exists()]
KEY = b"of this test alone"
MADE_UP = """\
1.3.6.1.2.1.1.1.0|4|Linux fw7.hq.example.org 5.10.0 #1 SMP, reach 10.20.30.40 or 00:1B:21:AA:BB:CC
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.32473.1
1.3.6.1.2.1.1.4.0|4|Jo Doe <jo.doe@example.org>
1.3.6.1.2.1.1.5.0|4|fw7.hq.example.org
1.3.6.1.2.1.1.6.0|4|Cellar 3, door 12
1.3.6.1.2.1.2.2.1.2.1|4|GigabitEthernet0/1 of fw7
1.3.6.1.2.1.2.2.1.6.1|4x|001b21aabbcc
1.3.6.1.2.1.2.2.1.6.2|4|PLANET
1.3.6.1.2.1.31.1.1.1.18.1|4|to fw7.hq.example.org
1.3.6.1.2.1.4.20.1.1.10.20.30.40|64|10.20.30.40
1.3.6.1.2.1.4.20.1.2.10.20.30.40|2|1
1.3.6.1.2.1.4.20.1.3.10.20.30.40|64|255.255.255.0
1.3.6.1.2.1.4.34.1.3.2.16.32.1.7.34.0.0.0.1.2.3.4.5.6.7.8.9|2|1
1.3.6.1.2.1.17.4.3.1.2.0.27.33.170.187.204|2|4
1.3.6.1.2.1.25.4.2.1.5.17|4|--password hunter2
1.3.6.1.2.1.47.1.1.1.1.10.1|4|10.20.30.40
1.3.6.1.2.1.47.1.1.1.1.11.1|4|S/N FDO1234X0AB
1.3.6.1.2.1.47.1.1.1.1.11.2|4|BUILTIN
1.3.6.1.2.1.47.1.1.1.1.13.1|4|MODEL-1234
1.3.6.1.4.1.32473.5.1.1.3.10.20.30.40|4|peer of FDO1234X0AB, community swordfish
1.3.6.1.6.3.18.1.1.1.2.3|4|swordfish
"""


def secrecy() -> Secrecy:
    return secrecy_of(load_index([shipped_directory("mibs")]), shipped())


def redact(content: bytes, *logins: str, key: bytes = KEY) -> Redacted:
    return redacted(parse_recording(content).objects, secrecy(), key, logins)


def lines(found: Redacted) -> dict[str, str]:
    return {line.partition("|")[0]: line.partition("|")[2] for line in recording_lines(found.objects)}


@pytest.fixture(scope="module")
def made_up() -> Redacted:
    return redact(MADE_UP.encode(), "swordfish")


def test_no_secret_of_a_made_up_device_is_left(made_up):
    text = "\n".join(recording_lines(made_up.objects))

    for secret in ("fw7", "example.org", "Doe", "Cellar", "10.20.30.40", "FDO1234X0AB", "swordfish", "hunter2",
                   "00:1B:21:AA:BB:CC", "1b21aabbcc", "27.33.170.187.204", "PLANET", "32.1.7.34"):  # fmt: skip
        assert secret not in text


def test_what_a_profile_needs_stays_as_it_was(made_up):
    found = lines(made_up)

    assert found["1.3.6.1.2.1.1.2.0"] == "6|1.3.6.1.4.1.32473.1"
    assert found["1.3.6.1.2.1.47.1.1.1.1.10.1"] == "4|10.20.30.40".replace("10.20.30.40", found_address(made_up))
    assert found["1.3.6.1.2.1.47.1.1.1.1.11.2"] == "4|BUILTIN"
    assert found["1.3.6.1.2.1.47.1.1.1.1.13.1"] == "4|MODEL-1234"
    assert found["1.3.6.1.2.1.2.2.1.2.1"].startswith("4|GigabitEthernet0/1 of ")
    assert "5.10.0 #1 SMP" in found["1.3.6.1.2.1.1.1.0"]


def found_address(found: Redacted) -> str:
    (address,) = {str(value) for oid, _, value in found.objects if oid[:10] == ADDRESS_COLUMN}
    return address


ADDRESS_COLUMN = Oid.parse("1.3.6.1.2.1.4.20.1.1")


def test_one_address_is_one_address_in_values_texts_and_indexes(made_up):
    found, address = lines(made_up), found_address(made_up)

    assert found[f"1.3.6.1.2.1.4.20.1.1.{address}"] == f"64|{address}"
    assert found[f"1.3.6.1.2.1.4.20.1.3.{address}"] == "64|255.255.255.0"
    assert f"1.3.6.1.4.1.32473.5.1.1.3.{address}" in found
    assert f"reach {address} or" in found["1.3.6.1.2.1.1.1.0"]


def test_one_hardware_address_is_one_in_its_octets_in_a_text_and_in_the_index_of_a_bridge(made_up):
    found = lines(made_up)

    octets = bytes.fromhex(found["1.3.6.1.2.1.2.2.1.6.1"].partition("|")[2])
    assert octets[:3].hex() == "001b21"  # who made it is no secret
    assert "1.3.6.1.2.1.17.4.3.1.2." + ".".join(map(str, octets)) in found
    assert found["1.3.6.1.2.1.1.1.0"].endswith(octets.hex(":").upper())


def test_one_name_is_one_name_wherever_it_is_named(made_up):
    found = lines(made_up)

    name = found["1.3.6.1.2.1.1.5.0"].partition("|")[2]
    assert re.fullmatch(r"[a-z]{2}\d\.[a-z]{2}\.[a-z]{7}\.[a-z]{3}", name)
    assert f"Linux {name} " in found["1.3.6.1.2.1.1.1.0"]
    assert found["1.3.6.1.2.1.31.1.1.1.18.1"].endswith(f" {name}")


def test_a_serial_number_in_a_text_is_the_one_of_its_part(made_up):
    found = lines(made_up)

    serial = found["1.3.6.1.2.1.47.1.1.1.1.11.1"].removeprefix("4|S/N ")
    assert re.fullmatch(r"[A-Z]{3}\d{4}[A-Z]\d[A-Z]{2}", serial)
    (text,) = [text for oid, text in found.items() if oid.startswith("1.3.6.1.4.1.32473.5")]
    assert text == f"4|peer of {serial}, community *********"


def test_logins_and_command_lines_are_left_out_and_counted(made_up):
    assert made_up.left_out == 2
    assert made_up.distinct[Secret.SERIAL] == 1
    assert made_up.places[Secret.ADDRESS] >= 5


def test_the_same_key_gives_the_same_capture_and_another_key_another():
    first, again, other = (redact(MADE_UP.encode(), key=key) for key in (KEY, KEY, b"another"))

    assert first == again
    assert lines(first)["1.3.6.1.2.1.1.5.0"] != lines(other)["1.3.6.1.2.1.1.5.0"]


def test_a_version_is_no_address_unless_the_device_has_it():
    found = redact(b"1.3.6.1.2.1.1.1.0|4|Switch, Version 10.1.2.3\n1.3.6.1.2.1.47.1.1.1.1.10.1|4|10.4.5.6\n")

    assert [value for _, _, value in found.objects] == [b"Switch, Version 10.1.2.3", b"10.4.5.6"]


def test_what_is_written_reads_back_the_same():
    objects = (
        (Oid.parse("1.3.6.1.2.1.1.1.0"), Tag.OCTET_STRING, "a|b \u00fc".encode()),
        (Oid.parse("1.3.6.1.2.1.1.2.0"), Tag.OBJECT_IDENTIFIER, Oid.parse("1.3.6.1.4.1.9")),
        (Oid.parse("1.3.6.1.2.1.1.3.0"), Tag.TIME_TICKS, 17),
        (Oid.parse("1.3.6.1.2.1.4.20.1.1.1.2.3.4"), Tag.IP_ADDRESS, IPv4Address("1.2.3.4")),
        (Oid.parse("1.3.6.1.4.1.1.0"), Tag.OPAQUE, b"\x9f\x78\x04\x41\x00\x00\x00"),
        (Oid.parse("1.3.6.1.4.1.2.0"), Tag.INTEGER, -5),
        (Oid.parse("1.3.6.1.4.1.3.0"), Tag.OCTET_STRING, b" leading and line\n"),
    )

    assert parse_recording("\n".join(recording_lines(objects)).encode()).objects == objects


@pytest.mark.skipif(not RECORDINGS, reason="the recordings are not beside this checkout")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_a_recorded_device_means_the_same_and_none_of_its_secrets_is_left(path, tmp_path):
    content = path.read_bytes()
    found = redact(content)
    capture = tmp_path / "capture.snmprec"
    capture.write_text("\n".join(recording_lines(found.objects)))
    device = Recorded(name=path.stem, path=path, os="", facts={})

    before = await poll_recorded(device, shipped())
    after = await poll_recorded(replace(device, path=capture), shipped())

    assert len(found.objects) + found.left_out == len(parse_recording(content).objects)
    assert {name: len(rows) for name, rows in after.rows.items()} == {n: len(rows) for n, rows in before.rows.items()}
    assert values_of(after) == values_of(before)
    text = capture.read_text()
    told = {octets.hex() for octets in secrets_in(content)} | set(names_of(before))
    assert [secret for secret in told if re.search(rf"(?<![\w.]){re.escape(secret)}(?![\w.])", text)] == []


def values_of(polled: Polled) -> dict[str, list[str]]:
    """Return the values of each concept, whatever its rows are called by now."""
    cells = {name: [cell for row in rows for cell in row.cells.values()] for name, rows in polled.rows.items()}
    return {name: sorted(map(str, some)) for name, some in cells.items()}


def names_of(polled: Polled) -> list[str]:
    """Return serial numbers, names, hardware and IP addresses that the device has, as far as they tell anything."""
    wanted = {"serial", "mac", "address", "chassis", "name", "contact", "neighbour"}
    texts = {row.labels[name] for rows in polled.rows.values() for row in rows for name in wanted & row.labels.keys()}
    return [text for text in texts if len(text) > 4 and re.search("[1-9]", text) and not text.startswith(STAY)]


STAY = ("127.", "224.", "239.", "01:00:5e", "01:80:c2", "ff", "::", "00:00:5e", "33:33")


def secrets_in(content: bytes) -> list[bytes]:
    """Return the hardware addresses of interfaces, which no profile reads."""
    column = Oid.parse("1.3.6.1.2.1.2.2.1.6")
    objects = parse_recording(content).objects
    return [v for oid, _, v in objects if oid.is_under(column) and isinstance(v, bytes) and len(v) == 6 and any(v)]
