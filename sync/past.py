"""Sends the journals of a machine's earlier lives: sales that happened are never left on a disk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from kiosk.domain.errors import CentralRefused
from kiosk.store.past import PastJournal
from sync.chain import lean
from sync.client import CentralClient
from sync.wire import JournalBatch

log = logging.getLogger(__name__)

BATCH = 200


class PushPast:
    """Each journal whole, once in every epoch of central: what it knows it knows again, another branch it keeps."""

    def __init__(
        self,
        journals: Sequence[PastJournal],
        client_for: Callable[[int, int], CentralClient],
        epoch: Callable[[], int],
    ) -> None:
        self._journals = journals
        self._client_for = client_for
        self._epoch = epoch

    def run(self) -> bool:
        for journal in self._journals:
            if journal.sent_in < self._epoch():
                self._send(journal)
        return False

    def _send(self, journal: PastJournal) -> None:
        client = self._client_for(journal.terminal_id, journal.incarnation)
        epoch = self._epoch()
        try:
            for records in journal.batches(BATCH):
                batch = JournalBatch(journal.terminal_id, journal.incarnation, lean(records), head=records[-1].seq)
                client.journal(batch)
        except CentralRefused as refused:
            # Of a terminal central does not know, say: nothing here can change that, and new sales must go on.
            log.error("journal %d.%d is not taken: %s", journal.terminal_id, journal.incarnation, refused)
            return
        finally:
            client.close()
        journal.mark_sent(epoch)
        log.info("journal %d.%d of an earlier life is with central", journal.terminal_id, journal.incarnation)
