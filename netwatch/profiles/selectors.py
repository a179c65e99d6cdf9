"""Reads for which devices a file is: Datadog's `sysobjectid`, Netdata's `selector`.

May import: netwatch.profiles.matching, .place. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netwatch.profiles.matching import exclusion_error, pattern_error
from netwatch.profiles.place import Place


def read_patterns(top: Place) -> list[str]:
    """Return the patterns of sysObjectIDs that a file is for, in the order they stand."""
    return [*_of_datadog(top), *_of_netdata(top)]


def read_exclusions(top: Place) -> list[str]:
    """Return the patterns and regular expressions (RE2) of sysObjectIDs that a file is not for, though others fit."""
    return [
        text
        for entry in top.items("selector")
        if isinstance(entry.value, Mapping) and isinstance(entry.value.get("sysobjectid"), Mapping)
        for place in entry.at("sysobjectid").items("exclude")
        if (text := _exclusion(place))
    ]


def _exclusion(place: Place) -> str:
    text = str(place.value).strip()
    if reason := exclusion_error(text):
        place.warn(f"an exclusion is not used: {reason}")
        return ""
    return text


def _of_datadog(top: Place) -> Iterator[str]:
    if "sysobjectid" not in top:
        return
    value = top.value["sysobjectid"]
    places = list(top.items("sysobjectid")) if isinstance(value, list) else [top.at("sysobjectid")]
    for place in places:
        text = str(place.value)
        if reason := pattern_error(text):
            place.error(reason)
            continue
        yield text.strip().removeprefix(".")


def _of_netdata(top: Place) -> Iterator[str]:
    """Yield what a selector includes; one that depends on the description as well would take too many devices."""
    for entry in top.items("selector"):
        if not entry.is_mapping("a selector"):
            continue
        entry.check_keys({"sysobjectid", "sysdescr"}, {})
        if "sysdescr" in entry:
            entry.at("sysdescr").warn("a selector by sysDescr is not used", key=True)
            continue
        below = entry.at("sysobjectid", {})
        if not below.is_mapping("sysobjectid"):
            continue
        below.check_keys({"include", "exclude"}, {})
        for place in below.items("include") if isinstance(below.value, Mapping) else ():
            text = _plain(str(place.value))
            if pattern_error(text):
                place.warn("a selector that is no OID with * for what follows is not used")
            else:
                yield text


def _plain(text: str) -> str:
    r"""Return an expression such as `^1\.3\.6\..+$` as the pattern that it is; any other text as it stands."""
    if "\\" not in text:
        return text.strip().removeprefix(".")
    plain = text.strip().removeprefix("^").removesuffix("$")
    for written, meant in ((".+", "*"), (".*", "*")):
        if plain.endswith(rf"\.{written}"):
            plain = plain.removesuffix(written) + meant
    return plain.replace(r"\.", ".")
