"""A named ticket and a document: does the name fit? Asked by staff at a gate, with or without central's records."""

from __future__ import annotations

from kiosk.domain.errors import BadTicket
from kiosk.domain.holder import fits, is_named
from kiosk.domain.ticket import read


def holder_fits(code: str, name: str) -> bool | None:
    """Does the name on a document fit the ticket whose code was held up? None: the ticket names nobody, or is none.

    It says so by the ticket's own bytes, so it works on a gate that was never online. Ask it only of a ticket whose
    signature was found right: whoever can sign can bind any name.
    """
    try:
        ticket = read(code)[0]
    except BadTicket:
        return None
    return fits(ticket, name) if is_named(ticket) else None
