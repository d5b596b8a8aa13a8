"""Which cells a terminal holds, as a pure fold: free in hand, in a cart, sold; kept apart by grant.

A holding keeps one integer for each segment; bit i is place index i. A cell never appears in two holdings,
because central grants it once and takes it back only after a release (rules P1, P5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kiosk.domain.allotment import Block, Gid, Grant
from kiosk.domain.errors import NoPlaces
from kiosk.domain.items import SaleItem


class Holding(msgspec.Struct, frozen=True):
    """Cells of one grant."""

    not_after: int  # unix s
    free: tuple[int, ...]
    cart: tuple[int, ...]
    sold: tuple[int, ...]


Key = tuple[int, Gid]  # (journey, grant)
Holdings = Mapping[Gid, Holding]


def granted(grant: Grant) -> Holding:
    """P2: all cells of the grant are free in hand."""
    segments = max(block.to_segment for block in grant.blocks)
    free = [0] * segments
    for block in grant.blocks:
        for segment in range(block.from_segment, block.to_segment):
            free[segment] |= block.mask
    none = (0,) * segments
    return Holding(grant.not_after, tuple(free), none, none)


def free(holdings: Holdings, now: float | None = None) -> list[int]:
    """Free cells over all grants; with `now`, only of grants that have not expired (P6)."""
    current = [h for h in holdings.values() if now is None or now < h.not_after]
    merged = [0] * max((len(h.free) for h in current), default=0)
    for holding in current:
        for segment, mask in enumerate(holding.free):
            merged[segment] |= mask
    return merged


def cover(holdings: Holdings, place: int, a: int, b: int, now: float | None = None) -> tuple[tuple[Gid, int, int], ...]:
    """Which grants give the place over [a, b), as (grant, from, to); NoPlaces when one segment is missing."""
    bit = 1 << place
    found: list[tuple[Gid, int, int]] = []
    for segment in range(a, b):
        gid = next(
            (
                gid
                for gid, holding in holdings.items()
                if segment < len(holding.free)
                and holding.free[segment] & bit
                and (now is None or now < holding.not_after)
            ),
            None,
        )
        if gid is None:
            raise NoPlaces("This place is no longer free here. Please choose again.")
        if found and found[-1][0] == gid:
            found[-1] = (gid, found[-1][1], segment + 1)
        else:
            found.append((gid, segment, segment + 1))
    return tuple(found)


def parts(items: Sequence[SaleItem]) -> Iterator[tuple[Key, int, int, int]]:
    """(key, mask, from, to) of every stretch of every reserved item."""
    for item in items:
        if item.place is not None:
            for gid, a, b in item.gids:
                yield (item.journey_id, gid), 1 << item.place, a, b


def moved(holding: Holding, source: str, target: str, mask: int, a: int, b: int) -> Holding:
    """Move cells between "free", "cart" and "sold"; "" as target = out of this terminal's hands.

    AssertionError when they are not where they should be: that is a broken rule, never a race.
    """
    taken = list(getattr(holding, source))
    given = list(getattr(holding, target)) if target else []
    for segment in range(a, b):
        assert taken[segment] & mask == mask, f"cells {mask:x} of segment {segment} are not in {source}"
        taken[segment] &= ~mask
        if target:
            assert not given[segment] & mask, f"cells {mask:x} of segment {segment} are already in {target}"
            given[segment] |= mask
    changes = {source: tuple(taken)} | ({target: tuple(given)} if target else {})
    return msgspec.structs.replace(holding, **changes)


def free_blocks(holding: Holding) -> tuple[Block, ...]:
    """The free cells as blocks, equal neighbours merged: what a release names."""
    blocks: list[Block] = []
    for segment, mask in enumerate(holding.free):
        if not mask:
            continue
        if blocks and blocks[-1].to_segment == segment and blocks[-1].mask == mask:
            blocks[-1] = Block(blocks[-1].from_segment, segment + 1, blocks[-1].places)
        else:
            blocks.append(Block.of(segment, segment + 1, mask))
    return tuple(blocks)
