"""A gate on real stores, enrolled at a real central, over a line that may lose pages."""

from __future__ import annotations

from pathlib import Path

import msgspec

from central.context import Context
from central.gate import manifest
from kiosk.app.clock import TimeOrderedIds
from kiosk.services.gate import Gate
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.manifest import ManifestStore
from kiosk.store.shelf import Shelf
from kiosk.store.store import open_store
from sync.lists import Lists
from sync.pull import PullGate
from sync.wire import GateManifest
from tests.central.world import Terminal
from tests.conftest import SettableClock
from tests.sync.gateway import Gateway


class CutLine(Gateway):
    """Loses every page of changes but the first."""

    cut = False

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.cut and path.count("/") > 3:
            return 502, {"Content-Type": "text/html"}, b""
        return super().carry(method, path, headers, body)


class GateSide:
    """A gate on real stores, enrolled at a real central."""

    def __init__(self, context: Context, url: str, folder: Path, clock: SettableClock) -> None:
        self.known = Terminal(context, "G1", "gate")
        self.folder, self.clock = folder, clock
        self.line = CutLine(url)
        self.client = self.known.client(self.line.url)
        self._open()

    def _open(self) -> None:
        terminal_id, incarnation = self.known.id
        self.store = open_store(
            self.folder,
            terminal_id=terminal_id,
            incarnation=incarnation,
            epoch=1,
            clock=self.clock,
            ids=TimeOrderedIds(),
        )
        self.catalogue = CatalogueStore(self.folder, self.store.key)
        reply = self.known.reply
        gate = self.gate = Gate(
            self.store,
            self.catalogue,
            ManifestStore(self.folder),
            self.clock,
            name="G1",
            stop_place_id="",
            tenant=reply.tenant,
            root_key=bytes.fromhex(reply.root_key),
        )
        self.lists = Lists(
            bytes.fromhex(reply.root_key),
            gate.kept,
            gate.take_manifest,
            gate.confirm,
            Shelf(self.folder, self.store.key),
            self.clock,
            self.store.gate_records,
        )
        self.pull = PullGate(
            self.client, gate.etag, gate.take_manifest, gate.confirm, gate.kept, self.clock, self.lists
        )

    def restart(self) -> None:
        self.close_stores()
        self._open()

    def close_stores(self) -> None:
        self.catalogue.close()
        self.store.close()

    @property
    def list(self) -> GateManifest:
        kept = self.gate.kept()
        assert kept is not None
        return kept.manifest

    def close(self) -> None:
        self.catalogue.close()
        self.store.close()
        self.client.close()
        self.line.close()


def same(side: GateSide, context: Context) -> bool:
    whole, _ = manifest(context, "")
    assert whole is not None
    return side.list == msgspec.structs.replace(whole, version=side.list.version)
