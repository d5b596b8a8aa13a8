"""What became of a payment, told from the terminal's last receipt beside the one before. Pure.

A terminal keeps no keys of ours: it knows its last transaction. So before a payment its last one is written down (the
mark), and afterwards compared. Nothing else can have happened in between: it takes payments from us only, and no
second one begins while the first is not clear. Whatever does not fit exactly is for staff.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import NamedTuple

from devices.payment.zvt import words
from devices.payment.zvt.messages import CURRENCIES, Status
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Unresolved

RECEIPTS_MAX = 9999
NEVER = Declined("not_started")


@dataclass(frozen=True)
class Last:
    """The last transaction of a terminal; `empty`: it has had none since its day began, for certain."""

    receipt: int = 0
    trace: int = 0
    at: str = ""  # MMDDHHMMSS of its clock
    terminal: str = ""
    empty: bool = False

    def text(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value})


BLIND = ""
"""The mark when a terminal does not say: then only staff can tell."""


def last_of(status: Status) -> Last:
    """What is written down of it."""
    if status.is_empty_day:
        return Last(at=status.at, terminal=status.terminal, empty=True)
    return Last(status.receipt or 0, status.trace or 0, status.at, status.terminal)


def mark_of(text: str) -> Last | None:
    """The mark that was kept; None = it is blind, or no mark of this driver."""
    try:
        return Last(**json.loads(text))
    except (ValueError, TypeError):
        return None


def reference(status: Status) -> str:
    """What finds a transaction again: terminal, receipt, trace, time, amount."""
    where = f"{status.terminal or '-'} {status.receipt or 0:04d} {status.trace or 0:06d}"
    return f"{where} {status.at or '-'} {status.amount_minor or 0}"


class Original(NamedTuple):
    """The transaction that a reference names."""

    receipt: int
    trace: int
    amount_minor: int


def original(text: str) -> Original | None:
    """None when it is no reference of this driver."""
    parts = text.split()
    numbers = [parts[at] for at in (1, 2, 4)] if len(parts) == 5 else []
    return Original(*map(int, numbers)) if numbers and all(n.isdecimal() for n in numbers) else None


def is_for(request: ChargeRequest, status: Status) -> bool:
    """Exactly the amount; the currency too, where the terminal says it."""
    right = status.currency in (None, CURRENCIES.get(request.currency))
    return status.result == 0 and status.amount_minor == request.amount_minor and right


def judge(request: ChargeRequest, now: Status) -> PaymentOutcome:
    """`now`: the last transaction, or the totals of an empty day."""
    mark = mark_of(request.mark)
    if mark is None:
        return Unresolved("what the terminal knew before was not to be had: only its receipts tell")
    last = last_of(now)
    if mark.terminal and last.terminal and last.terminal != mark.terminal:
        return Unresolved(f"this is terminal {last.terminal}, it was {mark.terminal}")
    if last.empty:
        return NEVER if mark.empty else Unresolved("the terminal has closed its day since")
    if not mark.empty and (last.receipt, last.trace) == (mark.receipt, mark.trace):
        return NEVER if last.at == mark.at else Unresolved("the terminal's last receipt has changed")
    if (mark.at or mark.empty) and not _later(mark.at, last.at):
        return Unresolved("the terminal's last receipt is older than it was, or does not say")
    return _moved(request, mark, now)


def _moved(request: ChargeRequest, mark: Last, now: Status) -> PaymentOutcome:
    """A new transaction is last: it is ours, or ours and its reversal, or nobody can tell."""
    ours = is_for(request, now)
    steps = 1 if mark.empty else ((now.receipt or 0) - mark.receipt) % RECEIPTS_MAX
    if now.result and steps == 1 and now.amount_minor == request.amount_minor:
        return Declined(words.reason(now.result))
    if request.refund_of:
        paid = original(request.refund_of)
        reverses = now.original_trace is None or paid is None or now.original_trace == paid.trace
        if ours and steps == 1 and reverses:
            return Approved(reference(now), now.card)
        return Unresolved("the terminal's last receipt is not that of this reversal")
    if ours and steps == 1 and now.original_trace is None:
        return Approved(reference(now), now.card)
    if ours and now.original_trace is not None and (mark.empty or (steps == 2 and now.original_trace > mark.trace)):
        return Declined("undone")
    return Unresolved("the terminal's last receipt is for something else")


def stands(request: ChargeRequest, reference_text: str, now: Status) -> PaymentOutcome:
    """Whether an approval whose receipt we know was kept or undone. A terminal goes on to the next payment only when
    the one before is settled, so what came after ours tells."""
    ours = original(reference_text)
    if now.is_empty_day or ours is None:
        return Unresolved("the terminal's day is closed" if ours else "this is no reference of the terminal")
    if not reference_text.startswith(f"{now.terminal or '-'} "):
        return Unresolved(f"this is terminal {now.terminal}, it was another")
    steps, undone = ((now.receipt or 0) - ours.receipt) % RECEIPTS_MAX, now.original_trace == ours.trace
    if steps == 0 and now.trace == ours.trace and is_for(request, now):
        return Approved(reference_text, now.card)
    if undone and steps in (1, 2):
        return Declined("undone")
    another = now.original_trace is not None or now.amount_minor != ours.amount_minor  # not ours, given back unsaid
    if (steps == 1 and another) or (steps == 2 and (now.original_trace or 0) > ours.trace):
        return Approved(reference_text)
    return Declined("undone") if judge(request, now) == NEVER else Unresolved("too much has happened since")


def _later(before: str, after: str) -> bool:
    """Whether MMDDHHMMSS is later, also over the end of a year."""
    if len(after) != len(before):
        return False
    return after >= before or (before[:2] == "12" and after[:2] == "01")
