"""May this ticket pass here and now? One decision for every mode; the rules stand in RULES, and the first hit ends it.

Modes differ only in what is known: signed-only believes the signature and its own memory; local adds the ticket's
record; lan adds what other gates of the network saw; live adds what central saw. Nothing is read or written here.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kiosk.domain.gate import of_passing, of_ticket
from kiosk.domain.gate.uses import left_after
from kiosk.domain.gate.words import Asked, Decision, Word

Rule = Callable[[Asked], Decision | None]

# First hit wins. A refusal that cannot change comes before one that can, and what costs staff a look comes last.
RULES: tuple[tuple[str, Rule], ...] = (
    ("signature", of_ticket.signature),
    ("event", of_ticket.event),
    ("revoked", of_ticket.revoked),
    ("state", of_ticket.state),
    ("blocked", of_ticket.blocked),
    ("approved", of_ticket.approved),
    ("home", of_ticket.home),
    ("listed", of_ticket.listed),
    ("day", of_ticket.day),
    ("train", of_ticket.train),
    ("place", of_ticket.place),
    ("validity", of_ticket.validity),
    ("departure", of_ticket.departure),
    ("paid", of_passing.paid),
    ("organiser", of_passing.organiser),
    ("questions", of_passing.questions),
    ("companion", of_passing.companion),
    ("passback", of_passing.passback),
    ("use", of_passing.use),
    ("room", of_passing.room),
    ("document", of_passing.document),
)
# What a named role may let pass on its own responsibility; never what says that the ticket is not a ticket of ours.
OVERRIDABLE = frozenset(
    {
        *(Word.USED, Word.UNPAID, Word.UNAPPROVED, Word.NOT_YET, Word.EXPIRED, Word.WRONG_DAY, Word.WRONG_TRAIN),
        *(Word.WRONG_PLACE, Word.WRONG_GATE, Word.WRONG_LIST, Word.RULE, Word.RULE_NOT_UNDERSTOOD),
        *(Word.ANSWER_REQUIRED, Word.DOCUMENT, Word.GROUP_REST, Word.NO_RIDES, Word.ZONE_FULL),
        *(Word.COMPANION_FIRST, Word.PASSBACK, Word.BLOCKED),
    }
)


def decide(asked: Asked) -> Decision:
    """The verdict; never raises for anything a ticket can hold."""
    for name, rule in RULES:
        if (decision := rule(asked)) is not None:
            found = msgspec.structs.replace(decision, rule=name)
            return _with_notes(asked, found) if asked.ticket.signature != "bad" else found
    word = Word.EXIT if asked.kind == "exit" else Word.ADMIT
    delay = of_ticket.delay_min(asked, asked.gate.stop or asked.ticket.origin)
    detail = f"delay {delay} min" if delay and word is Word.ADMIT else ""
    return _with_notes(asked, Decision(word=word, detail=detail, remaining=left_after(asked)))


def _with_notes(asked: Asked, decision: Decision) -> Decision:
    if decision.word in (Word.UNKNOWN, Word.WRONG_EVENT, Word.KEY_RETIRED):
        return decision  # nothing of an unproven or foreign ticket is shown
    ticket, product = asked.ticket, asked.product
    return msgspec.structs.replace(
        decision,
        attention=ticket.attention or product.attention,
        note=(ticket.text if asked.stored else "") or product.text,
        may_override=decision.may_override or decision.word in OVERRIDABLE,
    )
