"""Ports: names, states and speed of each, by the rules of agreement that the corpus gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.bench.knowing.corpus import Objects, Recorded
from tests.bench.knowing.polled import Polled, Row
from tests.bench.knowing.verdicts import MISSING, RIGHT, WRONG, Verdict, near

PORT_COLUMNS = ("ifName", "ifAlias", "ifAdminStatus", "ifOperStatus", "ifSpeed")


def ports(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return what became of each port: right where names, status and speed are."""
    ours = {row.text("ifIndex") or row.index: row for row in polled.of("interface")}
    return [_port(port, ours.get(str(port["ifIndex"]))) for port in device.facts.get("ports", ())]


def _port(port: Mapping[str, Any], row: Row | None) -> Verdict:
    wanted = f"{port['ifIndex']} {port.get('ifName')}"
    if row is None:
        return Verdict(figure="ports", outcome=MISSING, wanted=wanted)
    told = {
        "ifName": row.text("ifName"),
        "ifAlias": row.text("ifAlias") or row.text("ifName"),
        "ifAdminStatus": row.cells.get("interface_admin"),
        "ifOperStatus": row.cells.get("interface_oper"),
        "ifSpeed": row.number("interface_speed_bits_per_second"),
    }
    wrong = [name for name in PORT_COLUMNS if not same_port_cell(port, name, told, row)]
    return Verdict(
        figure="ports",
        outcome=WRONG if wrong else RIGHT,
        wanted=wanted + "".join(f" {name}={port.get(name)}" for name in wrong),
        found=" ".join(f"{name}={told[name]}" for name in wrong) or row.key,
    )


def same_port_cell(port: Mapping[str, Any], name: str, told: Mapping[str, Any], row: Row) -> bool:
    """Return whether one column of a port is the same, by the rules that the corpus gives.

    A speed that is not believed, with a reason, is as right as one that they do not have: they show anything.
    """
    theirs, ours = port.get(name), told[name]
    if name == "ifSpeed":
        unknown = not theirs or "interface_speed_bits_per_second" in row.doubts
        return (ours is None and unknown) or (ours is not None and near(ours, float(theirs or 0), share=0.001))
    if theirs is None:
        return True
    if name in ("ifName", "ifAlias"):
        spellings = {bare(str(port.get(key) or "")) for key in (name, "ifDescr")}
        return bare(str(ours)) in spellings or (name == "ifAlias" and bare(str(ours)) == bare(str(told["ifName"])))
    return str(theirs) == str(ours)


def bare(text: str) -> str:
    """Return a name without what is printed as a dot elsewhere, or may be."""
    return "".join(re.sub(r"[.\\\0]", "", text).split())
