"""What becomes of an attempt after each thing a provider said: pure functions, no clock, no database.

    created -> waiting -> approved            paid
    created -> waiting -> closing -> declined    given up by the passenger, by time, or by the provider
                          closing -> approved    it was paid in the end

Nothing is declined before the provider has said that it is closed, or that it knows no such order after the longest
time a request can be on its way. Whatever is not final is asked about for ever, more and more slowly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from central.payments.provider import Found

State = Literal["created", "waiting", "closing", "approved", "declined"]
Act = Literal["query", "close"]

QR_WAIT_S = 150.0  # longer than a terminal shows its code: by then it has asked to cancel, or it is gone
SETTLED_S = 30.0  # no request is longer on its way; after it "no such order" is the last word
LEFT_ALONE_S = 15.0  # what was begun and never sent (central died) is looked at after this
AGAIN_MAX_S = 300.0
WATCH_EVERY_S = 30.0
FINAL = ("approved", "declined")


@dataclass(frozen=True)
class Attempt:
    """An attempt as it stands. `code`: what our QR says. `watch_until`: a decline that is checked again until then."""

    attempt_id: str
    number: str
    kind: Literal["qr", "scan"]
    provider: str
    amount_minor: int
    currency: str
    terminal_id: int
    begun_at: float
    deadline_at: float
    state: State = "created"
    sent: bool = False
    cancelled: bool = False  # the terminal asked for it
    code: str = ""
    reference: str = ""
    payer: str = ""
    reason: str = ""
    next_at: float = 0.0
    tries: int = 0
    watch_until: float = 0.0


def act(attempt: Attempt, now: float) -> Act:
    """What to do about an attempt that is not final."""
    given_up = attempt.cancelled or now >= attempt.deadline_at
    return "close" if given_up or attempt.state in ("created", "closing", "declined") else "query"


def begun(attempt: Attempt, found: Found, now: float, every_s: float) -> Attempt:
    """After the request to begin."""
    match found.said:
        case "paid":
            return _approved(attempt, found)
        case "waiting":
            return replace(attempt, state="waiting", code=found.code, next_at=now + every_s)
        case "unknown" if attempt.kind == "scan":
            return replace(attempt, state="waiting", next_at=now + every_s / 5)
        case _:  # a code of ours that nobody has seen can be paid by nobody
            return replace(attempt, state="closing", reason=found.reason or "not_started", next_at=now)


def queried(attempt: Attempt, found: Found, now: float, every_s: float) -> Attempt:
    """After a question."""
    match found.said:
        case "paid":
            return _approved(attempt, found)
        case "closed":
            return _declined(attempt, found.reason or attempt.reason or "declined")
        case "failed":
            return replace(attempt, state="closing", reason=found.reason or "declined", next_at=now)
        case _:
            # A sum that is not ours is said to the staff's list; it is asked about again like any other.
            reason = found.reason if found.reason == "amount" else attempt.reason
            return replace(attempt, next_at=min(now + every_s, max(now, attempt.deadline_at)), reason=reason)


def not_before(attempt: Attempt, now: float, every_s: float, soonest: float) -> Attempt:
    """What is to be ended, and may not be ended before `soonest`, is asked about until then."""
    if attempt.state in FINAL or now >= soonest:
        return attempt
    return replace(attempt, next_at=min(now + every_s, soonest))


def closed(attempt: Attempt, found: Found, now: float, every_s: float) -> Attempt:
    """After a cancel, close or reversal."""
    if attempt.state == "declined":
        return _watched(attempt, found, now)
    reason = attempt.reason or ("cancelled" if attempt.cancelled else "timed_out" if attempt.sent else "not_started")
    match found.said:
        case "paid":
            return _approved(attempt, found)
        case "closed":
            return _declined(attempt, reason)
        case "absent" if attempt.code:  # it was begun, and nobody had scanned it
            watched = replace(_declined(attempt, reason), watch_until=attempt.deadline_at + SETTLED_S)
            return replace(watched, next_at=now + WATCH_EVERY_S)
        case "absent" if now - attempt.begun_at >= SETTLED_S:
            return _declined(attempt, reason if attempt.cancelled else "not_started")
        case "absent":
            return replace(attempt, state="closing", next_at=attempt.begun_at + SETTLED_S)
        case _:
            why = found.reason if found.reason == "amount" else reason
            wait = min(every_s * 2 ** min(attempt.tries, 10), AGAIN_MAX_S)
            return replace(attempt, state="closing", reason=why, tries=attempt.tries + 1, next_at=now + wait)


def _watched(attempt: Attempt, found: Found, now: float) -> Attempt:
    over = now >= attempt.watch_until or found.said == "closed"
    return replace(attempt, next_at=now + WATCH_EVERY_S, watch_until=0.0 if over else attempt.watch_until)


def _approved(attempt: Attempt, found: Found) -> Attempt:
    return replace(attempt, state="approved", reference=found.reference, payer=found.payer, reason="", code="")


def _declined(attempt: Attempt, reason: str) -> Attempt:
    return replace(attempt, state="declined", reason=reason)
