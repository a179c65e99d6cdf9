"""Writes the rows of a section of a device's page: some hundred cells of which nearly all are as they were before.

By a template they took most of the time of a page. What a cell looks like depends on the cell alone.
A quiet room. May import: netwatch.web. Called by: netwatch.web.pages.templating, which makes filters of it; ports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

from netwatch.web.pages.concepts.cells import Bar, Cell, Line, Scale, Section
from netwatch.web.row_exceptions import RowException
from netwatch.web.words import shortened

PIECES: Final = 20_000
Said = Mapping[tuple[str, str], Sequence[RowException]]
Notes = Callable[[Sequence[RowException], datetime], str]
"""Writes what was said of a row; the macro of a template."""


def lines_html(
    lines: Sequence[Line],
    section: Section,
    device: str,
    about: Said,
    notes: Notes,
    now: datetime,
    *,
    with_deeds: bool,
) -> Markup:
    """Return lines of a section as rows of a table; `about` is what was said of single rows, by table and key."""
    headings = [
        (escape(one.title), escape(one.css), f' class="{escape(one.css)}"' if one.css else "")
        for one in section.headings
    ]
    rows = []
    for line in lines:
        said = about.get((section.name, line.key), ())
        tone = ' class="is-ignored"' if line.is_ignored else ' class="is-alerting"' if line.is_alerting else ""
        cells = []
        for (title, css, css_class), cell in zip(headings, line.cells, strict=True):
            its_class = f' class="{css} none"' if cell.is_empty else css_class
            more = notes(said, now) if said and css == "name" else ""
            cells.append(f'<td data-label="{title}"{its_class}>{_cell(cell)}{more}</td>')
        if with_deeds:
            deed = deed_html(device, section.name, line.key, line.cells[1].text, has_limits=section.has_limits)
            cells.append(f'<td data-label="Do" class="do nowrap">{deed}</td>')
        rows.append(f"<tr{tone}>{''.join(cells)}</tr>")
    return Markup("\n".join(rows))  # noqa: S704  # every part was escaped


@lru_cache(maxsize=PIECES)
def deed_html(device: str, table: str, key: str, name: str, *, has_limits: bool) -> Markup:
    """Return the one narrow link to what may be done about a row."""
    part, limits, words = (
        ("part=limits&amp;", ", or other limits", ", or give it other limits") if has_limits else ("",) * 3
    )
    return Markup(  # noqa: S704  # escaped here
        f'<a class="more-of" href="/exceptions/new?{part}device={quote(device)}&amp;table={quote(table)}'
        f'&amp;row={quote(key)}" title="Ignore{limits}"'
        f' aria-label="Ignore {escape(shortened(name, 60))}{words}">\u22ef</a>'
    )  # fmt: skip


@lru_cache(maxsize=PIECES)
def _cell(one: Cell) -> str:
    text = escape(shortened(one.text, 160))
    if isinstance(one.picture, Bar):
        text = Markup('<span class="load">{}<span>{}</span></span>').format(_bar(one.picture), one.text)
    elif one.picture is not None:
        text = _scale(one.picture)
    elif one.pill:
        text = Markup('<span class="pill {}">{}</span>').format(one.pill, one.text)
    elif one.depth:
        text = Markup('<span class="depth depth-{}">{}</span>').format(one.depth, text)
    small = Markup("<small>{}</small>").format(shortened(one.small, 160)) if one.small else ""
    doubt = Markup('<small class="trouble">{}</small>').format(shortened(one.doubt, 200)) if one.doubt else ""
    return f"{text}{small}{doubt}"


def _bar(one: Bar) -> Markup:
    return Markup(
        '<svg class="bar{}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<title>{}</title><rect class="back" width="100" height="6"/><rect class="fill" width="{}" height="6"/></svg>'
    ).format(f" {one.tone}" if one.tone else "", one.words, one.words, one.percent)


def _scale(one: Scale) -> Markup:
    spans = Markup("").join(
        Markup('<rect class="{}" x="{}" y="2" width="{}" height="4"/>').format(span.tone, span.start, span.width)
        for span in one.spans
    )
    tone, at = f" {one.tone}" if one.tone else "", min(max(one.at - 1, 0), 98)
    return Markup(
        '<svg class="scale" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<title>{}</title><rect class="back" y="2" width="100" height="4"/>{}'
        '<rect class="at{}" x="{}" width="2" height="8"/></svg>'
    ).format(one.words, one.words, spans, tone, at)  # fmt: skip
