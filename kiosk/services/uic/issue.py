"""From a ticket of ours to a signed UIC code: FCB 1.3 in a static frame, in an Aztec symbol."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from kiosk.domain.codes import human_code
from kiosk.domain.ticket import FLAG_TEST, Ticket
from kiosk.services.uic import schema, static_frame
from kiosk.services.uic.symbol import aztec_picture as aztec_picture
from kiosk.services.uic.symbol import aztec_svg as aztec_svg


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """The operator as other railways know it."""

    rics: int  # company code, 1 to 9999
    name: str
    key_name: str  # 5 characters, under which its public key was published
    key: static_frame.PrivateKey


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """What the ticket's numbers mean, in words; times with their zone."""

    train: str
    from_name: str
    to_name: str
    departs: datetime
    arrives: datetime
    coach: str = ""
    place: str = ""
    first_class: bool = False
    currency_digits: int = 2


def code_of(ticket: Ticket, trip: Trip, issuer: Issuer) -> bytes:
    """The bytes of the code. ValueError for what the standard cannot say (a train in letters beyond ASCII)."""
    data = schema.encode("fcb13", "RailTicket", flex_of(ticket, trip, issuer))
    records = (static_frame.Record(static_frame.FLEX, "13", data),)
    frame = static_frame.sealed(records, f"{issuer.rics:04}", issuer.key_name, issuer.key)
    return static_frame.write(frame)


def flex_of(ticket: Ticket, trip: Trip, issuer: Issuer) -> dict[str, Any]:
    """The ticket in the words of `assets/asn1/fcb13.asn`: a place makes it a reservation, else it is an open ticket."""
    issued = datetime.fromtimestamp(ticket.issued, UTC)
    issuing = {
        "securityNum": issuer.rics,
        "issuerNum": issuer.rics,
        "issuerName": issuer.name,
        "year": issued.year,
        "day": issued.timetuple().tm_yday,
        "time": issued.hour * 60 + issued.minute,
        "specimen": bool(ticket.flags & FLAG_TEST),
        "securePaper": False,
        "activated": True,
        "pnr": human_code(ticket.ticket_id).replace("-", ""),
    }
    document: dict[str, Any] = {
        "referenceText": ticket.ticket_id,
        "fromName": trip.from_name,
        "toName": trip.to_name,
        "class": "first" if trip.first_class else "second",
        "tariffs": [{"passengers": max(ticket.persons, 1), "residentsOnly": False}],
    }
    # A currency without minor units cannot be said: the standard counts one to three digits.
    if ticket.price_minor is not None and trip.currency_digits in (1, 2, 3):
        issuing |= {"currency": ticket.currency, "digits": trip.currency_digits}
        document["price"] = ticket.price_minor
    start = (trip.departs.date() - issued.date()).days
    if ticket.reserved:
        kind = "reservation"
        document |= {
            "trainText": trip.train,
            "departureDate": start,
            "departureTime": _minute(trip.departs),
            "departureOffset": _offset(trip.departs),
            "arrivalDate": (trip.arrives.date() - trip.departs.date()).days,
            "arrivalTime": _minute(trip.arrives),
            "arrivalOffset": _offset(trip.arrives),
            "places": {"coach": trip.coach, "placeText": [trip.place]},
        }
    else:
        kind = "open"
        train = {"trainText": trip.train, "date": start, "departureTime": _minute(trip.departs)}
        document |= {
            "returns": False,
            "regions": [("train", {**train, "departureOffset": _offset(trip.departs)})],
            "validFromDay": start,
            "validUntilDay": (trip.arrives.date() - trip.departs.date()).days,
        }
    return {"issuing": issuing, "documents": [{"ticket": (kind, document)}]}


def _minute(time: datetime) -> int:
    return time.hour * 60 + time.minute


def _offset(time: datetime) -> int:
    """Quarters of an hour from local time to UTC."""
    behind = time.utcoffset()
    if behind is None:
        raise ValueError("a time on a ticket has a zone")
    return -int(behind.total_seconds()) // 900
