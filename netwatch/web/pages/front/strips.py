"""The last day of each device as a strip beside its name: when alerts stood, and how grave the gravest was.

A strip says nothing of hours without an alert: they are no proof that anybody looked.

A quiet room. May import: netwatch.model, day. Called by: last_day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from markupsafe import Markup

from netwatch.model import Alert, Grade, Severities
from netwatch.web.pages.front.day import DAY, SLOTS, graver, slots_of
from netwatch.web.words import counted

WIDTH, HEIGHT = 2 * SLOTS, 14
_FLOOR = f'<rect class="floor" y="{HEIGHT - 3}" width="{WIDTH}" height="3"/>'
_TALL: Mapping[Grade, int] = {"critical": HEIGHT, "warning": 10, "info": 6}
"""A graver one is drawn taller: colour never stands alone."""


def strips_of(
    alerts: Iterable[Alert], devices: Iterable[str], severities: Severities, now: datetime
) -> dict[str, Markup]:
    """Return a drawing for each of some devices, of the alerts that stood within the last day."""
    wanted = dict.fromkeys(devices, 0)
    slots: dict[str, dict[int, Grade]] = defaultdict(dict)
    for alert in alerts:
        name = alert.key.device
        if name not in wanted or (there := slots_of(alert, now)) is None:
            continue
        wanted[name] += 1
        grade, of_device = severities.grade(alert.severity), slots[name]
        for place in there:
            of_device[place] = graver(of_device.get(place), grade)
    return {name: _drawn(slots.get(name, {}), count) for name, count in wanted.items()}


def _drawn(slots: Mapping[int, Grade], count: int) -> Markup:
    hours = len(slots) * DAY.total_seconds() / 3600 / SLOTS
    words = (
        f"{counted(count, 'alert')} in the last 24 h, in {hours:g} h of them"
        if count
        else "no alert in the last 24 h"
    )
    parts = [
        f'<rect class="grade-{grade}" x="{2 * place}" y="{HEIGHT - _TALL[grade]}" width="2" height="{_TALL[grade]}"/>'
        for place, grade in sorted(slots.items())
    ]
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
    head = f'<svg class="strip" {box} role="img" aria-label="{words}">'
    return Markup(f"{head}<title>{words}</title>{_FLOOR}{''.join(parts)}</svg>")  # noqa: S704  # numbers, written here
