"""What the gate's screen says of a ticket: three facts for a glance, the holder, the way."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.gate.held import EVENT_MODE
from kiosk.domain.gate.shown import TicketFacts, Verdict
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.network import Names
from ui.viewmodels import gateguests
from ui.viewmodels.gateguests import VerdictFact as VerdictFact
from ui.viewmodels.texts import is_train, localized, money, people, short_date, translate


def facts_of(verdict: Verdict, language: str, today: str = "") -> list[VerdictFact]:
    """Three facts a guard can use at a glance."""
    facts = verdict.facts
    if facts is None:
        return gateguests.facts_of(verdict, language, today)
    zone = ZoneInfo(facts.timezone)
    train = VerdictFact(_what(facts), f"{number_of(facts, language)}, {clock_of(facts.departs_at, zone)}")
    if verdict.reason is Word.USED and verdict.first_use is not None:
        used = clock_of(verdict.first_use.at, zone)
        day = datetime.fromtimestamp(verdict.first_use.at, zone).date().isoformat()
        label = translate("Gate", "Used today") if day == today else short_date(day, language)
        return [
            VerdictFact(label, used),
            VerdictFact(translate("Gate", "At"), verdict.first_use.gate),
            train,
        ]
    if verdict.reason is Word.NOT_YET:
        return [train, VerdictFact(translate("Gate", "Opens"), clock_of(facts.opens_at, zone)), _to(facts, language)]
    if verdict.reason is Word.WRONG_DAY:
        day = datetime.fromtimestamp(facts.departs_at, zone).date().isoformat()
        return [VerdictFact(translate("Gate", "Day"), short_date(day, language)), train, _to(facts, language)]
    if verdict.reason is Word.WRONG_PLACE and verdict.alight:
        onward = VerdictFact(translate("Gate", "Rides on to"), name_in(verdict.alight, language))
        return [onward, train, _to(facts, language)]
    if verdict.reason is Word.WRONG_PLACE and facts.mode != EVENT_MODE:
        origin = VerdictFact(translate("Gate", "From"), name_in(facts.origin, language))
        return [train, origin, _to(facts, language)]
    if verdict.reason is Word.DOCUMENT and facts.named:  # what is held against the document
        name = verdict.holder or translate("Gate", "as on the ticket")
        return [VerdictFact(translate("Gate", "Name"), name), train, _place(facts, language)]
    if verdict.admitted and facts.place and not facts.counted:
        coach = VerdictFact(translate("Gate", "Coach"), name_in(facts.coach, language))
        return [train, coach, VerdictFact(translate("Gate", "Seat"), facts.place)]
    if verdict.admitted:
        return [train, _place(facts, language)]
    return [train, _place(facts, language), _to(facts, language)]


def asked_of(decision: Decision, currency: str) -> list[VerdictFact]:
    """What this very decision is about, before what the ticket says of itself."""
    facts = []
    if decision.fare_due >= 0:
        facts.append(VerdictFact(translate("Gate", "Fare due"), money(decision.fare_due, currency or "XXX")))
    if decision.word is Word.GROUP_REST and decision.remaining >= 0:
        facts.append(VerdictFact(translate("Gate", "Left of the group"), str(decision.remaining)))
    if decision.word is Word.ANSWER_REQUIRED and decision.questions:
        facts.append(VerdictFact(translate("Gate", "Question"), decision.questions[0]))
    if decision.word is Word.DOCUMENT and decision.detail:
        facts.append(VerdictFact(translate("Gate", "Document"), decision.detail))
    if decision.right_gate:
        # A bare number is a group of gates: the entrance that the paper names.
        named = not decision.right_gate.isdecimal()
        facts.append(
            VerdictFact(
                translate("Gate", "Right gate") if named else translate("Gate", "Entrance"), decision.right_gate
            )
        )
    facts += gateguests.asked_of(decision)
    if decision.word is Word.ZONE_FULL and decision.remaining >= 0:
        facts.append(VerdictFact(translate("Gate", "Room for"), people(decision.remaining)))
    return facts


def doubt_of(decision: Decision) -> str:
    """Why staff should look although the ticket is let in."""
    words = {
        "training": translate("Gate", "Training: this gate counts nobody"),
        "lists": translate("Gate", "Staff: the lists are old, look at the ticket"),
        "clock": translate("Gate", "Staff: the clock is not sure, look at day and time"),
        "rule": translate("Gate", "Staff: the rule of this gate could not be read, look at the ticket"),
    }
    return next((words[each] for each in decision.doubts if each in words), "")


def holder_of(verdict: Verdict, language: str) -> str:
    """Who comes in: a guard sees a reduced ticket at a glance; "" when nothing is known of them."""
    facts = verdict.facts
    if facts is None or not verdict.admitted:
        return gateguests.holder_of(verdict)
    persons = verdict.persons or facts.persons
    words = [translate("Gate", "Named ticket")] if facts.named else []
    words += [people(persons)] if persons > 1 else []
    words += [name_in(names, language) for names in (facts.category, facts.place_class) if names]
    return translate("Gate", ", ").join(words)


def way_of(verdict: Verdict, language: str) -> str:
    """Where the ride goes, in both languages."""
    facts = verdict.facts
    if facts is None:
        return gateguests.way_of(verdict)
    if facts.mode == EVENT_MODE:
        return name_in(facts.origin, language)
    end = verdict.alight or facts.destination
    names = dict.fromkeys((name_in(end, language), end.get("", "")))
    return translate("Gate", "To %1").replace("%1", "  ".join(name for name in names if name))


def _what(facts: TicketFacts) -> str:
    if facts.mode == EVENT_MODE:
        return translate("Gate", "Event")
    return translate("Gate", "Train") if is_train(facts.mode) else translate("Gate", "Line")


def number_of(facts: TicketFacts, language: str) -> str:
    return name_in(facts.title, language) if facts.mode == EVENT_MODE else facts.number


def name_in(names: Names, language: str) -> str:
    return localized(names, names.get("", ""), language)


def clock_of(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def _place(facts: TicketFacts, language: str) -> VerdictFact:
    label = translate("Gate", "Area") if facts.counted else translate("Gate", "Seat")
    return VerdictFact(label, where_of(facts, language))


def where_of(facts: TicketFacts, language: str) -> str:
    """Coach and seat, area, or any seat."""
    coach = name_in(facts.coach, language)
    if facts.counted:
        return coach
    return f"{coach} / {facts.place}" if facts.place else translate("Gate", "any")


def _to(facts: TicketFacts, language: str) -> VerdictFact:
    names = facts.destination if facts.mode != EVENT_MODE else facts.origin
    label = translate("Gate", "To") if facts.mode != EVENT_MODE else translate("Gate", "Hall")
    return VerdictFact(label, name_in(names, language))
