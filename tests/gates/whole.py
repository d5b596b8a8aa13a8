"""A whole gate without its screen: store, catalogue, lists, verdicts and the network, as the product wires them."""

from __future__ import annotations

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.app.clock import TimeOrderedIds
from kiosk.app.config import LanSection
from kiosk.app.identity import Identity
from kiosk.app.lan import Network
from kiosk.domain.passages import Author
from kiosk.ports import Clock
from kiosk.services.gate import Gate
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.manifest import ManifestStore
from kiosk.store.shelf import Shelf
from kiosk.store.store import open_store
from sync.lists import Lists
from sync.wire import EnrolReply
from tests.small_catalogue import small_catalogue


class Enrolled(msgspec.Struct):
    """What a gate needs to begin: as central would say it, and the key."""

    reply: EnrolReply
    key: str  # hex
    opens_before_min: int = 60


class WholeGate:
    """One gate on a folder of its own."""

    def __init__(
        self,
        folder: Path,
        enrolled: Enrolled,
        section: LanSection,
        clock: Clock,
        stop_place_id: str = "a",
        group: int = 0,
    ) -> None:
        reply = enrolled.reply
        self.folder, self.clock, self.section = folder, clock, section
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(enrolled.key))
        self.identity = Identity(reply, key)
        self.author = Author(reply.terminal_id, reply.incarnation)
        self.store = open_store(
            folder,
            terminal_id=reply.terminal_id,
            incarnation=reply.incarnation,
            epoch=1,
            clock=clock,
            ids=TimeOrderedIds(),
        )
        self.catalogue = CatalogueStore(folder, self.store.key)
        if self.catalogue.info() is None:
            self.catalogue.replace(small_catalogue(), '"1"')
        self.gate = Gate(
            self.store,
            self.catalogue,
            ManifestStore(folder),
            clock,
            name=reply.name,
            stop_place_id=stop_place_id,
            group=group,
            tenant=reply.tenant,
            root_key=bytes.fromhex(reply.root_key),
            opens_before_min=enrolled.opens_before_min,
        )
        gate = self.gate
        self.lists = Lists(
            bytes.fromhex(reply.root_key),
            gate.kept,
            gate.take_manifest,
            gate.confirm,
            Shelf(folder, self.store.key),
            clock,
            self.store.gate_records,
        )
        self.network = Network(section, self.identity, self.store, gate, self.lists, clock)
        self.gate.neighbours = self.network.neighbours
        if self.network.has_homes:
            self.gate.homes = self.network

    def start(self) -> None:
        self.network.start()

    def close(self) -> None:
        self.network.stop()
        self.catalogue.close()
        self.store.close()
