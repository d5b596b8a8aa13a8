"""What the gate's screen says of a guest: a ticket of another system has a holder, a product and a booking, no ride."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.codes import shown_code
from kiosk.domain.gate.guests import GuestFacts
from kiosk.domain.gate.of_passing import PENDING
from kiosk.domain.gate.shown import TicketFacts, Verdict
from kiosk.domain.gate.words import Decision, Word
from ui.viewmodels.texts import people, short_date, translate


@dataclass(frozen=True)
class VerdictFact:
    """One of the facts below a verdict."""

    label: str
    value: str


def known_of(verdict: Verdict) -> TicketFacts | GuestFacts | None:
    """What decides how a verdict is put: a ride, else a guest."""
    return verdict.facts or verdict.guest


def facts_of(verdict: Verdict, language: str, today: str) -> list[VerdictFact]:
    """Three for a glance; who is let in stands above them already."""
    guest = verdict.guest
    if guest is None:
        return []
    named = [] if verdict.admitted else [(translate("Gate", "Name"), guest.holder)]
    rows = [
        *_when(verdict, guest, language, today),
        *named,
        (translate("Gate", "Ticket type"), _joined(guest.product, guest.variation)),
        (translate("Gate", "Booking"), guest.booking),
        (translate("Gate", "Event"), guest.event),
        (translate("Gate", "List"), guest.list),
        (translate("Gate", "Ticket"), shown_code(guest.code)),
    ]
    return [VerdictFact(label, value) for label, value in rows if value]


def _when(verdict: Verdict, guest: GuestFacts, language: str, today: str) -> list[tuple[str, str]]:
    """The use before, or when it will be time."""
    zone, first, next_at = ZoneInfo(guest.time_zone), verdict.first_use, verdict.decision.next_at
    if verdict.reason is Word.USED and first is not None:
        day = datetime.fromtimestamp(first.at, zone).date().isoformat()
        label = translate("Gate", "Used today") if day == today else short_date(day, language)
        used = datetime.fromtimestamp(first.at, zone).strftime("%H:%M")
        return [(label, used), (translate("Gate", "At"), first.gate)]
    if next_at is not None:
        at = datetime.fromtimestamp(next_at, zone)
        day = at.date().isoformat()
        clock = at.strftime("%H:%M")
        return [(translate("Gate", "Opens"), clock if day == today else f"{short_date(day, language)}, {clock}")]
    return []


def asked_of(decision: Decision) -> list[VerdictFact]:
    """What a carnet has left, who must go first, which wristband belongs to whom."""
    facts = []
    if decision.word is Word.COMPANION_FIRST and decision.detail:
        facts.append(VerdictFact(translate("Gate", "Goes first"), shown_code(decision.detail)))
    if decision.word is Word.NO_RIDES:
        facts.append(VerdictFact(translate("Gate", "Rides left here"), str(max(decision.remaining, 0))))
        if decision.detail:
            facts.append(VerdictFact(translate("Gate", "Rides at"), decision.detail))
    if decision.word is Word.ADMIT and decision.remaining >= 0:
        facts.append(VerdictFact(translate("Gate", "Left after this"), str(decision.remaining)))
    if decision.word is Word.MEDIUM_EXISTS and decision.detail:
        facts.append(VerdictFact(translate("Gate", "Wristband"), shown_code(decision.detail)))
    return facts


def holder_of(verdict: Verdict) -> str:
    """Who comes in, "" = nobody is named."""
    guest = verdict.guest
    if guest is None or not verdict.admitted:
        return ""
    persons = verdict.persons
    return translate("Gate", ", ").join(filter(None, (guest.holder, people(persons) if persons > 1 else "")))


def way_of(verdict: Verdict) -> str:
    """Below the facts of who comes in: unpaid is said, or else the list."""
    guest = verdict.guest
    if guest is None or not verdict.passes:
        return ""
    return translate("Gate", "Not paid yet: staff let in") if guest.status else guest.event


def _joined(product: str, variation: str) -> str:
    return translate("Gate", ", ").join(filter(None, (product, variation)))


def unpaid_step(decision: Decision) -> str:
    """Where the list allows it, staff choose."""
    if decision.word is not Word.UNPAID or decision.detail != PENDING:
        return ""
    return translate("Gate", "Staff: let in unpaid, or send to the ticket desk")
