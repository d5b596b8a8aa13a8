"""What this terminal holds: taking grants over (P2), giving cells back (P5, P7), letting leases end (P6)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.allotment import Gid, Grant, SignedGrant
from kiosk.domain.cells import free_blocks
from kiosk.domain.errors import CentralRefused
from kiosk.domain.events import CellsReleased, GrantAccepted
from kiosk.domain.protocol import terminal
from kiosk.domain.protocol.terminal import GrantVerdict
from kiosk.domain.recall import beyond
from kiosk.ports import Clock
from kiosk.store.store import Store
from sync.wire import Recall

log = logging.getLogger(__name__)

GRANT_CONTEXT = b"KGRANT1"


class Allotments:
    """Keeps the cells of one terminal incarnation."""

    def __init__(
        self, store: Store, terminal_id: int, incarnation: int, epoch: int, central_key: Ed25519PublicKey, clock: Clock
    ) -> None:
        self._store = store
        self._terminal_id = terminal_id
        self._incarnation = incarnation
        self._epoch = epoch
        self._central_key = central_key
        self._clock = clock
        self.on_live: Callable[[Grant], None] = lambda grant: None  # hears of grants for a party that waited

    @property
    def epoch(self) -> int:
        """Highest epoch of central this terminal has adopted; never goes down."""
        return max(self._epoch, self._store.epoch)

    def adopt_epoch(self, epoch: int) -> None:
        """Durable before anything of the new epoch is used; grants of older epochs are refused from then on."""
        self._store.adopt_epoch(max(epoch, self._epoch))

    def accept(self, signed: Iterable[SignedGrant]) -> int:
        """P2: take over new grants, oldest first, each once for ever; returns how many.

        A grant that was already consumed is passed over silently (replies may repeat it); one that is not ours or not
        signed by central is refused aloud.
        """
        accepted = 0
        for each in signed:
            grant = self._checked(each)
            with self._store.lock:
                verdict = terminal.consider(
                    grant, self._terminal_id, self._incarnation, self.epoch, self._store.last_gid
                )
                if verdict is not GrantVerdict.TAKE:
                    continue
                self._store.journal.append(GrantAccepted(grant=each))
            accepted += 1
            if grant.live:
                self.on_live(grant)
        return accepted

    def _checked(self, signed: SignedGrant) -> Grant:
        try:
            self._central_key.verify(bytes.fromhex(signed.signature), GRANT_CONTEXT + signed.body.encode())
            grant = msgspec.json.decode(signed.body, type=Grant)
        except (InvalidSignature, ValueError):
            raise CentralRefused("bad_grant", "an allotment is not signed by central; it was not taken over") from None
        if (grant.terminal_id, grant.incarnation) != (self._terminal_id, self._incarnation):
            raise CentralRefused(
                "wrong_terminal",
                f"an allotment for terminal {grant.terminal_id}.{grant.incarnation} came to "
                f"{self._terminal_id}.{self._incarnation}; it was not taken over",
            )
        return grant

    def release_expired(self) -> int:
        """P6: what a lease still holds free after its end goes back; returns how many grants were closed."""
        now, closed = self._clock.now(), 0
        for journey_id in self._store.journeys_held():
            for gid, holding in list(self._store.holdings(journey_id).items()):
                if terminal.expired(now, holding.not_after):
                    with self._store.lock:
                        holding = self._store.holdings(journey_id)[gid]
                        blocks = free_blocks(holding)
                        if not blocks:
                            continue
                        self._store.journal.append(
                            CellsReleased(journey_id=journey_id, gid=gid, blocks=blocks, reason="expired")
                        )
                    closed += 1
        return closed

    def give_back(self, recall: Recall, places: int) -> int:
        """P7: do as the hint says with those of `places` (a mask) that are free; returns how many grants gave cells."""
        with self._store.lock:
            holdings = self._store.holdings(recall.journey_id)
            found = beyond(holdings, places, recall.from_call, recall.to_call, recall.keep)
            if found:
                self._store.journal.append(
                    *(
                        CellsReleased(journey_id=recall.journey_id, gid=gid, blocks=blocks, reason="recalled")
                        for gid, blocks in found.items()
                    )
                )
        return len(found)

    def release(self, journey_id: int, gid: Gid, reason: str) -> bool:
        """P5: what is free of one grant goes back; True when there was anything."""
        with self._store.lock:
            holding = self._store.holdings(journey_id).get(gid)
            blocks = free_blocks(holding) if holding is not None else ()
            if blocks:
                self._store.journal.append(CellsReleased(journey_id=journey_id, gid=gid, blocks=blocks, reason=reason))
        return bool(blocks)
