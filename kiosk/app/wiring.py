"""Builds a terminal's objects, in reading order: identity, store, catalogue, devices, services, sync, screen."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from zlib import crc32

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from devices.payment.voucher import VoucherPayment
from devices.reader.presented import first_code
from kiosk.app import identity as identities
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.app.config import Config
from kiosk.app.identity import Identity
from kiosk.app.means import ToldOnce, offered, way_now, ways_to_pay
from kiosk.app.paper import paper_of
from kiosk.app.printers import ticket_printer
from kiosk.app.scanpay import ScanToPay, reader_of
from kiosk.domain.certificate import TerminalCertificate, read_issuer, read_terminal
from kiosk.domain.codes import voucher_code_of
from kiosk.domain.errors import CentralRefused, CentralUnreachable
from kiosk.domain.money import Money
from kiosk.domain.sale import Sale
from kiosk.ports import PaymentTerminal, Renderer
from kiosk.services.allotments import Allotments
from kiosk.services.desk import Desk
from kiosk.services.issuing import Issuer
from kiosk.services.live import WAIT_S, Live
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.services.wants import WantPolicy
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.past import past_journals
from kiosk.store.selling import why_not_selling
from kiosk.store.store import Store, open_store
from sync.backoff import Backoff
from sync.client import CentralClient
from sync.engine import Engine, Step, SyncState
from sync.past import PushPast
from sync.pull import PullAllotments, PullCatalogue, Renew
from sync.push import Push
from sync.session import AbortableSession
from sync.wire import CertificateReply, VoidRequest, VoucherValue
from ui.services import Health, LookAtVoucher, ReadVoucher, Voucher

log = logging.getLogger(__name__)

SYNC_EVERY_S = 20.0


class Terminal:
    """Everything behind the screen of one terminal; `close` ends threads and files in the right order."""

    sync_every_s = SYNC_EVERY_S

    def __init__(self, config: Config, renderer: Renderer) -> None:
        self.config = config
        self.clock = SystemClock(config.clock.offset_s)
        self.identity: Identity = identities.load(config.folder)
        self._closing = ExitStack()
        try:
            self._build(renderer)
        except BaseException:
            self._closing.close()
            raise

    def _build(self, renderer: Renderer) -> None:
        reply, ids = self.identity.reply, TimeOrderedIds()
        self.store: Store = open_store(
            self.config.folder,
            terminal_id=reply.terminal_id,
            incarnation=reply.incarnation,
            epoch=reply.epoch,
            clock=self.clock,
            ids=ids,
        )
        self._closing.callback(self.store.close)
        self.catalogue = CatalogueStore.open(self.config.folder, self.store.key)
        self._closing.callback(self.catalogue.close)
        self.printer = ticket_printer(self.config)
        if self.printer is not None:
            self._closing.callback(self.printer.close)
        self.means = self._means()
        self._told = ToldOnce()
        self.offers = Offers(self.catalogue, self.store, self.clock)
        self.search = Search(self.catalogue, self.offers, self.clock)
        self.paper = paper_of(self.config, renderer, reply.name)
        self.issuer = Issuer(
            reply.terminal_id,
            reply.incarnation,
            bytes.fromhex(reply.certificate),
            self.identity.key,
            valid_until=self._certificate().not_after,
            online=lambda: self.engine.state.online,
        )
        self.paper.issuer = self.issuer
        self.desk = Desk(
            self.store,
            self.catalogue,
            self.issuer,
            self.means,
            self.printer,
            self.paper.draw,
            self.clock,
            ids,
            on_rest=self._rested,
        )
        self._let_offline()
        self.allotments = Allotments(
            self.store, reply.terminal_id, reply.incarnation, reply.epoch, self.central_key(), self.clock
        )
        self.engine = self._engine()
        self._closing.callback(self.engine.stop)
        self.live = self.offers.live = self._live()
        self.desk.ask_central_to_void(self._void)

    def _means(self) -> dict[str, PaymentTerminal]:
        """The ways to pay that are configured, by name."""
        means = ways_to_pay(self.config)
        for terminal in means.values():
            self._closing.callback(terminal.close)
        self.look_at_voucher: LookAtVoucher | None = None
        if self.config.voucher.accepted:
            vouchers = means["voucher"] = self._vouchers()
            self.look_at_voucher = lambda code: _worth(vouchers.look(code))
        self.scan_to_pay = ScanToPay(self.config, self._line)
        self.read_voucher: ReadVoucher | None = None
        if self.config.voucher.accepted and (reader := reader_of(self.config, self.scan_to_pay.typed)) is not None:
            self.read_voucher = lambda stop: first_code(reader, lambda text: voucher_code_of(text) is not None, stop)
        return means | self.scan_to_pay.means

    def _let_offline(self) -> None:
        """What a card terminal may approve without its bank, and whether it is ready without one."""
        policy = self.desk.offline = self.config.offline.policy()
        card = self.means.get("card")
        if card is not None and hasattr(card, "offline_ok"):
            smallest, currency = 1, self._currency()
            card.offline_ok = lambda: (
                not policy.refusal(smallest, currency, self.store.stored_payments().values(), self.clock.now())
            )

    def _currency(self) -> str:
        info = self.catalogue.info()
        return info.currency if info else ""

    def _vouchers(self) -> VoucherPayment:
        """Asks central on a line of its own: a passenger waits."""
        return VoucherPayment(self._line(self.config.central.timeout_s), online=lambda: self.engine.state.online)

    def _line(self, timeout_s: float) -> CentralClient:
        """A client of central's for calls that are rare; ended with the terminal."""
        session = AbortableSession()
        session.headers["Connection"] = "close"  # an idle line may be dead without a word
        reply, url = self.identity.reply, self.config.central.url
        client = CentralClient(url, timeout_s=timeout_s, reply=reply, sign=self.identity.sign, session=session)
        for end in (client.close, session.abort):  # the last is the first
            self._closing.callback(end)
        return client

    # certificate

    def central_key(self) -> Ed25519PublicKey:
        """The key that signs grants and certificates, proven by the root."""
        root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.identity.reply.root_key))
        issuer = read_issuer(bytes.fromhex(self.identity.reply.issuer_certificate), root)
        return Ed25519PublicKey.from_public_bytes(issuer.public_key)

    def _certificate(self) -> TerminalCertificate:
        return read_terminal(bytes.fromhex(self.identity.reply.certificate), self.central_key())

    def _renewed(self, renewal: CertificateReply) -> None:
        self.identity.reply = msgspec.structs.replace(
            self.identity.reply,
            certificate=renewal.certificate,
            issuer_certificate=renewal.issuer_certificate,
        )
        identities.save(self.config.folder, self.identity.reply)
        self.issuer.take_certificate(bytes.fromhex(renewal.certificate), self._certificate().not_after)

    # sync

    def _engine(self) -> Engine:
        reply = self.identity.reply
        session = AbortableSession()
        client = CentralClient(
            self.config.central.url,
            timeout_s=self.config.central.timeout_s,
            reply=reply,
            sign=self.identity.sign,
            session=session,
        )
        self._closing.callback(client.close)
        self.push = Push(client, self.store, reply.terminal_id, reply.incarnation)
        past = PushPast(past_journals(self.config.folder, self.store.key), self._client_of, lambda: self.store.epoch)
        pull = PullCatalogue(client, self.catalogue, self.store.journeys_held)
        steps: list[Step] = [self.push, past, *self.steps(client), pull]
        public_key = self.identity.key.public_key().public_bytes_raw().hex()
        life = self._life
        steps.append(Renew(client, public_key, life, self._renewed, self.clock))
        seed = crc32(f"{reply.terminal_id}.{reply.incarnation}".encode())
        return Engine(
            steps,
            self.push,
            self.clock,
            backoff=Backoff(seed),
            interval_s=self.sync_every_s,
            on_change=_tell_link,
            abort=session.abort,
        )

    def _live(self) -> Live:
        """Asks central on a line of its own: the engine's may be busy with a catalogue."""
        reply, session = self.identity.reply, AbortableSession()
        session.headers["Connection"] = "close"  # questions are rare, and an idle line may be dead without a word
        client = CentralClient(
            self.config.central.url, timeout_s=WAIT_S, reply=reply, sign=self.identity.sign, session=session
        )
        live = Live(client, self.store, self.allotments, self.clock, lambda: self.engine.state.online, self.engine.poke)
        for end in (client.close, live.close, session.abort):  # the last is the first
            self._closing.callback(end)
        return live

    def _void(self, seq: int, refund_id: str, reason: str) -> str:
        """A ticket that was sent comes back: central voids it, once it has all that was written here."""
        if not self.engine.state.online:
            raise CentralUnreachable("There is no link to central, and only central may void this ticket. Try later.")
        client = self._client_of(self.identity.reply.terminal_id, self.identity.reply.incarnation)
        try:
            return client.voids(VoidRequest(seq, refund_id, reason)).refund_id
        except CentralRefused as refused:
            if refused.code == "not_sent":
                self.engine.poke()
            raise
        finally:
            client.close()

    def _client_of(self, terminal_id: int, incarnation: int) -> CentralClient:
        """Hands over an earlier life: as ourselves, or as the terminal this machine was, whose key it still has."""
        reply = self.identity.reply
        if terminal_id != reply.terminal_id:
            reply = msgspec.structs.replace(reply, terminal_id=terminal_id, incarnation=incarnation)
        central = self.config.central
        return CentralClient(central.url, timeout_s=central.timeout_s, reply=reply, sign=self.identity.sign)

    def steps(self, client: CentralClient) -> list[Step]:
        """What this role asks of central besides the catalogue: a seller asks for places."""
        reply = self.identity.reply
        policy = WantPolicy(self.catalogue, self.offers, self.clock, reply.stop_place_id)
        return [PullAllotments(client, self.store, self.allotments, policy.wants, policy.places_of, policy.asked)]

    def _life(self) -> tuple[int, int]:
        certificate = self._certificate()
        return certificate.not_before, certificate.not_after

    # the screen's questions

    def health(self) -> Health:
        """What works now; asks the devices, so it may take a moment."""
        reason = why_not_selling(self.store)
        status = self.printer.status() if self.printer is not None else None
        self._told.paper(status)
        info = self.catalogue.info()
        ways = tuple(way_now(name, t, self.desk.waits(name)) for name, t in self.means.items() if offered(t))
        self._told.hear({way.means: way.works for way in ways} | ({"printer": status.ready} if status else {}))
        return Health(
            ways=ways,
            printer=status is not None and status.ready,
            paper_low=status is not None and status.paper_low,
            online=self.engine.state.online,
            selling=not reason,
            reason=reason,
            catalogue_version=info.version if info else 0,
        )

    def _rested(self, sale: Sale) -> None:
        """A sale came to rest: tell central soon, and remember where people go."""
        self.engine.poke()
        if sale.paid and sale.items and (facts := sale.items[0].facts) is not None:
            journey = self.catalogue.journey(sale.items[0].journey_id)
            service = self.catalogue.service_journey(journey.service_journey_id) if journey else None
            if service is not None and facts.mode >= 0:
                ends = (service.calls[sale.items[0].from_call], service.calls[sale.items[0].to_call])
                self.catalogue.note_sale(*(call.stop_place_id for call in ends))

    def close(self) -> None:
        self._closing.close()


def _worth(found: VoucherValue) -> Voucher:
    return Voucher(Money(found.balance_minor, found.currency), found.why_not)


def _tell_link(state: SyncState) -> None:
    if state.online:
        log.info("central is reached, %d records to send", state.backlog)
    else:
        log.warning("central is not reached: %s", state.last_error)
