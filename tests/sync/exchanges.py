"""Every call between terminal and central as something that can be done, made different and judged: for attacks."""

from __future__ import annotations

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import text

from central.enrolment import make_code
from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.cells import free_blocks
from kiosk.domain.certificate import read_issuer
from kiosk.domain.errors import CentralRefused
from kiosk.domain.events import Admitted, CellsReleased
from kiosk.services.allotments import Allotments
from kiosk.services.gate import Gate
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.manifest import ManifestStore
from kiosk.store.shelf import Shelf
from kiosk.store.store import Store
from sync.client import CentralClient
from sync.lists import Lists
from sync.past import PushPast
from sync.pull import PullCatalogue, PullGate, Renew
from sync.wire import (
    AllotmentReply,
    AllotmentRequest,
    BookedRow,
    CataloguePieces,
    CertificateReply,
    CertificateRequest,
    Change,
    Changes,
    EnrolReply,
    EnrolRequest,
    GateManifest,
    Health,
    HoldRequest,
    JournalAck,
    JournalBatch,
    Problem,
    Record,
    VoidReply,
    VoidRequest,
)  # fmt: skip
from tests.central.world import Terminal as CentralTerminal
from tests.sync.attacked import World
from tests.sync.exchange import Exchange
from tests.sync.exchanges_money import MoneyBack, Offers, Payment, PaymentQuestion, Voucher, VoucherBack, VoucherLook


class Journal(Exchange):
    path, request, reply = "/v1/journal", JournalBatch, JournalAck

    def prepare(self) -> None:
        self.world.seller.sell(1)
        self.world.sold += 1

    def do(self) -> None:
        self.world.seller.push.run()

    def settle(self) -> None:
        super().settle()
        self.world.seller.engine.run_once()  # places for the next

    def invented(self) -> bytes:
        who = self.world.seller._reply
        return msgspec.json.encode(JournalAck(who.terminal_id, who.incarnation, 999, 999, "ab" * 32, 9, forked=True))


class Refusal(Exchange):
    """A "no" of central: only the answer is of interest."""

    path, reply = "/v1/journal", Problem

    def do(self) -> None:
        who = self.world.seller._reply
        record = Record(999_999, "x", "Admitted", 1, "{}", 0, "00" * 32, "00" * 32)
        try:
            self.world.client.journal(JournalBatch(who.terminal_id, who.incarnation, (record,)))
        except CentralRefused as refused:
            if refused.code == "too_large":  # a gateway's word
                raise
            if refused.code != "broken_chain":
                raise AssertionError(f"believed: {refused.code}") from refused

    def invented(self) -> bytes:
        return msgspec.json.encode(Problem("forked", "stop selling"))


class Allotment(Exchange):
    path, request, reply = "/v1/allotments", AllotmentRequest, AllotmentReply

    def prepare(self) -> None:
        self.world.seller.store.journal.append(Admitted(ticket_id="0" * 16, journey_id=1, gate="G", at=0))

    def do(self) -> None:
        self.world.ask_for_places()

    def invented(self) -> bytes:
        recalls = [[journey, "second", 0, 4, 0, ""] for journey in self.world.seller.store.journeys_held()]
        return msgspec.json.encode({"grants": [], "epoch": 99, "recalls": recalls})


class Hold(Exchange):
    path, request, reply = "/v1/holds", HoldRequest, AllotmentReply

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._allotments: Allotments = world.seller._allotments

    prepare = Allotment.prepare

    def do(self) -> None:
        store = self.world.seller.store
        request = HoldRequest(self.world.train, "first", 0, 4, 2, store.last_gid, store.journal.head()[0])
        reply = self.world.client.holds(request)
        self._allotments.accept(reply.grants)
        assert reply.epoch == 1

    invented = Allotment.invented

    def settle(self) -> None:
        super().settle()
        store = self.world.seller.store
        for gid, holding in store.holdings(self.world.train).items():
            if blocks := free_blocks(holding):
                store.journal.append(
                    CellsReleased(journey_id=self.world.train, gid=gid, blocks=blocks, reason="recalled")
                )
        self.world.seller.push.run()


