"""Reads what the files of a configuration define: devices, profiles, rules, and the names of MIBs.

May import: netwatch.config, netwatch.mib, netwatch.profiles, netwatch.rules, netwatch.model. Called by: netwatch.app.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import structlog

from netwatch.config import Settings, devices, exception_faults
from netwatch.errors import ConfigError
from netwatch.mib import LiveNames, MibIndex, TrapProfiles, UnknownName, names_at_hand
from netwatch.model import Device, InvalidFile, Oid, Problem, dotted
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.rules import Exceptions, Rule, RuleBook, TrapRule, columns_of_limits, load_rule_book

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """What is watched, what it is asked, and what is wrong with an answer.

    names: those at hand; where they are not whole, more are to be compiled, and `book` has rules that wait for some.
    nameless: what stands in profiles where an OID should, and no module at hand names.
    """

    devices: Sequence[Device]
    names: LiveNames
    library: ProfileLibrary
    rules: Sequence[Rule]
    trap_rules: Sequence[TrapRule]
    exceptions: Exceptions
    book: RuleBook
    nameless: Sequence[str] = ()


def read_definitions(settings: Settings, adapt: Callable[[Rule], Rule]) -> Definitions:
    """Return what is defined; `adapt` changes each rule on polled tables. What can be lived with is logged.

    A trap rule whose names no MIB module has takes no trap, which the agent says (`names`): a start is not refused by
    what the start before, with the same files, went on without.

    Raises:
        ConfigError: a device, a profile or a rule cannot be used; names file and line, of limits and ignore the key.
    """
    known = devices(settings)
    names = _names(settings)
    resolver = _Resolver(names)
    library = load_library(settings.profile_paths(), resolver.oid_of)
    _refuse_broken(library, resolver.excuses)
    book = load_rule_book(
        settings.rule_paths(), library.schema(), names, settings.severity_order(), patient=True,
        awaits_tables=bool(resolver.nameless),
    )  # fmt: skip
    for warning in book.warnings:
        log.warning("rule", problem=str(warning))
    faults = [
        (path, f"{dotted(path)}: {said}") for path, said, _ in exception_faults(settings, library.schema(), book)
    ]
    _refuse([said for path, said in faults if not settings.is_own(*path[:2])], may_be_right=bool(resolver.nameless))
    for said in [said for path, said in faults if settings.is_own(*path[:2])]:
        log.warning("limits and ignore", file=str(settings.exceptions_file()), problem=said)
    exceptions = Exceptions(
        settings.limits, settings.ignore, device_labels={device.name: device.labels for device in known},
        columns=columns_of_limits(library.schema(), book.rules),
    )  # fmt: skip
    return Definitions(
        devices=known, names=names, library=library,
        rules=[adapt(rule) for rule in book.rules], trap_rules=book.trap_rules,
        exceptions=exceptions, book=book, nameless=tuple(resolver.nameless),
    )  # fmt: skip


def _refuse(faults: Sequence[str], *, may_be_right: bool) -> None:
    """Refuse what `limits` and `ignore` name that there is not; where profiles lack names that is not known yet."""
    if faults and not may_be_right:
        raise ConfigError("\n".join((*faults, "`netwatch check` says in which line")))
    for fault in faults:
        log.warning("limits and ignore", problem=fault)


def _names(settings: Settings) -> LiveNames:
    """Return the names at hand; nothing of `mibs.paths` is compiled here, so that watching begins at once."""
    at_hand = names_at_hand(settings.mib_paths())
    tell_of_names(at_hand.index, whole=at_hand.current)
    profiles = TrapProfiles(settings.trap_profile_paths(), _tell_of_profile) if settings.traps.profiles else None
    return LiveNames(at_hand.index, whole=at_hand.current, profiles=profiles)


def _tell_of_profile(problem: Problem) -> None:
    log.warning("trap profile", problem=str(problem))


def tell_of_names(index: MibIndex, *, whole: bool, compiled: int = 0, seconds: float = 0.0) -> None:
    """Say in one line what names there are; what is wrong in files is said by `netwatch mib check`."""
    more = {"compiled": compiled, "seconds": round(seconds, 1)} if compiled else {}
    log.info(
        "names of MIB modules" if whole else "names of MIB modules so far; the rest is compiled in the background",
        modules=len(index.modules), definitions=len(index), errors=index.errors,
        **({"see": "netwatch mib check"} if index.errors else {}), **more,
    )  # fmt: skip


class _Resolver:
    """Reads OIDs of profiles; while names are yet to come, those that are not known are noted."""

    def __init__(self, names: LiveNames) -> None:
        self._names = names
        self.nameless: list[str] = []
        self.excuses: set[str] = set()
        """What is said of each, word for word: problems that are none once its module is compiled."""

    def oid_of(self, text: str) -> Oid:
        try:
            return self._names.oid_of(text)
        except UnknownName as exc:
            if not self._names.whole:
                self.nameless.append(text)
                self.excuses.add(str(exc))
            raise


def _refuse_broken(library: ProfileLibrary, excuses: Collection[str]) -> None:
    """Refuse to start with profiles that have errors; what they ask that we cannot do is only said.

    What is missing of profiles for want of names that are yet to come is said too: they are read again with those,
    and so are the rules that ask for it.
    """
    errors = [problem for problem in library.problems if problem.severity == "error"]
    refused = [problem for problem in errors if problem.message not in excuses]
    if refused:
        raise InvalidFile(refused)
    for problem in library.problems:
        log.warning("profile", problem=str(problem))
