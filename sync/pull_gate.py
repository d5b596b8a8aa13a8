"""What comes down to a gate: certificates, revocations and the lease map, as the changes since the last time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from kiosk.domain.errors import CatalogueRefused, CentralRefused, CentralUnreachable
from kiosk.ports import Clock
from kiosk.services.differences import BEGINNING, guarded, is_cursor, parts
from kiosk.store.manifest import Held, KeptManifest
from sync.client import CentralClient
from sync.downloads import Reached
from sync.lists import ListForked, Lists
from sync.pages import BadPage
from sync.wire import Change


class PullGate:
    """Fetches what changed of certificates, revocations and the lease map; `take` makes the list durable with its
    cursor in one write.

    `kept`: what lies on the disk. `confirm` hears that it is still right. A cursor that central does not know (any
    more) costs what was downloaded, nothing else: the list is fetched anew and then replaced.
    """

    def __init__(
        self,
        client: CentralClient,
        etag: Callable[[], str],
        take: Callable[..., object],
        confirm: Callable[[], object] = lambda: None,
        kept: Callable[[], KeptManifest | None] = lambda: None,
        clock: Clock | None = None,
        lists: Lists | None = None,
    ) -> None:
        self._client = client
        self._etag = etag
        self._take = take
        self._confirm = confirm
        self._kept = kept
        self._clock = clock
        self._lists = lists

    def run(self) -> bool:
        cursor = self._etag()
        held = cursor if is_cursor(cursor) else BEGINNING
        if self._lists is not None:
            self._lists.forget()
            held = self._lists.state()[0] or held  # as far as the records are, too
        try:
            try:
                reached = self._client.changes(held)
            except CentralRefused as refused:
                if refused.code != "must_refetch" or held == BEGINNING:
                    raise
                held = BEGINNING
                reached = self._client.changes(held)
        except CentralRefused as refused:
            if refused.code != "not_found":
                raise
            self._whole(cursor)  # an older central
            return False
        if reached.pages and self._lists is not None:
            self._signed(self._lists, reached)
        elif reached.changes or held == BEGINNING:
            self._apply(reached.cursor, reached.changes, anew=held == BEGINNING)
        else:
            self._confirm()
        return False

    def _signed(self, lists: Lists, reached: Reached) -> None:
        before = parts(self._etag()) if is_cursor(self._etag()) else (0, 0)
        try:
            news, waiting = lists.take(reached.pages)
        except (BadPage, ListForked) as fault:
            raise CentralUnreachable(f"central's list is not taken: {fault}") from None
        if not news and parts(reached.cursor) < before:
            raise CentralUnreachable(
                f"the list is of {reached.cursor}, the gate has {self._etag()}: an old central answers"
            )
        if waiting:
            raise _waits(waiting)

    def _whole(self, etag: str) -> None:
        answer = self._client.gate(etag)
        if answer is not None:
            self._take(*answer)
        else:
            self._confirm()

    def _apply(self, cursor: str, changes: Sequence[Change], *, anew: bool) -> None:
        kept = self._kept()
        before = kept.held if kept else ()
        now = int(self._clock.now()) if self._clock is not None else int(time.time())
        try:
            manifest, held = guarded(kept, changes, cursor, now, anew=anew)
        except ValueError as error:
            raise CentralUnreachable(f"central's changes cannot be read: {error}") from None
        self._take(manifest, cursor, held)
        if more := [each for each in held if each not in before]:
            raise _waits(more)


def _waits(more: Sequence[Held]) -> CatalogueRefused:
    return CatalogueRefused(
        f"central takes {len(more)} entries from the gate's list at once, such as {more[0].topic} "
        f"{more[0].key}; they count on until staff confirm that they go (kiosk confirm)"
    )
