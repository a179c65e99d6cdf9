"""Finds the model of a device in the text of its sysDescr.

A model is what stands behind `Model:` or `running on a`, else the first word that looks like one: letters and digits
in one word (`WS-C2960X`, `mx5-t`, `J9775A 2530-48G`) that is no version, no unit, no medium and no kind of processor.

A quiet room. Called by: netwatch.profiles.sysdescr.
"""

from __future__ import annotations

import re
from typing import Final

MAX_MODEL: Final = 60

_VALUE: Final = r"([^,;:()\[\]]{2,60})(:?)"
_KEYED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?i:(?:hardware |device |product |router |switch )?model(?:[ _-]?(?:name|number|no|id))?)\s?[:=]\s?"
        + _VALUE,
        rf"\brunning on an? {_VALUE}",
        rf"\b(?:MN|PID|MCU|Product(?: [Nn]ame)?|Series|System Type)\s?[:=]\s?{_VALUE}",
        r"\bmodel ([A-Z][\w+/-]{1,30})()",
    )
)
_A_LINE: Final = re.compile(
    r"\bComware\b[^;]{0,80}\bRelease \w{1,20};? (?:HPE? |H3C |3Com )?([A-Z0-9][^;]{2,59}?);? Copyright\b"
)
"""What is the whole of a line: `A5500-24G EI Switch with 2 Interface Slots`."""
_FAMILY: Final = re.compile(r"\b[Vv]ersion \d[\d.]{1,12} \(([^()]{1,40}) V\d{3}R\d{3}\w{0,20}\)")
_SERIES: Final = re.compile(r"[A-Za-z]{1,8}\d{3,5}")
_NEXT_KEY: Final = re.compile(r"\s[\w/]{1,12}$")
"""What is left of the next key when a value was cut at that key's colon."""
_END: Final = re.compile(r"\s(?:Copyright|Build|Version|Firmware|Software|Release)\b.*", re.IGNORECASE)
_MAKER: Final = re.compile(
    r"^(?:Arista Networks|Hewlett[ -]Packard(?: Enterprise)?|HPE?|Cisco|Dell(?: EMC)?)\s+", re.IGNORECASE
)

