"""Draws the charts of a row, with what they show in words and as a table.

A quiet room. May import: netwatch.model, netwatch.web. Called by: history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from netwatch.model import Past, measured, quantile, quantity_of
from netwatch.web.charts.plan import BOUNDS, Plan, Role, role_of, states_of, title_of
from netwatch.web.charts.spans import Span
from netwatch.web.charts.values import Values, values_of
from netwatch.web.pages.bands import draw_bands, state_words
from netwatch.web.pages.chart import COLOURS, WIDTH, Bound, draw_svg


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """One line of a chart in words, for who cannot see it. colour: None of a limit."""

    colour: int | None
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart; `svg` is finished markup."""

    plan: Plan
    svg: str
    legend: tuple[Legend, ...]
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What all charts of a row share: whose they are, from when to when, and what fired then."""

    table: str
    labels: Mapping[str, str]
    since: datetime
    until: datetime
    fired: Sequence[Span]


def drawn(scene: Scene, plans: Sequence[Plan], past: Mapping[str, Past]) -> list[Chart]:
    """Return a chart for each plan of which anything is known."""
    charts = []
    for plan in plans:
        known = {name: past[name] for name in plan.columns if name in past and past[name].numbers()}
        lines = {name: line for name, line in known.items() if role_of(scene.table, name) not in BOUNDS}
        if not lines:
            continue
        svg, legend = _strip(scene, plan, lines) or _picture(scene, plan, lines, known)
        values = values_of(scene.table, lines, scene.labels, scene.since, scene.until)
        charts.append(Chart(plan=plan, svg=svg, legend=tuple(legend), values=values))
    return charts


def _strip(scene: Scene, plan: Plan, lines: Mapping[str, Past]) -> tuple[str, list[Legend]] | None:
    """Return the picture of states and its legend, None of numbers."""
    name, line = next(iter(lines.items()))
    states = states_of(scene.table, name)
    if states is None:
        return None
    svg = draw_bands(line, states, title=plan.title, since=scene.since, until=scene.until, spans=scene.fired)
    return svg, [Legend(colour=0, name=title_of(name), words=state_words(line, states))]


def _picture(
    scene: Scene, plan: Plan, lines: Mapping[str, Past], known: Mapping[str, Past]
) -> tuple[str, list[Legend]]:
    quantity = quantity_of(next(iter(lines)), scene.labels)
    bounds = [
        Bound(role, line.numbers()[-1])
        for name, line in known.items()
        if (role := role_of(scene.table, name)) in BOUNDS and (role is not Role.CAPACITY or line.numbers()[-1] > 0)
    ]
    legend = [
        Legend(colour=place % len(COLOURS), name=title_of(name), words=words_of(line, quantity))
        for place, (name, line) in enumerate(lines.items())
    ]
    legend += [
        Legend(colour=None, name=one.role.value.replace("_", " "), words=measured(one.value, quantity))
        for one in bounds
    ]
    svg = draw_svg(
        {title_of(name): line for name, line in lines.items()}, title=plan.title, since=scene.since,
        until=scene.until, write=lambda value: measured(value, quantity), spans=scene.fired, bounds=bounds,
        below=[title_of(name) for name in lines if role_of(scene.table, name) is Role.BELOW],
    )  # fmt: skip
    return svg, legend


def nothing_drawn(title: str) -> str:
    """Return the picture of what nothing is known of."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 40" font-family="sans-serif" font-size="12">'
        f'<title>{escape(title)}</title><text x="8" y="24" fill="#8b98a5">Nothing is known of it yet.</text></svg>'
    )


def words_of(past: Past, quantity: str) -> str:
    """Return what a chart shows, in words."""
    means = past.numbers()
    lows, highs = ([value for value in some if isinstance(value, int | float)] for some in (past.lows, past.highs))
    if min(lows) == max(highs):
        return f"always {measured(means[-1], quantity)}"
    tail = quantile(means, 0.95)
    said = {"lowest": min(lows), "mean": sum(means) / len(means), "95 of 100 below": tail, "highest": max(highs)}
    words = [f"{word} {measured(value, quantity)}" for word, value in said.items() if value is not None]
    return ", ".join((*words, f"last {measured(means[-1], quantity)}"))
