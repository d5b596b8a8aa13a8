"""May this ticket pass here and now? One decision for every mode; the rules stand in RULES, and the first hit ends it.

Modes differ only in what is known: signed-only believes the signature and its own memory; local adds the ticket's
record; lan adds what other gates of the network saw; live adds what central saw. Nothing is read or written here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from kiosk.domain.gate import of_gate, of_issuer, of_journey, of_passing, of_ticket
from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.uses import left_after
from kiosk.domain.gate.words import OVERRIDABLE, UNPROVEN, Decision, Word


class Rule(NamedTuple):
    """A named rule. `exits`: does it hold for those who leave? outside = only for whom nobody saw come in."""

    name: str
    finds: Callable[[Asked], Decision | None]
    exits: Literal["never", "outside", "always"]


# First hit wins; why in this order: docs/decisions/0017. Whoever is inside may leave, whatever became of the ticket.
RULES: tuple[Rule, ...] = (
    Rule("emergency", of_gate.emergency, "always"),
    # genuine, and ours
    Rule("signature", of_issuer.signature, "always"),
    Rule("issuer", of_issuer.issuer, "always"),
    Rule("code", of_issuer.changing, "never"),
    Rule("test", of_issuer.trial, "always"),
    Rule("operator", of_issuer.operator, "always"),
    Rule("event", of_ticket.event, "always"),
    # what cannot be mended here
    Rule("revoked", of_ticket.revoked, "outside"),
    Rule("state", of_ticket.state, "outside"),
    Rule("blocked", of_ticket.blocked, "outside"),
    Rule("approved", of_ticket.approved, "outside"),
    Rule("fresh", of_gate.fresh, "never"),
    # another place
    Rule("home", of_ticket.home, "never"),
    Rule("listed", of_ticket.listed, "outside"),
    Rule("product", of_ticket.sold, "never"),
    Rule("journey", of_journey.known, "always"),
    Rule("train", of_journey.train, "never"),
    # another time
    Rule("clock", of_gate.clock, "never"),
    Rule("day", of_journey.day, "outside"),
    Rule("place", of_journey.place, "always"),
    Rule("validity", of_ticket.validity, "never"),
    Rule("departure", of_journey.departure, "never"),
    # what staff may mend at once
    Rule("leased", of_issuer.leased, "never"),
    Rule("taken", of_issuer.taken, "never"),
    Rule("medium", of_passing.medium, "outside"),
    Rule("paid", of_passing.paid, "outside"),
    Rule("organiser", of_passing.organiser, "never"),
    Rule("questions", of_passing.questions, "never"),
    Rule("companion", of_passing.companion, "never"),
    Rule("passback", of_passing.passback, "never"),
    Rule("inside", of_passing.inside, "always"),
    Rule("use", of_passing.use, "never"),
    Rule("room", of_passing.room, "never"),
    Rule("shown", of_passing.shown, "never"),
    Rule("document", of_passing.document, "never"),
)
_ENTRY = RULES
_EXIT_OUTSIDE = tuple(each for each in RULES if each.exits != "never")
_EXIT_INSIDE = tuple(each for each in RULES if each.exits == "always")


def decide(asked: Asked) -> Decision:
    """The verdict; never raises for anything a ticket can hold."""
    rules = _ENTRY if not asked.leaving else _EXIT_INSIDE if asked.is_inside else _EXIT_OUTSIDE
    for rule in rules:
        if (decision := rule.finds(asked)) is not None:
            return _with_notes(asked, msgspec.structs.replace(decision, rule=rule.name))
    word = Word.EXIT if asked.leaving else Word.ADMIT
    late = asked.delay_min if asked.ticket.bound and not asked.leaving else 0
    detail = f"delay {late} min" if late else ""
    badge = asked.list.badge and word is Word.ADMIT and not asked.entries
    return _with_notes(asked, Decision(word=word, detail=detail, remaining=left_after(asked), badge=badge))


def _with_notes(asked: Asked, decision: Decision) -> Decision:
    if decision.word in UNPROVEN:
        return decision  # nothing of an unproven or foreign ticket is shown
    ticket, product = asked.ticket, asked.product
    return msgspec.structs.replace(
        decision,
        attention=ticket.attention or product.attention,
        note="\n".join(filter(None, (ticket.text if asked.stored else "", product.text))),
        acknowledge=product.acknowledge and decision.passes,
        doubts=of_gate.doubts(asked) if decision.passes else (),
        may_override=decision.may_override or decision.word in OVERRIDABLE,
    )
