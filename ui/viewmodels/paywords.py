"""Words of the last screens: what happens to the money, the places and the paper. Pure functions of a choice."""

from __future__ import annotations

from kiosk.domain.errors import DeviceFault, NoFare, NoPlaces, StoreFault
from kiosk.domain.paying import kind_of, short_reference
from kiosk.domain.sale import Sale
from ui.services import Health, Way
from ui.viewmodels import cardwords, cashwords, phonewords, texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.party import category_name
from ui.viewmodels.rows import NoteRow, PriceRow, TakeLine, TopicRow, WayRow, WorkRow
from ui.viewmodels.seatwords import place_words
from ui.viewmodels.texts import translate


def reference_of(sale: Sale | None) -> str:
    """Short enough to be read out at the staff desk: the end of the sale's id."""
    if sale is None:
        return ""
    tail = short_reference(sale.sale_id)
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
        return [*_named(choice), NoteRow("info", translate("Pay", "Each ticket lets one person in, once."))]
    rows = [NoteRow("info", translate("Pay", "Each ticket is valid for this departure only."))]
    if choice.layout is None:
        rows = [NoteRow("info", translate("Pay", "No seat is reserved. Sit wherever you like."))]
    return [*_named(choice), *rows]


def _named(choice: Choice) -> list[NoteRow]:
    """To be looked at once more before money moves."""
    names = [each for each in (choice.quote.holders if choice.quote else ()) if each]
    if not names:
        return []
    word = translate("Pay", "Names: %1") if len(names) > 1 else translate("Pay", "Name: %1")
    return [NoteRow("pencil", word.replace("%1", translate("Pay", ", ").join(names)))]


def means_of(choice: Choice, health: Health) -> str:
    """The way to pay that is chosen, or the first that works; "" = none does."""
    working = [way.means for way in health.ways if way.works]
    return choice.means if choice.means in working else next(iter(working), "")


def ways(choice: Choice, health: Health) -> list[WayRow]:
    """How one can pay here today; what is missing is shown without a plate."""
    chosen = means_of(choice, health)
    rows = [_way(way, chosen == way.means) for way in health.ways or (Way("card", works=False),)]
    if not any(way.means == "cash" for way in health.ways):
        detail = translate("Pay", "The staff desk takes cash")
        rows.append(WayRow("cash", "cash-off", translate("Pay", "Cash: not at this machine"), detail, False, False))
    return rows


def left_word() -> str:
    """After a part was paid."""
    return translate("Pay", "Left to pay")


def asked_minor(sale: Sale) -> int:
    """What the payment under way asks for."""
    return sale.attempt.amount_minor if sale.attempt else sale.left.amount_minor


def parts(sale: Sale | None) -> list[PriceRow]:
    """What was paid towards a sale that is not paid whole."""
    if sale is None or sale.stage not in ("held", "paying"):
        return []
    names = {"voucher": translate("Pay", "Voucher"), "cash": translate("Pay", "Cash"), "card": translate("Pay", "Card")}
    return [
        PriceRow(
            names.get(each.means, translate("Pay", "Phone")),
            each.card,
            f"− {texts.money(each.amount_minor, each.currency)}",
        )
        for each in sale.attempts
        if each.state == "approved"
    ]


def _way(way: Way, chosen: bool) -> WayRow:
    if way.means == "card":
        yes = translate("Pay", "Card"), translate("Pay", "Touch, insert or hold your phone to the reader")
        no = (
            translate("Pay", "Card: not at this machine now"),
            translate("Pay", "The card reader does not answer. Please use another machine."),
        )
    elif kind_of(way.means) in ("qr", "scan", "transfer"):
        yes, no = phonewords.title(way.means)
    elif way.means == "voucher":
        yes = (
            translate("Pay", "Voucher"),
            translate("Pay", "Type its code; pay the rest another way"),
        )
        no = (
            translate("Pay", "Voucher: not at this machine now"),
            translate("Pay", "Vouchers need the network. Please choose another way to pay."),
        )
    else:
        yes = translate("Pay", "Cash"), translate("Pay", "Notes and coins; change comes out below")
        if way.exact:
            yes = translate("Pay", "Cash, exact money only"), translate("Pay", "This machine has no change now.")
        no = translate("Pay", "Cash: not at this machine now"), translate("Pay", "The staff desk takes cash")
    title, detail = yes if way.works else no
    icons = {"card": "card", "qr": "phone-qr", "scan": "phone-qr", "transfer": "phone-qr", "voucher": "voucher"}
    icon = icons.get(kind_of(way.means), "cash" if way.works else "cash-off")
    return WayRow(way.means, icon, title, detail, chosen, way.works)


def button(means: str) -> str:
    """The blue button under "check and pay"."""
    if kind_of(means) in ("qr", "scan", "transfer"):
        return phonewords.button(means)
    if means == "cash":
        return translate("Frame", "Pay %1 in cash")
    if means == "voucher":
        return translate("Frame", "Pay with a voucher")
    return translate("Frame", "Pay %1 by card")


