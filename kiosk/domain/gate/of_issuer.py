"""Rules about who made the ticket: a signature that is right, by somebody who was allowed to sign this."""

from __future__ import annotations

from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.issuing import CLOCK_SKEW_S, Certificate
from kiosk.domain.gate.words import Decision, Word


def signature(asked: Asked) -> Decision | None:
    """Genuine? Without a record of its own only a signature proves a ticket."""
    ticket, keys = asked.ticket, asked.world.keys
    if ticket.signature == "bad":
        return Decision(word=Word.BAD_SIGNATURE)
    if ticket.signature == "unchecked":
        return Decision(word=Word.UNKNOWN_ISSUER)
    if ticket.signature == "good" and keys and ticket.key not in keys:
        return Decision(word=Word.KEY_RETIRED, detail=ticket.key)
    if ticket.signature == "none" and not asked.stored:
        return Decision(word=Word.UNKNOWN)
    return None


def issuer(asked: Asked) -> Decision | None:
    """The key was in force when it signed, and was allowed to sign this ticket."""
    known = asked.world.certificates
    if asked.ticket.signature != "good" or known is None:
        return None
    certificate = next((each for each in known if each.key == asked.ticket.key), None)
    if certificate is None:
        return Decision(word=Word.UNKNOWN_ISSUER)
    if not _in_force(asked, certificate):
        return Decision(word=Word.NOT_IN_FORCE)
    return None if _in_scope(asked, certificate) else Decision(word=Word.OUT_OF_SCOPE)


def _in_force(asked: Asked, certificate: Certificate) -> bool:
    """At the issuing, which no clock of a seller may put into the future."""
    world, at = asked.world, asked.ticket.issued
    if at is None:
        return True
    issued = world.instant(at)
    return (
        issued <= asked.now + CLOCK_SKEW_S
        and (certificate.not_before is None or issued >= world.instant(certificate.not_before))
        and (certificate.not_after is None or issued <= world.instant(certificate.not_after))
        and (certificate.revoked_from is None or issued < world.instant(certificate.revoked_from))
    )


def _in_scope(asked: Asked, certificate: Certificate) -> bool:
    ticket = asked.ticket
    return (
        certificate.sells
        and certificate.seller in ("", ticket.seller)
        and certificate.operator in ("", ticket.operator)
        and (not certificate.first_number or ticket.number >= certificate.first_number)
        and (not certificate.last_number or ticket.number <= certificate.last_number)
        and (certificate.classes is None or ticket.place_class in certificate.classes)
    )


def changing(asked: Asked) -> Decision | None:
    """A code that changes on the phone proves the phone; a picture of it, soon nothing."""
    limit_s, made = asked.ticket.fresh_s, asked.made_at
    if not limit_s or asked.clock_in_doubt:
        return None
    age_s = None if made is None else asked.now - asked.world.instant(made)
    fresh = age_s is not None and -CLOCK_SKEW_S <= age_s <= limit_s
    return None if fresh else Decision(word=Word.OLD_CODE)


def trial(asked: Asked) -> Decision | None:
    """Tickets of a test never open a gate; they are what staff learn with."""
    return Decision(word=Word.TEST_TICKET) if asked.ticket.test and not asked.gate.training else None


def operator(asked: Asked) -> Decision | None:
    ours, theirs = asked.gate.operator, asked.ticket.operator
    return Decision(word=Word.OTHER_OPERATOR) if ours and theirs and ours != theirs else None


def leased(asked: Asked) -> Decision | None:
    """The seller was given this place on every stretch of the way; if not, it may be sold twice."""
    ticket, leases = asked.ticket, asked.world.leases
    if leases is None or not (ticket.place and ticket.journey):
        return None
    way = asked.way
    if way is None:
        return Decision(word=Word.NOT_LEASED)
    given = {
        stretch
        for each in leases
        if (each.journey, each.seller, each.place) == (ticket.journey, ticket.seller, ticket.place)
        for stretch in range(each.first, each.last or way.last)
    }
    return None if given >= set(range(way.first, way.last)) else Decision(word=Word.NOT_LEASED)


def taken(asked: Asked) -> Decision | None:
    """Another ticket let somebody in on this place and a part of this way."""
    ticket, way = asked.ticket, asked.way
    if way is None or not (ticket.place and ticket.journey):
        return None
    came = {each.ticket for each in asked.seen if each.kind == "entry" and not each.annulled}
    for other in asked.world.tickets:
        if other.code in came and other.code != ticket.code:
            theirs = asked.way_of(other) if (other.journey, other.place) == (ticket.journey, ticket.place) else None
            if theirs is not None and theirs.first < way.last and way.first < theirs.last:
                return Decision(word=Word.NOT_LEASED, detail=other.code)
    return None
