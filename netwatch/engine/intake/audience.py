"""Which devices a rule is meant for: its `devices:` matchers, held against what is known of each device.

Decided once per device, and again only when something of what is known changed. Before a device was ever asked what
it is, a rule is meant for it unless the configuration alone says otherwise: an alert too many is seen, one too few
is not.

May import: netwatch.rules, netwatch.model. Called by: readings, traps, netwatch.engine.engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from netwatch.model import DeviceFacts, Memory, all_hold
from netwatch.rules import ASKED_OF_DEVICES, Rule, TrapRule

FACTS_SCOPE = "facts"

FactsOf = Callable[[str], DeviceFacts | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """The rules of one table for one device, as long as what is known of the device stays the same."""

    facts: DeviceFacts | None
    meant: Sequence[Rule]


class Audience:
    """Knows the devices, and which rules each is held against."""

    def __init__(
        self,
        rules: Collection[Rule | TrapRule],
        device_labels: Mapping[str, Mapping[str, str]],
        facts_of: FactsOf = lambda device: None,
    ) -> None:
        self._device_labels, self._facts_of = device_labels, facts_of
        self._asks = any(matcher.label in ASKED_OF_DEVICES for rule in rules for matcher in rule.devices)
        self._choosy = {rule.table for rule in rules if isinstance(rule, Rule) and rule.devices}
        self._known: dict[str, DeviceFacts] = {}
        self._decided: dict[tuple[str, str], _Decided] = {}

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what was known of devices before a restart."""
        for memory in memories:
            try:
                kept = json.loads(memory.text or "")
                self._known[memory.key] = DeviceFacts(**{str(name): str(text) for name, text in kept.items()})
            except (ValueError, TypeError, AttributeError):  # written by another version: the device says it again
                continue

    def news_of(self, device: str) -> Memory | None:
        """Return what is to be kept of a device where it says something new of itself."""
        if not self._asks:
            return None
        facts = self._facts_of(device)
        if facts is None or facts is self._known.get(device):
            return None
        before, self._known[device] = self._known.get(device), facts
        return None if facts == before else Memory(scope=FACTS_SCOPE, key=device, text=facts.as_json())

    def is_settled(self, device: str, table: str) -> bool:
        """Return whether a device said nothing new of itself since the rules of a table were chosen for it."""
        facts = self._known.get(device)
        if self._asks and (told := self._facts_of(device)) is not None and told is not facts:
            return False
        if table not in self._choosy:
            return True
        decided = self._decided.get((device, table))
        return decided is not None and decided.facts is facts

    def rules_of(self, device: str, table: str, rules: Sequence[Rule]) -> tuple[Sequence[Rule], Sequence[Rule]]:
        """Return the rules of a table that are meant for a device, and those that are not any more, once."""
        if table not in self._choosy:
            return rules, ()
        facts = self._known.get(device)
        known = self._decided.get((device, table))
        if known is not None and known.facts is facts:
            return known.meant, ()
        meant = [rule for rule in rules if self.is_meant(rule, device)]
        others = [rule for rule in rules if rule not in meant]
        self._decided[device, table] = _Decided(facts=facts, meant=meant)
        return meant, others

    def is_meant(self, rule: Rule | TrapRule, device: str) -> bool:
        """Return whether a rule is meant for a device, as far as that can be told."""
        if not rule.devices:
            return True
        labels = {**self._device_labels.get(device, {}), "device": device}
        facts = self._known.get(device)
        if facts is not None:
            return all_hold(rule.devices, {**labels, **facts.labels})
        return all_hold([one for one in rule.devices if one.label not in ASKED_OF_DEVICES], labels)
