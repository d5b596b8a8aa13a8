"""P11: central came back as an older self. Who has answered since, what may be granted, what stays in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Witness(NamedTuple):
    """One terminal incarnation that may hold cells, as central sees it in a recovery."""

    adopted: int  # highest epoch its uploaded journal has adopted; 0 = nothing of it is here
    lost: int = 0  # epoch in which it was given up: revoked, forked, enrolled anew; 0 = it is alive


def answered(witness: Witness, epoch: int) -> bool:
    """Its journal is here up to where it adopted the new epoch: no older grant reaches it after that."""
    return witness.adopted >= epoch


def over(witnesses: Iterable[Witness], epoch: int) -> bool:
    """Every terminal that can answer has (L3): a recovery ends when the last live terminal was online once."""
    return all(answered(witness, epoch) or witness.lost for witness in witnesses)


def began(epoch: int, unfinished: int) -> int:
    """Epoch in which the recovery now begun really began: a backup from the middle of one carries it on.

    `unfinished`: that epoch in the state central came back to; 0 = it was not in a recovery.
    """
    return unfinished or epoch


def in_doubt(witnesses: Iterable[Witness], epoch: int, since: int) -> bool:
    """Somebody will never answer, and central may have forgotten grants to it: what looks free may be in its hands.

    One that was given up before the recovery began (`since`) got no grant that central forgot.
    """
    return any(witness.lost >= since and not answered(witness, epoch) for witness in witnesses)