class Void(Exchange):
    """A ticket that was sent comes back: one void, one key, however often it is asked for."""

    path, request, reply = "/v1/voids", VoidRequest, VoidReply

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.seq = 0

    def prepare(self) -> None:
        seller = self.world.seller
        self.seq = seller.sell(1).tickets[0].seq
        self.world.sold += 1
        seller.push.run()

    def do(self) -> None:
        reply = self.world.client.voids(VoidRequest(self.seq, f"refund-{self.seq}", "plans changed"))
        assert reply.refund_id == f"refund-{self.seq}" and reply.amount_minor > 0

    def invented(self) -> bytes:
        return msgspec.json.encode(VoidReply("another-key", 1, "CNY"))

    def settle(self) -> None:
        super().settle()
        self.world.seller.engine.run_once()  # places for the next


class Pieces(Exchange):
    """The list of a catalogue's pieces."""

    path, reply = "/v1/catalogue/pieces", CataloguePieces

    def do(self) -> None:
        folder = self.world.folder / f"catalogue-{self.world.number()}"
        folder.mkdir()
        store = CatalogueStore(folder, bytes(32))
        try:
            PullCatalogue(self.world.client, store).run()
            info = store.info()
            assert info is not None and info.version == 1
        finally:
            store.close()

    def prepare(self) -> None:
        pass

    def invented(self) -> bytes:
        return msgspec.json.encode({"etag": '"x"', "sha256": "00" * 32, "size_bytes": 5, "piece_bytes": 4096,
                                    "pieces": ["00" * 32], "version": 9, "signature": ""})  # fmt: skip


class Body(Pieces):
    """The pieces themselves: known by hash, whoever sends them."""

    sealed = False

    def __init__(self, world: World) -> None:
        super().__init__(world)
        plan = world.client.pieces()
        assert plan is not None
        self.path = f"/v1/catalogue/{plan.sha256}"

    def invented(self) -> bytes:
        return bytes(100)


class GateChanges(Exchange):
    """What a gate must know, from where it stands."""

    path, reply = "/v1/changes", Changes
    within = (BookedRow,)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        life = CentralTerminal(world.context, f"G{world.number()}", "gate")
        folder = world.folder / f"gate-{world.number()}"
        self._store = Store(folder, *life.id, world.clock, TimeOrderedIds())
        self._catalogue = CatalogueStore(folder, self._store.key)
        root = bytes.fromhex(life.reply.root_key)
        self.gate = Gate(self._store, self._catalogue, ManifestStore(folder), world.clock, name="G", stop_place_id="",
                         tenant=life.reply.tenant, root_key=root)  # fmt: skip
        gate, shelf = self.gate, Shelf(folder, self._store.key)
        self.lists = Lists(root, gate.kept, gate.take_manifest, gate.confirm, shelf, world.clock,
                           self._store.gate_records)  # fmt: skip
        self.client = life.client(world.middle.url)
        self.do()

    def prepare(self) -> None:
        CentralTerminal(self.world.context, f"K{self.world.number()}")  # its certificate belongs on the list

    def do(self) -> None:
        gate = self.gate
        PullGate(self.client, gate.etag, gate.take_manifest, gate.confirm, gate.kept, self.world.clock,
                 self.lists).run()  # fmt: skip

    def invented(self) -> bytes:
        return msgspec.json.encode(Changes("9.9", False, (Change("revoked_ticket", "00" * 8, None),)))

    def settle(self) -> None:
        super().settle()
        kept = self.gate.kept()
        assert kept is not None and kept.manifest.epoch == 1
        with self.world.context.engine.connect() as connection:
            bodies = connection.scalars(text("SELECT body FROM certificate")).all()
            told = connection.scalars(text("SELECT key FROM feed WHERE topic = 'booked' AND body IS NOT NULL")).all()
        assert (
            self._store.gate_records.size() == len(told) == sum(map(bool, map(self._store.gate_records.booked, told)))
        )
        assert set(kept.manifest.certificates) == {bytes(body).hex() for body in bodies}
        self.client.close()
        self._catalogue.close()
        self._store.close()


