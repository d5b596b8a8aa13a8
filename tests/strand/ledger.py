"""What came of a departure, counted from tickets alone: sold, served in the dark, sold twice; what was stranded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tests.strand.world import SEGMENTS, Request, World


class Ticket(NamedTuple):
    """One passenger's place."""

    at: float
    seller: int
    place: int
    from_call: int
    to_call: int


@dataclass
class Ledger:
    """Filled in by whoever sells; knows nothing of leases."""

    world: World
    tickets: list[Ticket] = field(default_factory=list)
    dark_asked: int = 0  # passengers at terminals without a link
    dark_served: int = 0
    refused: int = 0  # passengers turned away, anywhere
    stranded_cells: int = 0  # left unsold in dark or lost terminals when their segment began

    def sell(self, request: Request, places: tuple[int, ...], dark: bool) -> None:
        """`places` () = turned away."""
        if dark:
            self.dark_asked += request.party
            self.dark_served += len(places)
        self.refused += request.party - len(places)
        ride = request.from_call, request.to_call
        self.tickets += [Ticket(request.at, request.seller, place, *ride) for place in places]

    def oversold(self) -> int:
        """Passengers whose place somebody with an earlier ticket has on a part of the ride."""
        taken: set[tuple[int, int]] = set()
        count = 0
        for ticket in sorted(self.tickets):
            cells = {(ticket.place, segment) for segment in range(ticket.from_call, ticket.to_call)}
            if cells & taken:
                count += 1
            else:
                taken |= cells
        return count

    def sold_cells(self) -> int:
        """Cells of passengers that have a place of their own."""
        return len(
            {(ticket.place, segment) for ticket in self.tickets for segment in range(ticket.from_call, ticket.to_call)}
        )

    def row(self) -> Row:
        return Row(
            sold=self.sold_cells(),
            sellable=self.world.sellable_cells,
            dark_asked=self.dark_asked,
            dark_served=self.dark_served,
            stranded=self.stranded_cells,
            cells=self.world.places * SEGMENTS,
            oversold=self.oversold(),
            tickets=len(self.tickets),
        )


class Row(NamedTuple):
    """Counts of one departure, or of many added up."""

    sold: int = 0
    sellable: int = 0
    dark_asked: int = 0
    dark_served: int = 0
    stranded: int = 0
    cells: int = 0
    oversold: int = 0
    tickets: int = 0

    def plus(self, other: Row) -> Row:
        return Row(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def sold_share(self) -> float:
        return self.sold / self.sellable if self.sellable else 1.0

    @property
    def dark_share(self) -> float:
        return self.dark_served / self.dark_asked if self.dark_asked else 1.0

    @property
    def stranded_share(self) -> float:
        return self.stranded / self.cells if self.cells else 0.0
