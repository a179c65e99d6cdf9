"""Writes the rows of a device's ports, each with what stands at it.

A quiet room. May import: netwatch.model, netwatch.web. Called by: netwatch.web.pages.templating, as a filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup, escape

from netwatch.model import Neighbour
from netwatch.web.pages.concepts.on_ports import OnPort
from netwatch.web.pages.concepts.written import Notes, Said, deed_html
from netwatch.web.pages.interfaces import CONCEPT, Interface, load_html
from netwatch.web.pages.interfaces import Said as Columns
from netwatch.web.words import age, bit_rate, event_rate, instant, rfc3339, shortened

NEIGHBOURS_OF_A_PORT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the rows of all ports of a device are written with.

    device: its name. columns: those that anything stands in. on_ports: by ifIndex or name. own_vlans: by
    ifIndex. about: what was said of
    single rows; notes: how that is written. sparks: the last hour of a port by its key, drawn. has_history: a port's
    name leads to its past. with_deeds: the reader may say what rules shall not see.
    """

    device: str
    columns: Columns
    on_ports: Mapping[str, OnPort]
    own_vlans: Mapping[str, str]
    about: Said
    notes: Notes
    sparks: Mapping[str, Markup]
    now: datetime
    has_history: bool
    with_deeds: bool


def ports_html(ports: Sequence[Interface], **around: Any) -> Iterator[Markup]:
    """Yield each port as a row of the table; `around` is all that `Around` has."""
    every = Around(**around)
    place = quote(every.device)
    for one in ports:
        yield Markup("".join(_row(one, every, place)))  # noqa: S704  # every part was escaped


def _row(one: Interface, around: Around, place: str) -> Iterator[str]:
    said, columns = around.about.get((CONCEPT, one.key), ()), around.columns
    is_ignored = any(exception.silences_all for exception in said)
    ignored = ' <span class="pill if-ignored">ignored</span>' if is_ignored else ""
    yield f'<tr class="if-{"off" if is_ignored else one.state}">'
    yield f'<td data-label="State"><span class="pill if-{one.state}">{escape(one.status)}</span>{ignored}</td>'
    yield _name(one, around, place)
    if said:
        yield str(around.notes(said, around.now))
    yield "</td>"
    if columns.alias:
        doubt = f"<small>{escape(shortened(one.distrusted, 300))}</small>" if one.distrusted else ""
        yield f'<td data-label="Alias" class="wide alias">{escape(shortened(one.alias, 100))}{doubt}</td>'
    if columns.role:
        yield f'<td data-label="Role" class="wide role">{escape(one.role)}{_role_reason(one)}</td>'
    if columns.neighbours:
        yield f'<td data-label="Neighbour" class="wide">{_neighbours(one.neighbours, around.now)}</td>'
    if columns.speed:
        yield f'<td data-label="Speed" class="num nowrap">{_speed(one)}</td>'
    if columns.bits:
        yield f'<td data-label="In" class="num">{load_html(one.in_bits, one.in_ratio)}</td>'
        yield f'<td data-label="Out" class="num">{load_html(one.out_bits, one.out_ratio)}</td>'
    if around.sparks:
        yield f'<td data-label="Last hour">{around.sparks.get(one.key, "")}</td>'
    if columns.errors:
        yield _rate("Errors", one.errors)
    if columns.discards:
        yield _rate("Discards", one.discards)
    if around.with_deeds:
        deed = deed_html(around.device, CONCEPT, one.key, one.name, has_limits=False)
        yield f'<td data-label="Do" class="do nowrap">{deed}</td>'
    yield "</tr>\n"


def _name(one: Interface, around: Around, place: str) -> str:
    name = escape(shortened(one.name, 60))
    if around.has_history and one.key:
        name = Markup('<a href="/history?device={}&amp;table=interface&amp;row={}">{}</a>').format(
            place, quote(one.key), name
        )
    there, heard_on = _on(one.index, one.name, around), _on(one.name, one.index, around)
    addresses = (
        f'<small class="mono">{escape(shortened(there.address_words, 160))}</small>' if there.addresses else ""
    )
    words = heard_on.heard_words(around.own_vlans.get(one.index, ""))
    heard = f"<small>{escape(shortened(words, 120))}</small>" if words else ""
    return f'<td data-label="Interface" class="name" title="ifIndex {escape(one.index)}">{name}{addresses}{heard}'


_NOTHING: Final = OnPort()


def _on(first: str, second: str, around: Around) -> OnPort:
    return around.on_ports.get(first) or around.on_ports.get(second) or _NOTHING


def _role_reason(one: Interface) -> str:
    if not one.role_reason:
        return ""
    whole = f"{escape(shortened(one.role_reason, 300))}, as facts of the last hour have it"
    return f'<small class="line" title="{whole}">{escape(shortened(one.role_reason, 100))}</small>'


def _neighbours(there: Sequence[Neighbour], now: datetime) -> str:
    more = len(there) - NEIGHBOURS_OF_A_PORT
    rest = f"<small>and {more} more</small>" if more > 0 else ""
    return "".join(_neighbour(one, now) for one in there[:NEIGHBOURS_OF_A_PORT]) + rest


def _neighbour(one: Neighbour, now: datetime) -> str:
    tone, name = "" if one.is_there else ' class="trouble"', escape(shortened(one.far_end, 80))
    if one.peer:
        name = Markup('<a href="/devices/{}">{}</a>').format(quote(one.peer), name)
    kind = ""
    if one.is_evidence:
        kind = " <small>by its MAC address only</small>"
    elif one.kinds:
        kind = f" <small>{escape(', '.join(one.kinds))}</small>"
    vlans = f" <small>VLAN {escape(shortened(', '.join(one.vlans), 40))}</small>" if one.vlans else ""
    seen = f" <small>{'seen' if one.is_there else 'heard last'} {when_html(one.last_seen, now)}</small>"
    return f'<div{tone} title="{escape(shortened(one.why or one.platform, 300))}">{name}{kind}{vlans}{seen}</div>'


def when_html(at: datetime, now: datetime) -> str:
    """Return how long ago an instant was, with the instant itself in its title."""
    return f'<time datetime="{rfc3339(at)}" title="{instant(at)}">{age(at, now)}</time>'


def _speed(one: Interface) -> str:
    speed = "" if one.speed is None else bit_rate(one.speed)
    if not one.duplex:
        return speed
    tone = ' class="trouble"' if one.duplex == "half" else ""
    return f"{speed}<small{tone}>{escape(one.duplex)} duplex</small>"


def _rate(title: str, value: float | None) -> str:
    text = "" if value is None else event_rate(value)
    return f'<td data-label="{title}" class="num nowrap{" nonzero" if value else ""}">{text}</td>'
