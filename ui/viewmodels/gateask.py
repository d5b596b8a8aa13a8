"""What staff can do about a verdict: the keys that stand under it. A table by what the decision says, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.gate.of_passing import PENDING
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import Question
from ui.viewmodels.texts import translate

OPTIONS_MAX = 4  # answers that stand as keys of their own; more are lines of a sheet


@dataclass(frozen=True)
class KeyRow:
    """A key. `name` is what `press` is told."""

    name: str
    text: str
    icon: str
    chosen: bool = False
    available: bool = True


def waits_for_staff(verdict: Verdict) -> bool:
    """Somebody must answer, look or count before the next one is judged."""
    decision = verdict.decision
    return decision.acknowledge or decision.signal == "ask" or (bool(verdict.alight) and not decision.passes)


def open_question(decision: Decision, questions: Mapping[str, Question]) -> Question | None:
    """The first that has no answer yet; one the plan no longer has is asked as a text."""
    if decision.word is not Word.ANSWER_REQUIRED or not decision.questions:
        return None
    return questions.get(decision.questions[0]) or Question(id=decision.questions[0])


def keys_of(verdict: Verdict, questions: Mapping[str, Question], persons: int) -> list[KeyRow]:
    """The nearest to the thumb first. `persons`: of a group, how many are chosen to enter now."""
    decision = verdict.decision
    details = KeyRow("last", translate("Gate", "Details"), "list")
    if verdict.looked_up and not decision.passes:
        return [details]
    keys = _of_money_and_media(verdict)
    if decision.word is Word.DOCUMENT:
        keys.append(KeyRow("document", translate("Gate", "Document is right"), "check"))
    if (question := open_question(decision, questions)) is not None:
        keys += _answers(question)
    if decision.word is Word.GROUP_REST and decision.remaining > 0:
        let_in = translate("Gate", "Let in %1").replace("%1", str(persons))
        keys.append(KeyRow("group", let_in, "check"))
        keys.append(KeyRow("less", translate("Gate", "One less"), "minus", available=persons > 1))
        keys.append(KeyRow("more one", translate("Gate", "One more"), "plus", available=persons < decision.remaining))
    keys += _of_the_fare(verdict)
    if decision.passes:
        keys += _of_who_passes(verdict, persons)
    if waits_for_staff(verdict) and not decision.passes:
        keys.append(KeyRow("next", translate("Gate", "Next person"), "arrow-right"))
    if not decision.passes and decision.may_override:
        keys.append(KeyRow("override", translate("Gate", "Let in"), "key"))
    keys.append(details)
    return keys


def _of_money_and_media(verdict: Verdict) -> list[KeyRow]:
    """Let in unpaid where the list allows it, and what is handed out."""
    decision = verdict.decision
    keys = []
    if decision.word is Word.UNPAID and decision.detail == PENDING:
        keys.append(KeyRow("unpaid", translate("Gate", "Let in unpaid"), "check"))
    if wants_medium(verdict):
        keys.append(KeyRow("band", translate("Gate", "Hand out"), "hand"))
    return keys


def wants_medium(verdict: Verdict) -> bool:
    """A card or wristband is to be handed out, or another one than was tried."""
    word = verdict.decision.word
    tried = word is Word.MEDIUM and verdict.ticket_id != "" and (verdict.guest or verdict.facts) is not None
    return word in (Word.EXCHANGE_REQUIRED, Word.MEDIUM_EXISTS) or tried


def persons_of(verdict: Verdict | None) -> int:
    """Of a group: how many were let in, or how many are left to be."""
    if verdict is None:
        return 0
    if verdict.reason is Word.GROUP_REST:
        return max(verdict.decision.remaining, 0)
    return verdict.persons if verdict.admitted else 0


def _of_who_passes(verdict: Verdict, persons: int) -> list[KeyRow]:
    """Noted, taken back, fewer of a group, or farther than the ticket goes. What staff let in stands as they said."""
    decision = verdict.decision
    own = decision.word is Word.ADMIT and not decision.override and not verdict.looked_up
    keys = [KeyRow("seen", translate("Gate", "Seen"), "check")] if decision.acknowledge else []
    if own and persons > 1:
        keys.append(KeyRow("fewer", translate("Gate", "One less"), "minus"))
    if not decision.acknowledge:
        keys.append(KeyRow("annul", translate("Gate", "Not turned"), "undo"))
    if own and verdict.goes_on and not verdict.alight:
        keys.append(KeyRow("beyond", translate("Gate", "Rides on"), "arrow-right"))
    return keys


def _of_the_fare(verdict: Verdict) -> list[KeyRow]:
    """For what the ticket does not cover, before it begins or after its end."""
    if verdict.reason is not Word.WRONG_PLACE:
        return []
    keys = [KeyRow("fare", translate("Gate", "Fare paid"), "cash")] if verdict.decision.fare_due >= 0 else []
    return [*keys, KeyRow("within", translate("Gate", "Only to its end"), "undo")] if verdict.alight else keys


def _answers(question: Question) -> list[KeyRow]:
    if question.kind == "yes_no":
        return [
            KeyRow("answer true", translate("Gate", "Yes"), "check"),
            KeyRow("answer false", translate("Gate", "No"), "cross"),
        ]
    if question.kind == "choice" and len(question.options) <= OPTIONS_MAX:
        return [KeyRow(f"answer {option}", option, "") for option in question.options]
    return [KeyRow("answer", translate("Gate", "Answer"), "pencil")]


def reasons() -> list[str]:
    """Why somebody is let in all the same; kept with the name of who says so."""
    return [
        translate("Gate", "Document seen, holder is right"),
        translate("Gate", "Fare paid at the gate"),
        translate("Gate", "Fault of the machine"),
        translate("Gate", "Train late or changed"),
        translate("Gate", "Order of the operator"),
        translate("Gate", "Phone or paper fails, holder is known"),
    ]
