"""P12: who may give the money of a sale back. Exactly one side at any time, and both know it without a link."""

from __future__ import annotations


def terminal_may(sale_seq: int, sent_seq: int) -> bool:
    """The terminal, until the sale may have been sent; `sent_seq` is durable before anything leaves."""
    return sale_seq > sent_seq


def central_may(head_seq: int, told_seq: int) -> bool:
    """From then on it is central's, once it has all that the terminal had written when it let go of the sale.

    `told_seq`: the terminal's head as its uploads told it. A void that was written before the sale was sent may still
    be on its way in a later batch: with the sale alone central would give the money back a second time.
    """
    return head_seq >= told_seq