_KERNEL: Final = re.compile(r"^(?:(?:Linux|FreeBSD|OpenBSD|NetBSD|DragonFly|SunOS|Darwin|HP-UX)\s|Hardware:)")
_FIELD: Final = re.compile(
    r"(?<![\w-])(?:S/?N|HW|H/W|SW|S/W|FW|F/W|OS|MB|PF|PN|AF1|AN1|HR|MD|FN|SVCID|ROM|Boot\w{0,8}|Serial(?: n\w{1,5})?"
    r"|Rev(?:ision)?|[Vv]ersion|Release|Build(?: [Dd]ate)?|label|kernel|U-Boot|VxWorks|Linux|EEPROM|CIDATE"
    r"|Machine Type|Processor id)\s?[:=#]?\s?\S{1,60}"
)
"""What has a name of its own is no model."""
_BRACKETS: Final = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")
_SHORT_BRACKET: Final = re.compile(r"[(\[](?!Build|build)([^()\[\]/]{3,40})[)\]]")
_CLAUSES: Final = re.compile(r"[,;:]|\.(?=\s|$)|\s-\s")
_WORD: Final = re.compile(r"[A-Za-z0-9](?:[\w+./-]{0,38}[\w+])?")
_NO_MODEL: Final = re.compile(
    r"""v\.?\d[\w.+-]* | (?:ver|rev)\.?\d[\w.]* | (?:r|p|fc)\d{1,2}(?:\.\d+)* | \d+(?:\.\d+){1,5}\S* | build\S*
      | (?:\d{1,3}|1000|10000)(?:[.,/]\d+)*-?
        (?:port|slot|bit|way|x|st|nd|rd|th|u|w|kw|v|va|kva|a|hz|mhz|ghz|g|ge|gb|gbe|mb|m|kb|k|mbps|gbps|gig)s?
      | \d+(?:/\d+)*-?g?base-?\w* | \d*(?:ge|fe|gbe|poe|xge|fxs|fxo|fesw|felan)\+? | dvb\S* | [et]1 | \d+kb
      | ipv[46] | ipv4/ipv6 | l[1-7] | layer-?[2-7] | 802\.\w+ | h\.?\d+ | ss\d | g\.\w+ | sha\d+ | rfc\d+ | k9\S*
      | x86\S* | i[3-6]86 | amd64 | arm\w* | aarch64 | mips\w* | ppc\w* | sparc\w* | \d+\w*-bit | m68k | p10\dx
      | 0x\w+
      | os\d\d? | \S+os[-_.]?v?\d+\.\S* | snmpv\d\w* | \d{1,2}[a-z]{3}\d{2,4} | \S+-system
      | \S+\.(?:bin|img|tgz|com|net|org|lab) | \S+_\w+\.\w+ | [a-z]{1,2}(?:_\d+)+
      | 3com | h3c | f5 | force10 | 2wire | 4rf | 3m
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Versions, sizes and speeds, media and protocols, processors, files; makers with a digit in their names."""
_LOWER_PATH: Final = re.compile(r"[a-z0-9_/-]*/[a-z0-9_/-]*")
_NUMBERED: Final = re.compile(
    r"\b[A-Z][A-Za-z]{1,20} (?!(?:19|20)\d\d\b)\d{3,5}(?:-\d{1,3})?[A-Z]{0,3}\b(?: [A-Z]{1,3}\b)?"
)
"""A name and a number: `NetEngine 8000`, `Nokia 7750 SR`."""
_BEFORE_VERSION: Final = re.compile(r"^([A-Z][\w+-]{0,30}(?: [\w+-]{1,30}){0,4}),? (v?\d+\.\d+\.\d.*)")
_OPERATING_SYSTEM: Final = re.compile(r"O[Ss]$|\b(?:CANOPY|AlliedWare Plus|ESXi|Software|Firmware)\b")
_NAME: Final = re.compile(r"^[A-Z][\w+/-]*(?: [\w+/-]+){1,4}$")
MAX_NAME: Final = 40


def find_model(text: str, version: str = "") -> str:
    """Return the model that a tidy one-line description names, or an empty text; `version` is none."""
    keyed = _of_a_line(text) or _keyed(text) or _of_family(text)
    if keyed or _KERNEL.match(text):
        return keyed
    plain = " ".join("," if version and version in word else word for word in text.split())
    for shape in (_worded, _in_brackets, _numbered):
        model = shape(plain)
        if model:
            return model
    return _before(text, version)


def _keyed(text: str) -> str:
    for pattern in _KEYED:
        for found in pattern.finditer(text):
            value = _END.sub("", _NEXT_KEY.sub("", found[1]) if found[2] == ":" else found[1])
            model = _MAKER.sub("", value.strip()).strip(" .\"'/-")
            known = any(character.isdecimal() for character in model)
            if known and not _NO_MODEL.fullmatch(model.split()[0]):
                return model[:MAX_MODEL]
    return ""


def _of_a_line(text: str) -> str:
    found = _A_LINE.search(text)
    return found[1].strip() if found else ""


def _of_family(text: str) -> str:
    """Return the member that stands beside its family: S5720-56C-PWR of `Version 5.170 (S5720 V200R010C00)`."""
    family = _FAMILY.search(text)
    if family is None:
        return ""
    series = _SERIES.match(family[1])
    members = [word.strip(";,()") for word in text.split() if series and word.startswith(series[0])]
    return max([family[1], *members], key=len)[:MAX_MODEL]


def _worded(text: str) -> str:
    """Return the first word that looks like a model, with those behind it that do too (`J9775A 2530-48G`)."""
    plain = _FIELD.sub(" , ", _BRACKETS.sub(" , ", text))
    return next((model for clause in _CLAUSES.split(plain) if (model := _first_words(clause.split()))), "")


def _first_words(words: list[str]) -> str:
    at = next((at for at, word in enumerate(words) if _looks_like_one(word)), None)
    if at is None:
        return ""
    end = at + 1
    while end < min(len(words), at + 3) and _looks_like_one(words[end]):
        end += 1
    return " ".join(words[at:end]).strip("\"'")[:MAX_MODEL]


def _looks_like_one(word: str) -> bool:
    word = word.strip("\"'.")
    if (
        not 3 <= len(word) <= 40
        or not _WORD.fullmatch(word)
        or _NO_MODEL.fullmatch(word)
        or _LOWER_PATH.fullmatch(word)
    ):
        return False
    letters, digits = sum(map(str.isalpha, word)), sum(map(str.isdecimal, word))
    return letters > 0 and digits > 0


def _in_brackets(text: str) -> str:
    inside = (found[1].rstrip(" ;,").split() for found in _SHORT_BRACKET.finditer(text))
    return next((model for words in inside if len(words) <= 3 and (model := _first_words(words))), "")


def _numbered(text: str) -> str:
    clause = next(filter(str.strip, _CLAUSES.split(_BRACKETS.sub(" , ", text))), "")
    found = _NUMBERED.search(clause)
    whole = len(clause) <= MAX_NAME and _NAME.match(clause.strip())
    return clause.strip() if found and whole else found[0] if found else ""


def _before(text: str, version: str) -> str:
    """Return what stands before a version where that is all there is: `UK-Ultra 6.6.77.15402`."""
    found = _BEFORE_VERSION.match(text) if version else None
    plain = found and found[2].startswith(version) and not _OPERATING_SYSTEM.search(found[1])
    return found[1] if found and plain else ""
