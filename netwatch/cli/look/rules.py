"""`netwatch rules`: what is held against what the devices say, and what of it is pending or firing now.

May import: netwatch.config, netwatch.mib, netwatch.profiles, netwatch.rules. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from netwatch.cli.agent import Agent
from netwatch.cli.arguments import AsJson, ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.look.told import told_by
from netwatch.cli.output import BAD_CONFIG, fail, print_json
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import coloured, print_table
from netwatch.config import Settings
from netwatch.errors import ConfigError
from netwatch.mib import load_index
from netwatch.profiles import load_library
from netwatch.rules import Rule, RuleBook, TrapRule, load_rule_book, severity_words

ALIVE = ("pending", "firing", "gone")
Counts = Counter[tuple[str, str]]
"""How many alerts a rule has in a state."""
TRAPS_SHOWN = 3


def rules(config: ConfigOption = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the rules: what each looks at and how long it waits, and how many alerts it has now."""
    settings = settings_or_exit(config)
    book = _book(settings)
    told = told_by(Agent(settings), "/api/v1/alerts")
    counts = None if told is None else Counter((str(one.get("rule_key")), str(one.get("state"))) for one in told)
    every: tuple[Rule | TrapRule, ...] = (*book.rules, *book.trap_rules)
    rows = [rule_row(rule, counts) for rule in every]
    if json:
        print_json(rows)
        return
    columns = ["rule", "severity", "looks at", "for", "pending", "firing", "gone", "file"]
    print_table("Rules", columns, map(_cells, rows), empty="there are none")


def _book(settings: Settings) -> RuleBook:
    names = load_index(settings.mib_paths())
    try:
        schema = load_library(settings.profile_paths(), names.oid_of).schema()
        return load_rule_book(settings.rule_paths(), schema, names, settings.severity_order(), patient=True)
    except ConfigError as exc:
        fail(f"the configuration is not usable\n{exc}", BAD_CONFIG)


def rule_row(rule: Rule | TrapRule, counts: Counts | None) -> dict[str, object]:
    """Return a rule as one flat object; `counts` is what the agent has, None where there is no agent."""
    of_traps = isinstance(rule, TrapRule)
    return {
        "rule": rule.name, "kind": "trap" if of_traps else "reading", "severity": severity_words(rule),
        "looks_at": " ".join(one.text for one in rule.on_trap) if isinstance(rule, TrapRule) else rule.table,
        "expr": rule.expr, "clear_expr": rule.clear_expr, "for_seconds": rule.hold_for,
        **{state: None if counts is None else counts[rule.name, state] for state in ALIVE},
        "file": rule.file, "line": rule.line,
    }  # fmt: skip


def _few(looks_at: str) -> str:
    """Return the first of many OIDs, and how many more there are: some rules know hundreds of traps."""
    words = looks_at.split()
    more = len(words) - TRAPS_SHOWN
    return " ".join(words[:TRAPS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _cells(row: Mapping[str, object]) -> list[object]:
    firing = coloured(str(row["firing"]), "bold red") if row["firing"] else row["firing"]
    return [
        row["rule"], row["severity"], _few(str(row["looks_at"])), row["for_seconds"] or None, row["pending"], firing,
        row["gone"],         f"{row['file']}:{row['line']}",
    ]  # fmt: skip
