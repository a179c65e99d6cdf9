"""What a device is part of: neighbours, addresses, VLANs, routing peers."""

from __future__ import annotations

import re
from ipaddress import ip_address

from netwatch.model import Oid
from tests.bench.knowing.corpus import Objects, Recorded, cells_under
from tests.bench.knowing.inventory import printable
from tests.bench.knowing.polled import Polled, Row
from tests.bench.knowing.verdicts import Offered, Verdict, Wanted, counted, matched, normalised, outcome_of

VLAN_NAMES = (Oid.parse("1.3.6.1.2.1.17.7.1.4.3.1.1"), Oid.parse("1.3.6.1.4.1.9.9.46.1.3.1.1.4"))
OSPF_STATE = Oid.parse("1.3.6.1.2.1.14.10.1.6")
OSPF_UP = (4, 8)
"""twoWay is where two routers stay of which neither is DR or BDR, full where all others get to (RFC 2328, 10.1)."""


def neighbours(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return which neighbours are known, by their name and port."""
    expected, ours = device.facts.get("neighbours", ()), polled.of("neighbour")

    def agree(a: int, b: int) -> bool:
        one, row = expected[a], ours[b]
        protocol = row.text("protocol").lower()
        return (
            (not protocol or str(one["protocol"]).lower() in protocol)
            and same_host(str(one["remote_hostname"] or ""), row)
            and same_port(str(one["remote_port"] or ""), row.text("neighbour_port"))
        )

    found = matched([Wanted() for _ in expected], [Offered() for _ in ours], agree)
    return [
        Verdict(
            figure="neighbours",
            kind=str(one["protocol"]),
            outcome=outcome_of(found=a in found, right=a in found),
            wanted=f"{one['protocol']} {one['remote_hostname']} {one['remote_port']}",
            found=" ".join(ours[found[a][0]].labels.values()) if a in found else "",
        )
        for a, one in enumerate(expected)
    ]


def same_host(wanted: str, row: Row) -> bool:
    """Return whether a neighbour has that name, with or without its domain."""
    one, other = normalised(wanted), normalised(row.text("neighbour"))
    short = one.partition(".")[0], other.partition(".")[0]
    return bool(one) and (one == other or (bool(short[0]) and short[0] == short[1]))


def same_port(wanted: str, found: str) -> bool:
    """Return whether a neighbour's port is that one; theirs is `name (identifier)`."""
    spellings = [wanted, *re.split(r"[()]", wanted)]
    ours = re.sub(r"[^a-z0-9]", "", found.lower())
    return bool(ours) and any(ours == re.sub(r"[^a-z0-9]", "", text.lower()) for text in spellings)


def addresses(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return which addresses are known, with prefix and port."""
    ours = [
        (canonical(row.text("address")), row.text("prefix_length"), row.text("ifIndex"))
        for row in polled.of("address")
    ]
    wanted = [
        (canonical(one["ipv4_address"]), str(one["ipv4_prefixlen"]), str(one["ifIndex"]))
        for one in device.facts.get("addresses", ())
    ]
    known = {address: rest for address, *rest in ours}
    return [
        Verdict(
            figure="addresses",
            outcome=outcome_of(found=one[0] in known, right=is_there),
            wanted=f"{one[0]}/{one[1]} port {one[2]}",
            found=f"/{known[one[0]][0]} port {known[one[0]][1]}" if one[0] in known else "",
        )
        for one, is_there in zip(wanted, counted(wanted, ours), strict=True)
    ]


def canonical(text: str) -> str:
    """Return an address as the standard spells it; what is none as it is."""
    try:
        return str(ip_address(text.partition("%")[0].strip()))
    except ValueError:
        return text.strip().lower()


def vlans(_device: Recorded, objects: Objects, polled: Polled) -> list[Verdict]:
    """Return which VLANs of the device's own tables are known, by number and name."""
    wanted = sorted(
        {
            (index[-1], printable(value))
            for column in VLAN_NAMES
            for index, value in cells_under(objects, column).items()
            if index
        }
    )
    names: dict[str, set[str]] = {}
    for row in polled.of("vlan"):
        names.setdefault(row.text("vlan"), set()).add(normalised(row.text("vlan_name")))
    return [
        Verdict(
            figure="VLANs",
            outcome=outcome_of(found=str(number) in names, right=name in names.get(str(number), ())),
            wanted=f"{number} {name}",
            found=", ".join(names.get(str(number), ())),
        )
        for number, name in wanted
    ]


def bgp_peers(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return which BGP peers are known with the right state."""
    ours = {canonical(row.text("peer")): row for row in polled.of("peer") if "bgp" in row.text("protocol").lower()}
    verdicts = []
    for one in device.facts.get("bgp_peers", ()):
        row = ours.get(canonical(str(one["bgpPeerIdentifier"])))
        state = row.text("peer_state") if row else ""
        allowed = {"up"} if one["bgpPeerState"] == "established" else {"down"}
        if one["bgpPeerAdminStatus"] in ("stop", "halted") and one["bgpPeerState"] != "established":
            allowed = {"down", "disabled"}
        verdicts.append(
            Verdict(
                figure="BGP peers",
                outcome=outcome_of(found=row is not None, right=state in allowed),
                wanted=f"{one['bgpPeerIdentifier']} {one['bgpPeerState']} ({one['bgpPeerAdminStatus']})",
                found=state,
            )
        )
    return verdicts


def ospf_peers(_device: Recorded, objects: Objects, polled: Polled) -> list[Verdict]:
    """Return which OSPF neighbours of the device's own table are known with the right state."""
    ours = [row for row in polled.of("peer") if row.text("protocol").lower() == "ospf"]
    verdicts = []
    for index, state in cells_under(objects, OSPF_STATE).items():
        address = ".".join(map(str, index[:4]))
        row = next((row for row in ours if address in row.text("peer") or row.index.startswith(f"{address}.")), None)
        said = row.text("peer_state") if row else ""
        verdicts.append(
            Verdict(
                figure="OSPF peers",
                outcome=outcome_of(found=row is not None, right=said == ("up" if state in OSPF_UP else "down")),
                wanted=f"{address} state {state}",
                found=said,
            )
        )
    return verdicts
