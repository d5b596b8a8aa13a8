"""Change from what is in the hoppers: what can be given, in which pieces, and which piece may still be taken.

Pure rules. Values and amounts are minor units; a stock says how many pieces of each value can be paid out now.
"""

from __future__ import annotations

from collections.abc import Mapping

Stock = Mapping[int, int]
_Choice = tuple[int, tuple[int, ...], tuple[tuple[int, int], ...]]  # pieces, minus what stays (worst first), given


def give(amount_minor: int, stock: Stock) -> dict[int, int] | None:
    """Pieces that make exactly the amount: value -> how many; None when the stock cannot.

    Fewest pieces; among equals the one whose emptiest hopper stays fullest, then the next emptiest, and so on.
    ValueError: a negative amount or count, or a value below 1.
    """
    held = _checked(stock)
    if amount_minor < 0:
        raise ValueError("change cannot be negative")
    values = sorted(held, reverse=True)
    reach = [1]  # reach[-1 - i]: bit a is set when the values from i on can give a
    for value in reversed(values):
        reach.append(_with(reach[-1], value, held[value], amount_minor))
    if not reach[-1] >> amount_minor & 1:
        return None
    best: dict[int, _Choice] = {amount_minor: (0, (), ())}  # still to give -> best way to have come here
    for index, value in enumerate(values):
        after = reach[-2 - index]
        following: dict[int, _Choice] = {}
        for left, (pieces, kept, given) in best.items():
            for count in range(min(held[value], left // value) + 1):
                rest = left - count * value
                if not after >> rest & 1:
                    continue
                # The emptiest hopper weighs first, so its (negated) count must come first.
                stays = tuple(sorted((*kept, count - held[value]), reverse=True))
                choice = (pieces + count, stays, (*given, (value, count)))
                if rest not in following or choice < following[rest]:
                    following[rest] = choice
        best = following
    return {value: count for value, count in best[0][2] if count}


def can_give(amount_minor: int, stock: Stock) -> bool:
    """Whether the stock makes exactly the amount."""
    return amount_minor >= 0 and bool(_reach(stock, amount_minor) >> amount_minor & 1)


def largest_change(stock: Stock, step_minor: int, limit_minor: int) -> int:
    """The greatest amount up to the limit such that it and every smaller multiple of the step can be given.

    0 = exact money only. The step is the smallest difference between prices and pieces taken.
    """
    if step_minor < 1:
        raise ValueError("the step is at least 1")
    reach = _reach(stock, max(0, limit_minor))
    amount = 0
    while amount + step_minor <= limit_minor and reach >> (amount + step_minor) & 1:
        amount += step_minor
    return amount


def may_accept(
    value: int, paid_minor: int, due_minor: int, stock: Stock, recycled: bool, refundable: bool = True
) -> bool:
    """Whether a piece may be taken now: what it overpays can be given back, and so can all of it after a cancel.

    recycled: the piece itself can be paid out again (else it falls into the cash box). refundable=False drops the
    second rule, for machines where a notice says that money put in is not given back.
    """
    if value < 1 or paid_minor >= due_minor:
        return False
    after = dict(stock)
    if recycled:
        after[value] = after.get(value, 0) + 1
    paid = paid_minor + value
    return can_give(max(0, paid - due_minor), after) and (not refundable or can_give(paid, after))


def _reach(stock: Stock, limit: int) -> int:
    bits = 1
    for value, count in _checked(stock).items():
        bits = _with(bits, value, count, limit)
    return bits


def _with(bits: int, value: int, count: int, limit: int) -> int:
    """The amounts up to the limit that can be given with up to `count` more pieces of a value, as bits."""
    mask = (1 << limit + 1) - 1
    count, batch = min(count, limit // value), 1
    while count:  # batches of 1, 2, 4 ... pieces: few shifts for a full hopper
        taken = min(batch, count)
        bits |= bits << taken * value & mask
        count -= taken
        batch *= 2
    return bits


def _checked(stock: Stock) -> dict[int, int]:
    if any(value < 1 or count < 0 for value, count in stock.items()):
        raise ValueError("a stock holds values from 1 on and counts from 0 on")
    return dict(stock)
