"""The gate's last manifest on disk, beside the journal: whole or not at all, with its etag and when it came."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import msgspec

from kiosk.store.database import durable_write, errors
from sync.wire import GateManifest

log = logging.getLogger(__name__)

FILE = "gate.json"
SHARE = 0.2  # of a table; more at once waits for staff
FREE = 20  # so few may always go
RECENT_S = 36 * 3600  # a list older than this may well be over as a whole
HELD_S = 4 * 86400  # what waits is over by then, if nobody knows better


class Held(msgspec.Struct, frozen=True, array_like=True):
    """Something central no longer has in the list; it counts until staff confirm that, or until nobody misses it."""

    topic: str
    key: str
    until: int  # unix s


class KeptManifest(msgspec.Struct, frozen=True):
    """A manifest as it was taken over, with the cursor it goes on from: one file, so both or neither."""

    manifest: GateManifest
    etag: str  # or the cursor in the feed of changes
    taken_at: int  # unix s
    held: tuple[Held, ...] = ()
    chain: str = ""  # hash of everything that led to it (sync.pages); "" = it came unsigned
    signed_at: int = 0  # unix s by central's clock


class ManifestStore:
    """One small file in the terminal's folder. It is only a copy: a damaged one is fetched anew."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def load(self) -> KeptManifest | None:
        """What was kept last; None when there is nothing usable."""
        with errors(self._path):
            try:
                content = self._path.read_bytes()
            except FileNotFoundError:
                return None
        body, _, sum_ = content.rpartition(b"\n")
        try:
            # A changed digit is still JSON, and might let in a ticket that was cancelled.
            if _sum(body) != sum_:
                raise ValueError("its sum does not fit")
            return msgspec.json.decode(body, type=KeptManifest)
        except ValueError as damage:
            log.warning("%s is damaged (%s) and will be fetched anew; until then every ticket is refused",
                        self._path, damage)  # fmt: skip
            return None

    def keep(self, kept: KeptManifest) -> None:
        """Durable when this returns; StoreFault or StoreFull otherwise, and the one before is still there."""
        with errors(self._path):
            body = msgspec.json.encode(kept)
            durable_write(self._path, body + b"\n" + _sum(body))


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
