"""P4: which records of a terminal central takes, by their chain alone. No business rule has a say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Link(NamedTuple):
    """What the chain is made of: a record's number, the hash before it and its own."""

    seq: int
    previous: str
    hash: str


class Verdict(NamedTuple):
    """`gap`: the seq central waits for, 0 = none. `fork`: index of the first record of another history, -1 = none.

    `fresh`: index of the first record to append; len = all are known. Nothing is appended beside a fork.
    """

    gap: int = 0
    fork: int = -1
    fresh: int = 0


def judge(head: tuple[int, str], links: Sequence[Link], known: Callable[[int], str]) -> Verdict:
    """Judge contiguous links against the stored chain that ends at `head` = (seq, hash).

    `known(seq)` gives the stored hash of 0 <= seq <= head; that of 0 is the genesis. Same seq, same hash: we have it.
    Same seq, other hash: a FORK (P10), never "a duplicate". A first record beyond the head is a gap.
    """
    if not links:
        return Verdict()
    first = links[0]
    if first.seq > head[0] + 1:
        return Verdict(gap=head[0] + 1)
    if first.previous != known(first.seq - 1):
        return Verdict(fork=0)
    for index, link in enumerate(links):
        if link.seq > head[0]:
            return Verdict(fresh=index)
        if link.hash != known(link.seq):
            return Verdict(fork=index)
    return Verdict(fresh=len(links))
