"""Finds what `limits`, `ignore` and `roles` name that there is not: columns, rules, labels.

A name that is wrong means that a threshold does not hold, a row is not silent, or a port is not what it was said to
be, and nobody is told; so the start refuses it as `check` does.
May import: the settings of every room, netwatch.rules, netwatch.model. Called by: contents; app, at the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netwatch.config.names import did_you_mean
from netwatch.config.settings import Settings
from netwatch.model import KeyPath, TableSchema, parse_matchers
from netwatch.rules import Rule, RuleBook, TrapRule, columns_of_limits


def exception_faults(
    settings: Settings, schema: Mapping[str, TableSchema], book: RuleBook
) -> Iterator[tuple[KeyPath, str, bool]]:
    """Yield where `limits`, `ignore` and `roles` name what there is not, in words, and whether the key is wrong."""
    columns = {name for names in columns_of_limits(schema, book.rules).values() for name in names}
    every = {name: kind for table in schema.values() for name, kind in table.columns.items()}
    for number, limit in enumerate(settings.limits):
        if not limit.values:
            yield ("limits", number), "sets no column", False
        for name in limit.values:
            if name in columns:
                continue
            said = f"there is no column {name}, and no rule asks for limit({name!r}, ..){did_you_mean(name, columns)}"
            if name in every:
                said = f"{name} is a {every[name].value}; only numbers that stand as they are can be set"
            yield ("limits", number, name), said, True
    rules: tuple[Rule | TrapRule, ...] = (*book.rules, *book.trap_rules)
    names = {rule.alertname for rule in rules}
    for number, ignored in enumerate(settings.ignore):
        for place, name in enumerate(ignored.rules or ()):
            if name not in names:
                path: KeyPath = ("ignore", number, "rules", place)
                yield path, f"there is no rule {name!r}{did_you_mean(name, names)}", False
    labels = {"device", "table", *(name for device in settings.devices for name in device.labels)}
    labels |= {name for table in schema.values() for name in table.labels}
    matches = [("limits", number, one.match) for number, one in enumerate(settings.limits)]
    matches += [("ignore", number, one.match) for number, one in enumerate(settings.ignore)]
    matches += [("roles", number, one.match) for number, one in enumerate(settings.roles)]
    for part, number, texts_ in matches:
        for place, text in enumerate(texts_):
            for matcher in parse_matchers(text):
                if matcher.label not in labels:
                    said = f"no device and no table has a label {matcher.label}{did_you_mean(matcher.label, labels)}"
                    yield (part, number, "match", place), said, False
