"""P7: which free cells answer central's hint to hold fewer places. The most useful places stay."""

from __future__ import annotations

from kiosk.domain.allotment import Block, Gid
from kiosk.domain.cells import Holdings, free
from kiosk.domain.seating import bits


def beyond(
    holdings: Holdings, class_mask: int, from_call: int, to_call: int, keep: int
) -> dict[Gid, tuple[Block, ...]]:
    """Free cells on [from_call, to_call) of all but the `keep` places that are free there in the longest stretch.

    What is in a cart or sold is no part of it. Grants that have nothing to give are not named.
    """
    together = [mask & class_mask for mask in free(holdings)]
    stretch = range(max(0, from_call), min(to_call, len(together)))
    anywhere = 0
    for segment in stretch:
        anywhere |= together[segment]
    if anywhere.bit_count() <= keep:
        return {}
    order = sorted(bits(anywhere), key=lambda place: (-_longest(together, place, stretch), place))
    given = 0
    for place in order[max(0, keep) :]:
        given |= 1 << place
    found: dict[Gid, tuple[Block, ...]] = {}
    for gid, holding in holdings.items():
        blocks: list[Block] = []
        for segment in stretch:
            mask = holding.free[segment] & given if segment < len(holding.free) else 0
            if mask and blocks and blocks[-1].to_segment == segment and blocks[-1].mask == mask:
                blocks[-1] = Block(blocks[-1].from_segment, segment + 1, blocks[-1].places)
            elif mask:
                blocks.append(Block.of(segment, segment + 1, mask))
        if blocks:
            found[gid] = tuple(blocks)
    return found


def _longest(masks: list[int], place: int, stretch: range) -> int:
    """Segments of the longest stretch in which the place is free and that touches `stretch`."""
    best = length = 0
    touches = False
    for segment, mask in enumerate(masks):
        if mask >> place & 1:
            length += 1
            touches = touches or segment in stretch
            best = max(best, length if touches else 0)
        else:
            length, touches = 0, False
    return best
