"""What the passenger has chosen so far: one frozen value that every screen is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kiosk.domain.layout import Layout
from kiosk.domain.network import Named, Names, StopPlace
from kiosk.domain.offers import CategoryPrice, ClassOffer, Departure, Quote, Traveller
from kiosk.domain.sale import Sale
from kiosk.ports import Prompt
from ui.services import Shown


@dataclass(frozen=True)
class Choice:
    """Grows from left to right through the flow; going back forgets nothing."""

    origin: StopPlace | None = None
    destination: StopPlace | None = None
    day: str = ""
    title: Names = field(default_factory=dict)  # of a performance, by language
    departures: tuple[Departure, ...] = ()
    departure: Departure | None = None
    offer: ClassOffer | None = None
    prices: tuple[CategoryPrice, ...] = ()
    party: tuple[tuple[str, int], ...] = ()  # category id -> how many
    quote: Quote | None = None
    layout: Layout | None = None  # None = unreserved
    named: Named = "no"  # are travellers asked for their names?
    sale: Sale | None = None
    means: str = ""  # how to pay; "" = the first that works
    phone: bool = False  # tickets on a phone instead of on paper
    prompt: Prompt | None = None  # what the terminal asks of the passenger now
    codes: tuple[Shown, ...] = ()  # of its tickets, in the order of `sale.tickets`

    @property
    def event(self) -> bool:
        """A performance in a hall, not a ride."""
        return self.departure is not None and self.departure.mode == -1

    @property
    def size(self) -> int:
        return sum(count for _, count in self.party)

    @property
    def needs_asking(self) -> bool:
        """Central must give places for the party, which takes a moment."""
        return self.offer is not None and self.offer.more and (self.offer.left or 0) < self.size

    @property
    def travellers(self) -> tuple[Traveller, ...]:
        return tuple(Traveller(category, count) for category, count in self.party if count)

    @property
    def total_minor(self) -> int:
        each = {price.category.id: price.price_minor for price in self.prices}
        return sum(each.get(category, 0) * count for category, count in self.party)

    @property
    def due_minor(self) -> int:
        """What is to be paid now: all of it, or what is left after a part."""
        sale = self.sale
        if sale is not None and sale.stage in ("held", "paying"):
            return sale.left.amount_minor
        return self.total_minor

    @property
    def must_name(self) -> bool:
        """No ticket of this departure is sold without a name."""
        return self.named == "required"

    @property
    def has_seats(self) -> bool:
        """There is a plan to choose from: reserved places of this class in coaches that are drawn."""
        if self.layout is None or self.offer is None:
            return False
        return any(c.place_class == self.offer.place_class and not c.counted for c in self.layout.coaches)

    def with_count(self, category: str, change: int) -> Choice:
        party = tuple((name, max(0, n + change) if name == category else n) for name, n in self.party)
        return replace(self, party=party, quote=None)


def previous(stage: str, choice: Choice, *, searched: bool) -> str:
    """Where Back leads; a stage without a way back stays."""
    seated = "seats" if choice.has_seats else "travellers"
    ways = {
        "search": "attract",
        "events": "attract",
        "when": "departures",
        "departures": "search" if searched else "attract",
        "travellers": "events" if choice.event else "departures",
        "seats": "travellers",
        "plan": "seats",
        "voucher": "summary",
        "hand": "summary",
        "names": seated,
        "summary": seated if choice.named == "no" else "names",
    }
    return ways.get(stage, stage)
