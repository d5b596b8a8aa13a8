"""What a sale is of: one traveller's part, with all that paper and clerks say about the ride."""

from __future__ import annotations

import msgspec

from kiosk.domain.allotment import Gid
from kiosk.domain.network import Names


class RideFacts(msgspec.Struct, frozen=True):
    """Everything paper and clerks say about a ride, kept with the sale: catalogues change, sales do not.

    `Names` hold the feed's own text under "" and translations by language tag.
    """

    number: str  # train number or line name
    mode: int
    headsign: str
    operating_day: str
    origin: Names
    destination: Names
    departs_at: int  # unix s
    arrives_at: int  # unix s
    timezone: str
    operator: str
    line: str = ""
    title: Names = {}  # an event's title
    platform: str = ""
    coach: Names = {}  # as printed, "" -> "6"
    place: str = ""  # as printed: "8F"
    features: tuple[str, ...] = ()
    counted: bool = False  # a unit of a pool: no seat number on paper
    place_class: Names = {}
    product: str = ""
    category: Names = {}
    attribution: str = ""
    opens_at: int = 0  # unix s; when an event's doors open, 0 = with its beginning
    entrance: int = 0  # the only one whose gates let this ticket in; 0 = any


class SaleItem(msgspec.Struct, frozen=True):
    """One traveller's part of a sale; becomes one ticket."""

    journey_id: int
    from_call: int  # index into the service journey's calls
    to_call: int
    place: int | None  # index into the layout; None = unreserved
    gids: tuple[tuple[Gid, int, int], ...]  # (grant, from_segment, to_segment) that cover the place
    place_class: str  # "" = unreserved
    product_id: str
    category_id: str
    price_minor: int
    draft: str = ""  # hex of the ticket's bytes, complete but for seq, issue time, key and holder
    facts: RideFacts | None = None
    # Left out where nobody was asked, so that such a sale is the same bytes as before there were names.
    named: str | msgspec.UnsetType = msgspec.field(name="holder", default=msgspec.UNSET)

    @property
    def holder(self) -> str:
        """The traveller's name; "" = the ticket is not named."""
        return self.named if isinstance(self.named, str) else ""
