"""Rows of a device's page beside the same rows as a template writes them, which takes several times as long."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup

from netwatch.web.pages.concepts.cells import Bar, Cell, Heading, Line, Scale, Section, Span
from netwatch.web.pages.concepts.on_ports import OnPort
from netwatch.web.pages.interfaces import Interface, said_of
from netwatch.web.pages.templating import Templates
from netwatch.web.row_exceptions import RowException

from ..fleet.test_map import hears
from ..seen import HOSTILE

NOW = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
TEXTS = ("", "Gi1/0/1", HOSTILE, "ünder \"quote\" & 'so'", "long " * 90)
IGNORED = RowException(
    id="e1", part="ignore", match=('device="sw1"',), by="ann", at=NOW, comment=HOSTILE, is_own=True
)
LIMITS = RowException(id="e2", part="limits", match=('device="sw1"',), values={"sensor_high_critical": 60.0})


def written_twice(**context: object) -> tuple[list[str], list[str]]:
    """Return the rows by the writers, and by templates."""
    environment = Templates("9.9.9", can_change=True)._environment
    own = FileSystemLoader(Path(__file__).parent / "twins")
    environment.loader = ChoiceLoader([own, environment.loader])
    written = """{% import "saying.html" as saying with context %}{% import "rows.html" as twin with context %}"""
    if "section" in context:
        pair = (
            "{{ section.lines | lines_html(section, device, about, saying.notes, now, with_deeds=true) }}",
            "{{ twin.lines(section, section.lines, device, true) }}",
        )
    else:
        pair = (
            "{% for row in interfaces | ports_html(device=status.device.name, columns=said, on_ports=on_ports,"
            " own_vlans=own_vlans, about=about, notes=saying.notes, sparks=lately.sparks, now=now,"
            " has_history=has_history, with_deeds=true) %}{{ row }}{% endfor %}",
            "{{ twin.ports() }}",
        )
    context |= {"now": NOW, "can_change": True}
    first, second = (rows_of(environment.from_string(f"{written}{one}").render(**context)) for one in pair)
    return first, second


def rows_of(html: str) -> list[str]:
    """Return rows without the blanks and the ways to write a sign that make no difference to a browser."""
    html = re.sub(r">\s+<", "><", html.strip()).replace("&#39;", "'").replace("&#34;", '"').replace("&quot;", '"')
    return re.sub(r"\s+", " ", html).replace("</tr>", "</tr>\n").splitlines()


def some_cell(dice: random.Random) -> Cell:
    pictures = (
        None, None,
        Bar(percent=42.5, words=dice.choice(TEXTS), tone=dice.choice(("", "warm", "hot"))),
        Scale(
            at=dice.choice((0.0, 50.0, 100.0)), tone="hot", words=HOSTILE,
            spans=(Span(start=1, width=2.5, tone="warm"),),
        ),
    )  # fmt: skip
    return Cell(
        text=dice.choice(TEXTS), small=dice.choice(TEXTS), doubt=dice.choice(TEXTS), pill=dice.choice(("", "st-ok")),
        picture=dice.choice(pictures), depth=dice.choice((0, 0, 2)),
    )  # fmt: skip


def test_rows_of_a_section_are_as_a_template_writes_them():
    dice = random.Random(6)
    headings = (Heading(title="State"), Heading(title="Part", css="name"), Heading(title=HOSTILE, css="num"))
    lines = tuple(
        Line(
            cells=tuple(some_cell(dice) for _ in headings), key=f"part={number % 7}",
            is_alerting=dice.random() < 0.3, is_ignored=dice.random() < 0.3,
        )
        for number in range(60)
    )  # fmt: skip
    section = Section(
        name="sensor", title="Sensors", headings=headings, lines=lines, count=60, at=NOW, has_limits=True
    )
    about = {("sensor", "part=1"): (LIMITS,), ("sensor", "part=2"): (IGNORED, LIMITS)}

    by_writer, by_template = written_twice(section=section, device="sw/1 &", about=about)

    assert len(by_writer) == 60
    assert by_writer == by_template


def some_port(dice: random.Random, number: int) -> Interface:
    far = [
        replace(
            hears("sw1", dice.choice(("", "sw2")), kinds=dice.choice(((), ("bridge", "router")))),
            name=dice.choice(TEXTS[1:]), is_there=dice.random() < 0.7, is_evidence=dice.random() < 0.3,
            last_seen=NOW - timedelta(hours=3), why=dice.choice(TEXTS), platform=dice.choice(TEXTS),
        )
        for _ in range(dice.randrange(6))
    ]  # fmt: skip
    return Interface(
        index=str(number), name=dice.choice(TEXTS[1:]), alias=dice.choice(TEXTS), distrusted=dice.choice(TEXTS),
        state=dice.choice(("alert", "up", "down", "off", "unknown")), status=dice.choice(("up", "off", HOSTILE)),
        speed=dice.choice((None, 1e9, 2.5e9)), in_bits=dice.choice((None, 0.0, 9e8)),
        out_bits=dice.choice((None, 1e3)), errors=dice.choice((None, 0.0, 0.01, 900.0)),
        discards=dice.choice((None, 0.0, 2.0)),
        duplex=dice.choice(("", "half", "full")), key=dice.choice(("", f"ifName=Gi{number}")), neighbours=tuple(far),
        role=dice.choice(("", "uplink")), role_reason=dice.choice(TEXTS),
    )  # fmt: skip


def test_rows_of_ports_are_as_a_template_writes_them():
    dice = random.Random(7)
    for has_history in (True, False):
        ports = [some_port(dice, number) for number in range(80)]
        on_ports = {
            "3": OnPort(addresses=("192.0.2.1/24", HOSTILE), vlans=("1", "2"), stations=2),
            "4": OnPort(stations=1), "Gi1/0/1": OnPort(addresses=("2001:db8::1",)),
        }  # fmt: skip

        class Device:
            name = "sw/1 &"

        by_writer, by_template = written_twice(
            interfaces=ports, rows_of_a_table=200, said=said_of(ports), on_ports=on_ports,
            own_vlans={"3": "1", "7": "20", "8": HOSTILE}, nobody=OnPort(), has_history=has_history,
            about={("interface", "ifName=Gi5"): (IGNORED,), ("interface", ""): (LIMITS,)}, has_interfaces=True,
            status={"device": Device}, neighbours_of_a_port=3,
            lately={"sparks": {"ifName=Gi7": Markup("<svg></svg>")}},
        )  # fmt: skip

        assert len(by_writer) == 80
        assert by_writer == by_template
