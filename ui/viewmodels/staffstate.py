"""The staff page as one frozen state, and the words around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Literal

from kiosk.services.matters import Matter
from kiosk.services.staff import PIN_DIGITS_MIN, Member
from ui.viewmodels import staffwords
from ui.viewmodels.frame import FrameState
from ui.viewmodels.texts import translate

View = Literal["number", "pin", "list", "code", "matter", "reason"]
CODE_LETTERS = 8
NUMBER_DIGITS_MAX = 8


@dataclass(frozen=True)
class StaffState:
    view: View = "number"
    typed: str = ""
    number: str = ""
    who: Member | None = None
    matters: tuple[Matter, ...] = ()
    matter: Matter | None = None
    say: str = ""
    reason: str = ""
    page: int = 0
    rows: int = 6
    busy: bool = False
    message: str = ""


def frame(state: StaffState, zone: tzinfo | None) -> FrameState:
    """The words around it."""
    empty = FrameState(stage="staff", backText=translate("Frame", "Back"), canCancel=False, message=state.message)
    on = translate("Staff", "Continue")
    match state.view:
        case "number":
            ready = bool(state.typed)
            question = translate("Staff", "Your staff number")
            hint = translate("Staff", "Only for people who work here")
            return replace(empty, question=question, hint=hint, nextText=on, nextReady=ready)
        case "pin":
            ready = len(state.typed) >= PIN_DIGITS_MIN and not state.busy
            hint = translate("Staff", "Staff number %1").replace("%1", state.number)
            return replace(
                empty, question=translate("Staff", "Your PIN"), hint=hint, nextText=on, nextReady=ready
            )  # fmt: skip
        case "list":
            return replace(
                empty,
                question=translate("Staff", "What waits for staff"),
                hint=state.who.signature if state.who else "",
                backText=translate("Staff", "Close"),
                backIcon="cross",
                nextText=translate("Staff", "Take a ticket back"),
                nextIcon="ticket",
            )
        case "code":
            return replace(
                empty,
                question=translate("Staff", "The code on the ticket"),
                hint=translate("Staff", "It stands under the square code"),
                nextText=translate("Staff", "Find it"),
                nextReady=len(state.typed) == CODE_LETTERS and not state.busy,
            )
    if state.matter is None:
        return empty
    hint = staffwords.about(state.matter, zone)
    if state.view == "matter":
        words = {"ask": translate("Staff", "Ask"), "print": translate("Staff", "Print")}
        return replace(
            empty,
            question=staffwords.question(state.matter),
            hint=hint,
            nextText=words.get(state.say, on),
            nextReady=state.say != "" and not state.busy,
        )
    return replace(
        empty,
        question=translate("Staff", "How do you know?"),
        hint=hint,
        summary=translate("Staff", "Your name is kept with it"),
        nextText=translate("Staff", "Settle"),
        nextIcon="check",
        nextReady=bool(state.reason) and not state.busy,
    )
