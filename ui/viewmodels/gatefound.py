"""Look-ups and rides beyond the ticket's end as lines: a state by colour, sign and word, then who and what."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.gate.held import EVENT_MODE
from kiosk.domain.gate.onward import Stop
from kiosk.domain.gate.shown import TicketFacts, Verdict
from kiosk.domain.gate.words import Word
from kiosk.services.gate_lookup import LookedUp
from ui.viewmodels.gatefacts import clock_of, name_in, number_of, where_of
from ui.viewmodels.gateguests import known_of
from ui.viewmodels.gatelines import LineRow
from ui.viewmodels.gatesignals import SIGNS
from ui.viewmodels.gatestate import FoundHit
from ui.viewmodels.gatewords import next_step, reason_words
from ui.viewmodels.texts import money, people, short_date, translate


def line_of(found: FoundHit, number: int, language: str, zone: ZoneInfo | None, today: str = "") -> LineRow:
    """One hit: who, for what; what became of it at the right."""
    hit = found.hit
    signal = hit.verdict.decision.signal
    ride = _ride(hit.verdict.facts, language, today)
    title = hit.holder or ride or hit.code
    detail = "  ".join(each for each in (ride, found.product, hit.code) if each and each != title)
    return LineRow(f"hit {number}", signal, SIGNS[signal].icon, title, detail, short_state(hit.verdict, zone))


def short_state(verdict: Verdict, zone: ZoneInfo | None) -> str:
    """What stands at the end of a line."""
    if verdict.reason is Word.USED and verdict.first_use is not None:
        return translate("Gate", "Used %1").replace("%1", clock_of(verdict.first_use.at, zone or ZoneInfo("UTC")))
    words = {
        Word.NAME_ONLY: translate("Gate", "Not used"),
        Word.ADMIT: translate("Gate", "Not used"),
        Word.USED: translate("Gate", "Used"),
        Word.REVOKED: translate("Gate", "Withdrawn"),
        Word.CANCELLED: translate("Gate", "Cancelled"),
        Word.EXCHANGED: translate("Gate", "Changed"),
        Word.BLOCKED: translate("Gate", "Blocked"),
        Word.UNPAID: translate("Gate", "Not paid"),
        Word.WRONG_DAY: translate("Gate", "Other day"),
        Word.WRONG_TRAIN: translate("Gate", "Other train"),
        Word.TRAIN_CANCELLED: translate("Gate", "No train"),
        Word.WRONG_PLACE: translate("Gate", "Other place"),
        Word.WRONG_GATE: translate("Gate", "Other gate"),
        Word.WRONG_LIST: translate("Gate", "Other gate"),
        Word.NOT_YET: translate("Gate", "Early"),
        Word.EXPIRED: translate("Gate", "Over"),
        Word.GROUP_REST: translate("Gate", "Group"),
    }
    return words.get(verdict.reason, translate("Gate", "See more"))


def details_of(found: FoundHit, language: str, zone: ZoneInfo | None) -> list[LineRow]:
    """All that staff need to see of one hit; the state first."""
    hit, facts = found.hit, found.hit.verdict.facts
    verdict, decision = hit.verdict, hit.verdict.decision
    free = verdict.reason in (Word.NAME_ONLY, Word.ADMIT)
    known = known_of(verdict)
    words = translate("Gate", "Not used, valid here and now") if free else reason_words(verdict.reason, known)
    signal = decision.signal
    rows = [LineRow("", signal, SIGNS[signal].icon, words, short_state(verdict, zone))]

    def row(label: str, value: str) -> None:
        if value:
            rows.append(LineRow("", "", "", value, label))

    if verdict.first_use is not None:
        at = datetime.fromtimestamp(verdict.first_use.at, zone)
        used = f"{short_date(at.date().isoformat(), language)} {at:%H:%M:%S}, {verdict.first_use.gate}"
        row(translate("Gate", "Used before"), used)
    row(translate("Gate", "Name"), hit.holder)
    row(translate("Gate", "Train or event"), _ride(facts, language))
    row(translate("Gate", "Way"), _way(facts, language))
    row(translate("Gate", "Seat"), where_of(facts, language) if facts else "")
    persons = people(hit.persons) if hit.persons > 1 else ""
    row(translate("Gate", "Ticket for"), "  ".join(each for each in (found.product, persons) if each))
    row(translate("Gate", "Code"), hit.code)
    row(translate("Gate", "Booking"), hit.booking)
    row(translate("Gate", "E-mail"), hit.email)
    if verdict.guest is not None:
        row(translate("Gate", "Event"), verdict.guest.event if facts is None else "")
        row(translate("Gate", "List"), verdict.guest.list)
    if decision.right_gate:
        row(translate("Gate", "Right gate"), decision.right_gate)
    if not free:
        row(translate("Gate", "Next"), next_step(verdict.reason, known))
    return rows


def _ride(facts: TicketFacts | None, language: str, today: str = "") -> str:
    """Train or event, and when it leaves; the day, where it is not today."""
    if facts is None:
        return ""
    at = datetime.fromtimestamp(facts.departs_at, ZoneInfo(facts.timezone))
    day = at.date().isoformat()
    when = f"{at:%H:%M}" if day == today else f"{short_date(day, language)} {at:%H:%M}"
    return f"{number_of(facts, language)}  {when}"


def _way(facts: TicketFacts | None, language: str) -> str:
    if facts is None:
        return ""
    origin = name_in(facts.origin, language)
    return origin if facts.mode == EVENT_MODE else f"{origin} – {name_in(facts.destination, language)}"


def nothing_of(found: LookedUp) -> str:
    """Why there is nothing, and what to do next; "" = there is."""
    if found.letters_min:
        more = translate("Gate", "Too short. Type at least %1 letters or figures.")
        return more.replace("%1", str(found.letters_min))
    if found.word is Word.OVERRIDE_REFUSED:
        return translate("Gate", "Your role may not look tickets up. Ask the supervisor.")
    if found.word is Word.NOT_CONFIGURED:
        return translate("Gate", "The plan does not say which lists this gate serves. Call the operator.")
    if not found.hits:
        return translate("Gate", "Nothing here goes by this. Type less of the name, or the code on the ticket.")
    return ""


def stop_line(stop: Stop, language: str, zone: ZoneInfo | None, currency: str) -> LineRow:
    """A stop where somebody may get out, with what it costs more; where nobody knows the price it cannot be chosen."""
    known = stop.fare_due >= 0
    at = translate("Gate", "arrives %1").replace("%1", datetime.fromtimestamp(stop.arrives_at, zone).strftime("%H:%M"))
    price = money(stop.fare_due, currency or "XXX") if known else translate("Gate", "no fare known")
    return LineRow(f"stop {stop.id}" if known else "", "", "", name_in(stop.names, language), at, price)
