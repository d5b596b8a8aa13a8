"""Every gate reason in words, and what a guard or a passenger does next."""

from __future__ import annotations

from kiosk.domain.admission import EVENT_MODE, Reason, TicketFacts, Verdict
from ui.viewmodels.texts import translate


def sound_of(verdict: Verdict) -> str:
    """Which of three sounds: come in, stop, or hold it up again."""
    if verdict.admitted:
        return "admit"
    return "look" if verdict.reason is Reason.NOT_A_TICKET else "refuse"


def reason_words(reason: Reason, facts: TicketFacts | None = None) -> str:
    """One sentence a passenger understands."""
    return _of_its_kind(reason, facts) or _of_a_train(reason)


def _of_its_kind(reason: Reason, facts: TicketFacts | None) -> str:
    """What is said otherwise of an event, and of a ticket that names no departure; "" = nothing."""
    if facts is None:
        return ""
    if facts.mode == EVENT_MODE:
        words = {
            Reason.ADMITTED: translate("Gate", "Welcome"),
            Reason.WRONG_STATION: translate("Gate", "This ticket is for another hall"),
            Reason.TOO_LATE: translate("Gate", "This event is over"),
        }
    elif not facts.place:
        words = {
            Reason.TOO_EARLY: translate("Gate", "This ticket is not valid yet"),
            Reason.TOO_LATE: translate("Gate", "This ticket is no longer valid"),
        }
    else:
        return ""
    return words.get(reason, "")


def _of_a_train(reason: Reason) -> str:
    words = {
        Reason.ADMITTED: translate("Gate", "Have a good journey"),
        Reason.NOT_A_TICKET: translate("Gate", "This is not a ticket of ours"),
        Reason.UNKNOWN_ISSUER: translate("Gate", "This ticket comes from an unknown machine"),
        Reason.NOT_IN_FORCE: translate("Gate", "The machine that sold this was not allowed to"),
        Reason.FORGED: translate("Gate", "This ticket is not genuine"),
        Reason.OUT_OF_SCOPE: translate("Gate", "The machine may not sell this ticket"),
        Reason.TEST_TICKET: translate("Gate", "This is a test ticket"),
        Reason.OTHER_OPERATOR: translate("Gate", "This ticket is for another operator"),
        Reason.UNKNOWN_JOURNEY: translate("Gate", "This journey is not known here"),
        Reason.WRONG_STATION: translate("Gate", "This ticket begins at another station"),
        Reason.WRONG_DAY: translate("Gate", "This ticket is for another day"),
        Reason.TOO_EARLY: translate("Gate", "You are early"),
        Reason.TOO_LATE: translate("Gate", "This departure has left"),
        Reason.REVOKED: translate("Gate", "This ticket was cancelled"),
        Reason.NOT_LEASED: translate("Gate", "This seat cannot be confirmed here"),
        Reason.ALREADY_USED: translate("Gate", "This ticket is already used"),
        Reason.TYPED_CODE: translate("Gate", "Please show the code on the ticket"),
    }
    return words[reason]


def next_step(reason: Reason, facts: TicketFacts | None = None) -> str:
    """What to do now."""
    desk = translate("Gate", "Staff: send to the ticket desk")
    if reason is Reason.TOO_LATE and _of_its_kind(reason, facts):
        return desk  # no next departure helps
    look = translate("Gate", "Staff: look at the printed ticket and compare the code in letters")
    steps = {
        Reason.ADMITTED: "",
        Reason.NOT_A_TICKET: translate("Gate", "Hold the square code of the ticket to the camera"),
        Reason.UNKNOWN_ISSUER: look,
        Reason.NOT_IN_FORCE: look,
        Reason.FORGED: translate("Gate", "Staff: keep the ticket and call the supervisor"),
        Reason.OUT_OF_SCOPE: look,
        Reason.TEST_TICKET: desk,
        Reason.OTHER_OPERATOR: translate("Gate", "Use the gates of that operator"),
        Reason.UNKNOWN_JOURNEY: look,
        Reason.WRONG_STATION: desk,
        Reason.WRONG_DAY: desk,
        Reason.TOO_EARLY: translate("Gate", "Please come back when the gate opens"),
        Reason.TOO_LATE: translate("Gate", "The ticket desk helps with the next departure"),
        Reason.REVOKED: desk,
        Reason.NOT_LEASED: look,
        Reason.ALREADY_USED: translate("Gate", "Staff: ask for the document, then let in or send to the desk"),
        Reason.TYPED_CODE: "",
    }
    return steps[reason]
