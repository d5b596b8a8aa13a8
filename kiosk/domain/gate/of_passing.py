"""Rules about this passing: paid, allowed by the organiser, answered, not used up, and room inside."""

from __future__ import annotations

from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.conditions import NotUnderstood, Seen, holds, next_true, why_not
from kiosk.domain.gate.questions import missing
from kiosk.domain.gate.uses import heads_of, use_of
from kiosk.domain.gate.words import Decision, Word

PENDING = "pending tickets may come in"


def medium(asked: Asked) -> Decision | None:
    """Some tickets are changed for a wristband before the first entry; then the paper may be void."""
    needs, ticket = asked.product.medium, asked.ticket
    if not needs or asked.by_medium:
        return None
    own = [each for each in asked.world.media if ticket.code in each.tickets and each.active]
    if own:
        return Decision(word=Word.EXCHANGED, detail="medium") if needs == "only" else None
    if not asked.hand_out:
        return Decision(word=Word.EXCHANGE_REQUIRED)
    handed = next((each for each in asked.world.media if each.code == asked.hand_out), None)
    if handed is None or not handed.active:
        return Decision(word=Word.MEDIUM, detail="unknown" if handed is None else "inactive")
    return Decision(word=Word.MEDIUM_EXISTS, detail=handed.code) if handed.tickets else None


def handed(asked: Asked) -> str:
    """The medium that this entry hands out; "" = none: it has one, or needs none."""
    has = asked.by_medium or any(asked.ticket.code in each.tickets and each.active for each in asked.world.media)
    return asked.hand_out if asked.product.medium and not has else ""


def paid(asked: Asked) -> Decision | None:
    ticket = asked.ticket
    if not asked.stored or ticket.status != "pending" or ticket.valid_if_pending:
        return None
    if asked.allow_unpaid and asked.list.include_pending:
        return None
    let_in = asked.list.include_pending  # then staff may say that it may come in all the same
    return Decision(word=Word.UNPAID, may_override=let_in, detail=PENDING if let_in else "")


def organiser(asked: Asked) -> Decision | None:
    """The rule written for the list."""
    if asked.list.rule is None:
        return None
    seen = Seen(asked)
    try:
        if holds(asked.list.rule, seen):
            return None
    except NotUnderstood as fault:
        return None if asked.list.rule_fails_open else Decision(word=Word.RULE_NOT_UNDERSTOOD, detail=str(fault))
    detail, coming = why_not(asked.list.rule, seen), next_true(asked.list.rule, seen)
    return Decision(word=Word.RULE, detail=detail, next_at=coming)


def questions(asked: Asked) -> Decision | None:
    if not asked.ask:
        return None
    known = {**(asked.ticket.answers if asked.stored else {}), **asked.answers}
    open_ = missing(asked.world.questions, asked.ticket.product, known)
    return Decision(word=Word.ANSWER_REQUIRED, questions=open_) if open_ else None


def companion(asked: Asked) -> Decision | None:
    other = asked.ticket.companion_of
    if not other:
        return None
    theirs = [each for each in asked.seen if each.ticket == other and not each.annulled]
    if theirs and theirs[-1].kind == "entry":
        return None
    return Decision(word=Word.COMPANION_FIRST, detail=other)


def passback(asked: Asked) -> Decision | None:
    """A ticket handed back over the fence would come again at once."""
    if not asked.list.passback_min or not asked.is_inside or asked.clock_in_doubt:
        return None
    free = asked.world.instant(asked.entries[-1].at) + asked.list.passback_min * 60
    return Decision(word=Word.PASSBACK, first=asked.entries[-1], next_at=free) if asked.now < free else None


def inside(asked: Asked) -> Decision | None:
    """Where exits are counted strictly, only who came in goes out."""
    if not asked.leaving or not asked.list.strict_exit or asked.is_inside:
        return None
    return Decision(word=Word.NOT_INSIDE)


def use(asked: Asked) -> Decision | None:
    word, left, detail = use_of(asked)
    if word is None:
        return None
    standing = [each for each in asked.entries if not each.contested] or list(asked.entries)
    return Decision(word=word, first=standing[0] if standing else None, remaining=left, detail=detail)


def room(asked: Asked) -> Decision | None:
    zone = next((each for each in asked.world.zones if each.id == asked.gate.zone), None)
    if zone is None or not asked.product.admission or asked.inside + heads_of(asked) <= zone.capacity:
        return None
    return Decision(word=Word.ZONE_FULL, detail=zone.id, remaining=max(zone.capacity - asked.inside, 0))


def document(asked: Asked) -> Decision | None:
    """Last, so that staff look at a document only of people who would come in."""
    named = asked.ticket.named or bool(asked.ticket.holder)
    need = asked.product.document or (asked.product.named_document if named else "")
    return Decision(word=Word.DOCUMENT, detail=need) if need and not asked.document_seen else None


def shown(asked: Asked) -> Decision | None:
    """A typed code, a name or a booking is no proof, unless this gate takes typed codes for one."""
    proof = asked.source not in ("typed", "name") or (asked.source == "typed" and asked.gate.typed_is_proof)
    return None if proof else Decision(word=Word.NAME_ONLY)
