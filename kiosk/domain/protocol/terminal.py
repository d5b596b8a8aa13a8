"""What a terminal decides by itself: which grants it takes, what an answer of central means, when it must not sell."""

from __future__ import annotations

from enum import Enum

from kiosk.domain.allotment import Gid, Grant


class GrantVerdict(Enum):
    """P2. Only TAKE changes anything."""

    TAKE = "take"
    KNOWN = "known"  # consumed before: a grant is good once, ever
    OLD_EPOCH = "old_epoch"  # of a central that was replaced: the new one may have given these cells away
    NOT_OURS = "not_ours"


def consider(grant: Grant, terminal_id: int, incarnation: int, epoch: int, last_gid: Gid) -> GrantVerdict:
    """P2: judge a grant whose signature is good. `epoch` is the adopted one, `last_gid` the last grant taken."""
    if (grant.terminal_id, grant.incarnation) != (terminal_id, incarnation):
        return GrantVerdict.NOT_OURS
    if grant.gid <= last_gid:
        return GrantVerdict.KNOWN
    if grant.gid.epoch < epoch:
        return GrantVerdict.OLD_EPOCH
    return GrantVerdict.TAKE


class AckVerdict(Enum):
    """What the acknowledgement of an upload means for the cursor."""

    ADVANCE = "advance"
    OLD_CENTRAL = "old_central"  # answered by a central that was replaced: nothing it says counts
    FORK = "fork"  # central holds another history: this disk is a copy or an old backup
    NOTHING = "nothing"  # central took none of what was sent


def hear(
    *, accepted: int, head_hash: str, epoch: int, forked: bool, adopted: int, head: int, hash_here: str, after: int
) -> AckVerdict:
    """P4, seen from the terminal.

    `accepted`, `head_hash`, `epoch`, `forked`: the answer. `adopted`: the terminal's epoch. `head`: its last seq.
    `hash_here`: its hash at `accepted` ("" when it has no such record). `after`: the cursor before.
    """
    if epoch < adopted:
        return AckVerdict.OLD_CENTRAL
    if forked or accepted > head or hash_here != head_hash:
        return AckVerdict.FORK
    return AckVerdict.ADVANCE if accepted > after else AckVerdict.NOTHING


def rolled_back(head_seq: int, counter: int) -> bool:
    """P9: the journal ends before something that had an effect outside: an old backup. It must not sell."""
    return head_seq < counter


def expired(now: float, not_after: int) -> bool:
    """P6: a lease is sold from only before its end; a wrong clock makes that late or early, never a double sale."""
    return now >= not_after
