"""From a quote to ticket bytes: drafts when places are held, finished tickets when the money is in.

The draft goes into the journal with the hold, so that issuing needs nothing that could have changed or gone missing
in between: not the catalogue, not the link, not even a running clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain import ticket as tickets
from kiosk.domain.allotment import Gid
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.certificate import key_id
from kiosk.domain.codes import human_code
from kiosk.domain.errors import KioskError, NoPlaces, WrongState
from kiosk.domain.fares import EVENT_MODE, RiderCategory
from kiosk.domain.holder import binding, fault_of, tidy
from kiosk.domain.items import RideFacts, SaleItem
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Names, ServiceJourney, service_day_start
from kiosk.domain.offers import Quote
from kiosk.domain.right import right_of
from kiosk.domain.ticket import Ticket

_SALE_LASTS_S = 15 * 60  # from the hold to the last ticket, at most


class CatalogueFacts(Protocol):
    """What issuing asks of the catalogue; `kiosk.store.catalogue.CatalogueStore`."""

    def info(self) -> Catalogue | None: ...

    def journey(self, id_: int, /) -> Journey | None: ...

    def service_journey(self, id_: str, /) -> ServiceJourney | None: ...

    def layout(self, id_: str, /) -> Layout | None: ...


class Issuer:
    """Makes tickets in the name of one terminal incarnation."""

    def __init__(
        self,
        terminal_id: int,
        incarnation: int,
        certificate: bytes,
        key: Ed25519PrivateKey,
        *,
        test: bool = False,
        valid_until: int | None = None,
        online: Callable[[], bool] = lambda: True,
    ) -> None:
        """`valid_until`: end of the certificate, unix s. `online`: was central reached lately?"""
        self._terminal_id = terminal_id
        self._incarnation = incarnation
        self._key_id = key_id(certificate)
        self._key = key
        self._test = test
        self._valid_until = valid_until
        self._online = online

    def take_certificate(self, certificate: bytes, valid_until: int | None = None) -> None:
        """A renewed certificate for the same key."""
        self._key_id = key_id(certificate)
        self._valid_until = valid_until

    def check(self, now: float) -> None:
        """WrongState when tickets made a little later would be refused at every gate."""
        if self._valid_until is not None and now + _SALE_LASTS_S >= self._valid_until:
            raise WrongState(
                "This terminal's certificate has ended, so no gate would accept its tickets. Nothing is sold until "
                "it has reached central; please use another machine."
            )

    def finish(self, draft: str, seq: int, now: float, holder: str = "") -> tuple[str, str]:
        """(payload as hex, human code) of the ticket whose record has this seq; `holder` "" = it names nobody."""
        whole_id = tickets.ticket_id(self._terminal_id, self._incarnation, seq)
        flags = (tickets.FLAG_TEST if self._test else 0) | (0 if self._online() else tickets.FLAG_OFFLINE)
        # The draft's other fields were checked when it was packed; these have their places in every T1 ticket.
        payload = bytearray.fromhex(draft)
        payload[1] |= flags
        payload[2:6] = self._key_id
        payload[8:16] = bytes.fromhex(whole_id)
        payload[16:20] = int(now).to_bytes(4, "big")
        if holder:
            payload[1] |= tickets.FLAG_NAMED
            payload[40:48] = binding(holder, whole_id)
        return payload.hex(), human_code(whole_id)

    def text(self, payload: str) -> str:
        """What the QR code says; the same for every copy, because Ed25519 is deterministic."""
        return tickets.sign(bytes.fromhex(payload), self._key)


def items_of(
    quote: Quote, gids: Sequence[tuple[tuple[Gid, int, int], ...]], catalogue: CatalogueFacts
) -> tuple[SaleItem, ...]:
    """The sale items of a quote, each with its ticket's draft and the facts for paper.

    `gids` has for each person what `kiosk.domain.cells.cover` says, () for the unreserved.
    """
    info = catalogue.info()
    journey = catalogue.journey(quote.departure.journey_id)
    service = catalogue.service_journey(quote.departure.service_journey_id)
    if info is None or journey is None or service is None:
        raise NoPlaces("This departure is no longer on sale. Please choose another.")
    layout = catalogue.layout(quote.departure.layout_id) if quote.places else None
    holders = _holders(quote, service)
    items = []
    for number, category in enumerate(quote.categories):
        place = quote.places[number] if quote.places else None
        price = quote.prices_minor[number]
        items.append(
            SaleItem(
                journey_id=journey.id,
                from_call=quote.departure.from_call,
                to_call=quote.departure.to_call,
                place=place,
                gids=gids[number],
                place_class=quote.offer.place_class,
                product_id=quote.product_ids[number] if quote.product_ids else quote.offer.product_id,
                category_id=category,
                price_minor=price,
                draft=_draft(quote, info, service, layout, place, category, price),
                facts=_facts(quote, info, service, layout, place, category),
                named=holders[number] or msgspec.UNSET,
            )
        )
    return tuple(items)


def _holders(quote: Quote, service: ServiceJourney) -> tuple[str, ...]:
    """A name for each person, as it will stand in the sale; "" = none. WrongState for one that cannot stand there."""
    holders = tuple(map(tidy, quote.holders)) or ("",) * len(quote.categories)
    if len(holders) != len(quote.categories):
        raise WrongState("There must be one name for each traveller.")
    if service.named == "no":
        return ("",) * len(holders)  # what nobody asks for is not kept
    if service.named == "required" and not all(holders):
        raise WrongState("Tickets of this departure carry names. Please enter the name of every traveller.")
    if any(each and fault_of(each) for each in holders):
        raise WrongState("A name has letters only, and at most 40 of them. Please correct it.")
    return holders


def _draft(
    quote: Quote,
    info: Catalogue,
    service: ServiceJourney,
    layout: Layout | None,
    place: int | None,
    category: str,
    price_minor: int,
) -> str:
    departure = quote.departure
    midnight = service_day_start(departure.operating_day, info.timezone)
    right = right_of(
        layout,
        place,
        first=midnight + service.calls[0].departure_s,
        midnight=midnight,
        departs=departure.departs_at,
        arrives=departure.arrives_at,
    )
    categories = [each.id for each in info.tariff.categories]
    ticket = Ticket(
        key_id=bytes(4),
        tenant=info.tenant,
        terminal_id=1,
        incarnation=1,
        seq=1,
        issued=0,
        journey_id=departure.journey_id,
        valid_from_min=right.valid_from_min,
        valid_for_min=right.valid_for_min,
        from_call=departure.from_call,
        to_call=departure.to_call,
        coach=right.coach,
        seat=right.seat,
        product_class=right.product_class,
        category=min(categories.index(category) if category in categories else 0, 15),
        price_minor=price_minor,
        currency=quote.currency,
        gate_group=right.gate_group,
    )
    try:
        return tickets.pack(ticket).hex()
    except ValueError as error:
        raise KioskError(f"This ride cannot be put on a ticket ({error}). Please ask at the counter.") from None


def _facts(
    quote: Quote, info: Catalogue, service: ServiceJourney, layout: Layout | None, place: int | None, category: str
) -> RideFacts:
    departure, offer = quote.departure, quote.offer
    midnight = service_day_start(departure.operating_day, info.timezone)
    opens_at = midnight + service.calls[departure.from_call].arrival_s if departure.mode == EVENT_MODE else 0
    coach = layout.coaches[layout.places[place].coach] if layout is not None and place is not None else None
    seat = layout.places[place] if layout is not None and place is not None else None
    rider = next(
        (each for each in info.tariff.categories if each.id == category), RiderCategory(category, category.capitalize())
    )
    return RideFacts(
        number=departure.number,
        mode=departure.mode,
        headsign=departure.headsign,
        operating_day=departure.operating_day,
        origin=_names(departure.origin.name, departure.origin.names),
        destination=_names(departure.destination.name, departure.destination.names),
        departs_at=departure.departs_at,
        arrives_at=departure.arrives_at,
        opens_at=opens_at,
        entrance=coach.entrance if coach else 0,
        timezone=info.timezone,
        operator=info.operator,
        line=departure.line_name,
        title=_names(service.headsign, service.names),
        platform=departure.platform,
        coach=coach.printed if coach else {},
        place=seat.number if seat else "",
        features=seat.features if seat else (),
        counted=coach.counted if coach else False,
        place_class=_names(offer.name, offer.names),
        product=offer.product_id,
        category=_names(rider.name, rider.names),
        attribution=info.attribution,
    )


def _names(own: str, translations: Names) -> Names:
    return {"": own, **translations}
