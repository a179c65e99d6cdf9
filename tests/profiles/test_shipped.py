"""The shipped profiles: held against the MIB files, and against recordings of real devices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from netwatch.model import ColumnKind, Oid, YamlFile, read_yaml, shipped_directory
from netwatch.polling.presence.by_vlan import LEARNED_IN
from netwatch.profiles import Profile, ProfileLibrary, load_library

EXPECTED = {
    "apc_ap8959eu3": "apc", "arista_eos_vrf": "arista", "arubaos-cx_10.10": "aruba-cx", "asa": "cisco",
    "ciscosb": "cisco-small-business", "dsm": "linux", "fortigate_100e": "fortinet-fortigate", "ios_2960x": "cisco",
    "iosxr_asr9001": "cisco", "jetdirect_m130nw": "printers", "junos_mx5t-isis": "juniper", "linux_lsi": "linux",
    "nxos_n9k-c93180yc-fx3": "cisco", "procurve_2520": "procurve", "routeros_crs317": "mikrotik",
    "vrp_5720": "huawei", "drac_r640": "dell-idrac", "panos_5220": "paloalto",
    "dell-os10": "dell-os10", "edgeswitch_es-24-250w": "ubiquiti-edgeswitch",
}  # fmt: skip
RECORDINGS = (
    "apc_ap8959eu3", "arista_eos_vrf", "arubaos-cx_10.10", "asa", "ciscosb", "dell-os10", "drac_r640", "dsm",
    "edgeswitch_es-24-250w", "fortigate_100e", "ios_2960x", "iosxr_asr9001", "jetdirect_m130nw", "junos_mx5t-isis",
    "linux_lsi", "nxos_n9k-c93180yc-fx3", "panos_5220", "procurve_2520", "routeros_crs317", "vrp_5720",
)  # fmt: skip
BEHIND = (
    "SNMPv2-MIB", "SNMPv2-TC", "ENTITY-MIB", "IANA-ENTITY-MIB", "IANA-PRINTER-MIB", "PAN-GLOBAL-REG",
    "JUNIPER-SMI", "CISCO-SMI", "FORTINET-CORE-MIB", "HOST-RESOURCES-TYPES", "MPLS-TC-STD-MIB",
    "IEEE8021-TC-MIB", "LLDP-V2-TC-MIB", "IANA-MAU-MIB", "ARISTA-SMI-MIB", "HUAWEI-MIB", "CISCO-VTP-MIB",
    "DELLEMC-OS10-SMI-MIB", "RFC1213-MIB", "HP-ICF-OID", "HH3C-OID-MIB", "HH3C-LSW-DEV-ADM-MIB", "CISCOSB-MIB",
    "DELLEMC-OS10-SMI-MIB", "RFC1213-MIB",
    "FORCE10-SMI", "FORCE10-TC", "DELL-NETWORKING-SMI", "DELL-NETWORKING-TC", "DELLEMC-OS10-TC-MIB", "DELL-REF-MIB",
    "EXTREME-BASE-MIB", "DLINK-ID-REC-MIB", "ZYXEL-ES-SMI", "ZYXEL-MIB",
    "DELLEMC-OS10-SMI-MIB", "RFC1213-MIB", "CPQHOST-MIB", "EATON-OIDS", "SUPERMICRO-SMI",
    "CISCO-UNIFIED-COMPUTING-MIB", "CISCO-UNIFIED-COMPUTING-TC-MIB",
    "CISCO-UNIFIED-COMPUTING-MIB", "CISCO-UNIFIED-COMPUTING-TC-MIB", "AIRESPACE-REF-MIB",
    "FOUNDRY-SN-ROOT-MIB", "Brocade-REG-MIB", "Brocade-TC",
)  # fmt: skip
SHIPPED = {path.name: path for path in sorted(shipped_directory("profiles").rglob("*.yaml"))}
FILES = list(SHIPPED)
NOT_HERE = {
    "A3COM-HUAWEI-DEVICE-MIB",
    "ACS6000-MIB",
    "ACS8000-MIB",
    "AI-AP-MIB",
    "ALCATEL-ENT1-CHASSIS-MIB",
    "ALCATEL-ENT1-HEALTH-MIB",
    "ALCATEL-IND1-CHASSIS-MIB",
    "ALCATEL-IND1-HEALTH-MIB",
    "ARUBAWIRED-FAN-MIB",
    "ARUBAWIRED-POWERSUPPLY-MIB",
    "ARUBAWIRED-TEMPSENSOR-MIB",
    "A10-AX-MIB",
    "ADVANTECH-EKI-PRONEER-MIB",
    "AT-ENVMONv2-MIB",
    "AT-RESOURCE-MIB",
    "AT-SYSINFO-MIB",
    "BGP4-V2-MIB-JUNIPER",
    "BROTHER-MIB",
    "CANON-PRIVATE-MIB",
    "CISCO-FIREWALL-MIB",
    "CISCO-IETF-IP-MIB",
    "CISCO-LICENSE-MGMT-MIB",
    "CPQSM2-MIB",
    "CPS-MIB",
    "DELL-RAC-MIB",
    "DNOS-BOXSERVICES-PRIVATE-MIB",
    "DNOS-SWITCHING-MIB",
    "ECS2100-MIB",
    "ECS4100-MIB",
    "ECS4110-MIB",
    "ECS4120-MIB",
    "ECS4510-MIB",
    "ECS4610-MIB",
    "ENVIROMUX5D",
    "EQLDISK-MIB",
    "EQLMEMBER-MIB",
    "ES3528MV2-MIB",
    "EdgeSwitch-BOXSERVICES-PRIVATE-MIB",
    "EdgeSwitch-SWITCHING-MIB",
    "F5-BIGIP-SYSTEM-MIB",
    "FIREBRICK-BGP-MIB",
    "FIREBRICK-CPU-MIB",
    "FIREBRICK-MONITORING",
    "FS-MEMORY-MIB",
    "FS-PROCESS-MIB",
    "GUDEADS-EPC1104-MIB",
    "GUDEADS-ESB7214-MIB",
    "HMPRIV-MGMT-SNMP-MIB",
    "HUAWEI-SITE-MONITOR-MIB",
    "IBM-AIX-MIB",
    "ICT-DISTRIBUTION-PANEL-MIB",
    "IFT-SNMP-MIB",
    "IMM-MIB",
    "JETDIRECT3-MIB",
    "JUNIPER-ALARM-MIB",
    "JUNIPER-DOM-MIB",
    "JUNIPER-SRX5000-SPU-MONITORING-MIB",
    "JUNIPER-VIRTUALCHASSIS-MIB",
    "KYOCERA-MIB",
    "LCOS-LX-MIB",
    "LCOS-MIB",
    "LENOVO-XCC-MIB",
    "LEXMARK-PVT-MIB",
    "LIEBERT-GP-AGENT-MIB",
    "LIEBERT-GP-FLEXIBLE-MIB",
    "LSI-MegaRAID-SAS-MIB",
    "MIB-Dell-10892",
    "MOXA-EDS510E-MIB",
    "MOXA-EDS518E-MIB",
    "MOXA-EDSG508E-MIB",
    "MOXA-EDSG512E-MIB",
    "MOXA-EDSG516E-MIB",
    "NAS-MIB",
    "NETBOTZV2-MIB",
    "NET-SNMP-EXTEND-ELSEWHERE",
    "NETGEAR-BOXSERVICES-PRIVATE-MIB",
    "NETGEAR-SWITCHING-MIB",
    "OG-STATUSv2-MIB",
    "OPENBSD-CARP-MIB",
    "OPENBSD-SENSORS-MIB",
    "QTS-MIB",
    "NS-ROOT-MIB",
    "RADLAN-DEVICEPARAMS-MIB",
    "RADLAN-HWENVIROMENT",
    "RADLAN-PHY-MIB",
    "RADLAN-POE-MIB",
    "RADLAN-Physicaldescription-MIB",
    "RADLAN-rndMng",
    "RAPID-CITY",
    "RicohPrivateMIB",
    "RITTAL-CMC-III-MIB",
    "ROOMALERT12E-MIB",
    "ROOMALERT32S-MIB",
    "ROOMALERT3E-MIB",
    "ROOMALERT4E-MIB",
    "Sentry3-MIB",
    "Sentry4-MIB",
    "SERVERSCHECK-MIB",
    "SL-ENTITY-MIB",
    "SL-MAIN-MIB",
    "SL-SFP-MIB",
    "SP2-MIB",
    "SPAGENT-MIB",
    "STACK-CONFIG-MIB",
    "RUCKUS-HWINFO-MIB",
    "RUCKUS-SYSTEM-MIB",
    "RUCKUS-UNLEASHED-SYSTEM-MIB",
    "RUCKUS-ZD-SYSTEM-MIB",
    "RUIJIE-MEMORY-MIB",
    "RUIJIE-PROCESS-MIB",
    "SFOS-FIREWALL-MIB",
    "StorageManagement-MIB",
    "SNWL-COMMON-MIB",
    "SONICWALL-FIREWALL-IP-STATISTICS-MIB",
    "SYNOLOGY-DISK-MIB",
    "SYNOLOGY-RAID-MIB",
    "SYNOLOGY-SYSTEM-MIB",
    "TELTONIKA-MIB",
    "TELTONIKA-RUT-MIB",
    "TIMETRA-BGP-MIB",
    "TIMETRA-CHASSIS-MIB",
    "TIMETRA-PORT-MIB",
    "TIMETRA-SYSTEM-MIB",
    "TIMETRA-VRTR-MIB",
    "TRIPPLITE-PRODUCTS",
    "TRUENAS-MIB",
    "VERTIV-V5-MIB",
    "TPLINK-SYSINFO-MIB",
    "TPLINK-SYSMONITOR-MIB",
    "VIPTELA-HARDWARE",
    "VIPTELA-OPER-SYSTEM",
    "VMWARE-SYSTEM-MIB",
    "VOLIUS-OA-MIB",
    "WLSX-SWITCH-MIB",
    "WLSX-SYSTEMEXT-MIB",
    "UBNT-AFLTU-MIB",
    "UBNT-AirFIBER-MIB",
    "UBNT-AirMAX-MIB",
    "UBNT-UniFi-MIB",
    "WHISP-APS-MIB",
    "WHISP-BOX-MIBV2-MIB",
    "XKL-MIB",
    "AARON-650-MIB",
    "AC-ANALOG-MIB",
    "AC-SYSTEM-MIB",
    "ADVANTECH-COMMON-MIB",
    "DEVA-DB7001-MIB",
    "E7-Calix-MIB",
    "ECI-NPT-MIB",
    "ECRESO-HELIOS-MIB",
    "ENDRUN-MIB",
    "FIBROLAN-SFP-MIB",
    "FIBROLAN-SYSTEM-MIB",
    "FIREBRICK-L2TP-MIB",
    "FIREBRICK-MEMORY-MIB",
    "GRANDSTREAM-GS-HT8XX-SNMP-MIB",
    "IPI-CMM-CHASSIS-MIB",
    "LAMBDATRAIL-HS-MIB",
    "MPBC-SRP-MIB",
    "OPTICS-IM-EQUIPMENT-MIB",
    "OPTICS-IM-RADIO-MIB",
    "SKYHIGHSECURITY-SWG-MIB",
    "TACHYON-MIB",
    "TELESTE-COMMON-MIB",
    "TELESTE-LUMINATO-MIB",
    "TERRA-SDI480-MIB",
    "TRELLIX-SENSOR-CONF-MIB",
    "TRELLIX-SENSOR-PERF-MIB",
}
"""Modules that the corpus has not, or that its plain reader here cannot read; recordings answer for them."""
NUMBERS_IN_TEXTS = {"fgHwSensorEntValue"}
"""Texts by their MIB, in which the device puts numbers."""
EDITED = {"match_pattern", "extract_value"}
"""Keys of what is a part of an object, and has a name of its own."""
NO_COUNTERS = {"cpmCPUMemoryHCFree", "cpvCurrEspSAsIn", "cpvCurrEspSAsOut", "cpvIKECurrSAs", "mtxrWlApClientCount"}
"""Counters by their MIB that go up and down."""
NO_COUNTERS = {"cpmCPUMemoryHCFree", "cpvCurrEspSAsIn", "cpvCurrEspSAsOut", "cpvIKECurrSAs", "mtxrWlApClientCount",
               "prtMarkerLifeCount", "prtMarkerPowerOnCount"}  # fmt: skip
"""Counters by their MIB that go up and down, or whose reading itself is what is wanted."""


@pytest.fixture(scope="module")
def library() -> ProfileLibrary:
    return load_library([])


@pytest.fixture(scope="module")
def mibs(read_mibs: Callable[[Iterable[str]], Any]) -> Any:
    return read_mibs(sorted({module for name in FILES for module, _ in _objects(_file(name))} | set(BEHIND)))


@cache
def _file(name: str) -> YamlFile:
    return read_yaml(SHIPPED[name])


def _metrics(file: YamlFile) -> list[Any]:
    return list(file.data.get("metrics", ()))


def _objects(file: YamlFile) -> Iterator[tuple[str, Any]]:
    """Module and place in the file of every object that a file names, but for the column that we fill in."""
    for entry in _metrics(file):
        symbols = [entry["symbol"]] if "symbol" in entry else list(entry["symbols"])
        columns = [tag["column"] for tag in entry.get("metric_tags", ()) if "column" in tag]
        for item in [*symbols, *columns, *([entry["table"]] if "table" in entry else [])]:
            module = item.get("MIB", entry["MIB"])
            if module not in NOT_HERE and not EDITED & set(item) and item["OID"] != str(LEARNED_IN):
                yield module, item


@pytest.mark.parametrize("name", FILES)
def test_every_object_stands_in_its_mib_under_that_name_and_oid(mibs: Any, name: str) -> None:
    for module, item in _objects(_file(name)):
        oid = item["OID"].removesuffix(".0")
        # Where two makers have a table of one name, the second is called as `other_name` calls it.
        assert mibs.oid(module, item["name"].removesuffix(f"_{oid.rpartition('.')[2]}")) == oid, item["name"]


@pytest.mark.parametrize("name", FILES)
def test_every_column_is_of_the_kind_its_mib_says(mibs: Any, name: str) -> None:
    for module, item in _objects(_file(name)):
        if "kind" in item and item["name"] not in NO_COUNTERS:
            if item["name"] in NUMBERS_IN_TEXTS:
                continue
            assert mibs.kind(module, item["name"]) == item["kind"], item["name"]


@pytest.mark.parametrize("name", FILES)
def test_every_enumeration_has_the_names_of_its_mib(mibs: Any, name: str) -> None:
    for module, item in _objects(_file(name)):
        if "enum" in item:
            assert dict(item["enum"]) == mibs.enum(module, item["name"]), item["name"]
    for entry in _metrics(_file(name)):
        if entry["MIB"] in NOT_HERE:
            continue
        for tag in entry.get("metric_tags", ()):
            if "mapping" in tag and tag["tag"] not in ("hrStorageType", "ifMauDuplex"):
                assert dict(tag["mapping"]) == mibs.enum(
                    entry["MIB"], tag.get("column", {"name": tag["tag"]})["name"]
                )


def test_the_types_of_storage_have_the_names_of_their_mib(mibs: Any, library: ProfileLibrary) -> None:
    table = next(table for table in library.named("host-resources").tables if table.name == "hrStorageTable")
    label = next(label for label in table.labels if label.name == "hrStorageType")

    for oid, name in label.mapping.items():
        assert mibs.oid("HOST-RESOURCES-TYPES", name) == oid


def test_the_duplex_of_a_kind_of_ethernet_is_what_its_name_ends_with(mibs: Any, library: ProfileLibrary) -> None:
    table = next(table for table in library.named("mau").tables if table.name == "ifMauTable")
    label = next(label for label in table.labels if label.name == "ifMauDuplex")
    kinds = [name for name in mibs.modules["IANA-MAU-MIB"].objects if name[-2:] in ("HD", "FD")]

    assert len(kinds) == len(label.mapping)
    for name in kinds:
        assert label.mapping[mibs.oid("IANA-MAU-MIB", name)] == (
            "halfDuplex" if name.endswith("HD") else "fullDuplex"
        )


def test_every_enum_column_of_every_profile_names_its_values(library: ProfileLibrary) -> None:
    for schema in library.schema().values():
        for column, kind in schema.columns.items():
            assert kind is not ColumnKind.ENUM or (schema.enums or {})[column], f"{schema.name}.{column}"


def test_no_profile_has_a_kind_that_is_only_guessed(library: ProfileLibrary) -> None:
    for name in library.names():
        profile = library.named(name)
        columns = [*profile.scalars, *(column for table in profile.tables for column in table.columns)]
        assert [column.name for column in columns if column.guessed] == []


@cache
def recording(corpus: Path, device: str) -> dict[str, str]:
    """The objects of a recording: dotted OID -> value as text."""
    found = {}
    for line in (corpus / "recordings" / f"{device}.snmprec").read_text(errors="replace").splitlines():
        oid, _, rest = line.partition("|")
        if oid[:1].isdigit():
            found[oid] = rest.partition("|")[2]
    return found


def suffixes(objects: dict[str, str], column: Oid) -> set[str]:
    start = f"{column}."
    return {oid.removeprefix(start) for oid in objects if oid.startswith(start)}


def profile_of(library: ProfileLibrary, objects: dict[str, str]) -> Profile:
    return library.match(Oid.parse(objects["1.3.6.1.2.1.1.2.0"]))


@pytest.mark.parametrize("device", RECORDINGS)
def test_every_recorded_device_has_a_profile_and_its_vendors_where_there_is_one(
    corpus: Path, library: ProfileLibrary, device: str
) -> None:
    profile = profile_of(library, recording(corpus, device))

    assert profile.name == EXPECTED.get(device, "generic")


@pytest.mark.parametrize("device", RECORDINGS)
def test_the_profile_finds_every_port_of_a_recorded_device(
    corpus: Path, library: ProfileLibrary, device: str
) -> None:
    objects = recording(corpus, device)
    table = next(table for table in profile_of(library, objects).tables if table.name == "ifTable")
    expected = next(
        row for row in map(json.loads, (corpus / "recordings/expected.jsonl").read_text().splitlines())
        if row["device"] == device
    )  # fmt: skip

    rows = suffixes(objects, table.walk)

    assert {str(port["ifIndex"]) for port in expected["ports"]} <= rows
    assert rows
    for column in table.columns:
        if column.name in ("ifOperStatus", "ifAdminStatus"):
            assert suffixes(objects, column.oid) == rows


@pytest.mark.parametrize("device", RECORDINGS)
def test_a_recorded_device_says_what_it_is_to_the_profile(corpus: Path, library: ProfileLibrary, device: str) -> None:
    objects = recording(corpus, device)
    scalars = {scalar.name: scalar for scalar in profile_of(library, objects).scalars}

    for name in ("sysDescr", "sysObjectID"):  # the recordings lack some of the others
        assert str(scalars[name].oid) in objects, name


@pytest.mark.parametrize(
    ("device", "table", "column"),
    [
        ("arista_eos_vrf", "hrProcessorTable", "hrProcessorLoad"),
        ("arista_eos_vrf", "entPhySensorTable", "entPhySensorValue"),
        ("ios_2960x", "cpmCPUTotalTable", "cpmCPUTotal5minRev"),
        ("ios_2960x", "ciscoMemoryPoolTable", "ciscoMemoryPoolUsed"),
        ("ios_2960x", "ciscoEnvMonTemperatureStatusTable", "ciscoEnvMonTemperatureStatusValue"),
        ("iosxr_asr9001", "cempMemPoolTable", "cempMemPoolHCUsed"),
        ("nxos_n9k-c93180yc-fx3", "entSensorValueTable", "entSensorValue"),
        ("junos_mx5t-isis", "jnxOperatingTable", "jnxOperatingCPU"),
        ("routeros_crs317", "hrStorageTable", "hrStorageUsed"),
        ("routeros_crs317", "mtxrGaugeTable", "mtxrGaugeValue"),
        ("dsm", "laTable", "laLoadInt"),
        ("apc_ap8959eu3", "rPDU2PhaseStatusTable", "rPDU2PhaseStatusCurrent"),
        ("panos_5220", "hrStorageTable", "hrStorageSize"),
        ("dell-os10", "laTable", "laLoadInt"),
    ],
)
def test_a_vendors_own_objects_are_found_where_the_profile_looks(
    corpus: Path, library: ProfileLibrary, device: str, table: str, column: str
) -> None:
    objects = recording(corpus, device)
    spec = next(found for found in profile_of(library, objects).tables if found.name == table)
    oid = next(found.oid for found in spec.columns if found.name == column)

    assert suffixes(objects, oid)
    assert suffixes(objects, oid) <= suffixes(objects, spec.walk)


def test_a_storage_row_is_told_apart_by_the_name_of_its_type(corpus: Path, library: ProfileLibrary) -> None:
    objects = recording(corpus, "routeros_crs317")
    table = next(table for table in library.named("generic").tables if table.name == "hrStorageTable")
    kind = next(label for label in table.labels if label.name == "hrStorageType")

    types = {kind.mapping[objects[f"{kind.oid}.{row}"]] for row in suffixes(objects, table.walk)}

    assert types == {"hrStorageRam", "hrStorageFixedDisk"}
