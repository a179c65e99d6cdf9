"""Real devices, as they were recorded: what a poll reads of their interfaces is what LibreNMS read."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.polling import poll_once
from netwatch.profiles import load_library
from netwatch.simulator import read_recording

DEVICES = (
    "apc_ap8959eu3", "arista_eos_vrf", "arubaos-cx_10.10", "asa", "ciscosb", "dell-os10", "drac_r640", "dsm",
    "edgeswitch_es-24-250w", "fortigate_100e", "ios_2960x", "iosxr_asr9001", "jetdirect_m130nw", "junos_mx5t-isis",
    "linux_lsi", "nxos_n9k-c93180yc-fx3", "panos_5220", "procurve_2520", "routeros_crs317", "vrp_5720",
)  # fmt: skip
STATUS = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown"}
WIDTHS = {
    "ifInOctets": "ifHCInOctets",
    "ifOutOctets": "ifHCOutOctets",
    "ifInUcastPkts": "ifHCInUcastPkts",
    "ifOutUcastPkts": "ifHCOutUcastPkts",
}


@pytest.fixture(scope="session")
def shipped():
    return load_library()


@pytest.fixture(scope="session")
def expected(corpus):
    lines = (corpus / "recordings" / "expected.jsonl").read_text().splitlines()
    return {facts["device"]: facts["ports"] for facts in map(json.loads, lines)}


@pytest.mark.parametrize("name", DEVICES)
async def test_interfaces_are_read_as_librenms_reads_them(name, corpus, expected, shipped, agent, client, device):
    recording = read_recording(corpus / "recordings" / f"{name}.snmprec")
    agent.cells = {oid: (tag, value) for oid, tag, value in recording.objects}
    device = replace(device, timeout=timedelta(seconds=5))

    _, readings = await poll_once(device, shipped, client)

    found = interfaces(next(reading for reading in readings if reading.table == "ifTable"))
    differences = [
        (port["ifIndex"], column, port[column], value)
        for port in expected[name]
        for column, value in found[str(port["ifIndex"])].items()
        if column in port and port[column] is not None and not same(port[column], value)
    ]
    assert differences == []


def interfaces(reading):
    """Return rows by ifIndex, told as LibreNMS tells them."""
    return {index: told(reading, row) for row, index in enumerate(reading.rows.index)}


def told(reading, row):
    labels = reading.rows.labels_of(row)
    cells = {name: column[row] for name, column in reading.columns.items()}
    for narrow, wide in WIDTHS.items():
        cells[narrow] = cells[narrow] if cells[wide] is None else cells[wide]
    return {
        "ifName": labels["ifName"],
        "ifDescr": labels["ifDescr"],
        "ifAlias": labels["ifAlias"] or labels["ifDescr"],
        "ifOperStatus": STATUS.get(cells["ifOperStatus"]),
        "ifAdminStatus": STATUS.get(cells["ifAdminStatus"]),
        "ifSpeed": cells["ifHighSpeed"] * 1_000_000 if cells["ifHighSpeed"] else cells["ifSpeed"],
        **{name: cells[name] for name in (*WIDTHS, "ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards")},
    }


def same(theirs, ours):
    """Return whether two values agree; LibreNMS prints control characters as dots and a missing counter as 0."""
    if ours is None:
        return theirs == 0
    if isinstance(theirs, str) and isinstance(ours, str):
        return theirs.replace(".", "").split() == ours.replace(".", "").split()
    return theirs == ours
