"""Words of the last screens: what happens to the money, the places and the paper. Pure functions of a choice."""

from __future__ import annotations

from kiosk.domain.errors import DeviceFault, NoFare, NoPlaces, StoreFault
from kiosk.domain.sale import Sale
from ui.services import Health
from ui.viewmodels import texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.party import category_name
from ui.viewmodels.rows import NoteRow, TakeLine, TopicRow, WayRow
from ui.viewmodels.seatwords import place_words
from ui.viewmodels.texts import translate


def reference_of(sale: Sale | None) -> str:
    """Short enough to be read out at the staff desk: the end of the sale's id."""
    if sale is None:
        return ""
    tail = sale.sale_id.replace("-", "")[-8:].upper()
    return f"{tail[:4]}-{tail[4:]}"


def day_of(choice: Choice, today: str) -> str:
    """The calendar day one leaves; a performance's own day."""
    if choice.event and choice.departure is not None:
        return choice.departure.operating_day
    return choice.day or today


def between(choice: Choice, language: str) -> str:
    """ "G1 · 4 h 29 · Second class"."""
    departure, offer = choice.departure, choice.offer
    if departure is None:
        return ""
    parts = [departure.number, texts.duration(departure.duration_s)]
    if offer is not None:
        parts.append(texts.localized(offer.names, offer.name, language))
    return "  ·  ".join(part for part in parts if part)


def notes(choice: Choice) -> list[NoteRow]:
    """What to know before paying."""
    if choice.event:
        return [NoteRow("info", translate("Pay", "Each ticket lets one person in, once."))]
    rows = [NoteRow("info", translate("Pay", "Each ticket is valid for this departure only."))]
    if choice.layout is None:
        rows = [NoteRow("info", translate("Pay", "No seat is reserved. Sit wherever you like."))]
    rows.append(NoteRow("check", translate("Pay", "Paper or phone: the gate takes each ticket once.")))
    return rows


def ways(health: Health) -> list[WayRow]:
    """How one can pay here today; what is missing is shown without a plate."""
    card = WayRow(
        "card",
        "card",
        translate("Pay", "Card") if health.card else translate("Pay", "Card: not at this machine now"),
        translate("Pay", "Touch, insert or hold your phone to the reader")
        if health.card
        else translate("Pay", "The card reader does not answer. Please use another machine."),
        health.card,
        health.card,
    )
    cash = WayRow(
        "cash",
        "cash-off",
        translate("Pay", "Cash: not at this machine"),
        translate("Pay", "The staff desk takes cash"),
        False,
        False,
    )
    return [card, cash]


def warning(sale: Sale | None) -> str:
    """About the last try to pay: nothing was taken, and why."""
    attempt = sale.attempt if sale is not None else None
    if sale is None or attempt is None or attempt.state != "declined":
        return ""
    if "cancel" in attempt.reason:
        return translate("Pay", "You stopped the payment. No money was taken.")
    if "not_started" in attempt.reason:
        return translate("Pay", "The payment did not start. No money was taken. Please try again.")
    return translate("Pay", "The card was declined. No money was taken. Try another card.")


def refusal(error: BaseException) -> str:
    """What a service's no means to a passenger, and the way out."""
    if isinstance(error, NoPlaces):
        return translate("Pay", "These places are not free any more. Please choose again.")
    if isinstance(error, NoFare):
        return translate("Pay", "This is no longer sold here. Please choose another one.")
    if isinstance(error, StoreFault):
        return translate("Pay", "This machine cannot sell now. No money was taken. Please use another machine.")
    if isinstance(error, DeviceFault):
        return translate("Pay", "The card reader does not answer. Please use another machine.")
    return translate("Pay", "That did not work. No money was taken. Please try again.")


def take(choice: Choice, language: str) -> list[TakeLine]:
    """Each ticket and the receipt: printed, printing, next, or not on paper."""
    sale = choice.sale
    if sale is None:
        return []
    categories = {price.category.id: category_name(price.category, language) for price in choice.prices}
    rows = []
    for number, item in enumerate(sale.items):
        place = place_words(choice.layout, [item.place], language) if item.place is not None else ""
        name = categories.get(item.category_id, "")
        title = translate("Pay", "Ticket %1 of %2").replace("%1", str(number + 1)).replace("%2", str(len(sale.items)))
        rows.append(_line(sale, title, ", ".join(part for part in (name, place) if part), "ticket", number))
    rows.append(_line(sale, translate("Pay", "Receipt"), translate("Pay", "after the tickets"), "receipt", 0))
    return rows


def _line(sale: Sale, title: str, detail: str, what: str, item_no: int) -> TakeLine:
    states = [job.state for job in sale.jobs if job.what == what and job.item_no == item_no]
    if "finished" in states:
        return TakeLine(title, detail, "done", translate("Pay", "Printed"))
    if states and states[-1] == "started":
        return TakeLine(title, detail, "printing", translate("Pay", "Printing"))
    if sale.stage == "undelivered":
        return TakeLine(title, detail, "failed", translate("Pay", "Not on paper"))
    return TakeLine(title, detail, "waiting", translate("Pay", "Next"))


def topics(amount: str, seats: bool) -> list[TopicRow]:
    """When nobody knows whether money moved."""
    money = translate(
        "Pay",
        "The bank has not answered. %1 may be held on your card. If no ticket comes out, it comes back by itself.",
    ).replace("%1", amount)
    keep = translate("Pay", "They stay yours until this is settled. Nobody else can buy them.")
    ask = translate("Pay", "We keep asking the bank. If it says yes, your tickets print here at once.")
    rows = [TopicRow("card", translate("Pay", "Your money"), money)]
    if seats:
        rows.append(TopicRow("seat", translate("Pay", "Your seats"), keep))
    rows.append(TopicRow("clock", translate("Pay", "Now"), ask))
    staff = translate("Pay", "Wait here a moment, or take a picture of this page and show it at the staff desk.")
    rows.append(TopicRow("staff", translate("Pay", "What you can do"), staff))
    return rows
