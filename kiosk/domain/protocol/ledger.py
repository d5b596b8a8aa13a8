"""What each fact of a terminal's journal does to the cells of a journey, seen by central, late or early.

Each function returns what did not fit: a matter for people, never a reason to refuse a fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kiosk.domain.allotment import Block, Gid
from kiosk.domain.protocol.ownership import Ownership, one_place


class Seller(NamedTuple):
    """The terminal incarnation a record comes from. `adopted`: the epoch it had adopted when it wrote the record."""

    terminal_id: int
    incarnation: int
    adopted: int = 0
    lost: bool = False


Gids = Sequence[tuple[Gid, int, int]]  # (grant, from_segment, to_segment)


def accepted(book: Ownership, seller: Seller, gid: Gid, blocks: Sequence[Block], *, known: bool) -> list[int]:
    """GrantAccepted: nothing new, unless central forgot the grant in a failover (P11)."""
    none = [0] * book.segments
    return none if known else book.claim(seller[0], seller[1], gid, masks_of(blocks, book.segments), lost=seller.lost)


def released(book: Ownership, seller: Seller, gid: Gid, blocks: Sequence[Block]) -> list[int]:
    """CellsReleased (P5)."""
    return book.release(seller[0], seller[1], gid, masks_of(blocks, book.segments), adopted=seller.adopted)


def issued(book: Ownership, seller: Seller, place: int, first: int, last: int, gids: Gids) -> set[int]:
    """TicketIssued (P3c): returns the segments of the ticket that were not the terminal's."""
    missing = set(range(first, last))
    for gid, start, end in gids:
        start, end = max(start, first), min(end, last, book.segments)
        left = book.sell(seller[0], seller[1], gid, one_place(place, start, end, book.segments))
        missing -= {segment for segment in range(start, end) if not left[segment]}
    return missing


def voided(book: Ownership, seller: Seller, place: int, gids: Gids) -> None:
    """TicketVoided (P12): the cells wait until no gate can let the ticket in."""
    for gid, start, end in gids:
        book.void(seller[0], seller[1], gid, one_place(place, start, end, book.segments))


def reopened(book: Ownership, seller: Seller, place: int, gids: Gids, *, voided: int) -> None:
    """P12: every gate knows the void, or the paper lies before a clerk. `voided`: epoch of the void."""
    for gid, start, end in gids:
        book.reopen(seller[0], seller[1], gid, one_place(place, start, end, book.segments), voided=voided)


def masks_of(blocks: Sequence[Block], segments: int) -> list[int]:
    """Blocks as one integer a segment; ValueError for segments the journey does not have."""
    masks = [0] * segments
    for block in blocks:
        if not 0 <= block.from_segment < block.to_segment <= segments or block.mask < 0:
            raise ValueError(f"{block} is outside the journey's {segments} segments")
        for segment in range(block.from_segment, block.to_segment):
            masks[segment] |= block.mask
    return masks
