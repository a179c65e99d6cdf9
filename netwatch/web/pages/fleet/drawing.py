"""Writes the map: a box for each device, a line for each tie, and a row of the table that says the same.

What is written depends on nothing but its arguments: a piece that was written for one page is the same on the next,
and ten thousand pieces are kept. Of a map nearly all pieces are as they were a moment ago.
A quiet room. May import: netwatch.model, netwatch.web. Called by: map.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

from netwatch.web.pages.fleet.layout import HEIGHT, WIDTH
from netwatch.web.pages.fleet.ports import LinkState, TieNow
from netwatch.web.pages.overview import DeviceRow, DeviceState
from netwatch.web.words import NOTHING, counted, shortened

PIECES: Final = 10_000
LETTERS: Final = 23
"""So many letters of a name fit into its box beside the word of its state."""
TIES_SHOWN: Final = 12
WIRES_SAID: Final = 4
LINK_WORDS: Final[Mapping[LinkState, str]] = {
    "up": "up", "down": "down", "part": "down in part", "half": "one end unknown", "unknown": "state unknown",
    "none": "ports unknown",
}  # fmt: skip
DEVICE_WORDS: Final[Mapping[DeviceState, str]] = {
    "down": "down", "alert": "alert", "trouble": "trouble", "unknown": "asking", "up": "up"
}  # fmt: skip


def box(row: DeviceRow, x: float, y: float) -> Markup:
    """Return a device as a link with its name and state."""
    status = row.status
    return _box(status.device.name, row.state, status.trouble, len(row.firing), x, y)


@lru_cache(maxsize=PIECES)
def _box(name: str, state: DeviceState, trouble: str, firing: int, x: float, y: float) -> Markup:
    said = [DEVICE_WORDS[state], *([shortened(trouble, 160)] if trouble else [])]
    title = f"{shortened(name, 100)}: {', '.join([*said, *([counted(firing, 'alert')] if firing else [])])}"
    label, word = shortened(name, LETTERS), ""
    if state != "up":
        label = shortened(name, LETTERS - 7)
        word = (
            f'<text class="word" text-anchor="end" x="{x + WIDTH - 8:g}" y="{y + 15:g}">{DEVICE_WORDS[state]}</text>'
        )
    return Markup(  # noqa: S704  # escaped here
        f'<a href="/devices/{escape(quote(name))}" class="node dev-{state}"><title>{escape(title)}</title>'
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text x="{x + 8:g}" y="{y + 15:g}">{escape(label)}</text>{word}</a>'
    )


@lru_cache(maxsize=PIECES)
def line(path: str, state: LinkState, words: str, *, is_thick: bool, is_branch: bool) -> Markup:
    """Return a tie as a line; thick where it is several ports, faint where it is no branch of a tree."""
    more = f"{' thick' if is_thick else ''}{'' if is_branch else ' across'}"
    title = escape(shortened(words, 400))
    return Markup(f'<path class="link-{state}{more}" d="{path}"><title>{title}</title></path>')  # noqa: S704  # escaped


def row(one: DeviceRow, ties: Iterable[str]) -> Markup:
    """Return the row of the table."""
    return _table_row(one.status.device.name, one.state, tuple(ties))


@lru_cache(maxsize=PIECES)
def _table_row(name: str, state: DeviceState, ties: tuple[str, ...]) -> Markup:
    said = "".join(f"<div>{escape(shortened(words, 400))}</div>" for words in ties[:TIES_SHOWN]) or NOTHING
    more = f"<small>and {counted(len(ties) - TIES_SHOWN, 'more link')}</small>" if len(ties) > TIES_SHOWN else ""
    place = escape(quote(name))
    return Markup(  # noqa: S704  # escaped here
        f'<tr><td data-label="State"><span class="pill dev-{state}">{DEVICE_WORDS[state]}</span></td>'
        f'<td data-label="Device" class="name"><a class="device" href="/devices/{place}">{escape(name)}</a></td>'
        f'<td data-label="Links" class="wide">{said}{more}</td>'
        f'<td><a href="/map?around={place}">around it</a></td></tr>'
    )


def words_of(now: TieNow) -> str:
    """Return what a tie is: what is reached through what, and each wire with both its ports."""
    wires = [f"{wire.near.said} to {wire.far.said}" for wire in now.wires[:WIRES_SAID]]
    if len(now.wires) > WIRES_SAID:
        wires.append(f"and {counted(len(now.wires) - WIRES_SAID, 'more port')}")
    said = (LINK_WORDS[now.state] if wires else "", now.tie.reached, *wires)
    return "; ".join(filter(None, said)) or f"{now.tie.one} and {now.tie.other}"
