"""Who owns each cell (place x segment) of one journey: exactly one of POOL, LEASE, SOLD, VOID_PENDING, STRANDED.

Masks are integers, one a segment, bit i = place index i. Every owner but POOL carries the grant (gid) under which its
cells left the pool; of two claims to a cell the higher gid is the later one, whatever arrives first (P11).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kiosk.domain.allotment import Gid

Masks = Sequence[int]


class Owner(NamedTuple):
    """Who holds cells. POOL, and STRANDED in doubt, belong to no grant: all zero."""

    kind: str
    terminal_id: int = 0
    incarnation: int = 0
    epoch: int = 0
    n: int = 0

    @property
    def gid(self) -> tuple[int, int]:
        return self.epoch, self.n


POOL = Owner("POOL")
DOUBT = Owner("STRANDED")  # after a failover nobody can say who holds these


def lease(terminal_id: int, incarnation: int, gid: Gid) -> Owner:
    return Owner("LEASE", terminal_id, incarnation, gid.epoch, gid.n)


class Ownership:
    """The cells of one journey. Methods move cells; what did not fit is returned and stays where it is."""

    def __init__(self, segments: int, holdings: dict[Owner, list[int]], doubt_epoch: int = 0) -> None:
        self.segments = segments
        self.holdings = holdings
        self.doubt_epoch = doubt_epoch  # 0 = none; else only what was given back under this epoch is surely free
        self.changed: set[Owner] = set()

    def held(self, owner: Owner) -> list[int]:
        """The owner's cells, one integer a segment."""
        return self.holdings.get(owner) or [0] * self.segments

    def owners(self, kind: str) -> Iterator[Owner]:
        """Everyone of a kind that holds something."""
        return iter([owner for owner, masks in self.holdings.items() if owner.kind == kind and any(masks)])

    def move(self, source: Owner, target: Owner, masks: Masks) -> list[int]:
        """Move what `source` really holds of `masks`; returns what it did not hold."""
        held = self.held(source)
        moved = [wish & have for wish, have in zip(masks, held, strict=True)]
        if any(moved):
            given = self.held(target)
            self.holdings[source] = [have & ~part for have, part in zip(held, moved, strict=True)]
            self.holdings[target] = [have | part for have, part in zip(given, moved, strict=True)]
            self.changed |= {source, target}
        return [wish & ~part for wish, part in zip(masks, moved, strict=True)]

    def grant(self, terminal_id: int, incarnation: int, gid: Gid, masks: Masks) -> None:
        """P1: POOL -> LEASE. Whoever asks has looked before: cells that are not free are a broken rule."""
        missing = self.move(POOL, lease(terminal_id, incarnation, gid), masks)
        assert not any(missing), f"grant {gid}: cells chosen that the pool does not hold"

    def claim(self, terminal_id: int, incarnation: int, gid: Gid, masks: Masks, *, lost: bool) -> list[int]:
        """P11: a grant that central forgot takes its cells from whoever holds them under a lower gid.

        The lower holder gave them back before this grant was made, in records that central forgot or has yet to hear.
        `lost`: the terminal may not sell any more, so its cells are STRANDED. Returns cells of a later grant.
        """
        taker = Owner("STRANDED" if lost else "LEASE", terminal_id, incarnation, gid.epoch, gid.n)
        left = list(masks)
        for owner in [owner for owner in self.holdings if owner.gid < taker.gid]:
            left = self.move(owner, taker, left)
        return left

    def sell(self, terminal_id: int, incarnation: int, gid: Gid, masks: Masks) -> list[int]:
        """P3c: LEASE -> SOLD; also out of STRANDED, when a terminal that was given up turns up with its sales."""
        sold = Owner("SOLD", terminal_id, incarnation, gid.epoch, gid.n)
        left = self.move(lease(terminal_id, incarnation, gid), sold, masks)
        return self.move(sold._replace(kind="STRANDED"), sold, left)

    def release(self, terminal_id: int, incarnation: int, gid: Gid, masks: Masks, *, adopted: int) -> list[int]:
        """P5: back to the POOL, only from the very grant. `adopted`: epoch the terminal had adopted when it released.

        A journey in doubt takes nothing back that was released before the terminal knew of the failover.
        """
        free = self._free(adopted)
        left = self.move(lease(terminal_id, incarnation, gid), free, masks)
        return self.move(Owner("STRANDED", terminal_id, incarnation, gid.epoch, gid.n), free, left)

    def void(self, terminal_id: int, incarnation: int, gid: Gid, masks: Masks) -> list[int]:
        """P12: SOLD -> VOID_PENDING: the ticket no longer counts, but a gate may not know it yet."""
        sold = Owner("SOLD", terminal_id, incarnation, gid.epoch, gid.n)
        return self.move(sold, sold._replace(kind="VOID_PENDING"), masks)

    def reopen(self, terminal_id: int, incarnation: int, gid: Gid, masks: Masks, *, voided: int) -> list[int]:
        """P12: VOID_PENDING -> POOL, once no gate can let the ticket in. `voided`: epoch in which it was voided.

        Voided before a failover, the cells may have been given away again in the time that central forgot.
        """
        pending = Owner("VOID_PENDING", terminal_id, incarnation, gid.epoch, gid.n)
        return self.move(pending, self._free(voided), masks)

    def lose(self, terminal_id: int, incarnation: int) -> None:
        """P8: what a terminal that was given up neither sold nor returned, as far as we know, is STRANDED."""
        for owner in self.owners("LEASE"):
            if (owner.terminal_id, owner.incarnation) == (terminal_id, incarnation):
                self.move(owner, owner._replace(kind="STRANDED"), self.held(owner))

    def doubt(self, epoch: int) -> None:
        """P11: a failover ended without the word of every terminal: whatever looks free may be in its hands."""
        self.doubt_epoch = epoch
        self.move(POOL, DOUBT, self.held(POOL))

    def _free(self, adopted: int) -> Owner:
        return POOL if adopted >= self.doubt_epoch else DOUBT


def one_place(place: int, first: int, last: int, segments: int) -> list[int]:
    """Masks of one place over [first, last)."""
    return [1 << place if first <= segment < last else 0 for segment in range(segments)]
