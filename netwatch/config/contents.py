"""What is wrong in the files a configuration leads to: profiles, rules and mail templates.

May import: netwatch.profiles, netwatch.rules, netwatch.notify, netwatch.model. Called by: loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netwatch.config.names import did_you_mean
from netwatch.config.settings import Settings
from netwatch.config.tree import EACH, texts
from netwatch.mib import load_index
from netwatch.model import InvalidFile, Problem, TableSchema, YamlFile, all_hold, parse_matchers, unforeseen
from netwatch.notify import PARTS, template_problems
from netwatch.polling.settings import DeviceSettings
from netwatch.profiles import load_library
from netwatch.rules import ASKED_OF_DEVICES, Rule, RuleBook, TrapRule, columns_of_limits, load_rule_book


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
                    said += f"; none has a label {one.label}{did_you_mean(one.label, [*labels, *ASKED_OF_DEVICES])}"
                    break
            yield Problem(file=rule.file, line=rule.line, column=1, path="devices", message=said, severity="warning")


def _exceptions(
    file: YamlFile, settings: Settings, schema: Mapping[str, TableSchema], book: RuleBook
) -> Iterator[Problem]:
    """Yield what `limits` and `ignore` name that there is not: columns, rules, labels."""
    columns = {name for names in columns_of_limits(schema, book.rules).values() for name in names}
    every = {name: kind for table in schema.values() for name, kind in table.columns.items()}
    for number, limit in enumerate(settings.limits):
        if not limit.values:
            yield file.problem(("limits", number), "sets no column")
        for name in limit.values:
            if name in columns:
                continue
            said = f"there is no column {name}, and no rule asks for limit({name!r}, ..){did_you_mean(name, columns)}"
            if name in every:
                said = f"{name} is a {every[name].value}; only numbers that stand as they are can be set"
            yield file.problem(("limits", number, name), said, key=True)
    rules: tuple[Rule | TrapRule, ...] = (*book.rules, *book.trap_rules)
    names = {rule.alertname for rule in rules}
    for number, ignored in enumerate(settings.ignore):
        for place, name in enumerate(ignored.rules or ()):
            if name not in names:
                path = ("ignore", number, "rules", place)
                yield file.problem(path, f"there is no rule {name!r}{did_you_mean(name, names)}")
    labels = {"device", "table", *(name for device in settings.devices for name in device.labels)}
    labels |= {name for table in schema.values() for name in table.labels}
    matches = [("limits", number, one.match) for number, one in enumerate(settings.limits)]
    matches += [("ignore", number, one.match) for number, one in enumerate(settings.ignore)]
    for part, number, texts_ in matches:
        for place, text in enumerate(texts_):
            for matcher in parse_matchers(text):
                if matcher.label not in labels:
                    said = f"no device and no table has a label {matcher.label}{did_you_mean(matcher.label, labels)}"
                    yield file.problem((part, number, "match", place), said)


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


def _problems(file: YamlFile, tree: Any, settings: Settings, contents: Contents) -> Iterator[Problem]:
    names = load_index(settings.mib_paths())
    library = load_library([path for path in settings.profile_paths() if path.exists()], names.oid_of)
    yield from library.problems
    for path, name in texts(tree, "devices", EACH, "profile"):
        if name not in library.names():
            yield file.problem(path, f"there is no profile {name!r}" + did_you_mean(name, library.names()))
    try:
        paths = [path for path in settings.rule_paths() if path.exists()]
        book = load_rule_book(paths, library.schema(), names, settings.severity_order())
        contents.rules, contents.trap_rules = len(book.rules), len(book.trap_rules)
        yield from book.warnings
        yield from _meant_for_nobody(book, settings.devices)
        yield from _exceptions(file, settings, library.schema(), book)
    except InvalidFile as exc:
        yield from exc.problems
    except Exception as exc:  # noqa: BLE001  # the net under what rules, limits and devices say of each other
        yield file.problem((), unforeseen(exc))
    for part in PARTS:
        for _, text in texts(tree, "receivers", EACH, "email", "templates", part):
            if (template := settings.base / text).is_file():
                yield from template_problems(template, part)
