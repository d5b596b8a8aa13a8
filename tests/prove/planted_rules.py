"""Faults in the rules of the promise, one at a time."""

from __future__ import annotations

from typing import Any

from kiosk.domain.protocol import acceptance, recovery, refunds, terminal
from kiosk.domain.protocol.acceptance import Verdict
from kiosk.domain.protocol.ownership import POOL, Owner, Ownership
from kiosk.domain.protocol.terminal import GrantVerdict
from tests.prove.planting import fault, put


@fault
def a_grant_is_taken_twice() -> None:
    """P2 without last_gid."""

    def consider(grant: Any, terminal_id: int, incarnation: int, epoch: int, last_gid: Any) -> GrantVerdict:
        if (grant.terminal_id, grant.incarnation) != (terminal_id, incarnation):
            return GrantVerdict.NOT_OURS
        return GrantVerdict.OLD_EPOCH if grant.gid.epoch < epoch else GrantVerdict.TAKE

    put(terminal, "consider", consider)


@fault
def the_epoch_fence_is_off() -> None:
    """P11: a grant of the central that was replaced is taken."""
    right = terminal.consider
    put(terminal, "consider", lambda grant, t, i, epoch, last: right(grant, t, i, 0, last))


@fault
def an_old_backup_goes_on_selling() -> None:
    """P9 without the external counter."""
    put(terminal, "rolled_back", lambda head_seq, counter: False)


@fault
def the_giver_goes_on_selling() -> None:
    """P5: what was released stays free in the terminal's hands."""
    from kiosk.domain import cells

    right = cells.moved

    def moved(holding: Any, source: str, target: str, mask: int, a: int, b: int) -> Any:
        return holding if (source, target) == ("free", "") else right(holding, source, target, mask, a, b)

    put(cells, "moved", moved)


@fault
def a_recovery_ends_at_once() -> None:
    """P11 without waiting for the terminals."""
    put(recovery, "over", lambda witnesses, epoch: True)


@fault
def nothing_is_in_doubt() -> None:
    """P11 without the freeze of what nobody can answer for."""
    put(recovery, "in_doubt", lambda witnesses, epoch, since: False)


@fault
def a_second_failover_forgets_the_first() -> None:
    """P11: a recovery that was not over does not carry on."""
    put(recovery, "began", lambda epoch, unfinished: epoch)


@fault
def the_last_to_arrive_wins() -> None:
    """P11: claims are merged by arrival instead of by the highest grant."""

    def claim(self: Ownership, t: int, i: int, gid: Any, masks: Any, *, lost: bool) -> list[int]:
        taker = Owner("STRANDED" if lost else "LEASE", t, i, gid.epoch, gid.n)
        left = list(masks)
        for owner in list(self.holdings):
            left = self.move(owner, taker, left)
        return left

    put(Ownership, "claim", claim)


@fault
def forgotten_grants_stay_forgotten() -> None:
    """P11: a grant that central forgot claims nothing."""
    put(Ownership, "claim", lambda self, *given, **named: [0] * self.segments)


@fault
def the_lost_give_back() -> None:
    """P8: what a lost terminal held is sold again."""

    def lose(self: Ownership, terminal_id: int, incarnation: int) -> None:
        for owner in list(self.owners("LEASE")):
            if (owner.terminal_id, owner.incarnation) == (terminal_id, incarnation):
                self.move(owner, POOL, self.held(owner))

    put(Ownership, "lose", lose)


@fault
def a_void_of_before_frees_after() -> None:
    """P11, P12: the doubt about cells voided before a failover is forgotten."""
    right = Ownership.reopen

    def reopen(self: Ownership, t: int, i: int, gid: Any, masks: Any, *, voided: int) -> list[int]:
        return right(self, t, i, gid, masks, voided=1 << 30)

    put(Ownership, "reopen", reopen)


@fault
def a_void_frees_at_once() -> None:
    """P12 without waiting for the gates."""

    def void(self: Ownership, t: int, i: int, gid: Any, masks: Any) -> list[int]:
        return self.move(Owner("SOLD", t, i, gid.epoch, gid.n), POOL, masks)

    put(Ownership, "void", void)


@fault
def the_terminal_refunds_what_it_sent() -> None:
    put(refunds, "terminal_may", lambda sale_seq, sent_seq: True)


@fault
def central_refunds_before_it_has_all() -> None:
    put(refunds, "central_may", lambda head_seq, told_seq: True)


@fault
def another_record_of_the_same_number_is_a_duplicate() -> None:
    """P4: a reused number is taken for known instead of for a fork."""
    right = acceptance.judge

    def judge(head: Any, links: Any, known: Any) -> Verdict:
        verdict = right(head, links, known)
        fresh = next((index for index, link in enumerate(links) if link.seq > head[0]), len(links))
        return Verdict(fresh=fresh) if verdict.fork >= 0 else verdict

    from central.journal import upload

    put(acceptance, "judge", judge)
    put(upload, "judge", judge)


@fault
def a_lease_is_taken_back_by_time_out() -> None:
    """P5: central reclaims. The rule is that there is no such rule, so whoever looks at the pool finds leases in it."""
    right = Ownership.held

    def held(self: Ownership, owner: Owner) -> list[int]:
        if owner == POOL:
            for lease in list(self.owners("LEASE")):
                self.move(lease, POOL, right(self, lease))
        return right(self, owner)

    def move(self: Ownership, source: Owner, target: Owner, masks: Any) -> list[int]:
        given = right(self, source), right(self, target)
        moved = [wish & have for wish, have in zip(masks, given[0], strict=True)]
        if any(moved):
            self.holdings[source] = [have & ~part for have, part in zip(given[0], moved, strict=True)]
            self.holdings[target] = [have | part for have, part in zip(given[1], moved, strict=True)]
            self.changed |= {source, target}
        return [wish & ~part for wish, part in zip(masks, moved, strict=True)]

    put(Ownership, "held", held)
    put(Ownership, "move", move)
