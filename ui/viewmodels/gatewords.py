"""Every verdict of the gate in words, and what a guard or a passenger does next."""

from __future__ import annotations

from kiosk.domain.gate.guests import GuestFacts
from kiosk.domain.gate.held import EVENT_MODE
from kiosk.domain.gate.shown import TicketFacts, Verdict
from kiosk.domain.gate.words import Word
from ui.viewmodels.texts import translate


def reason_words(reason: Word, facts: TicketFacts | GuestFacts | None = None) -> str:
    """One sentence a passenger understands."""
    return _of_its_kind(reason, facts) or _of_a_train(reason)


def _of_its_kind(reason: Word, facts: TicketFacts | GuestFacts | None) -> str:
    """What is said otherwise of an event, and of a ticket that names no departure; "" = nothing."""
    if facts is None:
        return ""
    if isinstance(facts, GuestFacts):
        words = {
            Word.ADMIT: translate("Gate", "Welcome"),
            Word.NOT_YET: translate("Gate", "This ticket is not valid yet"),
            Word.EXPIRED: translate("Gate", "This ticket is no longer valid"),
        }
    elif facts.mode == EVENT_MODE:
        words = {
            Word.ADMIT: translate("Gate", "Welcome"),
            Word.WRONG_PLACE: translate("Gate", "This ticket is for another hall"),
            Word.EXPIRED: translate("Gate", "This event is over"),
        }
    elif not facts.place:
        words = {
            Word.NOT_YET: translate("Gate", "This ticket is not valid yet"),
            Word.EXPIRED: translate("Gate", "This ticket is no longer valid"),
        }
    else:
        return ""
    return words.get(reason, "")


def _of_a_train(reason: Word) -> str:
    words = {
        Word.ADMIT: translate("Gate", "Have a good journey"),
        Word.EXIT: translate("Gate", "Goodbye, see you again"),
        Word.UNKNOWN: translate("Gate", "This is not a ticket of ours"),
        Word.UNKNOWN_ISSUER: translate("Gate", "This ticket comes from an unknown machine"),
        Word.NOT_IN_FORCE: translate("Gate", "The machine that sold this was not allowed to"),
        Word.BAD_SIGNATURE: translate("Gate", "This ticket is not genuine"),
        Word.KEY_RETIRED: translate("Gate", "The key of this ticket is no longer in use"),
        Word.OUT_OF_SCOPE: translate("Gate", "The machine may not sell this ticket"),
        Word.TEST_TICKET: translate("Gate", "This is a test ticket"),
        Word.OTHER_OPERATOR: translate("Gate", "This ticket is for another operator"),
        Word.MEDIUM: translate("Gate", "This card or wristband does not count"),
        Word.MEDIUM_EXISTS: translate("Gate", "This card or wristband belongs to somebody"),
        Word.EXCHANGE_REQUIRED: translate("Gate", "Change this ticket for a wristband first"),
        Word.REVOKED: translate("Gate", "This ticket was withdrawn"),
        Word.BLOCKED: translate("Gate", "This ticket is blocked"),
        Word.CANCELLED: translate("Gate", "This ticket was cancelled"),
        Word.EXCHANGED: translate("Gate", "This ticket was changed for another"),
        Word.UNPAID: translate("Gate", "This ticket is not paid yet"),
        Word.UNAPPROVED: translate("Gate", "This ticket is not confirmed yet"),
        Word.NOT_YET: translate("Gate", "You are early"),
        Word.EXPIRED: translate("Gate", "This departure has left"),
        Word.CLOCK: translate("Gate", "This gate does not know the time"),
        Word.OLD_CODE: translate("Gate", "This is a picture of an old code"),
        Word.WRONG_EVENT: translate("Gate", "This ticket is for another event"),
        Word.WRONG_DAY: translate("Gate", "This ticket is for another day"),
        Word.WRONG_TRAIN: translate("Gate", "This ticket is for another train"),
        Word.TRAIN_CANCELLED: translate("Gate", "This train does not run"),
        Word.UNKNOWN_JOURNEY: translate("Gate", "This journey is not known here"),
        Word.WRONG_PLACE: translate("Gate", "This ticket is for another part of the line"),
        Word.WRONG_GATE: translate("Gate", "This ticket is for another gate"),
        Word.WRONG_LIST: translate("Gate", "This ticket does not open this gate"),
        Word.NOT_LEASED: translate("Gate", "This seat cannot be confirmed here"),
        Word.RULE: translate("Gate", "Not at this time or not so often"),
        Word.RULE_NOT_UNDERSTOOD: translate("Gate", "The rule of this gate cannot be read"),
        Word.ANSWER_REQUIRED: translate("Gate", "One more question, please"),
        Word.DOCUMENT: translate("Gate", "Your document, please"),
        Word.GROUP_REST: translate("Gate", "More people than this ticket has left"),
        Word.NO_RIDES: translate("Gate", "No rides are left here"),
        Word.ZONE_FULL: translate("Gate", "It is full inside"),
        Word.COMPANION_FIRST: translate("Gate", "The person you go with goes first"),
        Word.PASSBACK: translate("Gate", "This ticket came in a moment ago"),
        Word.NOT_INSIDE: translate("Gate", "This ticket did not come in"),
        Word.USED: translate("Gate", "This ticket is already used"),
        Word.AMBIGUOUS: translate("Gate", "This code stands for several tickets"),
        Word.STALE_LISTS: translate("Gate", "The lists of this gate are too old"),
        Word.EMERGENCY: translate("Gate", "Emergency: nobody goes in"),
        Word.OVERRIDE_REFUSED: translate("Gate", "This may not be passed over"),
        Word.NOT_CONFIGURED: translate("Gate", "This gate has no list"),
        Word.NAME_ONLY: translate("Gate", "Please show the code on the ticket"),
    }
    return words[reason]


