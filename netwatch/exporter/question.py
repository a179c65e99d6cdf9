"""Reads the question of a scrape: the parameters that snmp_exporter takes, and `strict`.

A quiet room. May import: netwatch.errors. Called by: scraping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwatch.errors import NetWatchError

USUAL_AUTH = "public_v2"
USUAL_MODULE = "if_mib"
LONGEST_ENGINE = 32
MOST_MODULES = 100
NOT_STRICT = frozenset({"", "0", "false"})


class Misasked(NetWatchError):
    """The question cannot be answered as it stands; the words are snmp_exporter's where it has some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be scraped; auth empty where none was named."""

    target: str
    modules: tuple[str, ...]
    auth: str = ""
    context: str = ""
    engine: bytes = b""
    strict: bool = False


def read_question(parameters: Mapping[str, Sequence[str]]) -> Question:
    """Return the question that the parameters of a request ask.

    Raises:
        Misasked: one is missing, or stands twice, or makes no sense.
    """
    targets = parameters.get("target", ())
    if len(targets) != 1 or not targets[0]:
        raise Misasked("'target' parameter must be specified once")
    once = {name: _once(parameters, name) for name in ("auth", "snmp_context", "snmp_engineid", "strict")}
    modules = [name for text in parameters.get("module", (USUAL_MODULE,)) for name in text.split(",") if name]
    if len(modules) > MOST_MODULES:
        raise Misasked(f"'module' parameter names more than {MOST_MODULES} modules")
    return Question(
        target=targets[0], modules=tuple(dict.fromkeys(modules)), auth=once["auth"], context=once["snmp_context"],
        engine=_engine(once["snmp_engineid"]), strict=once["strict"] not in NOT_STRICT,
    )  # fmt: skip


def _once(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    found = parameters.get(name, ())
    if len(found) > 1:
        raise Misasked(f"'{name}' parameter must only be specified once")
    return found[0] if found else ""


def _engine(text: str) -> bytes:
    try:
        engine = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise Misasked("'snmp_engineid' parameter must be hexadecimal") from None
    if len(engine) > LONGEST_ENGINE:
        raise Misasked(f"'snmp_engineid' parameter is longer than {LONGEST_ENGINE} octets")
    return engine