def asking(means: str, now: str = "") -> tuple[str, str]:
    """What the passenger is asked to do while the payment is under way: the question, and a line under it. `now`: what
    the card reader says it waits for."""
    if kind_of(means) in ("qr", "scan", "transfer"):
        return phonewords.asking(means)
    if means == "cash" and now == "change":
        return translate("Frame", "Take your money"), translate("Frame", "It comes out below the screen")
    if means == "cash":
        return translate("Frame", "Put in notes and coins"), translate("Frame", "One after the other")
    if means == "voucher":
        return translate("Frame", "The voucher is used"), translate("Frame", "One moment, please")
    if now == "pin":
        return translate("Frame", "Enter your PIN"), translate(
            "Frame", "At the card reader; cover the keys with your hand"
        )
    if now == "remove_card":
        return translate("Frame", "Take your card"), translate("Frame", "It is in the card reader")
    if now == "wait":
        return translate("Frame", "One moment, please"), translate("Frame", "The card reader asks your bank")
    at_reader = translate("Frame", "Touch, insert or hold your phone to the reader")
    return translate("Frame", "Pay at the card reader"), at_reader


def paid_with(sale: Sale | None) -> str:
    """The way the last part was paid."""
    attempt = sale.attempt if sale else None
    if attempt is not None and kind_of(attempt.means) in ("qr", "scan", "transfer"):
        return phonewords.paid(attempt.means)
    if attempt is not None and attempt.means == "cash":
        return translate("Frame", "Paid in cash")
    if attempt is not None and attempt.means == "voucher":
        return translate("Frame", "Paid with a voucher")
    if attempt is None or not attempt.card:
        return translate("Frame", "Paid by card")
    return translate("Frame", "Paid by card ending %1").replace("%1", attempt.card[-4:])


def warning(sale: Sale | None) -> str:
    """About the last try to pay: nothing was taken, and why."""
    attempt = sale.attempt if sale is not None else None
    if sale is None or attempt is None or attempt.state not in ("declined", "reversed"):
        return ""
    if attempt.means == "card":
        return cardwords.warning(attempt)
    if attempt.means == "cash":
        return cashwords.warning(attempt)
    if "cancel" in attempt.reason:
        return translate("Pay", "You stopped the payment. No money was taken.")
    if "not_started" in attempt.reason:
        return translate("Pay", "The payment did not start. No money was taken. Please try again.")
    return translate("Pay", "That did not work. No money was taken. Please try again.")


def refusal(error: BaseException) -> str:
    """What a service's no means to a passenger, and the way out."""
    if isinstance(error, NoPlaces):
        return translate("Pay", "These places are not free any more. Please choose again.")
    if isinstance(error, NoFare):
        return translate("Pay", "This is no longer sold here. Please choose another one.")
    if isinstance(error, StoreFault):
        return translate("Pay", "This machine cannot sell now. No money was taken. Please use another machine.")
    if isinstance(error, DeviceFault):
        return translate("Pay", "This way to pay does not answer. No money was taken. Please choose another.")
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


def topics(sale: Sale, amount: str, seats: bool) -> list[TopicRow]:
    """When nobody knows whether money moved."""
    if sale.attempt is not None and sale.attempt.means == "transfer":
        return phonewords.transfer_topics(reference_of(sale), seats=seats)
    money = translate(
        "Pay",
        "The bank has not answered. %1 may be held on your card. If no ticket comes out, it comes back by itself.",
    ).replace("%1", amount)
    keep = translate("Pay", "They stay yours until this is settled. Nobody else can buy them.")
    ask = translate("Pay", "We keep asking the bank. If it says yes, your tickets print here at once.")
    icon = "card"
    if sale.attempt is not None and sale.attempt.means == "cash":
        icon, (money, ask) = "cash", cashwords.unclear()
    rows = [TopicRow(icon, translate("Pay", "Your money"), money)]
    if seats:
        rows.append(TopicRow("seat", translate("Pay", "Your seats"), keep))
    rows.append(TopicRow("clock", translate("Pay", "Now"), ask))
    staff = translate("Pay", "Wait here a moment, or take a picture of this page and show it at the staff desk.")
    rows.append(TopicRow("staff", translate("Pay", "What you can do"), staff))
    return rows


def work(works: bool, yes: str, no: str) -> WorkRow:
    """A line of what works here."""
    return WorkRow("check", yes) if works else WorkRow("cross", no)


def money_works(health: Health) -> list[WorkRow]:
    """How one can pay here now, before anybody starts."""
    works = {way.means: way for way in health.ways if way.works}
    rows = [work("card" in works, translate("Terminal", "Card"), translate("Terminal", "No cards now"))]
    if any(kind_of(way.means) in ("qr", "scan") for way in health.ways):
        phone = any(kind_of(means) in ("qr", "scan") for means in works)
        rows.append(work(phone, translate("Terminal", "Phone"), translate("Terminal", "No payment by phone")))
    cash = translate("Terminal", "Cash")
    if "cash" in works and works["cash"].exact:
        cash = translate("Terminal", "Cash, exact money only")
    rows.append(work("cash" in works, cash, translate("Terminal", "No cash")))
    return rows
