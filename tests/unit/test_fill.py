"""Which cells go out and which come back: by property, on small trains."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from central.inventory.cells import free_throughout
from central.inventory.fill import fill, gather
from kiosk.domain.allotment import Block, Gid, Grant
from kiosk.domain.cells import free, granted
from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.recall import beyond

SEGMENTS, PLACES = 4, 12
TRAIN = Layout(
    "t",
    (PlaceClass("first", "1"), PlaceClass("second", "2")),
    (Coach("1", "first"), Coach("2", "second")),
    tuple(Place(coach, str(n)) for coach in range(2) for n in range(PLACES // 2)),
)
SECOND = TRAIN.class_masks["second"]
masks = st.lists(st.integers(0, (1 << PLACES) - 1), min_size=SEGMENTS, max_size=SEGMENTS)


@given(
    pool=masks,
    held=masks,
    first=st.integers(0, SEGMENTS - 1),
    goal=st.lists(st.integers(0, 7), min_size=4),
    leave=st.integers(0, 3),
)
def test_a_fill_takes_from_the_pool_what_the_goal_needs(
    pool: list[int], held: list[int], first: int, goal: list[int], leave: int
) -> None:
    pool = [mask & ~other for mask, other in zip(pool, held, strict=True)]
    goal = sorted(goal, reverse=True)[: SEGMENTS - first]
    taken = fill(pool, held, TRAIN, SECOND, first, goal, [leave] * SEGMENTS)
    assert all(not part & ~(mask & SECOND) for part, mask in zip(taken, pool, strict=True))
    assert not any(taken[:first])
    after = [a | b & SECOND for a, b in zip(taken, held, strict=True)]
    for part, wanted in zip(taken[first:], goal, strict=False):
        assert part.bit_count() <= wanted, "never more than asked for"
    for part, mask in zip(taken, pool, strict=True):
        if part:
            assert (mask & SECOND & ~part).bit_count() >= leave
    together = [(a | b) & SECOND for a, b in zip(pool, held, strict=True)]
    if leave == 0:
        for length, wanted in enumerate(goal, 1):
            could = free_throughout(together, first, first + length).bit_count()
            assert free_throughout(after, first, first + length).bit_count() >= min(wanted, could)


@given(pool=masks, one=masks, two=masks, first=st.integers(0, 2), count=st.integers(1, 3))
def test_what_is_gathered_makes_up_the_places(
    pool: list[int], one: list[int], two: list[int], first: int, count: int
) -> None:
    one = [mask & ~a for mask, a in zip(one, pool, strict=True)]
    two = [mask & ~a & ~b for mask, a, b in zip(two, pool, one, strict=True)]
    before = (free_throughout(pool, first, SEGMENTS) & SECOND).bit_count()
    found = gather(pool, {1: one, 2: two}, SECOND, first, SEGMENTS, count)
    for key, holder in ((1, one), (2, two)):
        for segment in range(first, SEGMENTS):
            pool[segment] |= holder[segment] & found.get(key, 0)
    after = (free_throughout(pool, first, SEGMENTS) & SECOND).bit_count()
    assert after == before + count if found else after == before


@given(cells=masks, sold=masks, ride=st.tuples(st.integers(0, 3), st.integers(1, 4)), keep=st.integers(0, 7))
def test_a_recall_leaves_the_longest_stretches(
    cells: list[int], sold: list[int], ride: tuple[int, int], keep: int
) -> None:
    first, last = min(ride[0], ride[1] - 1), ride[1]
    split = 0b010101010101
    holdings = {}
    for n, part in ((1, split), (2, ~split)):
        blocks = tuple(
            Block.of(segment, segment + 1, mask & ~gone & part)
            for segment, (mask, gone) in enumerate(zip(cells, sold, strict=True))
            if mask & ~gone & part
        )
        if blocks:
            holdings[Gid(1, n)] = granted(Grant(Gid(1, n), 1, 1, 7, blocks, 1 << 60))
    before = free(holdings) + [0] * SEGMENTS
    given_back = [0] * SEGMENTS
    for gid, blocks in beyond(holdings, SECOND, first, last, keep).items():
        for block in blocks:
            assert first <= block.from_segment < block.to_segment <= last
            for segment in range(block.from_segment, block.to_segment):
                assert not block.mask & ~holdings[gid].free[segment]
                assert not given_back[segment] & block.mask
                given_back[segment] |= block.mask
    assert not any(mask & ~SECOND for mask in given_back)
    left, went = 0, 0
    for segment in range(first, last):
        left |= before[segment] & SECOND & ~given_back[segment]
        went |= given_back[segment]
    assert left.bit_count() <= keep
    assert not left & went, "a place goes back whole, as far as the hint reaches"
    assert not went or left.bit_count() == keep
