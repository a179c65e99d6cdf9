"""Our own statements of standard modules, held object by object to the official files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netwatch.mib import Base, LoadOptions, MibIndex, MibObject, ResolvedSyntax, load_index
from netwatch.model import shipped_directory

SHIPPED = sorted(path.name for path in shipped_directory("mibs").iterdir())
WHOLE = [
    "BGP4-MIB", "BRIDGE-MIB", "ENTITY-MIB", "ENTITY-SENSOR-MIB", "HOST-RESOURCES-MIB", "HOST-RESOURCES-TYPES",
    "IANAifType-MIB", "IF-MIB", "INET-ADDRESS-MIB", "IP-MIB", "LLDP-MIB", "OSPF-MIB", "OSPF-TRAP-MIB", "P-BRIDGE-MIB",
    "Q-BRIDGE-MIB", "SNMP-COMMUNITY-MIB", "SNMP-FRAMEWORK-MIB", "SNMP-MPD-MIB", "SNMP-TARGET-MIB",
    "SNMP-USER-BASED-SM-MIB", "SNMPv2-MIB", "SNMPv2-SMI",
    "SNMPv2-TC", "UPS-MIB", "VRRPV3-MIB",
]  # fmt: skip
TRAPS_ALONE = [
    "ARISTA-BGP4V2-MIB", "ARISTA-ENTITY-SENSOR-MIB", "BFD-STD-MIB", "CISCO-BGP4-MIB", "CISCO-CONFIG-MAN-MIB",
    "CISCO-ENTITY-ALARM-MIB", "CISCO-ENTITY-FRU-CONTROL-MIB", "CISCO-ENTITY-SENSOR-MIB", "CISCO-ENVMON-MIB",
    "CISCO-ERR-DISABLE-MIB", "CISCO-HSRP-MIB", "CISCO-IETF-DHCP-SERVER-MIB", "CISCO-MEMORY-POOL-MIB",
    "CISCO-RF-MIB", "CISCO-STACKWISE-MIB", "CISCO-SYSLOG-MIB", "EATON-EMP-MIB", "ENTITY-STATE-MIB",
    "FORTINET-CORE-MIB", "FORTINET-FORTIGATE-MIB", "FORTINET-FORTIMANAGER-FORTIANALYZER-MIB", "HUAWEI-LDT-MIB",
    "ISIS-MIB", "JUNIPER-MIB", "MG-SNMP-UPS-MIB", "MIKROTIK-MIB", "MPLS-L3VPN-STD-MIB", "MPLS-LDP-STD-MIB",
    "MPLS-TE-STD-MIB", "OSPFV3-MIB", "POWER-ETHERNET-MIB", "PW-STD-MIB", "XUPS-MIB",
]  # fmt: skip
"""Modules of makers and of the IETF of which only the traps are stated, and what these carry."""
NOT_FOLLOWED = {
    "CISCO-PRIVATE-VLAN-MIB", "CISCO-QOS-PIB-MIB", "CISCO-VTP-MIB", "DIFFSERV-MIB", "Q-BRIDGE-MIB", "RFC1271-MIB",
    "RMON-MIB", "RMON2-MIB", "TOKEN-RING-RMON-MIB",
}  # fmt: skip
"""Imported by those, and large; no trap of theirs needs them."""
NEWER_THAN_THE_CORPUS = {
    "ospfNssaTranslatorStatusChange", "ospfRestartStatusChange", "ospfNbrRestartHelperStatusChange",
    "ospfVirtNbrRestartHelperStatusChange",
}  # fmt: skip
NOT_STATED = re.compile(r"(Group|Groups|Compliance|Compliances|Conformance)\d*$|Conform$|Group\w*$|Compliance\w*$")
"""What only says which objects belong together."""


@pytest.fixture(scope="module")
def official(corpus: Path, mib_cache: Path) -> MibIndex:
    """The official modules, without ours."""
    places = [corpus / "mibs/net-snmp" / f"{name}.txt" for name in SHIPPED] + [
        corpus / "mibs/standard" / n for n in SHIPPED
    ]
    paths = [path for path in places if path.is_file()]
    return load_index(paths, options=LoadOptions(cache=mib_cache, shipped=False))


def test_our_modules_have_nothing_wrong_and_stand_in_files_of_their_names(index: MibIndex):
    assert index.problems == ()
    assert list(index.modules) == SHIPPED
    assert all(Path(index.file_of(module)).name == module for module in index.modules)


WITHOUT_OFFICIAL = {
    "NETWATCH-MIB", "KEEPALIVED-MIB", "AXIS-VIDEO-MIB",
    "EKINOPS-MGNT2-NMS-MIB", "JUNIPER-DOM-MIB", "POSEIDON-MIB", "RUCKUS-SZ-EVENT-MIB",
    "VMWARE-VMINFO-MIB", "BGP4-V2-MIB-JUNIPER", "CIENA-CES-AAA-MIB", "CM-ALARM-MIB", "CPS-MIB", "EES-POWER-MIB",
    "JUNIPER-LDP-MIB", "VEEAM-MIB",
}  # fmt: skip
"""Modules that are ours, or that the corpus does not have."""
A_LATER_DRAFT = {"vrrpTrapNewMaster"}
"""The corpus has the draft that was to follow RFC 2787; devices send what the RFC says."""


@pytest.mark.parametrize("module", [name for name in SHIPPED if name not in WITHOUT_OFFICIAL | {*TRAPS_ALONE}])
def test_every_object_of_ours_is_what_the_official_module_says(index: MibIndex, official: MibIndex, module: str):
    ours = {obj.name: obj for obj in index.objects_of(module)}
    theirs = {obj.name: obj for obj in official.objects_of(module)}

    assert ours.keys() - NEWER_THAN_THE_CORPUS <= theirs.keys()
    different = {
        name: (described(obj), described(theirs[name]))
        for name, obj in ours.items()
        if name in theirs and name not in A_LATER_DRAFT and described(obj) != described(theirs[name])
    }
    assert different == {}


@pytest.mark.parametrize("module", SHIPPED)
def test_no_enumeration_of_ours_lacks_a_name(index: MibIndex, official: MibIndex, module: str):
    lacking = {}
    for obj in index.objects_of(module):
        other = official.object_named(obj.full_name)
        if other is not None and not other.syntax.names.items() <= obj.syntax.names.items():
            lacking[obj.name] = other.syntax.names.items() - obj.syntax.names.items()

    assert lacking == {}


@pytest.mark.parametrize("module", WHOLE)
def test_no_object_of_the_official_module_is_missing(index: MibIndex, official: MibIndex, module: str):
    ours = {obj.name for obj in index.objects_of(module)}
    theirs = {obj.name for obj in official.objects_of(module) if not NOT_STATED.search(obj.name)}

    assert theirs - ours == set()


@pytest.fixture(scope="module")
def makers(corpus: Path, mib_cache: Path) -> MibIndex:
    """The official modules of which we state the traps alone, and what they import."""
    others = ("malformed", "paloaltonetworks")  # the latter says ifIndex anew
    folders = [one for one in sorted((corpus / "mibs").iterdir()) if one.name not in others]
    files = {path.name.removesuffix(".txt"): path for folder in reversed(folders) for path in folder.iterdir()}
    wanted, found = list(TRAPS_ALONE), dict[str, Path]()
    while wanted:
        name = wanted.pop()
        if name in files and name not in found and name not in NOT_FOLLOWED:
            found[name] = files[name]
            wanted += re.findall(r"FROM\s+([A-Za-z][\w-]*)", files[name].read_text(errors="replace"))
    return load_index(list(found.values()), options=LoadOptions(cache=mib_cache, shipped=False))


def test_traps_of_makers_are_what_their_modules_say(index: MibIndex, makers: MibIndex):
    different = {}
    for one in (one for module in TRAPS_ALONE for one in index.objects_of(module)):
        official = makers.object_named(one.full_name)
        ours, theirs = of_a_trap(one), {} if official is None else of_a_trap(official)
        if {name: ours[name] for name in theirs} != theirs or not theirs:
            different[one.full_name] = [
                (ours[name], theirs.get(name)) for name in ours if ours[name] != theirs.get(name)
            ]

    assert different == {}


def of_a_trap(obj: MibObject) -> dict[str, object]:
    """Everything that a trap's reading depends on."""
    found: dict[str, object] = {"oid": obj.oid, "kind": obj.kind, "objects": obj.objects}
    if obj.syntax.base is not Base.UNKNOWN:  # else its module of types is not in the corpus
        found |= {"base": obj.syntax.base, "names": dict(obj.syntax.names), "hint": obj.syntax.hint}
    if all(part.syntax.base is not Base.UNKNOWN for part in obj.index):
        found["index"] = [(part.name, part.implied, part.syntax.base, part.syntax.fixed_size) for part in obj.index]
    return found


