"""What a poll brings home."""

from __future__ import annotations

from netwatch.model import RowSet


def rows_of(alias: str) -> RowSet:
    """Return rows whose texts are objects of their own, as those of a device are."""
    names = [f"Gi1/0/{number}" for number in range(1, 4)]
    return RowSet(
        index=tuple(str(number) for number in range(1, 4)), keys=tuple(f"ifName={name}" for name in names),
        labels={"ifName": tuple(names), "ifAlias": ("", alias, "")},
    )  # fmt: skip


def test_like_devices_have_their_texts_once_and_each_its_own_rows():
    one, other = rows_of("uplink").shared(), rows_of("to the roof").shared()

    assert one is not other  # whoever keeps something by the rows of a device keeps it for that device alone
    assert one.index is other.index
    assert one.keys is other.keys
    assert one.labels["ifName"] is other.labels["ifName"]
    assert (one.labels["ifAlias"], other.labels["ifAlias"]) == (("", "uplink", ""), ("", "to the roof", ""))
    assert one.labels_of(1) == {"ifName": "Gi1/0/2", "ifAlias": "uplink"}
