"""Takes central's list over, whoever brings it: never an older one, never one that went another way, all pages or none.

From central itself or from another gate, the rules are the same, because the signature is. What is taken is kept on the
shelf, to be passed on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.errors import KioskError
from kiosk.ports import Clock
from kiosk.services.differences import BEGINNING, guarded, is_cursor, parts
from kiosk.store.gate_record_rows import TOPICS
from kiosk.store.gate_records import GateRecords
from kiosk.store.manifest import Held, KeptManifest
from kiosk.store.shelf import Round, Shelf
from sync.pages import BadPage, SignedPage, read
from sync.wire import Change, Changes

log = logging.getLogger(__name__)

FORGET_EVERY_S = 3600.0
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
        records: GateRecords | None = None,
    ) -> None:
        """`take` (manifest, cursor, held, chain, signed_at, as_of) makes durable; `confirm` hears as of when.
        `records`: what is known of tickets, in a file of its own; None = nobody wants to know."""
        self._root_key = Ed25519PublicKey.from_public_bytes(root_key)
        self._kept, self._take, self._confirm, self.shelf, self._clock = kept, take, confirm, shelf, clock
        self._records = records
        self._lock = threading.Lock()
        self._forget_at = float("-inf")  # monotonic s
        self.latest: SignedPage | None = None  # central's last word that nothing changed
        self.forked = ""  # in words, "" = never seen

    def take(self, pages: Sequence[SignedPage], age_s: float = 0.0) -> tuple[bool, tuple[Held, ...]]:
        """(is it news, what waits for staff). `age_s`: since it was the newest, as told by who brings it.

        BadPage, ListForked: it is not taken, and what is in hand stays. StoreFault: nothing is kept.
        """
        with self._lock:
            if not pages:
                raise BadPage("the last page of the list is missing")
            first = read(pages[0], self._root_key)
            last = read(pages[-1], self._root_key) if len(pages) > 1 else first
            if last.more:
                raise BadPage("the last page of the list is missing")
            kept = self._kept()
            if not self._leads_on(kept, first, last, self._as_of(last.signed_at, age_s), pages):
                return False, ()
            return True, self._take_over(kept, first, last, self._as_of(last.signed_at, age_s), pages)

    def _leads_on(
        self, kept: KeptManifest | None, first: Changes, last: Changes, as_of: int, pages: Sequence[SignedPage]
    ) -> bool:
        """From what is in hand to something newer, by the same way?"""
        cursor, whole = self._cursor(kept), _cursor_of(kept)
        behind = cursor != whole  # the records are; the list itself may have what comes
        if parts(last.cursor) < parts(cursor):
            return False
        if kept is not None and not behind and last.signed_at < kept.signed_at:
            return False
        if kept is not None and last.cursor == whole:
            self._same(last.chain, kept.chain)
            if not behind:
                self.latest = pages[-1] if len(pages) == 1 and not last.changes else self.latest
                self._confirm(as_of)
                return False
        if first.begin == BEGINNING:
            return True
        if parts(first.begin)[0] != parts(cursor)[0] or parts(first.begin) > parts(cursor):
            return False
        if kept is not None and first.begin == whole:
            self._same(first.chain_before, kept.chain)
        return True

    def _take_over(
        self, kept: KeptManifest | None, first: Changes, last: Changes, as_of: int, pages: Sequence[SignedPage]
    ) -> tuple[Held, ...]:
        """What waits for staff."""
        now, anew = int(self._clock.now()), first.begin == BEGINNING
        changes: list[Change] = []
        told, waiting = self._told(pages, changes), list[Held]()
        if self._records is not None:  # before the list moves its cursor on: cut between the two, it comes again
            waiting = self._records.take(told, anew=anew, cursor=last.cursor, now=now, told_at=last.signed_at)
        for _ in told:  # nobody wants them, or not all; the pages are read to their end
            pass
        if kept is not None and parts(last.cursor) <= parts(_cursor_of(kept)):
            return tuple(waiting)  # it was the records alone that were behind
        try:
            manifest, held = guarded(kept, changes, last.cursor, now, anew=anew)
        except ValueError as error:
            raise BadPage(f"the list's changes cannot be read: {error}") from None
        self.shelf.put(Round(first.begin, last.cursor, tuple(pages)))
        self._take(manifest, last.cursor, held, last.chain, last.signed_at, as_of)
        self.latest = None
        return (*waiting, *(each for each in held if kept is None or each not in kept.held))

    def _told(self, pages: Sequence[SignedPage], others: list[Change]) -> Iterator[Change]:
        """The changes of records, page by page: there may be a million. The other changes go to `others`."""
        expected = ""
        for number, page in enumerate(pages, 1):
            told = read(page, self._root_key)
            if (expected and told.begin != expected) or told.more != (number < len(pages)):
                raise BadPage("a page of the list is missing, or in another's place")
            expected = told.cursor
            others += [change for change in told.changes if change.topic not in TOPICS]
            yield from (change for change in told.changes if change.topic in TOPICS)

    def _cursor(self, kept: KeptManifest | None) -> str:
        """Up to where list and records both are."""
        cursor = _cursor_of(kept)
        if self._records is None:
            return cursor
        of_records = self._records.cursor or BEGINNING
        return of_records if parts(of_records) < parts(cursor) else cursor

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
        if kept is None or not is_cursor(kept.etag):
            return "", "", 0
        cursor = self._cursor(kept)
        return cursor, kept.chain if cursor == kept.etag else "", kept.taken_at

    def forget(self) -> None:
        """Records of what is over, when nobody says for long that they are gone."""
        now = self._clock.monotonic()
        if self._records is not None and now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY_S
            self._records.forget(int(self._clock.now()))


def _cursor_of(kept: KeptManifest | None) -> str:
    return kept.etag if kept is not None and is_cursor(kept.etag) else BEGINNING
