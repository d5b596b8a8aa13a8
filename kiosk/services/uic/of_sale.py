"""The UIC code of a sold ticket: what its sale knows, in the words of the standard."""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain import ticket as tickets
from kiosk.domain.items import RideFacts
from kiosk.domain.money import exponent
from kiosk.domain.pages import EVENT, named
from kiosk.domain.sale import Sale
from kiosk.services.uic.issue import Issuer, Trip, code_of

log = logging.getLogger(__name__)

FIRST = ("first", "business", "premier", "vip")
"""Ids of classes that a railway abroad takes for the first; every other is the second."""


class UicCodes:
    """Makes the codes of one terminal's tickets. The same ticket has the same code, on every copy of it."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def code(self, sale: Sale, item_no: int) -> bytes:
        """The bytes of the symbol; b"" for what the standard has no words for (a performance, a train in Chinese)."""
        facts = sale.items[item_no].facts
        issued = next((each for each in sale.tickets if each.item_no == item_no), None)
        if facts is None or issued is None or facts.mode == EVENT:
            return b""
        ticket = tickets.unpack(bytes.fromhex(issued.payload))
        try:
            trip = trip_of(facts, sale.items[item_no].place_class, sale.currency)
            return code_of(ticket, trip, self._issuer)
        except ValueError as error:
            log.warning("ticket %s has no UIC code: %s", issued.code, error)
            return b""


def trip_of(facts: RideFacts, place_class: str, currency: str) -> Trip:
    """Names in the latin script where the feed has them: a railway abroad must be able to read them."""
    zone = ZoneInfo(facts.timezone)
    return Trip(
        train=facts.number or facts.line,
        from_name=named(facts.origin, "en"),
        to_name=named(facts.destination, "en"),
        departs=datetime.fromtimestamp(facts.departs_at, zone),
        arrives=datetime.fromtimestamp(facts.arrives_at, zone),
        coach=named(facts.coach, "en") if facts.coach else "",
        place=facts.place,
        first_class=place_class in FIRST,
        currency_digits=exponent(currency),
    )
