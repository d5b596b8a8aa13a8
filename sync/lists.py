"""Takes central's list over, whoever brings it: never an older one, never one that went another way, all pages or none.

From central itself or from another gate, the rules are the same, because the signature is. What is taken is kept on the
shelf, to be passed on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.errors import KioskError
from kiosk.ports import Clock
from kiosk.services.differences import BEGINNING, guarded, is_cursor, parts
from kiosk.store.manifest import Held, KeptManifest
from kiosk.store.shelf import Round, Shelf
from sync.pages import BadPage, SignedPage, read
from sync.wire import Changes

log = logging.getLogger(__name__)

SKEW_S = 300  # between central's clock and ours, before a list is called older than it is said to be
Take = Callable[..., object]


class ListForked(KioskError):
    """Central's list went another way under the same numbers: a copy or an old state of central answers."""


class Lists:
    """The one way in for lists. Safe for several threads."""

    def __init__(
        self,
        root_key: bytes,
        kept: Callable[[], KeptManifest | None],
        take: Take,
        confirm: Callable[[int], object],
        shelf: Shelf,
        clock: Clock,
    ) -> None:
        """`take` (manifest, cursor, held, chain, signed_at, as_of) makes durable; `confirm` hears as of when."""
        self._root_key = Ed25519PublicKey.from_public_bytes(root_key)
        self._kept, self._take, self._confirm, self.shelf, self._clock = kept, take, confirm, shelf, clock
        self._lock = threading.Lock()
        self.latest: SignedPage | None = None  # central's last word that nothing changed
        self.forked = ""  # in words, "" = never seen

    def take(self, pages: Sequence[SignedPage], age_s: float = 0.0) -> tuple[bool, tuple[Held, ...]]:
        """(is it news, what waits for staff). `age_s`: since it was the newest, as told by who brings it.

        BadPage, ListForked: it is not taken, and what is in hand stays. StoreFault: nothing is kept.
        """
        with self._lock:
            told = self._read(pages)
            kept = self._kept()
            first, last = told[0], told[-1]
            cursor = kept.etag if kept is not None and is_cursor(kept.etag) else BEGINNING
            as_of = self._as_of(last.signed_at, age_s)
            if parts(last.cursor) < parts(cursor):
                return False, ()
            if kept is not None and last.signed_at < kept.signed_at:
                return False, ()
            if kept is not None and last.cursor == cursor:
                self._same(last.chain, kept.chain)
                self.latest = pages[-1] if len(pages) == 1 and not last.changes else self.latest
                self._confirm(as_of)
                return False, ()
            anew = first.begin == BEGINNING
            if not anew:
                if parts(first.begin)[0] != parts(cursor)[0] or parts(first.begin) > parts(cursor):
                    return False, ()
                if kept is not None and first.begin == cursor:
                    self._same(first.chain_before, kept.chain)
            changes = [change for page in told for change in page.changes]
            try:
                manifest, held = guarded(kept, changes, last.cursor, int(self._clock.now()), anew=anew)
            except ValueError as error:
                raise BadPage(f"the list's changes cannot be read: {error}") from None
            self.shelf.put(Round(first.begin, last.cursor, tuple(pages)))
            self._take(manifest, last.cursor, held, last.chain, last.signed_at, as_of)
            self.latest = None
            return True, tuple(each for each in held if kept is None or each not in kept.held)

    def _read(self, pages: Sequence[SignedPage]) -> list[Changes]:
        told = [read(page, self._root_key) for page in pages]
        if not told or told[-1].more:
            raise BadPage("the last page of the list is missing")
        for before, after in pairwise(told):
            if not before.more or after.begin != before.cursor:
                raise BadPage("a page of the list is missing, or in another's place")
        return told

    def _same(self, chain: str, ours: str) -> None:
        if chain and ours and chain != ours:
            self.forked = (
                "central's list went another way under the same numbers (a restored database without `kiosk central "
                "failover`, or a copy of central): the list from before stays in force"
            )
            log.error("%s", self.forked)
            raise ListForked(self.forked)

    def _as_of(self, signed_at: int, age_s: float) -> int:
        """Nobody makes a list younger than its signature says, but for clocks that differ a little."""
        now = self._clock.now()
        return int(min(now, now - max(age_s, now - signed_at - SKEW_S, 0.0)))

    def state(self) -> tuple[str, str, int]:
        """(cursor, chain, as of when in unix s; 0 = no list) of what is in hand, for other gates."""
        kept = self._kept()
        return (kept.etag, kept.chain, kept.taken_at) if kept is not None and is_cursor(kept.etag) else ("", "", 0)
