"""What is wrong in the files a configuration leads to: profiles, rules and mail templates.

May import: netwatch.profiles, netwatch.rules, netwatch.notify, netwatch.model. Called by: loading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netwatch.config.exceptions import exception_faults
from netwatch.config.history_checks import history_checks
from netwatch.config.names import did_you_mean
from netwatch.config.own_exceptions import own_warning
from netwatch.config.settings import Settings
from netwatch.config.tree import EACH, texts
from netwatch.errors import ConfigError
from netwatch.exporter import environment_of_process, try_definitions
from netwatch.mib import check_profiles, load_index
from netwatch.model import (
    BUILTIN,
    REACHABILITY,
    SELF,
    InvalidFile,
    Problem,
    YamlFile,
    all_hold,
    dotted,
    is_file,
    is_there,
    unforeseen,
)
from netwatch.notify import PARTS, template_problems
from netwatch.polling.settings import DeviceSettings
from netwatch.profiles import load_library
from netwatch.rules import ASKED_OF_DEVICES, Rule, RuleBook, TrapRule, load_rule_book
from netwatch.web import read_people, read_web_config

WEIGHTIEST_OF_SELF = ("MailRelayDown", "DeadLetters", "ConfigReloadFailed")
"""Shipped rules about NetWatch itself without which nobody hears that nobody hears anything."""


def _left_out(file: YamlFile, book: RuleBook) -> Iterator[Problem]:
    """Yield a warning where files of one's own stand in place of the shipped rules, and nothing does their work."""
    missing = []
    if not any(rule.table == REACHABILITY.name and re.search(r"\bup\b", rule.expr) for rule in book.rules):
        missing.append("that a device does not answer (DeviceDown)")
    if not any(rule.table == SELF.name for rule in book.rules):
        missing.append(f"of trouble of NetWatch itself ({', '.join(WEIGHTIEST_OF_SELF)})")
    if missing:
        said = (
            f"no rule in these files tells {', nor '.join(missing)}: they stand in place of the rules that come with "
            f"NetWatch; add `{BUILTIN}` to have those as well"
        )
        yield file.problem(("rules", "paths"), said, severity="warning")


def _meant_for_nobody(book: RuleBook, devices: Sequence[DeviceSettings]) -> Iterator[Problem]:
    """Yield a warning for a rule that no configured device can meet, where only the configuration is asked."""
    known = [{**device.labels, "device": device.name} for device in devices]
    pinned = [device.profile for device in devices]
    if not known:
        return
    every: tuple[Rule | TrapRule, ...] = (*book.rules, *book.trap_rules)
    for rule in every:
        asked = [one for one in rule.devices if one.label not in ASKED_OF_DEVICES]
        of_pinned = [one for one in rule.devices if one.label == "profile"]
        met = any(
            all_hold(asked, labels) and (profile is None or all_hold(of_pinned, {"profile": profile}))
            for labels, profile in zip(known, pinned, strict=True)
        )
        if rule.devices and not met:
            said = f"{rule.name}: no configured device meets `devices`"
            labels = {name for one in known for name in one}
            for one in asked:
                if one.label not in labels:
                    meant = did_you_mean(one.label, [*labels, *ASKED_OF_DEVICES])
                    if one.label == "name":
                        meant = '; the name of a device is asked for as "device"'
                    said += f"; none has a label {one.label}{meant}"
                    break
            yield Problem(file=rule.file, line=rule.line, column=1, path="devices", message=said, severity="warning")


@dataclass(slots=True)
class Contents:
    """What was found in the files: everything wrong with them, and how many rules they have."""

    problems: list[Problem] = field(default_factory=list)
    rules: int = 0
    trap_rules: int = 0


def contents_of(file: YamlFile, tree: Any, settings: Settings) -> Contents:
    """Read profiles, rules and mail templates, and find devices whose `profile` there is not.

    A path that leads nowhere is a problem of the configuration file and was told as such.
    """
    contents = Contents()
    contents.problems += _problems(file, tree, settings, contents)
    return contents


def _of_web_config(settings: Settings) -> Iterator[Problem]:
    web, base = settings.web, settings.base
    read: dict[Path, Callable[[Path], object]] = {
        base / name: read_web_config for name in (web.config_file, web.scrape_config_file) if name
    }
    if web.users_file:
        read[base / web.users_file] = read_people
    for path, reader in read.items():
        try:
            if is_file(path):
                reader(path)
        except InvalidFile as exc:
            yield from exc.problems
        except ConfigError as exc:
            yield Problem(file=str(path), line=1, column=1, path="", message=str(exc))


def _problems(file: YamlFile, tree: Any, settings: Settings, contents: Contents) -> Iterator[Problem]:
    names = load_index(settings.mib_paths())
    library = load_library([path for path in settings.profile_paths() if is_there(path)], names.oid_of)
    yield from library.problems
    yield from library.foreign.everything()
    yield from _of_web_config(settings)
    yield from try_definitions(
        settings.snmp_yml_paths(),
        environment=environment_of_process() if settings.exporter.expand_environment_variables else None,
    )[1]
    yield from check_profiles([path for path in settings.trap_profile_paths() if is_there(path)])
    for path, name in texts(tree, "devices", EACH, "profile"):
        if name not in library.names():
            yield file.problem(path, f"there is no profile {name!r}" + did_you_mean(name, library.names()))
    try:
        paths = [path for path in settings.rule_paths() if is_there(path)]
        book = load_rule_book(paths, library.schema(), names, settings.severity_order())
        contents.rules, contents.trap_rules = len(book.rules), len(book.trap_rules)
        yield from book.warnings
        yield from _left_out(file, book)
        yield from _meant_for_nobody(book, settings.devices)
        yield from history_checks(book.rules, settings, len(settings.devices))
        for path, said, is_key in exception_faults(settings, library.schema(), book):
            if settings.is_own(*path[:2]):
                yield own_warning(settings.exceptions_file(), dotted(path), said)
            else:
                yield file.problem(path, said, key=is_key)
    except InvalidFile as exc:
        yield from exc.problems
    except Exception as exc:  # noqa: BLE001  # the net under what rules, limits and devices say of each other
        yield file.problem((), unforeseen(exc))
    for part in PARTS:
        for _, text in texts(tree, "receivers", EACH, "email", "templates", part):
            if is_file(template := settings.base / text):
                yield from template_problems(template, part)
