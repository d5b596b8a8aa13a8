"""How tickets get into the passenger's hands, on paper or on a phone. Pure functions of a choice."""

from __future__ import annotations

from typing import Literal

from ui.services import Health
from ui.viewmodels.choice import Choice
from ui.viewmodels.rows import HandRow, WorkRow
from ui.viewmodels.texts import translate


def hand_of(choice: Choice, health: Health) -> str:
    """ "phone" or "paper"; "" = there is no paper, and the passenger has not yet agreed to the phone."""
    if choice.phone:
        return "phone"
    return "paper" if health.printer else ""


def why_shown(choice: Choice, health: Health) -> Literal["", "chosen", "no_paper"]:
    """Why the tickets of this sale are shown instead of printed; "" = they are printed."""
    if not choice.phone:
        return ""
    return "chosen" if health.printer else "no_paper"


def hands(choice: Choice, health: Health) -> list[HandRow]:
    """Both ways; what does not work is shown without a plate."""
    hand = hand_of(choice, health)
    paper = translate("Hand", "On paper") if health.printer else translate("Hand", "No paper now")
    return [
        HandRow("paper", "printer", paper, hand == "paper", health.printer),
        HandRow("phone", "phone-qr", translate("Hand", "On my phone"), hand == "phone", True),
    ]


def hint(hand: str, usual: str) -> str:
    """Under "check and pay": first of all what will be asked next."""
    return usual if hand else translate("Terminal", "No paper: tickets on your phone")


def paper_works(health: Health) -> list[WorkRow]:
    """How tickets come out of this machine now, before anybody starts."""
    if not health.printer:
        return [WorkRow("phone-qr", translate("Terminal", "No paper: tickets on your phone"))]
    return [
        WorkRow("check", translate("Terminal", "Paper tickets")),
        WorkRow("check", translate("Terminal", "Tickets on your phone")),
    ]
