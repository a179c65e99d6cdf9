"""What a verdict on a trap rests on, in words: which pattern took it, what it carried, what the expressions said.

A quiet room: no clock, no socket, no database. Nothing here runs while nobody asks why.
May import: netwatch.model, netwatch.rules.evidence, names, rule. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from netwatch.formulas import Formula, Frame, Source
from netwatch.model import Oid, cleaned
from netwatch.rules.evidence import inputs_of, shown, sources_of
from netwatch.rules.traps.rule import Outcome, TrapFacts, TrapRule, TrapVerdict, frame_of_trap

FORMULAS = 256
WORDS_EACH = 64
"""Expressions whose words are kept, and of how many different inputs each."""


def trap_evidence(
    rule: TrapRule,
    facts: TrapFacts,
    verdict: TrapVerdict,
    labels: Mapping[str, str],
) -> dict[str, str]:
    """Return what a trap rule's verdict rests on; `labels` are what polling knows of the row, as for the verdict."""
    event = facts.event
    told = {
        "trap": facts.words.name, "matched": _matched(rule, event.trap_oid, verdict.outcome),
        "source": event.source, "relay": event.relay, "version": event.version, "user": cleaned(event.user),
        "varbinds": facts.words.varbinds,
        "key": ",".join(f"{name}={text}" for name, text in facts.key.items()),
        "count": str(event.count) if event.count > 1 else "",
        "heard_at": event.at.isoformat(),
    }  # fmt: skip
    frame = verdict.frame or frame_of_trap(rule, facts, labels)
    if rule.broken is not None and verdict.outcome is not Outcome.ENDS:  # then it was not asked for
        words, inputs = _in_words(rule.broken, frame)
        told |= {"expr": rule.expr or "", "shown": words, **inputs}
    if rule.healed is not None and verdict.outcome is not Outcome.BEGINS:
        words, inputs = _in_words(rule.healed, frame)
        told |= {"clear_expr": rule.clear_expr or "", "clear_shown": words, **inputs}
    return {name: text for name, text in told.items() if text}


@lru_cache(maxsize=FORMULAS)
def _words_so_far(_formula: Formula) -> dict[tuple[object, ...], tuple[str, Mapping[str, str]]]:
    """Return the words of an expression by what it was given; they are kept while few others are asked about."""
    return {}


@lru_cache(maxsize=FORMULAS)
def _sources(formula: Formula) -> tuple[Source, ...]:
    return sources_of(formula)


def _in_words(formula: Formula, frame: Frame) -> tuple[str, Mapping[str, str]]:
    """Return an expression with its values, and its inputs; of a thousand ports that fail all are often the same."""
    given = tuple(frame.fetch(source)[0][0] for source in _sources(formula))
    known = _words_so_far(formula)
    if (words := known.get(given)) is not None:
        return words
    words = shown(formula, frame, 0), inputs_of(formula, frame, 0)
    if None not in given:  # why a value is missing has words of its own
        if len(known) >= WORDS_EACH:
            known.clear()
        known[given] = words
    return words


@lru_cache(maxsize=FORMULAS)
def _matched(rule: TrapRule, trap_oid: Oid, outcome: Outcome) -> str:
    began, ended = rule.begins.text_of(trap_oid), rule.ends.text_of(trap_oid)
    sides = {"on_trap": began, "clear_on": ended}
    if outcome is Outcome.ENDS:
        sides = {"clear_on": ended}
    elif outcome is Outcome.BEGINS:
        sides = {"on_trap": began}
    return ", ".join(f"{side}: {text}" for side, text in sides.items() if text)
