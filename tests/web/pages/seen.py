"""A page as it is seen without scripts, every page there is, and a house full of hostile text."""

from __future__ import annotations

from html.parser import HTMLParser

from netwatch.model import CONCEPTS, ColumnKind, Concept, RowSet, TableReading
from tests.concept_readings import concept_reading

from ..house import House, alert_of, bad_night, interfaces, mail_of, status_of, trap_of

PAGES = [
    "/", "/map", "/devices", "/devices/core-sw1", "/devices/core-sw2", "/devices/edge-r1",
    "/devices/nas1", "/alerts", "/alerts/DeviceDown-access-sw2-", "/silences",
    "/silences/new", "/silences/new?alert=DeviceDown-access-sw2-", "/explain", "/traps", "/outbox", "/outbox/m1",
    "/docs", "/docs/rules",
]  # fmt: skip
HOSTILE = "<script>alert('owned')</script><img src=x onerror=alert(1)>\"' {{ 7*7 }}"


class Seen(HTMLParser):
    """Collects the text, the tags and the attributes of a page, and notices tags that were not closed in order."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "path", "rect"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.attributes, self.open, self.wrong = "", [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text += data


def hostile_concept(concept: Concept) -> TableReading:
    """A reading whose labels and texts are hostile, whose numbers are none, whose states nobody has named."""
    row = dict.fromkeys(concept.labels, HOSTILE)
    odd = {ColumnKind.TEXT: HOSTILE, ColumnKind.ENUM: 10**30, ColumnKind.GAUGE: float("-inf")}
    values = {name: odd[kind] for name, kind in concept.columns.items()}
    huge = {name: 10**400 if kind is ColumnKind.GAUGE else value for (name, kind), value in
            zip(concept.columns.items(), values.values(), strict=True)}  # fmt: skip
    doubts = {name: {0: HOSTILE} for name in concept.columns}
    return concept_reading(
        concept.name, row | values, {**row, "quantity": "celsius"} | huge if "quantity" in row else row | huge,
        device=HOSTILE, doubts=doubts, partial=True, partial_because=HOSTILE,
    )  # fmt: skip


def hostile_house() -> House:
    house = bad_night()
    house.statuses.append(status_of(HOSTILE, sys_name=HOSTILE, sys_descr=HOSTILE, trouble=HOSTILE, profile=HOSTILE))
    at = house.tables["nas1"][0].at
    rows = RowSet(index=("1", "2"), keys=(HOSTILE, "2"), labels={HOSTILE: (HOSTILE, "x")})
    house.tables[HOSTILE] = [
        interfaces(HOSTILE, 3, alias=HOSTILE),
        TableReading(device=HOSTILE, table=HOSTILE, at=at, rows=rows, columns={HOSTILE: [HOSTILE.encode(), None]}),
    ]
    house.tables[HOSTILE] += [hostile_concept(concept) for concept in CONCEPTS.values()]
    house.known_alerts.append(alert_of(HOSTILE, HOSTILE, instance=HOSTILE, severity=HOSTILE, summary=HOSTILE))
    texts = [HOSTILE.encode(), b"\x00\xff\x1b[2J", *[HOSTILE.encode()] * 20]
    house.heard.append(trap_of(*texts, device=HOSTILE, user=HOSTILE))
    house.mails.append(mail_of(9, HOSTILE, HOSTILE, recipient=HOSTILE, last_reply=HOSTILE))
    return house
