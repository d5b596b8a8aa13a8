"""Is this fact of another gate one to keep? Pure: what is known goes in, a word comes out."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.events import Exited
from kiosk.domain.gate.guests import possible
from kiosk.domain.passages import KEPT_S, Author, read_shared
from sync.lan.members import Member
from sync.lan.wire import NAME_MAX, Fact, fact_bytes


class Word(StrEnum):
    """What becomes of a fact."""

    KEEP = "keep"
    KNOWN = "known"
    GAP = "gap"  # the one before it is missing: ask
    STRANGER = "stranger"  # nobody vouches for its author yet; it comes again
    FORGED = "forged"
    REVOKED = "revoked"
    OURS = "ours"  # under our own name and beyond our journal: another disk speaks as this gate


def judge(fact: Fact, head: int, me: Author, member_of: Callable[[Author], Member | None], now: float) -> Word:
    """`head`: the last of this author's facts that is known here; `now`: unix s."""
    author = Author(fact.terminal_id, fact.incarnation)
    if fact.seq <= head:
        return Word.KNOWN
    if author == me:
        return Word.OURS
    member = member_of(author)
    if member is None:
        return Word.STRANGER
    if not signed(fact, member.key):
        return Word.FORGED
    at = _at(fact.body)
    if at is None:
        return Word.FORGED  # a gate signs no such thing
    if member.revoked_from is not None and at >= member.revoked_from:
        return Word.REVOKED
    # What is over need not be known: a gate that is new, or was away for long, begins where tickets still count.
    if fact.previous > head and at >= now - KEPT_S:
        return Word.GAP
    return Word.KEEP


def signed(fact: Fact, key: Ed25519PublicKey) -> bool:
    """By its author."""
    try:
        key.verify(fact.signature, fact_bytes(fact.terminal_id, fact.incarnation, fact.seq, fact.previous, fact.body))
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=4096)
def _at(body: str) -> int | None:
    """When it happened; 0 for a kind that is not known here, None for what is no fact, or no possible one."""
    try:
        event: Any = read_shared(body)
    except ValueError:
        return None
    if event is None:
        return 0
    return event.at if _possible(event) else None


def _possible(event: Any) -> bool:
    """Within what a ticket and a gate can hold; `event` is one of the shared kinds."""
    return (
        (possible(event.ticket_id) or (isinstance(event, Exited) and not event.ticket_id))
        and len(event.gate) <= NAME_MAX
        and 0 <= event.at < 1 << 40
        and 0 <= event.journey_id < 1 << 32
        and 0 <= getattr(event, "place", 0) < 1 << 16
        and 0 <= getattr(event, "from_call", 0) < 256
        and 0 <= getattr(event, "to_call", 0) < 256
        and 0 <= getattr(event, "persons", 1) < 16384
        and 0 <= getattr(event, "of", 0) < 16384
        and (not getattr(event, "hand_out", "") or possible(event.hand_out))
        and len(getattr(event, "list", "")) <= 4 * NAME_MAX
    )
