"""The tour's evening at the concert: a name typed on the kiosk's keyboard is bound into the ticket's code."""

from __future__ import annotations

from typing import Any

from kiosk.app.tour.paper import PaperTrail
from kiosk.app.tour.passenger import Passenger
from kiosk.app.tour.till import Till
from kiosk.domain import ticket as tickets
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import KioskError
from kiosk.domain.holder import fits

NAME, IN_PASSPORT = "Łukasz O'Neill-Müller", "ONEILL MUELLER, LUKASZ"
KEYS = {"Ł": ("key-l", "accent-Ł"), "ü": ("key-u", "accent-ü"), " ": ("key-space",)}
CLASS = "stalls"


def price_of(catalogue: Catalogue) -> int:
    """Of a seat in the stalls of a hall that asks for names, minor units; 0 = there is none."""
    if all(each.named == "no" for each in catalogue.service_journeys):
        return 0
    prices = (each.amount_minor for each in catalogue.tariff.products if each.id.endswith(f"-{CLASS}"))
    return max(prices, default=0)


def buy(passenger: Passenger, till: Till, trail: PaperTrail) -> dict[str, Any]:
    """From the first screen to the paper; what was seen, for the report."""
    passenger.wait("attract", 30)
    passenger.tap("events")
    passenger.wait("events")
    evenings = [name for name in passenger.items() if name.startswith("event-")]
    passenger.tap(evenings[-1])  # the first may be about to begin
    passenger.wait("travellers")
    passenger.tap(f"class-{CLASS}")
    passenger.ask("wait", name="next")
    passenger.tap("next")
    passenger.wait("seats")
    passenger.tap("next")
    passenger.wait("names")
    passenger.picture("name")
    for letter in NAME:
        for key in KEYS.get(letter, (f"key-{letter.lower()}",)):
            passenger.tap(key)
    passenger.picture("name-typed")
    passenger.tap("next")
    passenger.wait("summary")
    passenger.ask("wait", text=NAME)
    passenger.picture("name-summary")
    till.pay(passenger)
    if passenger.wait("thanks|problem", 60) != "thanks":
        raise KioskError("the concert's sale did not end with a ticket")
    (entry,) = trail.collect(1)
    passenger.leave()
    ticket = tickets.read(trail.tickets[-1][1])[0]
    return {
        "ticket": entry["code"],
        "holder": NAME,
        "fits": fits(ticket, IN_PASSPORT),
        "fits_another": fits(ticket, "Anna Schmidt"),
    }
