"""Who makes a device, by the enterprise number its sysObjectID begins with (IANA's register of enterprise numbers).

The name is the one people use today: a number outlives the company that took it. Numbers of agents (net-snmp's, those
of a BSD) say nothing of who made the device, so they are not here.

A quiet room. Called by: netwatch.profiles.sysdescr.
"""

from __future__ import annotations

from typing import Final

ENTERPRISES: Final = "1.3.6.1.4.1."

_MAKERS: Final = {
    "IBM": "2", "Cisco": "9 3076 14179 15497 41916", "HP": "11", "Novell": "23", "Sun": "42", "3Com": "43",
    "Avaya": "45 6889", "Enterasys": "52 5624", "Apple": "63", "Nokia": "94 637 6527", "Oracle": "111",
    "Hitachi": "116", "NEC": "119", "Sony": "122", "Tektronix": "128", "Motorola": "161",
    "Cambium Networks": "161.19 17713", "RAD": "164", "D-Link": "171", "Ericsson": "193", "SMC": "202",
    "Allied Telesis": "207", "Fujitsu": "211", "HPE": "232", "Samsung": "236", "Lantronix": "244",
    "Hirschmann": "248", "Xerox": "253", "Edgecore": "259", "Microsoft": "311", "APC": "318 5528", "Intel": "343",
    "Ricoh": "367", "Axis": "368", "Symbol": "388", "USRobotics": "429", "Vertiv": "476 21239", "Eaton": "534 705",
    "MRV": "629", "Lexmark": "641", "Adtran": "664", "Dell": "674 6027 12740", "NetApp": "789", "Tripp Lite": "850",
    "Zyxel": "890", "Phoenixtec": "935", "Dell EMC": "1139 1981 19746", "Epson": "1248", "Ribbon": "1286",
    "Kyocera": "1347", "Brocade": "1588 1991", "Canon": "1602", "Infortrend": "1714",
    "Extreme Networks": "1916 2272 26928", "Oki": "2001", "Teldat": "2007", "Huawei": "2011", "Ceragon": "2281",
    "Redback": "2352", "LANCOM": "2356", "Sharp": "2385", "Brother": "2435", "ADVA": "2544",
    "Konica Minolta": "2590 18334", "Sophos": "2604", "Rittal": "2606", "Check Point": "2620",
    "Juniper": "2636 3224 4874 14525", "Avocent": "2925 10418", "MICROSENS": "3181", "F5": "3375",
    "Blue Coat": "3417", "LSI": "3582", "NTI": "3699", "Teracom": "38783", "Datacom": "3709", "Teleste": "3715",
    "CyberPower": "3808", "ZTE": "3902", "Linksys": "3955", "Siemens": "4329 15004", "ARRIS": "4115 4998",
    "RADWIN": "4458", "Fibrolan": "4467", "PacketLight": "4515", "Netgear": "4526", "Socomec": "4555",
    "Ruijie": "4881", "AudioCodes": "5003", "Riello UPS": "5491", "Tandberg": "5596", "Citrix": "5951",
    "Ciena": "6141", "Calix": "6321", "DCN": "6339", "Alcatel-Lucent Enterprise": "6486", "Synology": "6574",
    "VMware": "6876", "Infoblox": "7779", "Hatteras": "8550", "Moxa": "8691", "SonicWall": "8741",
    "Raisecom": "8886", "Acme Packet": "9148", "Arbor": "9694", "Ubiquiti": "10002 41112", "Advantech": "10297",
    "Planet": "10456", "TippingPoint": "10734", "Supermicro": "10876", "Stormshield": "11256", "TP-Link": "11863",
    "Eltek": "12148", "Fortinet": "12356", "Pulse Secure": "12532", "Raritan": "13742", "Aruba": "14823 47196",
    "BTI": "14848", "MikroTik": "14988", "ServersCheck": "17095", "Riverbed": "17163", "Papouch": "18248",
    "Areca": "18928", "Lenovo": "19046 26543", "Barracuda": "20632", "AVTECH": "20916", "XKL": "21150",
    "ATEN": "21317", "Accedian": "22420", "A10 Networks": "22610", "Digium": "22736", "Silver Peak": "23867",
    "QNAP": "24681", "FireBrick": "24693", "Opengear": "25049", "Ruckus": "25053", "Palo Alto Networks": "25461",
    "H3C": "25506", "FireEye": "25597", "Gigamon": "26866", "Gude": "28507", "Meraki": "29671",
    "Arista": "30065 43191", "Vyatta": "30803", "Siklu": "31926", "Mellanox": "33049", "Eltex": "35265",
    "DEVA": "35833", "IP Infusion": "36673", "ICT": "39145", "Hikvision": "39165", "Nutanix": "41263",
    "EnGenius": "44194", "Teltonika": "48690", "TrueNAS": "50536", "FS": "52642", "Tachyon": "57344",
    "Skyhigh Security": "59732", "MPB": "4464", "Ecreso": "6404", "Alpha Technologies": "7309", "Trellix": "8962",
    "EndRun": "13827", "Terra": "30631", "OpenBSD": "30155", "Inovonics": "42111", "Grandstream": "42397",
}  # fmt: skip
_BY_NUMBER: Final = {number: name for name, numbers in _MAKERS.items() for number in numbers.split()}


def maker_of(sys_object_id: str) -> str:
    """Return who makes what has this sysObjectID, empty where nobody knows."""
    dotted = sys_object_id.removeprefix(".")
    if not dotted.startswith(ENTERPRISES):
        return ""
    first, _, rest = dotted.removeprefix(ENTERPRISES).partition(".")
    second = rest.partition(".")[0]
    return _BY_NUMBER.get(f"{first}.{second}") or _BY_NUMBER.get(first, "")
