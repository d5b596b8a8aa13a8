"""Words at the coin slot: what is in, what is left, which pieces are taken now, and how to get the money back."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.paying import Attempt
from kiosk.domain.sale import Sale
from kiosk.ports import Prompt
from ui.viewmodels import texts
from ui.viewmodels.texts import translate


@dataclass(frozen=True)
class CashState:
    """`pieces`: one text for each note or coin that is taken now, greatest first, joined by line ends."""

    left: str = ""
    inside: str = ""
    change: str = ""
    pieces: str = ""
    back: str = ""


def cash(prompt: Prompt | None, currency: str) -> CashState:
    """What the machine says of itself now."""
    if prompt is None or prompt.what not in ("cash", "change"):
        return CashState()
    if prompt.what == "change":
        return CashState(change=texts.money(prompt.left_minor, currency))
    taken = [texts.money(value, currency) for value in sorted(prompt.accepts, reverse=True)]
    return CashState(
        left=texts.money(prompt.left_minor, currency),
        inside=texts.money(prompt.in_minor, currency) if prompt.in_minor else "",
        pieces="\n".join(taken),
        back=_back(prompt),
    )


def _back(prompt: Prompt) -> str:
    if prompt.kept:
        return translate("Pay", "What you put in cannot be given back, also when you stop.")
    if prompt.in_minor:
        return translate("Pay", "Stop, and everything you put in comes out below.")
    return translate("Pay", "The machine counts, and gives change.")


def warning(attempt: Attempt) -> str:
    """Cash that did not make a payment: all of it is back."""
    back = translate("Pay", "Your money came out below. Please take all of it.") if attempt.pieces else ""
    if "cancel" in attempt.reason:
        said = translate("Pay", "You stopped the payment.")
    elif attempt.reason == "no_change":
        said = translate("Pay", "There is not enough change for this in the machine. Please pay another way.")
    elif attempt.reason == "timed_out":
        said = translate("Pay", "Nothing more was put in.")
    else:
        said = translate("Pay", "That did not work.")
    return f"{said} {back or translate('Pay', 'No money was taken.')}"


def owed(sale: Sale | None) -> str:
    """Change that did not come out; "" = all of it did."""
    short = sum(each.short_minor for each in sale.attempts if each.state == "approved") if sale else 0
    if sale is None or not short:
        return ""
    said = translate("Frame", "%1 of your change is missing. Show the receipt at the staff desk: it is paid there.")
    return said.replace("%1", texts.money(short, sale.currency))


def unclear() -> tuple[str, str]:
    """About the money and about now, when the machine does not say what it holds."""
    money = translate(
        "Pay", "The machine cannot say what you put in. It is not lost: staff count it and pay back what is yours."
    )
    return money, translate("Pay", "We keep asking the machine. Look below: money may still come out.")
