"""The checker finds every way an inventory can be wrong; places are chosen as neighbours."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from central.context import Context
from central.inventory.cells import from_blocks, pack, stride_of, to_blocks, unpack
from central.inventory.check import inventory_faults
from central.inventory.choose import choose, runs
from central.inventory.grants import give
from central.journal.upload import receive
from kiosk.domain.allotment import Block, Gid
from sync.wire import AllotmentRequest, Want
from tests.central.world import Terminal, journey_of, layout, open_railway

DAMAGES = {
    "has no owner|have no owner": "UPDATE holding SET cells = set_byte(cells, 0, 0) WHERE kind = 'POOL'",
    "somebody else holds": "UPDATE holding SET cells = (SELECT h.cells FROM holding h WHERE h.kind = 'POOL' "
    "AND h.journey_id = holding.journey_id) WHERE kind = 'LEASE'",
    "not those of its tickets": "UPDATE ticket SET to_segment = to_segment - 1",
    "marked sold are not those": "DELETE FROM holding WHERE kind = 'SOLD'",
}


@pytest.mark.parametrize("words", list(DAMAGES))
def test_every_damage_is_found(context: Context, words: str) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    terminal.sell(train, 0, grant.gid)
    receive(context, *terminal.id, terminal.batch())
    with context.engine.begin() as connection:
        assert inventory_faults(connection) == []
        assert connection.execute(text(DAMAGES[words])).rowcount
        found = " ".join(inventory_faults(connection))
        assert any(part in found for part in words.split("|")), found


def test_cells_in_and_out_of_blocks_and_bytes() -> None:
    masks = [0b111, 0b111, 0b101, 0, 1 << 29]
    assert to_blocks(masks) == (Block(0, 2, "7"), Block(2, 3, "5"), Block(4, 5, "20000000"))
    assert from_blocks(to_blocks(masks), 5, (1 << 30) - 1) == masks
    assert unpack(pack(masks, stride_of(30)), 5) == masks
    for wrong in (
        Block(0, 6, "1"),
        Block(2, 2, "1"),
        Block(-1, 2, "1"),
        Block(0, 1, f"{1 << 30:x}"),
        Block(0, 1, "-1"),
    ):
        with pytest.raises(ValueError, match="outside"):
            from_blocks((wrong,), 5, (1 << 30) - 1)


def test_neighbours_in_one_coach_come_from_the_tightest_gap() -> None:
    train = layout(10)
    free = 0b1111_0011 << 10 | 0b111 << 20
    assert runs(free, train) == [(10, 2), (14, 4), (20, 3)]
    assert choose(free, 0, train, 3) == 0b111 << 20
    assert choose(free, 0, train, 4) == 0b1111 << 14
    assert choose(free, 0b11 << 14, train, 2) == 0b11 << 14, "places that are busy before fit better"
    assert choose(free, 0, train, 6) == 0b1111 << 14 | 0b11 << 10
    assert choose(free, 0, train, 99) == free
    assert choose(0, 0, train, 3) == 0
    edge = 0b11 << 18 | 0b11 << 20  # neighbours by number, in two coaches
    assert runs(edge, train) == [(18, 2), (20, 2)]