class GateList(GateChanges):
    """All of it at once, as an older central gives it."""

    path, reply = "/v1/gate", GateManifest

    def do(self) -> None:
        answer = self.client.gate(self.gate.etag())
        if answer is not None:
            self.gate.take_manifest(*answer)

    def invented(self) -> bytes:
        return msgspec.json.encode(GateManifest(999, 9, (), (), (), 999, (), ()))


class Certificate(Exchange):
    path, request, reply = "/v1/certificate", CertificateRequest, CertificateReply

    def do(self) -> None:
        taken: list[CertificateReply] = []
        public = self.world.seller._key.public_key().public_bytes_raw().hex()
        Renew(self.world.client, public, lambda: (0, 1), taken.append, self.world.clock).run()
        assert len(taken) == 1

    def invented(self) -> bytes:
        who = self.world.seller._reply
        return msgspec.json.encode(CertificateReply(who.certificate, who.certificate))


class Alive(Exchange):
    path, reply, signed = "/v1/health", Health, False

    def do(self) -> None:
        assert self.world.client.health().epoch == 1

    def invented(self) -> bytes:
        return msgspec.json.encode(Health("ok", 99, 99))


class Past(Exchange):
    """The journal of an earlier life."""

    path, request, reply = "/v1/journal", JournalBatch, JournalAck

    def do(self) -> None:
        self.world.seller.push.run()  # so that only the earlier life is on the line

        def client_of(terminal_id: int, incarnation: int) -> CentralClient:
            return self.world.past_life.client(self.world.middle.url)

        epoch = self.world.number()
        PushPast(self.world.past_journals, client_of, lambda: epoch).run()
        if any(journal.sent_in != epoch for journal in self.world.past_journals):
            raise CentralRefused("not_taken", "the step says so in its log, and asks again")

    def invented(self) -> bytes:
        return msgspec.json.encode(JournalAck(*self.world.past_life.id, 999, 999, "ab" * 32, 9, forked=True))

    def settle(self) -> None:
        super().settle()
        with self.world.context.engine.connect() as connection:
            count = connection.scalar(
                text("SELECT count(*) FROM raw_journal WHERE terminal_id = :t AND incarnation = :i"),
                dict(zip("ti", self.world.past_life.id, strict=True)),
            )
        assert count == 6


class Enrol(Exchange):
    path, request, reply, signed, sealed = "/v1/enrol", EnrolRequest, EnrolReply, False, False

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.told: EnrolReply | None = None
        world.clock.forward(601)  # wrong codes of the case before are forgotten
        self.prepare()

    def prepare(self) -> None:
        self.code, _ = make_code(self.world.context, f"E{self.world.number()}", "kiosk")
        self.key = Ed25519PrivateKey.generate()

    def do(self) -> None:
        client = CentralClient(self.world.middle.url)
        try:
            self.told = client.enrol(EnrolRequest(self.code, self.key.public_key().public_bytes_raw().hex()))
        finally:
            client.close()

    def invented(self) -> bytes:
        return msgspec.json.encode(msgspec.structs.replace(self.world.seller._reply, terminal_id=77))

    def settle(self) -> None:
        """The code works, or it was used by somebody else, which is said: then the operator gives another."""
        try:
            self.do()
        except CentralRefused:
            self.prepare()
            self.do()
        assert self.told is not None
        root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.told.root_key))
        assert read_issuer(bytes.fromhex(self.told.issuer_certificate), root)
        client = CentralClient(self.world.url, reply=self.told, sign=self.key.sign)
        try:
            assert client.health().epoch == 1
            assert client.gate() is not None
        finally:
            client.close()


EXCHANGES: dict[str, type[Exchange]] = {
    "enrol": Enrol, "catalogue list": Pieces, "catalogue pieces": Body, "allotments": Allotment, "holds": Hold,
    "voucher": Voucher, "voucher look": VoucherLook, "voucher back": VoucherBack,
    "voids": Void,
    "journal": Journal, "earlier journal": Past, "gate": GateList, "changes": GateChanges,
    "certificate": Certificate, "health": Alive,
    "payment offers": Offers, "payment": Payment, "payment question": PaymentQuestion, "money back": MoneyBack,
    "refusal": Refusal,
}  # fmt: skip
