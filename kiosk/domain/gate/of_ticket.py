"""Rules about the ticket itself: in force, of this event, for this list, for this time."""

from __future__ import annotations

from datetime import datetime

from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import GateList

STATES = {"cancelled": Word.CANCELLED, "expired": Word.CANCELLED, "exchanged": Word.EXCHANGED}


def event(asked: Asked) -> Decision | None:
    theirs = asked.event
    if asked.list.event and theirs and asked.list.event != theirs:
        right = [each for each in asked.world.lists if each.event == theirs]
        return Decision(word=Word.WRONG_EVENT, detail=right[0].id if right else "", right_gate=_gate_of(asked, right))
    return None


def revoked(asked: Asked) -> Decision | None:
    """The ticket, or the code that stands for it: a withdrawn paper opens no extra either."""
    codes = {asked.ticket.code, asked.code}
    if asked.code in asked.ticket.old_codes:
        return Decision(word=Word.REVOKED, detail="reissued")
    return Decision(word=Word.REVOKED) if codes & set(asked.world.revoked) else None


def state(asked: Asked) -> Decision | None:
    if asked.stored and asked.ticket.status in STATES:
        return Decision(word=STATES[asked.ticket.status], detail=asked.ticket.status)
    return None


def blocked(asked: Asked) -> Decision | None:
    if asked.ticket.code in asked.world.blocked or (asked.stored and asked.ticket.blocked):
        return Decision(word=Word.BLOCKED)
    return None


def approved(asked: Asked) -> Decision | None:
    return Decision(word=Word.UNAPPROVED) if asked.stored and asked.ticket.status == "unapproved" else None


def home(asked: Asked) -> Decision | None:
    """A ticket with a home is let in nowhere else, so a copy finds no second gate."""
    its = asked.ticket.home_gate
    if not its or its in (asked.gate.id, asked.gate.group):
        return None
    return Decision(word=Word.WRONG_GATE, detail=its, right_gate=its)


def listed(asked: Asked) -> Decision | None:
    products = asked.list.products
    if products is None or asked.ticket.product in products:
        return None
    right = [
        each
        for each in asked.world.lists
        if each.event == asked.list.event and each.products is not None and asked.ticket.product in each.products
    ]
    return Decision(word=Word.WRONG_LIST, detail=right[0].id if right else "", right_gate=_gate_of(asked, right))


def sold(asked: Asked) -> Decision | None:
    """A product that nobody told this gate of: without a record nothing else says what it is."""
    known = {each.id for each in asked.world.products}
    if asked.stored or not known or not asked.ticket.product or asked.ticket.product in known:
        return None
    return Decision(word=Word.NOT_CONFIGURED, detail=asked.ticket.product)


def _gate_of(asked: Asked, lists: list[GateList]) -> str:
    """The first gate that serves the first of these lists."""
    names = [each.id for each in lists[:1]]
    found = (each.id for each in asked.world.gates if each.list in names or set(each.lists) & set(names))
    return next(found, "")


def validity(asked: Asked) -> Decision | None:
    """Of ticket, product and list, with the gate's tolerance; a train's delay moves the ticket's end along."""
    ticket, product, gate = asked.ticket, asked.product, asked.gate
    if asked.clock_in_doubt:
        return None
    begins = _instants(asked, ticket.valid_from, product.valid_from, asked.list.valid_from)
    opens = max(begins, default=float("-inf")) - gate.early_min * 60
    delay_s = asked.delay_min * 60 if ticket.bound else 0
    ends = [at + delay_s for at in _instants(asked, ticket.valid_until)]
    ends += _instants(asked, product.valid_until, asked.list.valid_until)
    closes = min(ends, default=float("inf")) + gate.late_min * 60
    if asked.now < opens <= closes:
        return Decision(word=Word.NOT_YET, next_at=opens)
    # Windows that do not meet leave no instant at which anybody could come in.
    return Decision(word=Word.EXPIRED) if asked.now > closes or opens > closes else None


def _instants(asked: Asked, *times: datetime | None) -> list[float]:
    return [asked.world.instant(at) for at in times if at is not None]
