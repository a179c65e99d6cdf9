"""Proposes a rule file for a kind of trap that no rule takes: by its module, or in numbers where no module names it.

What the network sent stands in comments alone, one line each, so that nothing of it is ever read as a rule.
A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.rules.traps. Called by: netwatch.app.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING

from netwatch.model import Oid, TrapEvent, matcher_text, value_text
from netwatch.rules.traps.names import MibNames
from netwatch.rules.traps.writing import rule_text

if TYPE_CHECKING:
    from netwatch.mib import MibObject

MOST_VARBINDS = 20
MOST_LETTERS = 160


def proposed_file(
    trap_oid: Oid,
    names: MibNames,
    *,
    example: TrapEvent | None = None,
    senders: Sequence[str] = (),
    taken: Collection[str] = (),
) -> str:
    """Return the text of a rule file with one rule, for a person to finish; `netwatch check` takes it as it is.

    Args:
        trap_oid: the kind of trap, as it came.
        names: the MIB modules at hand.
        example: one such trap, None where the log has none any more.
        senders: devices and addresses that sent it, for a rule that is meant for these alone.
        taken: names that other rules have.
    """
    found = _notification(trap_oid, names)
    entry = rule_text(found, names, taken) if found is not None else _in_numbers(trap_oid, taken)
    lines = ["rules:", *(f"  {line}" for line in entry.splitlines())]
    lines += [f"    # {_one_line(text)}" for text in _remarks(example, names, senders)]
    return "\n".join(lines) + "\n"


def _notification(trap_oid: Oid, names: MibNames) -> MibObject | None:
    """Return what a module says of a trap, also where it came as v1, with a 0 before its last number."""
    found = names.notification(trap_oid)
    if found is None and len(trap_oid) > 2 and trap_oid[-2] == 0:
        found = names.notification((*trap_oid[:-2], trap_oid[-1]))
    return found


def _in_numbers(trap_oid: Oid, taken: Collection[str]) -> str:
    name = "Trap_" + "_".join(map(str, trap_oid[-5:]))
    free = next(one for one in chain((name,), (f"{name}_of_{number}" for number in count(2))) if one not in taken)
    return "\n".join((
        "# No module at hand names this trap: `netwatch mib list` shows those there are, mibs.paths adds yours.",
        f"- alert: {free}",
        f"  on_trap: {trap_oid}",
        "  ttl: 1h  # nobody knows what ends it, so it ends by itself",
        "  labels: {severity: warning}",
        "  annotations:",
        '    summary: "{{ device }} sent {{ trap }}"',
        '    description: "{{ source }} sent {{ trap }}{% if count > 1 %}, {{ count }} times{% endif %}: '
        '{{ varbinds }}"',
    ))  # fmt: skip


def _remarks(example: TrapEvent | None, names: MibNames, senders: Sequence[str]) -> Iterator[str]:
    if senders:
        asked = matcher_text("device", _any_of(senders), regex=True) if len(senders) > 1 else None
        yield f"devices: ['{asked or matcher_text('device', senders[0])}']  would mean these senders alone"
    if example is None:
        return
    yield f"One of them, number {example.number} of the log, from {example.device or example.source}, carried:"
    for one in example.varbinds[:MOST_VARBINDS]:
        yield f"  {names.name_of(one.oid)} = {value_text(names, one.oid, one.value)}"
    if len(example.varbinds) > MOST_VARBINDS:
        yield f"  and {len(example.varbinds) - MOST_VARBINDS} more"


def _any_of(senders: Iterable[str]) -> str:
    return "|".join("".join(f"\\{letter}" if letter in ".+*?()[]{}|^$\\" else letter for letter in one)
                    for one in senders)  # fmt: skip


def _one_line(text: str) -> str:
    """Return text that ends no comment: no line break of any kind, nothing unprintable, and so long at most."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= MOST_LETTERS else f"{plain[: MOST_LETTERS - 1]}\N{HORIZONTAL ELLIPSIS}"
