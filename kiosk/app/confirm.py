"""`kiosk confirm`: staff look at what central sent and a terminal did not dare to take over, and say yes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from kiosk.app import identity
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.services.differences import without
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.gate_records import has_records
from kiosk.store.manifest import ManifestStore
from kiosk.store.store import open_store

_NAMES = {"guest": "guests", "medium": "wristbands and cards"}


def confirm(folder: Path, agree: Callable[[str], bool]) -> int:
    """Tell what waits, each with the reason, and take over what `agree` says yes to; returns how much that was.

    The terminal must be closed: StoreFault while it runs.
    """
    reply = identity.load(folder).reply
    with ExitStack() as closing:
        store = open_store(
            folder,
            terminal_id=reply.terminal_id,
            incarnation=reply.incarnation,
            epoch=reply.epoch,
            clock=SystemClock(),
            ids=TimeOrderedIds(),
        )
        closing.callback(store.close)
        catalogue = CatalogueStore.open(folder, store.key)
        closing.callback(catalogue.close)
        taken = 0
        waiting = catalogue.kept_aside()
        if waiting is not None and agree(waiting.reason):
            catalogue.confirm_kept_aside(store.journeys_held())
            taken += 1
        lists = ManifestStore(folder)
        kept = lists.load()
        if kept is not None and kept.held:
            topics = sorted({each.topic.replace("_", " ") for each in kept.held})
            if agree(f"central took {len(kept.held)} entries ({', '.join(topics)}) from the gate's list at once"):
                lists.keep(without(kept))
                taken += 1
        if has_records(folder) and (gone := store.gate_records.held()):
            words = " and ".join(f"{count} {_NAMES[topic]}" for topic, count in gone.items())
            if agree(f"central took {words} from the gate's records at once"):
                store.gate_records.confirm()
                taken += 1
        return taken
