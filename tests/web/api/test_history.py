"""The past in the JSON API."""

from __future__ import annotations

import pytest

from ..house import House, status_of
from ..remembering import Remembering

PORT = "ifName=Gi1/0/7"


def house() -> House:
    kept = Remembering({"interface_in_bits_per_second": [1e8, None], "interface_oper": [1, 1]}, {PORT: {}})
    return House(statuses=[status_of("sw1")], history=kept)


async def test_every_value_is_a_flat_object_and_what_is_missing_is_null(serve):
    asked = {"device": "sw1", "table": "interface", "row": PORT, "column": "interface_in_bits_per_second"}

    found = (await serve(house()).get("/api/v1/history", params=asked)).json()

    assert [(one["value"], one["column"]) for one in found] == [
        (1e8, "interface_in_bits_per_second"), (None, "interface_in_bits_per_second"),
    ]  # fmt: skip
    assert set(found[0]) == {"device", "table", "row", "column", "time", "value", "lowest", "highest"}


async def test_without_a_column_all_are_told(serve):
    found = (await serve(house()).get("/api/v1/history", params={"device": "sw1", "table": "interface"})).json()

    assert {one["column"] for one in found} == {"interface_in_bits_per_second", "interface_oper"}


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"device": "nobody"}, 404, "no device is called"),
        ({"table": "ifXTable"}, 404, "no history is kept of"),
        ({"table": "identity"}, 404, "no history is kept of"),
        ({"column": "x"}, 404, "interface has no column 'x'; it has"),
        ({"since": "yesterday"}, 400, "is not a duration"),
        ({"since": "90y"}, 400, "at most"),
    ],
)
async def test_what_there_is_not_is_said(serve, more, status, said):
    answer = await serve(house()).get("/api/v1/history", params={"device": "sw1", "table": "interface", **more})

    assert answer.status_code == status
    assert said in answer.json()["error"]


async def test_how_much_of_a_day_a_week_and_a_month_a_device_was_up(serve):
    found = (await serve(house()).get("/api/v1/availability", params={"device": "sw1"})).json()

    assert [(one["span"], one["ratio"], one["away_seconds"], one["cells"]) for one in found] == [
        ("24h", 0.75, 10_800.0, [None, 0.75]), ("7d", 0.75, 75_600.0, [None, 0.75]),
        ("30d", 0.75, 324_000.0, [None, 0.75]),
    ]  # fmt: skip
    assert (await serve(house()).get("/api/v1/availability", params={"device": "nobody"})).status_code == 404