def described(obj: MibObject) -> dict[str, object]:
    """Everything a value or a row index depends on, but for enumerations, which registries add to."""
    return {
        "oid": obj.oid,
        "kind": obj.kind,
        "syntax": syntax(obj.syntax),
        "access": obj.access,
        "units": obj.units,
        "index": [(part.name, part.implied, syntax(part.syntax)) for part in obj.index],
        "objects": obj.objects,
    }


def syntax(resolved: ResolvedSyntax) -> tuple[object, ...]:
    # DisplayString and its like may be told with or without what it builds on; the first name and the base count.
    return resolved.base, resolved.conventions[:1], resolved.hint, resolved.sizes, resolved.ranges


def test_our_own_notifications_carry_objects_of_our_own(index: MibIndex):
    for name in ("nwAlertFiring", "nwAlertResolved"):
        found = index.object_named(f"NETWATCH-MIB::{name}")

        assert found is not None
        assert [index.name_of(oid) for oid in found.objects][:3] == [
            "NETWATCH-MIB::nwAlertId",
            "NETWATCH-MIB::nwAlertRule",
            "NETWATCH-MIB::nwAlertDevice",
        ]


def test_descriptions_are_ours_and_short():
    for name in SHIPPED:
        text = (shipped_directory("mibs") / name).read_text(encoding="ascii")

        described = re.findall(r'DESCRIPTION\s+"([^"]*)"', text)
        assert all(0 < len(description) < 100 and "\n" not in description for description in described), name
        assert "REFERENCE" not in text


@pytest.mark.parametrize(("name", "oid"), [
    ("SNMP-COMMUNITY-MIB::snmpTrapAddress", "1.3.6.1.6.3.18.1.3"),
    ("VRRP-MIB::vrrpTrapNewMaster", "1.3.6.1.2.1.68.0.1"),
    ("VRRPV3-MIB::vrrpv3NewMaster", "1.3.6.1.2.1.207.0.1"),
    ("KEEPALIVED-MIB::vrrpInstanceStateChange", "1.3.6.1.4.1.9586.100.5.2.9.0.2"),
])  # fmt: skip
def test_what_routers_and_keepalived_say_of_redundancy_has_a_name(index: MibIndex, name: str, oid: str):
    assert str(index.oid_of(name)) == oid
    assert index.name_of(index.oid_of(oid)) == name


def test_a_trap_of_rfc_2787_carries_what_the_rfc_says(index: MibIndex):
    found = index.object_named("VRRP-MIB::vrrpTrapNewMaster")

    assert found is not None
    assert [index.name_of(oid) for oid in found.objects] == ["VRRP-MIB::vrrpOperMasterIpAddr"]
