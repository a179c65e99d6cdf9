"""Processors, pools of memory and disks: a share, or a size and what of it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.bench.knowing.corpus import Objects, Recorded
from tests.bench.knowing.polled import Polled, Row
from tests.bench.knowing.verdicts import Ground, Offered, Verdict, Wanted, matched, near, outcome_of

CACHES = ("buffers", "cached", "shared")
"""Classes of rows that are no pools: they are part of the one beside them."""


def processors(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return what became of each processor: right where its load is, to one in a hundred."""
    expected, ours = device.facts.get("processors", ()), polled.of("cpu")

    def agree(a: int, b: int) -> bool:
        busy = ours[b].number("cpu_busy_ratio")
        return busy is not None and near(busy * 100, float(expected[a]["processor_usage"] or 0), least=0.51)

    found = matched(
        [Wanted(oid=one["processor_oid"], name=one["processor_descr"] or "") for one in expected],
        [Offered(index=row.index, name=row.text("cpu"), objects=row.objects) for row in ours],
        agree,
        by_value=lambda a: float(expected[a]["processor_usage"] or 0) > 1,
    )
    return [
        Verdict(
            figure="processors",
            outcome=outcome_of(found=a in found, right=a in found and agree(a, found[a][0])),
            wanted=f"{one['processor_descr']} = {one['processor_usage']} % ({one['processor_oid']})",
            found=_said(ours, found.get(a), "cpu_busy_ratio"),
            ground=found[a][1] if a in found else Ground.NONE,
        )
        for a, one in enumerate(expected)
    ]


def _said(ours: Sequence[Row], found: tuple[int, Any] | None, *columns: str) -> str:
    if found is None:
        return ""
    row = ours[found[0]]
    return f"{row.key}: " + ", ".join(f"{name} {row.cells.get(name)}" for name in columns)


def mempools(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return what became of each pool of memory; caches and buffers are no pools, but part of the one beside them."""
    expected = [
        one for one in device.facts.get("mempools", ()) if one["mempool_class"] not in ("buffers", "cached", "shared")
    ]
    rest = [
        one for one in device.facts.get("mempools", ()) if one["mempool_class"] in ("buffers", "cached", "shared")
    ]
    ours = polled.of("memory")

    def agree(a: int, b: int) -> bool:
        one, row = expected[a], ours[b]
        caches = sum(float(other["mempool_used"] or 0) for other in rest) if one["mempool_class"] == "system" else 0.0
        return same_amount(
            row, "memory", float(one["mempool_total"] or 0), float(one["mempool_used"] or 0),
            float(one["mempool_perc"] or 0), caches,
        )  # fmt: skip

    return _amounts("memory", "mempool", expected, ours, agree)


def storage(device: Recorded, _objects: Objects, polled: Polled) -> list[Verdict]:
    """Return what became of each disk or file system."""
    expected, ours = device.facts.get("storage", ()), polled.of("storage")

    def agree(a: int, b: int) -> bool:
        one = expected[a]
        return same_amount(
            ours[b], "storage", float(one["storage_size"] or 0), float(one["storage_used"] or 0),
            float(one["storage_perc"] or 0), 0.0,
        )  # fmt: skip

    return _amounts("storage", "storage", expected, ours, agree)


def _amounts(
    figure: str,
    prefix: str,
    expected: Sequence[Mapping[str, Any]],
    ours: Sequence[Row],
    agree: Callable[[int, int], bool],
) -> list[Verdict]:
    label = "pool" if figure == "memory" else "path"
    found = matched(
        [Wanted(oid=f"x.{one[f'{prefix}_index']}", name=one[f"{prefix}_descr"] or "") for one in expected],
        [Offered(index=row.index, name=row.text(label)) for row in ours],
        agree,
    )
    total = "total" if figure == "memory" else "size"
    return [
        Verdict(
            figure=figure,
            kind=str(one[f"{prefix}_type"]),
            outcome=outcome_of(found=a in found, right=a in found and agree(a, found[a][0])),
            wanted=f"{one[f'{prefix}_descr']}: {one[f'{prefix}_used']} of {one[f'{prefix}_{total}']},"
            f" {one[f'{prefix}_perc']} % ({one[f'{prefix}_index']})",
            found=_said(ours, found.get(a), f"{figure}_used_bytes", f"{figure}_size_bytes", f"{figure}_used_ratio"),
        )
        for a, one in enumerate(expected)
    ]  # fmt: skip


def same_amount(row: Row, concept: str, size: float, used: float, per_cent: float, caches: float) -> bool:
    """Return whether size and used bytes are the same; where only a share is told (a size of 100), that.

    caches: bytes that ours may be without.
    """
    our_size, our_used = row.number(f"{concept}_size_bytes"), row.number(f"{concept}_used_bytes")
    ratio = row.number(f"{concept}_used_ratio")
    if size <= 100 or our_size is None:
        return ratio is not None and size <= 100 and near(ratio * 100, per_cent, least=1.01)
    if our_used is None or not near(our_size, size):
        return False
    slack = 0.01 * size
    return abs(our_used - used) <= slack or abs(our_used + caches - used) <= slack or (
        caches > 0 and used - caches - slack <= our_used <= used + slack
    )  # fmt: skip
