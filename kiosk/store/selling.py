"""May a sale begin on this store? Asked before places are taken and before money moves, never in the middle."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kiosk.domain.errors import StoreDamaged, StoreFault, StoreFull
from kiosk.store import database

if TYPE_CHECKING:
    from kiosk.store.store import Store

ACCEPTED = "push.accepted_seq"  # cursor: everything up to this record is with central
PROOF = "push.proof"  # cursor: central's signed word on that, see sync.proof
FORKED = "push.forked"  # cursor: why this journal must not sell, in words; set once central saw another history of it


def check_may_sell(store: Store) -> None:
    """StoreFault, StoreFull or StoreDamaged when nothing new may be sold; the message says why and the way out."""
    if not store.healthy:
        raise StoreFault(f"{store.folder}: an earlier write failed. Nothing is sold until the disk works again.")
    if forked := store.cursor(FORKED):
        raise StoreDamaged(forked)
    unsent = store.journal.head()[0] - int(store.cursor(ACCEPTED, "0"))
    if unsent > store.unsent_max:
        raise StoreFull(
            f"{store.folder}: {unsent} records are not with central, {store.unsent_max} are the most. "
            "Bring the link back; nothing is lost."
        )
    with database.errors(store.folder):
        free = shutil.disk_usage(store.folder).free
    if free < store.free_min_bytes:
        raise StoreFull(
            f"{store.folder}: {free // 1_000_000} MB free, {store.free_min_bytes // 1_000_000} MB are needed to "
            "sell. Make room; nothing is lost."
        )


def why_not_selling(store: Store) -> str:
    """The reason in words, "" = it may sell. A store that failed before is tried anew, so selling comes back."""
    try:
        store.heal()
        check_may_sell(store)
    except StoreFault as fault:
        return str(fault)
    return ""
