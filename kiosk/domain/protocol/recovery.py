"""P11: central came back as an older self. Who has answered since, what may be granted, what stays in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Witness(NamedTuple):
    """One terminal incarnation as central sees it in a recovery."""

    adopted: int  # highest epoch its uploaded journal has adopted
    lost: bool  # revoked, given up, forked, or enrolled anew since: no answer of it can be waited for
    sells: bool = True  # gates hold no cells


def answered(witness: Witness, epoch: int) -> bool:
    """Its journal is here up to where it adopted the new epoch: no older grant reaches it after that."""
    return not witness.sells or witness.adopted >= epoch


def over(witnesses: Iterable[Witness], epoch: int) -> bool:
    """Every terminal that can answer has; L3: so a recovery ends when the last live terminal was online once."""
    return all(answered(witness, epoch) or witness.lost for witness in witnesses)


def in_doubt(witnesses: Iterable[Witness], epoch: int) -> bool:
    """Somebody will never answer: what looks free may have been given to it in the time that central forgot."""
    return any(witness.lost and not answered(witness, epoch) for witness in witnesses)
