"""The texts of rows: worked out column by column, they are what each row says by itself."""

from __future__ import annotations

import gc
import random
import weakref

import pytest

from netwatch.polling.concepts.row_texts import RowTexts
from netwatch.profiles import load_library

from .conftest import table

PROFILE = """
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.9.1, name: portTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.9.1.1.3, name: portKind, kind: enum, enum: {1: copper, 2: glass, 3: stack}}
      - {OID: 1.3.6.1.4.1.32473.9.1.1.4, name: portMac, kind: text}
      - {OID: 1.3.6.1.4.1.32473.9.1.1.5, name: portPart, kind: gauge}
    metric_tags: [{tag: portName, column: {OID: 1.3.6.1.4.1.32473.9.1.1.2, name: portName}}]
    concepts:
      - concept: sensor
        joins:
          - {table: partTable, by: "{portPart|{index.1}}", as: part}
          - {table: partTable, by: "{part.partOf}", as: above, climb: partOf, until: {partClass: [chassis]}}
        sensor: "{portName|{part.partName}|Port {index.2} of {index}}"
        port: " {above.partName}   {portMac:mac} "
        quantity: {portKind: {copper: celsius, glass: dbm}}
        sensor_value: portPart
        sensor_state: {"portKind|part.partClass": {copper: ok, glass: warning, chassis: critical}}
  - table: {OID: 1.3.6.1.4.1.32473.9.2, name: partTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.9.2.1.3, name: partOf, kind: gauge}
      - {OID: 1.3.6.1.4.1.32473.9.2.1.4, name: partClass, kind: enum, enum: {3: chassis, 9: module}}
    metric_tags: [{tag: partName, column: {OID: 1.3.6.1.4.1.32473.9.2.1.2, name: partName}}]
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    path = tmp_path_factory.mktemp("profiles") / "mine.yaml"
    path.write_text(PROFILE)
    library = load_library([path])
    return library.compiled(library.named("mine").concepts[0])


@pytest.mark.parametrize("seed", range(8))
def test_columns_say_of_every_row_what_the_row_says_by_itself(compiled, seed):
    dice = random.Random(seed)
    size = dice.randrange(1, 9)
    ports = table(
        "portTable",
        {
            "portKind": dice.choices([1, 2, 3, 4, None], k=size),
            "portMac": dice.choices([b"\0\1\2\3\4\5", b"", None], k=size),
            "portPart": dice.choices([1, 2, 3, 7, None], k=size),
        },
        {"portName": tuple(dice.choices(["", " ", "Gi 1/1", "a  b"], k=size))},
        index=[f"{dice.randrange(1, 4)}.{row}" for row in range(size)],
    )
    parts = table(
        "partTable", {"partOf": [0, 1, 2], "partClass": [3, 9, 9]}, {"partName": ("Box", "  Slot 1", "")},
    )  # fmt: skip
    readings = {"portTable": ports} | ({"partTable": parts} if dice.random() < 0.8 else {})
    rows = sorted(dice.sample(range(size), dice.randrange(size + 1)))
    texts = [*compiled.labels.values(), None]
    here, there = (RowTexts(compiled, ports, readings) for _ in range(2))

    columns = [list(here.column(text, rows)) for text in texts]

    assert columns == [[there.text(row, text) for row in rows] for text in texts]
    state = compiled.states["sensor_state"]
    words = [there.text(row, state.source) for row in rows]
    assert list(here.states(state, rows)) == [state.numbers.get(word, state.otherwise) if word else state.otherwise
                                              for word in words]  # fmt: skip


def test_what_texts_were_made_of_is_gone_with_them_without_the_collector(compiled):
    texts = RowTexts(compiled, table("portTable", {"portKind": [1]}, {"portName": ("Gi 1/1",)}, index=["1.1"]), {})
    texts.column(compiled.labels["sensor"], range(1))
    seen = weakref.ref(texts)

    gc.disable()
    try:
        del texts
        assert seen() is None
    finally:
        gc.enable()
