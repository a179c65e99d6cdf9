"""Reads what makers write into sysDescr: a version, a model, a serial number, the name of the operating system.

RFC 3418 wants "the full name and version identification of the system's hardware type, software operating-system,
and networking software" there and leaves the form open; makers agreed on a few dozen shapes. Each shape is one
pattern, tried from what says most (`Software Version 5.20`) to what says least (a bare `1.8.0.51`); what no shape
fits stays empty, never guessed. The text is the device's: it is cut, and every pattern is bounded.

A quiet room: text in, text out. Called by: netwatch.profiles, for the sources `sysdescr.version` and the like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from netwatch.profiles.makers import maker_of
from netwatch.profiles.product_names import find_model

MAX_CHARACTERS: Final = 600
"""Behind it stand copyrights and build machines."""
_MOST_REMEMBERED: Final = 1024
"""Descriptions that are read once: like devices describe themselves alike, and reading one takes 0.3 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a sysDescr says, and the sysObjectID beside it of the maker; an empty text is what they do not say."""

    vendor: str = ""
    version: str = ""
    model: str = ""
    serial: str = ""
    os: str = ""


NUMBER: Final = r"(?:[A-Za-z]{1,5}[-_.]?)?\d(?:[\w.+-]|/(?=\d)|\([\w.]{1,12}\)){0,40}"
"""A version as makers write it: 15.2(2)E6, 18.4R1-S2.3, KA.15.03.3004, v2.11, V200R010C00, TC7.3.4."""
_PLAIN_NUMBER: Final = r"[vV]?\.?\d(?:[\w.+-]|\([\w.]{1,12}\)){0,40}"
_SEPARATOR: Final = r"[\s:=.,]{0,4}"
_VERSION_WORD: Final = r"(?:version|vers|ver|release|revision|rev)\b"
_PRODUCT_WORD: Final = r"\b(?:software|firmware|application|app|sw|s/w|fw|f/w)"

_OF_SOMETHING_ELSE: Final = frozenset(
    {"boot", "bootrom", "bootloader", "rom", "hardware", "hw", "h", "gcc", "clang", "kernel", "snmp", "protocol",
     "agent", "loader", "cpld", "fpga", "bios", "product", "mib", "mcu", "module"}
)  # fmt: skip
"""Words before `version` that make it the version of something smaller than the whole."""

_TELLING: Final = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (rf"\bapplication software\s?{_VERSION_WORD}{_SEPARATOR}({NUMBER})", re.IGNORECASE),
        (rf"{_PRODUCT_WORD}\s?{_VERSION_WORD}{_SEPARATOR}(?:[A-Z][\w-]{{0,15}}\s)?({NUMBER})", re.IGNORECASE),
        (rf"\b(?:SW|S/W|Softw|Software)\s?[:=]\s?(?:{_VERSION_WORD}\s?)?({NUMBER})", re.IGNORECASE),
        (rf"\bSoftware\s?[:=]\s?(?!Linux|Windows)[A-Z][\w-]{{0,20}}\s({_PLAIN_NUMBER})", re.IGNORECASE),
        (r"\bAF1\s?:\s?(v?\d[\w.]{0,40})", re.NOFLAG),
        (r"\b(?:SW|S/W)\s(v\d[\w.]{0,40})", re.IGNORECASE),
        (rf"\b(?:FW|F/W|Firmware)\s?[:=]\s?(?:{_VERSION_WORD}\s?)?({NUMBER})", re.IGNORECASE),
        (r"\b(?:FW|F/W|Firmware)\s(v?\d[\w.]{0,40})", re.IGNORECASE),
    )
)
_WORDED: Final = tuple(
    re.compile(rf"(?:\b([\w/]{{1,20}})[\s:]{{1,3}})?\b(?:{word}){_SEPARATOR}({NUMBER})", re.IGNORECASE)
    for word in ("version", r"ver\b", "revision|rev", "release")
)
_NAMES: Final = (
    r"(?:[A-Z][A-Za-z-]{0,14}O[Ss]|TrueNAS|pfSense|ESXi|IronWare|ProVision|CANOPY|AlliedWare Plus|AW\+|DD-WRT"
    r"|OpenWrt|NetScaler|TiMOS-[A-Z]|XOS|BIG-IP)"
)
"""Names of operating systems; most end in OS."""
_NAMED: Final = re.compile(
    rf"\b({_NAMES})(?:\s?\(tm\)|-LX|\sEnhanced)?[\s:,;-]{{1,3}}({_PLAIN_NUMBER}|NS\d[\d.]{{0,12}})"
)
_BSD_PRODUCT: Final = re.compile(r"^pfSense \S{1,64} (\d[\w.-]{0,40})")
_KERNEL: Final = re.compile(
    r"^(Linux|FreeBSD|OpenBSD|NetBSD|DragonFly|SunOS|Darwin|HP-UX|AIX|UnixWare|Vyatta)\s\S{1,255}\s((?:B\.)?\d[\w.+-]{0,60})"
)
_LETTERED: Final = re.compile(r"(?<![\w.-])[vV]\s?\.?\d{1,4}[._]\d(?:[\w.+-]|\([\w.]{1,12}\)){0,40}")
_DOTTED: Final = re.compile(
    r"(?<![\w./:@-])(?:[A-Z]{1,3}\.)?\d{1,4}\.\d{1,7}(?:\.[\dA-Za-z]{1,12}){1,4}(?![\w/@:])(?:[-_][\w.]{1,20})?"
)
_TRAILING: Final = re.compile(r"(?<=[A-Za-z0-9] )\d{1,3}\.\d{1,4}(?:[-.\w]{0,20})$")
_ONLY_A_VERSION: Final = re.compile(rf"^{NUMBER}$")
_NO_VERSION: Final = re.compile(
    r"^(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|(?:19|20)\d\d|\d+[A-Za-z]{3,})$"
)
"""A date, or a name such as 3Com."""
_ADDRESS: Final = re.compile(
    r"^(?:(?:10|127)\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168|169\.254)\.\d{1,3}\.\d{1,3}$"
)
_HUAWEI: Final = re.compile(r"[Vv]ersion (\d[\d.]{1,12}) \([^()]{1,40} (V\d{3}R\d{3}\w{0,20})\)")

_SERIAL: Final = re.compile(
    r"\b(?:S/?N|Ser(?:ial)?\.?(?:[ _-]?(?:number|num|no|nr))?)(?:\.|#)?(?:\s?[:=#]\s?|\s)([A-Z0-9][\w/.-]{3,39})",
    re.IGNORECASE,
)

_NET_SNMP_SYSTEMS: Final = {
    "1": "HP-UX", "2": "SunOS", "3": "Solaris", "4": "OSF", "5": "Ultrix", "6": "HP-UX", "7": "NetBSD",
    "8": "FreeBSD", "9": "IRIX", "10": "Linux", "11": "BSDi", "12": "OpenBSD", "13": "Windows", "14": "HP-UX",
    "15": "AIX", "16": "macOS", "17": "DragonFly",
}  # fmt: skip
"""Behind 1.3.6.1.4.1.8072.3.2 (NET-SNMP-TC)."""
_SYSTEMS: Final = (
    ("IOS XR", re.compile(r"\bIOS[ -]XR\b")),
    ("IOS XE", re.compile(r"\bIOS[ -]?XE\b")),
    ("NX-OS", re.compile(r"\bNX-OS\b")),
    ("IOS", re.compile(r"\bCisco (?:IOS|Internetwork Operating System)\b|\bIOS \(tm\)")),
    ("FTD", re.compile(r"\bFirepower Threat Defense\b")),
    ("ASA", re.compile(r"\bAdaptive Security Appliance\b")),
    ("ExtremeXOS", re.compile(r"\bExtremeXOS\b")),
    ("VRP", re.compile(r"\bVersatile Routing Platform\b|\bVRP\b")),
    ("Comware", re.compile(r"\bComware\b")),
    ("OS10", re.compile(r"\bOS10\b")),
    ("AlliedWare Plus", re.compile(r"\bAlliedWare Plus\b|\bAW\+")),
    ("TiMOS", re.compile(r"\bTiMOS-")),
    ("Windows", re.compile(r"\bWindows (?:NT )?Version\b")),
    ("TrueNAS", re.compile(r"\bTrueNAS\b")),
    ("pfSense", re.compile(r"\bpfSense\b")),
    ("ESXi", re.compile(r"\bESXi?\b")),
    ("IronWare", re.compile(r"\bIronWare\b")),
    ("LCOS-LX", re.compile(r"\bLCOS-LX\b")),
    ("AIX", re.compile(r"\bAIX\b")),
)
_A_NAME: Final = re.compile(r"\b([A-Z][A-Za-z-]{0,14}O[Ss])\b")


@lru_cache(maxsize=_MOST_REMEMBERED)
def parse_description(text: str, sys_object_id: str = "") -> Description:
    """Return what sysDescr says of the device; sysObjectID names the maker, or the system where net-snmp answers."""
    tidy = _tidy(text)
    version = _version(tidy)
    return Description(
        vendor=maker_of(sys_object_id),
        version=version,
        model=find_model(tidy, version),
        serial=_serial(tidy),
        os=_system(tidy, sys_object_id),
    )


def _tidy(text: str) -> str:
    """Return it in one line, lines parted by `; `, without the quotes that some agents put around it."""
    lines = text[: 2 * MAX_CHARACTERS].strip(' "\r\n').splitlines()
    joined = "; ".join(line.strip(" ,;") for line in lines if line.strip(" ,;"))
    shown = "".join(character if character.isprintable() else " " for character in joined)
    return " ".join(shown.split())[:MAX_CHARACTERS]


def _version(text: str) -> str:
    huawei = _HUAWEI.search(text)
    if huawei:
        return f"{huawei[1]} ({huawei[2]})"
    for find in (_telling_version, _worded_version, _named_version, _kernel_version, _bare_version):
        version = find(text)
        if version:
            return version
    return ""


def _telling_version(text: str) -> str:
    return _first(match[1] for pattern in _TELLING for match in pattern.finditer(text))


def _worded_version(text: str) -> str:
    return _first(
        match[2]
        for pattern in _WORDED
        for match in pattern.finditer(text)
        if (match[1] or "").lower() not in _OF_SOMETHING_ELSE
    )


def _named_version(text: str) -> str:
    product = _BSD_PRODUCT.match(text)
    return product[1] if product else _first(match[2] for match in _NAMED.finditer(text))


def _kernel_version(text: str) -> str:
    kernel = _KERNEL.match(text)
    return kernel[2] if kernel else ""


def _bare_version(text: str) -> str:
    if _ONLY_A_VERSION.match(text) and ("." in text or text[1:].isdecimal()) and "-" not in text[:4]:
        return text
    found = (match[0] for pattern in (_LETTERED, _DOTTED, _TRAILING) for match in pattern.finditer(text))
    return _first(version for version in found if not _ADDRESS.match(version))


def _first(candidates: Iterable[str]) -> str:
    for candidate in candidates:
        version = candidate.rstrip(".-+_/").replace(" ", "")
        if version and not _NO_VERSION.match(version):
            return version
    return ""


def _serial(text: str) -> str:
    for match in _SERIAL.finditer(text):
        serial = match[1].rstrip(".-/")
        if sum(character.isdecimal() for character in serial) >= 2:
            return serial
    return ""


def _system(text: str, sys_object_id: str) -> str:
    for name, pattern in _SYSTEMS:
        if pattern.search(text):
            return name
    word = _A_NAME.search(text)
    if word:
        return word[1]
    kernel = _KERNEL.match(text)
    if kernel:
        return kernel[1]
    under = sys_object_id.removeprefix(".").removeprefix("1.3.6.1.4.1.8072.3.2.")
    return _NET_SNMP_SYSTEMS.get(under, "")
