"""docs/bounds.md and the bounds in the code are the same."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

HOUSE = Path(__file__).parents[1]
TEXT = (HOUSE / "docs" / "bounds.md").read_text("utf-8")
ROOMS = (
    "alerts",
    "discovery",
    "engine",
    "exporter",
    "history",
    "mailbox",
    "neighbours",
    "notify",
    "ping",
    "polling",
    "promql",
    "rules",
    "store",
    "traps",
)
"""The rooms that news passes through; what the others refuse or cut is somebody's question or file."""
BOUND = re.compile(
    r"_?(MAX|MOST|SPARE)(_[A-Z_]+)?|[A-Z_]+_KEPT|(KEYS|MARKS|TICKETS)_[A-Z_]+|BOUND_BYTES|NEWCOMERS|KNOWN"
    r"|REPORTS_PER_SECOND|IN_FULL|IN_BRIEF|ALSO|BUNDLE"
)
PROTOCOL = {("traps/notification.py", "MAX_INTEGER"), ("notify/mail/chart.py", "_MOST_LETTERS"),
            ("notify/mail/wordings.py", "_MOST_BYTES_A_CHARACTER"), ("exporter/targets.py", "MOST_PORT"),
            ("exporter/times.py", "_MOST_HOURS")}  # fmt: skip
"""The largest INTEGER of SMI, hours of a zone, ports; letters of an axis drawn as wide as must be; bytes of UTF-8."""
CACHES = {("engine/telling/incidents.py", "MOST_WAYS"), ("rules/concerned.py", "MOST_KNOWN"),
          ("rules/memory.py", "MOST_ALIKE"), ("rules/roles/opinion.py", "MOST_ALIKE"),
          ("rules/roles/judging.py", "MOST_ALIKE"),
          ("engine/intake/roll_call.py", "MOST_ALIKE"),
          ("traps/varbinds.py", "MOST_CONTINUED"),
          ("traps/varbinds.py", "MOST_IN_COLUMN")}  # fmt: skip
"""What is worked out again beyond it, or read by the slow way: nothing is held back."""


def bounds_in_the_code() -> dict[tuple[str, str], int]:
    found = {}
    for room in ROOMS:
        for file in sorted((HOUSE / "netwatch" / room).rglob("*.py")):
            place = file.relative_to(HOUSE / "netwatch").as_posix()
            module = importlib.import_module(".".join(file.relative_to(HOUSE).with_suffix("").parts))
            for node in ast.parse(file.read_text("utf-8")).body:
                target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
                name = target.id if isinstance(target, ast.Name) else ""
                if BOUND.fullmatch(name) and isinstance(getattr(module, name), int):
                    found[place, name] = getattr(module, name)
    return {one: figure for one, figure in found.items() if one not in PROTOCOL | CACHES}


def bounds_in_the_page() -> dict[tuple[str, str], int]:
    told = {}
    for part in re.split(r"(?=`[a-z_0-9/]+\.py`)", TEXT):
        if place := re.match(r"`([a-z_0-9/]+\.py)`", part):
            cell = re.split(r"[|;.]\s", part[place.end() :])[0]
            for name, figure in re.findall(r"([A-Z_]{3,})\s+([\d,]*\d)", cell):
                told[place[1], name] = int(figure.replace(",", ""))
    return told


def test_the_page_lists_every_bound_with_its_figure():
    assert bounds_in_the_page() == bounds_in_the_code()


def test_every_alert_and_metric_the_page_names_exists():
    code = "".join(file.read_text("utf-8") for file in (HOUSE / "netwatch").rglob("*.py"))
    alerts = set(re.findall(r"alert ([A-Z]\w+)", TEXT))

    assert {"TrapsLost", "TrapStorm", "SendersUnlisted", "ReportsHeldBack", "RowsForgotten"} <= alerts
    assert alerts <= shipped_alerts()
    assert all(metric in code for metric in re.findall(r"netwatch_\w+_total", TEXT))


def shipped_alerts() -> set[str]:
    return {
        name
        for file in (HOUSE / "config" / "rules").glob("*.yaml")
        for name in re.findall(r"- alert: (\w+)", file.read_text("utf-8"))
    }
