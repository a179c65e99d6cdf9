"""What comes in one turn of the loop is one transaction, and what the store refuses of it costs no other."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.engine.together import Together, parts_of
from netwatch.errors import LeftOutError, PartlyWrittenError, StoreError
from netwatch.model import Memory, Oid, Transaction, TrapEvent

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def trap(port: int) -> TrapEvent:
    oid = Oid.parse("1.3.6.1.6.3.1.1.5.3")
    at = NOW + timedelta(microseconds=port)
    return TrapEvent(at=at, source="192.0.2.1", device="sw1", version="2c", trap_oid=oid, varbinds=(), count=port)


class Ledger:
    """Keeps transactions; one with a trap of `refused` it does not take, and where `problem` is set none at all."""

    def __init__(self) -> None:
        self.written: list[Transaction] = []
        self.refused: TrapEvent | None = None
        self.refused_too: Transaction | None = None
        self.problem: Exception | None = None

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.problem is not None or self.refused in transaction.traps or transaction == self.refused_too:
            future.set_exception(self.problem or StoreError("not this one"))
        else:
            self.written.append(transaction)
            future.set_result(None)
        return future


def filled(together: Together, *traps: TrapEvent) -> asyncio.Future[None]:
    for one in traps:
        draft, written = together.begun()
        draft.traps.append(one)
    return written


async def test_what_comes_in_one_turn_is_one_transaction_and_what_comes_later_another():
    ledger = Ledger()
    together = Together(ledger.commit)

    await filled(together, trap(1), trap(2), trap(3))
    await filled(together, trap(4))

    assert [one.traps for one in ledger.written] == [(trap(1), trap(2), trap(3)), (trap(4),)]


async def test_what_has_gathered_is_written_before_anything_else_where_somebody_asks():
    ledger = Ledger()
    together = Together(ledger.commit)
    written = filled(together, trap(1))
    together.write()
    ledger.commit(Transaction(memories=(Memory(scope="s", key="k", text="later"),)))
    await written

    assert [bool(one.traps) for one in ledger.written] == [True, False]


async def test_of_a_batch_that_is_refused_all_but_the_row_at_fault_is_written():
    ledger = Ledger()
    ledger.refused = trap(2)
    together = Together(ledger.commit)
    written = filled(together, trap(1), trap(2), trap(3))

    with pytest.raises(PartlyWrittenError, match="not this one") as told:
        await written
    assert [one.traps for one in ledger.written] == [(trap(1),), (trap(3),)]
    assert told.value.refused_at == {trap(2).at}


async def test_where_more_than_some_traps_is_refused_whoever_waits_is_told_so_of_all():
    ledger = Ledger()
    ledger.refused_too = Transaction(closed_groups=("g",))
    ledger.refused = trap(2)
    together = Together(ledger.commit)
    draft, written = together.begun()
    draft.traps += [trap(1), trap(2)]
    draft.closed_groups.append("g")

    with pytest.raises(StoreError, match="not this one") as told:
        await written
    assert not isinstance(told.value, PartlyWrittenError)


async def test_of_traps_whose_instant_was_moved_with_the_clock_nobody_is_told_which():
    ledger = Ledger()
    ledger.refused = trap(2)
    together = Together(ledger.commit)
    draft, written = together.begun(restated=True)
    draft.traps += [trap(1), trap(2)]

    with pytest.raises(StoreError) as told:
        await written
    assert not isinstance(told.value, PartlyWrittenError)
    assert [one.traps for one in ledger.written] == [(trap(1),)]


@pytest.mark.parametrize("problem", [LeftOutError("the disk is full"), StoreError("closed")])
async def test_whoever_waits_is_told_what_the_store_said(problem):
    ledger = Ledger()
    ledger.problem = problem
    with pytest.raises(StoreError) as told:
        await filled(Together(ledger.commit), trap(1), trap(2))
    assert told.value is problem


def test_the_parts_of_a_transaction_are_all_of_it():
    memories = (Memory(scope="s", key="a", text="1"), Memory(scope="s", key="b", text="2"))
    whole = Transaction(traps=(trap(1), trap(2)), memories=memories, closed_groups=("g",))
    parts = list(parts_of(whole))
    assert len(parts) == 5
    for name in ("traps", "memories", "closed_groups"):
        assert tuple(row for part in parts for row in getattr(part, name)) == getattr(whole, name)
