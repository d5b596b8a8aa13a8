"""What search and pricing hand to a seller or a screen: frozen values, nothing to decide in them."""

from __future__ import annotations

import msgspec

from kiosk.domain.fares import RiderCategory
from kiosk.domain.network import StopPlace


class StationHit(msgspec.Struct, frozen=True):
    """A stop place found by a typed text."""

    stop_place: StopPlace
    matched: str  # which spelling matched: "name", "pinyin", "initials", "code"
    spelling: str  # the spelling that matched, for display ("beijingnan")
    matched_length: int  # leading characters of `spelling` (or of the name) that matched


class Destination(msgspec.Struct, frozen=True):
    """A place people go to from here."""

    stop_place: StopPlace
    fastest_s: int
    price_from_minor: int | None  # cheapest adult price seen; None = no fare known
    currency: str


class ClassOffer(msgspec.Struct, frozen=True):
    """One class (or fare product of an unreserved line) of one departure, priced for one adult."""

    place_class: str  # "" = unreserved
    product_id: str
    name: str
    names: dict[str, str]
    adult_minor: int
    currency: str
    left: int | None  # places in THIS terminal's hands for the whole ride; None = no limit
    more: bool = False  # central may have others and answers now: they are asked for when they are wanted

    @property
    def open(self) -> bool:
        """It can be chosen."""
        return self.left != 0 or self.more


class Departure(msgspec.Struct, frozen=True):
    """One journey from an origin to a destination."""

    journey_id: int
    service_journey_id: str
    operating_day: str
    line_name: str
    number: str  # train number, else the line's name
    headsign: str
    mode: int
    from_call: int
    to_call: int
    origin: StopPlace
    destination: StopPlace
    platform: str
    departs_at: int  # unix s
    arrives_at: int  # unix s
    departs: str  # "07:00" local
    arrives: str  # "11:29" local
    duration_s: int
    stops_between: int
    layout_id: str
    classes: tuple[ClassOffer, ...]  # () = no fare known, not sellable

    @property
    def price_from_minor(self) -> int | None:
        return min((offer.adult_minor for offer in self.classes), default=None)

    @property
    def left(self) -> int | None:
        """Most places left over its classes; None = no limit."""
        counts = [offer.left for offer in self.classes]
        return None if None in counts else max((c for c in counts if c is not None), default=0)

    @property
    def on_request(self) -> bool:
        """None left in hand, and central may have some."""
        return self.left == 0 and any(offer.more for offer in self.classes)


class Traveller(msgspec.Struct, frozen=True):
    """How many of one rider category travel."""

    category_id: str
    count: int


class CategoryPrice(msgspec.Struct, frozen=True):
    """A rider category and what one of them pays for the chosen class."""

    category: RiderCategory
    price_minor: int
    currency: str


class PlaceView(msgspec.Struct, frozen=True):
    """A place as the plan shows it."""

    index: int
    state: str  # free, taken, kept
    number: str
    row: int
    column: int
    features: tuple[str, ...]


class Quote(msgspec.Struct, frozen=True):
    """A priced choice that can be held: one line for each traveller, in the order of `places`."""

    departure: Departure
    offer: ClassOffer
    travellers: tuple[Traveller, ...]
    prices_minor: tuple[int, ...]  # one for each person
    categories: tuple[str, ...]  # one for each person
    places: tuple[int, ...]  # indices, best fit; () = unreserved
    adjacent: bool  # the party sits side by side
    total_minor: int
    currency: str
    product_ids: tuple[str, ...] = ()  # one for each person; a child's can differ from the offer's
    holders: tuple[str, ...] = ()  # one for each person, "" = not named; () = nobody was asked