def next_step(reason: Word, facts: TicketFacts | GuestFacts | None = None) -> str:
    """What to do now."""
    desk = translate("Gate", "Staff: send to the ticket desk")
    if reason is Word.EXPIRED and _of_its_kind(reason, facts):
        return desk  # no next departure helps
    look = translate("Gate", "Staff: look at the printed ticket and compare the code in letters")
    supervisor = translate("Gate", "Staff: call the supervisor")
    steps = {
        Word.ADMIT: "",
        Word.EXIT: "",
        Word.UNKNOWN: translate("Gate", "Hold the square code of the ticket to the camera"),
        Word.UNKNOWN_ISSUER: look,
        Word.NOT_IN_FORCE: look,
        Word.BAD_SIGNATURE: translate("Gate", "Staff: keep the ticket and call the supervisor"),
        Word.KEY_RETIRED: desk,
        Word.OUT_OF_SCOPE: look,
        Word.TEST_TICKET: desk,
        Word.OTHER_OPERATOR: translate("Gate", "Use the gates of that operator"),
        Word.MEDIUM: translate("Gate", "Show the ticket itself"),
        Word.MEDIUM_EXISTS: translate("Gate", "Staff: take another one"),
        Word.EXCHANGE_REQUIRED: translate("Gate", "Staff: hand one out and scan it"),
        Word.REVOKED: desk,
        Word.BLOCKED: supervisor,
        Word.CANCELLED: desk,
        Word.EXCHANGED: translate("Gate", "Show the new ticket"),
        Word.UNPAID: desk,
        Word.UNAPPROVED: desk,
        Word.NOT_YET: translate("Gate", "Please come back when the gate opens"),
        Word.EXPIRED: translate("Gate", "The ticket desk helps with the next departure"),
        Word.CLOCK: translate("Gate", "Staff: look at the ticket, then let in or call the supervisor"),
        Word.OLD_CODE: translate("Gate", "Open the ticket on the phone and show it anew"),
        Word.WRONG_EVENT: translate("Gate", "Use the entrance of that event"),
        Word.WRONG_DAY: desk,
        Word.WRONG_TRAIN: translate("Gate", "Wait for your train, or ask at the desk"),
        Word.TRAIN_CANCELLED: translate("Gate", "The ticket desk helps with another train"),
        Word.UNKNOWN_JOURNEY: look,
        Word.WRONG_PLACE: desk,
        Word.WRONG_GATE: translate("Gate", "Use the gate on the ticket"),
        Word.WRONG_LIST: translate("Gate", "Use the entrance for this ticket"),
        Word.NOT_LEASED: look,
        Word.RULE: translate("Gate", "Come back when it is allowed, or ask at the desk"),
        Word.RULE_NOT_UNDERSTOOD: supervisor,
        Word.ANSWER_REQUIRED: translate("Gate", "Staff: ask, and enter the answer"),
        Word.DOCUMENT: translate("Gate", "Staff: look at the document, then confirm"),
        Word.GROUP_REST: translate("Gate", "Staff: count, and let in who is left"),
        Word.NO_RIDES: desk,
        Word.ZONE_FULL: translate("Gate", "Wait until somebody comes out"),
        Word.COMPANION_FIRST: translate("Gate", "Scan that ticket first"),
        Word.PASSBACK: translate("Gate", "Staff: ask who came in with it"),
        Word.NOT_INSIDE: translate("Gate", "Staff: let out and tell the supervisor"),
        Word.USED: translate("Gate", "Staff: ask for the document, then let in or send to the desk"),
        Word.AMBIGUOUS: translate("Gate", "Show the ticket itself"),
        Word.STALE_LISTS: supervisor,
        Word.EMERGENCY: translate("Gate", "Leave by the open gates"),
        Word.OVERRIDE_REFUSED: supervisor,
        Word.NOT_CONFIGURED: supervisor,
        Word.NAME_ONLY: "",
    }
    if reason is Word.DOCUMENT and isinstance(facts, TicketFacts) and facts.named:
        return translate("Gate", "Staff: the ticket is named, look at the document, then confirm")
    return steps[reason]


def onward_of(verdict: Verdict) -> str:
    """Of somebody who rides on after the ticket's end; "" = nobody does."""
    asked = verdict.reason is Word.WRONG_PLACE and bool(verdict.alight)
    return translate("Gate", "The ticket ends before that stop") if asked else ""


def fare_step(verdict: Verdict) -> str:
    """What to do where a fare would make it right; "" = none would."""
    due = verdict.reason is Word.WRONG_PLACE and verdict.decision.fare_due >= 0
    return translate("Gate", "Staff: take the fare, or send to the ticket desk") if due else ""
