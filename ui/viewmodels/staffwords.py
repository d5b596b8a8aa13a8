"""Words of the staff page: what waits, what may be said of it, how one knows. Pure functions of a matter."""

from __future__ import annotations

from datetime import datetime, tzinfo

from kiosk.domain.paying import kind_of
from kiosk.services.matters import Kind, Matter
from ui.viewmodels import texts
from ui.viewmodels.paywords import reference_of
from ui.viewmodels.phonewords import wallet
from ui.viewmodels.rows import SayRow, WaitRow
from ui.viewmodels.texts import translate

ICONS: dict[Kind, str] = {
    "charge": "warning",
    "reversal": "swap",
    "refund": "swap",
    "change": "cash",
    "tickets": "printer",
    "ticket": "ticket",
}

# Kept in the journal with what was decided, so in one language.
REASONS: dict[str, tuple[str, ...]] = {
    "approved": ("the terminal's receipt", "the bank's list of payments", "the acquirer on the telephone"),
    "declined": ("the terminal's receipt", "the bank's list of payments", "the acquirer on the telephone"),
    "reversed": ("paid back in cash", "paid back through the bank"),
    "change": ("handed over in cash", "paid through the bank"),
    "given_back": ("the holder's plans changed", "the service was cancelled", "it was sold by mistake"),
}


def row(matter: Matter, zone: tzinfo | None) -> WaitRow:
    """A line of the list."""
    titles: dict[Kind, str] = {
        "charge": translate("Staff", "Did %1 move?"),
        "reversal": translate("Staff", "%1 to be given back"),
        "refund": translate("Staff", "%1 for a ticket that came back"),
        "ticket": translate("Staff", "A ticket for %1"),
        "change": translate("Staff", "%1 of change owed"),
        "tickets": translate("Staff", "Paid %1, no paper"),
    }
    return WaitRow(
        key=matter.key,
        icon=ICONS[matter.kind],
        title=titles[matter.kind].replace("%1", _amount(matter)),
        detail=about(matter, zone),
    )


def about(matter: Matter, zone: tzinfo | None) -> str:
    """Reference, means and when it began: enough to find it in another book."""
    parts = [matter.code or reference_of(matter.sale)]
    facts = matter.sale.items[matter.item_no].facts if matter.kind == "ticket" else None
    if facts is not None:
        leaves = datetime.fromtimestamp(facts.departs_at, zone).strftime("%Y-%m-%d %H:%M")
        return "  ·  ".join(part for part in (matter.code, facts.number, leaves, facts.place) if part)
    if matter.attempt is not None:
        parts.append(means(matter.attempt.means))
    if matter.began_at is not None:
        parts.append(datetime.fromtimestamp(matter.began_at, zone).strftime("%Y-%m-%d %H:%M"))
    return "  ·  ".join(parts)


def means(name: str) -> str:
    words = {
        "card": translate("Staff", "Card"),
        "scan": translate("Staff", "Phone"),
        "cash": translate("Staff", "Cash"),
        "voucher": translate("Staff", "Voucher"),
        "transfer": translate("Staff", "Bank transfer"),
    }
    return wallet(name) if kind_of(name) == "qr" else words.get(name, name)


def question(matter: Matter) -> str:
    questions: dict[Kind, str] = {
        "charge": translate("Staff", "Did the money move?"),
        "reversal": translate("Staff", "Is the money back?"),
        "refund": translate("Staff", "Is the money back?"),
        "ticket": translate("Staff", "Take this ticket back?"),
        "change": translate("Staff", "Is the change paid?"),
        "tickets": translate("Staff", "Print the tickets?"),
    }
    return questions[matter.kind]


def says(matter: Matter, chosen: str, *, supervisor: bool) -> list[SayRow]:
    """What can be done or said, the safest first; what only a supervisor says is shown, and why it is closed."""
    amount = _amount(matter)
    only = translate("Staff", "Only a supervisor says this")

    def say(key: str, icon: str, title: str, detail: str, free: bool = True) -> SayRow:
        return SayRow(key, icon, title, detail if free else only, chosen == key, free)

    if matter.kind == "tickets":
        detail = translate("Staff", "What may be on paper already comes out as a marked copy")
        return [say("print", "printer", translate("Staff", "Print now"), detail)]
    if matter.kind == "change":
        return [say("change", "cash", translate("Staff", "%1 was handed over").replace("%1", amount), "")]
    if matter.kind == "ticket":
        title = translate("Staff", "Void it and give %1 back").replace("%1", amount)
        detail = translate("Staff", "To the card, phone or voucher that paid; cash comes out of this machine")
        return [say("given_back", "swap", title, detail, supervisor)]
    again = translate("Staff", "It never charges a second time")
    rows = [say("ask", "clock", translate("Staff", "Ask once more"), again)]
    if matter.kind in ("reversal", "refund"):
        title = translate("Staff", "%1 was paid back by hand").replace("%1", amount)
        return [*rows, say("reversed", "swap", title, "", supervisor)]
    taken = translate("Staff", "%1 was taken").replace("%1", amount)
    tickets = translate("Staff", "The tickets are made, and wait here to be printed")
    places = translate("Staff", "The places are free again")
    return [
        *rows,
        say("approved", "check", taken, tickets, supervisor),
        say("declined", "cross", translate("Staff", "No money was taken"), places, supervisor),
    ]


def reasons(outcome: str, chosen: str) -> list[SayRow]:
    """How one knows."""
    words = {
        "the terminal's receipt": translate("Staff", "The terminal's receipt"),
        "the bank's list of payments": translate("Staff", "The bank's list of payments"),
        "the acquirer on the telephone": translate("Staff", "The acquirer on the telephone"),
        "paid back in cash": translate("Staff", "Paid back in cash"),
        "paid back through the bank": translate("Staff", "Paid back through the bank"),
        "handed over in cash": translate("Staff", "Handed over in cash"),
        "paid through the bank": translate("Staff", "Paid through the bank"),
        "the holder's plans changed": translate("Staff", "The holder's plans changed"),
        "the service was cancelled": translate("Staff", "The service was cancelled"),
        "it was sold by mistake": translate("Staff", "It was sold by mistake"),
    }
    return [SayRow(each, "info", words[each], "", chosen == each, True) for each in REASONS.get(outcome, ())]


def _amount(matter: Matter) -> str:
    return texts.money(matter.amount_minor, matter.sale.currency)
