"""Reads what the files of a configuration define: devices, profiles, rules, and the names of MIBs.

May import: netwatch.config, netwatch.mib, netwatch.profiles, netwatch.rules, netwatch.model. Called by: netwatch.app.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from netwatch.config import Settings, devices, exception_faults
from netwatch.errors import ConfigError
from netwatch.mib import MibIndex, load_index
from netwatch.model import Device, InvalidFile, dotted
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.rules import Exceptions, Rule, TrapRule, columns_of_limits, load_rule_book

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """What is watched, what it is asked, and what is wrong with an answer."""

    devices: Sequence[Device]
    names: MibIndex
    library: ProfileLibrary
    rules: Sequence[Rule]
    trap_rules: Sequence[TrapRule]
    exceptions: Exceptions


def read_definitions(settings: Settings, adapt: Callable[[Rule], Rule]) -> Definitions:
    """Return what is defined; `adapt` changes each rule on polled tables. What can be lived with is logged.

    Raises:
        ConfigError: a device, a profile or a rule cannot be used; names file and line.
    """
    known = devices(settings)
    names = load_index(settings.mib_paths())
    for problem in names.problems:
        log.warning("mib", problem=str(problem))
    library = load_library(settings.profile_paths(), names.oid_of)
    _refuse_broken(library)
    book = load_rule_book(settings.rule_paths(), library.schema(), names, settings.severity_order())
    for warning in book.warnings:
        log.warning("rule", problem=str(warning))
    wrong = [f"{dotted(path)}: {said}" for path, said, _ in exception_faults(settings, library.schema(), book)]
    if wrong:
        raise ConfigError("\n".join(wrong))
    exceptions = Exceptions(
        settings.limits, settings.ignore, device_labels={device.name: device.labels for device in known},
        columns=columns_of_limits(library.schema(), book.rules),
    )  # fmt: skip
    return Definitions(
        devices=known, names=names, library=library,
        rules=[adapt(rule) for rule in book.rules], trap_rules=book.trap_rules,
        exceptions=exceptions,
    )  # fmt: skip


def _refuse_broken(library: ProfileLibrary) -> None:
    """Refuse to start with profiles that have errors; what they ask that we cannot do is only said."""
    errors = [problem for problem in library.problems if problem.severity == "error"]
    if errors:
        raise InvalidFile(errors)
    for problem in library.problems:
        log.warning("profile", problem=str(problem))
