"""Radios, transport, broadcast and voice: who they are, what their tables tell; what is not measured is no value."""

from __future__ import annotations

import pytest

from tests.polling.concepts.test_devices import cells, known, shipped, system

__all__ = ["known", "shipped"]

NET_SNMP = "8072.3.2.10"
NEPTUNE, FIBROLAN, UCS = "1.3.6.1.4.1.1286.5.1.1.2.1", "1.3.6.1.4.1.4467.1000.50.1.2.1", "1.3.6.1.4.1.9.9.719.1"


@pytest.mark.parametrize(("object_id", "objects", "who"), [
    (NET_SNMP, ["8962.2.1.2.1.1.4.0|4|NS-1", "8962.2.1.2.1.1.5.0|4|S1"], ("Trellix", "NS-1", "", "S1")),
    (NET_SNMP, ["13827.14.1.16.0|4|Clock GPS 10-2 v 3.04 - Sep 24"], ("EndRun", "Clock GPS 10-2", "3.04", "")),
    (NET_SNMP, ["42397.1.2.1.0|4|P7", "42397.1.2.3.2.0|4|1.1", "42397.1.2.3.3.0|4|1.2"],
     ("Grandstream", "", "Core: 1.1, Base: 1.2", "P7")),
    ("57344.1", ["57344.1.3.1.0|4|T-9", "57344.1.3.2.0|4|S2", "57344.1.3.4.0|4|1.12 rev 5"],
     ("Tachyon", "T-9", "1.12 rev 5", "S2")),
    ("5003.8.1.1.56", ["5003.9.10.10.2.2.1.0|4|6.60A", "5003.9.10.10.2.3.1.0|4|MP-9",
                       "5003.9.10.10.2.3.2.0|66|10512"],
     ("AudioCodes", "MP-9", "6.60A", "10512")),
    ("25049.1.81", ["25049.17.1.1|4|4.3.0", "25049.17.1.2|4|S3"], ("Opengear", "", "4.3.0", "S3")),
    ("25049.1.81", ["25049.17.1.1.0|4|4.3.0", "25049.17.1.2.0|4|S3"], ("Opengear", "", "4.3.0", "S3")),
    ("6321.1.2.2.5.3", ["6321.1.2.2.2.1.6.1.1.7.1.1|4|3.1", "6321.1.2.2.2.1.6.1.1.8.1.1|4|S4",
                        "6321.1.2.2.2.1.6.1.1.8.1.2|4|S5"], ("Calix", "", "3.1", "S4")),
])  # fmt: skip
async def test_a_device_is_known_by_its_makers_own_objects(known, object_id, objects, who):
    found = await known(*system(object_id), *(f"1.3.6.1.4.1.{line}" for line in objects))

    [identity] = found["identity"].values()
    assert tuple(identity[name] for name in ("vendor", "model", "version", "serial")) == who


async def test_an_adva_is_called_by_its_name_and_is_no_d_link_because_it_answers_rmon(known):
    entity = cells("1.3.6.1.2.1.47.1.1.1.1", "1", c7="sh1", c11="LB1", c13="1078800081-02")

    found = await known(*system("2544.1.20.2.1"), "1.3.6.1.2.1.16.19.2.0|4|5.5.2", *entity)

    [identity] = found["identity"].values()
    assert (identity["vendor"], identity["model"], identity["version"]) == ("ADVA", "sh1", "5.5.2")


async def test_transceivers_with_all_bits_set_measure_nothing(known):
    found = await known(
        *system("1286.5.1.1.1.19"),
        *cells(f"{NEPTUNE}.8.4.1.1", "4", c3=33, c4=579, c5=458, c6=11, c7=103),
        *cells(f"{NEPTUNE}.8.4.1.1", "5", c3=4294967, c4=0, c5=167772159, c6=-32768, c7=-32768),
        *cells(f"{NEPTUNE}.9.1.1", "20", c2="psu0", c3=1218, c4=644, c9=7843),
        *cells(f"{NEPTUNE}.5.1", "4", c3="Card", c18=943),
    )

    values = sorted(row["sensor_value"] for row in found["sensor"].values())
    assert values == pytest.approx([0.0579, 1.1, 10.3, 45.8, 78.43])
    assert max(row["cpu_busy_ratio"] for row in found["cpu"].values()) == pytest.approx(0.057)


async def test_an_empty_cage_of_a_falcon_is_no_sensor(known):
    found = await known(
        *system("4467.1000.318"),
        *cells(FIBROLAN, "1000002", c1=225, c2=220, c3=32, c4=10, c5=3324),
        *cells(FIBROLAN, "1000005", c1=6553, c2=6553, c3=-1, c4=65, c5=6553),
    )

    assert set(found["sensor"]) == {f"Port 1000002 {what}" for what in ("Rx", "Tx", "bias", "transceiver")}
    assert found["sensor"]["Port 1000002 Rx"]["sensor_value"] == pytest.approx(-6.478, abs=0.001)


async def test_supplies_of_a_ucs_that_say_only_whether_they_are_on_are_well_and_the_others_speak_for_themselves(
    known,
):
    supplies = f"{UCS}.15.56.1"
    found = await known(
        *system("9.12.3.1.3.1062"),
        *cells(supplies, "1", c2="psu-1", c10=1),
        *cells(supplies, "2", c2="psu-2", c10=11),
        *cells(supplies, "3", c2="psu-3", c8=2, c10=1),
        *cells(supplies, "4", c2="psu-4", c10=3),
    )

    states = {part: row["hardware_state"] for part, row in found["hardware"].items()}
    assert states == {"psu-1": "ok", "psu-2": "critical", "psu-3": "critical", "psu-4": "absent"}
