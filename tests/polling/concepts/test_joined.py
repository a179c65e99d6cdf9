"""Rows of other tables that belong to a row."""

import pytest

from netwatch.polling.concepts.joined import JoinedRows
from netwatch.profiles import Join, Template

from .conftest import table

ADDRESSES = table(
    "managers", {"way": [1, 2, 2]}, {"address": ["a", "b", "c"]}, index=["7.1.4.10", "7.1.4.11", "71.1.4.12"]
)


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("7.1", "a"),  # the first of several
        ("71.1", "c"),  # numbers are compared, not characters
        ("7", "a"),
        ("8", ""),
        ("", ""),
        ("7.1.4.10.9", ""),  # longer than any
    ],
)
def test_a_row_may_be_the_first_whose_index_begins_so(key, address):
    joined = JoinedRows(Join(table="managers", by=Template(()), under=True), ADDRESSES, {})

    assert joined.text(joined.row(key), "address") == address


WRITTEN = """
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.9.1, name: bayTable}
    symbols: [{OID: 1.3.6.1.4.1.32473.9.1.1.3, name: bayLevel, kind: gauge}]
    concepts:
      - concept: hardware
        joins: [{table: cardTable, by: "{index}", as: card}]
        part: "{card.cardMac:mac}"
        part_class: module
        hardware_word: "{card.cardMac:hex} {card.cardName}"
        hardware_state: {card.cardState: {good: ok, bad: critical}}
      - concept: peer
        joins: [{table: cardTable, by: "{index}", as: card}]
        peer: "{card.cardMac:mac}"
        vrf: "{card.cardMac:hex}"
        peer_state: {card.cardState: {good: up, bad: down}}
  - table: {OID: 1.3.6.1.4.1.32473.9.2, name: cardTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.9.2.1.3, name: cardMac, kind: text}
      - {OID: 1.3.6.1.4.1.32473.9.2.1.4, name: cardState, kind: enum, enum: {1: good, 2: bad}}
    metric_tags: [{tag: cardName, column: {OID: 1.3.6.1.4.1.32473.9.2.1.2, name: cardName}}]
"""
BAYS = table("bayTable", {"bayLevel": [1, 1]}, {})
CARDS = table(
    "cardTable", {"cardMac": [b"\1\2\3\4\5\6", b"\1\2\3\4\5\7"], "cardState": [1, 2]}, {"cardName": ["A", "B"]}
)


def test_one_text_of_another_table_is_written_in_several_ways(mean):
    peers = mean(WRITTEN)(BAYS, CARDS)["peer"]

    assert peers.rows.labels["peer"] == ("01:02:03:04:05:06", "01:02:03:04:05:07")
    assert peers.rows.labels["vrf"] == ("010203040506", "010203040507")


def test_texts_beside_a_state_may_come_from_another_table(mean):
    found = mean(WRITTEN)(BAYS, CARDS)

    assert found["hardware"].columns["hardware_word"] == ["010203040506 A", "010203040507 B"]
    assert found["peer"].columns["peer_word"] == ["good", "bad"]


def test_texts_beside_a_state_follow_the_other_table(mean):
    told = mean(WRITTEN)
    told(BAYS, CARDS)
    renamed = table("cardTable", {**CARDS.columns, "cardState": [2, 2]}, {"cardName": ["C", "B"]})

    assert told(BAYS, renamed)["hardware"].columns["hardware_word"] == ["010203040506 C", "010203040507 B"]


def test_a_table_that_is_not_there_gives_no_texts(mean):
    assert mean(WRITTEN)(BAYS)["hardware"].columns["hardware_word"] == [None, None]
