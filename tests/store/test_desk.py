"""The desk's verbs on a real store: what each refuses, who may cross whom, what the staff can do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain import ticket as tickets
from kiosk.domain.errors import DeviceFault, NoPlaces, PrinterFault, WrongState
from kiosk.domain.sale import Sale
from kiosk.ports import Bitmap, ChargeRequest, PaymentOutcome, PrinterStatus, Tell, untold
from kiosk.services.issuing import Issuer
from tests.power.world import NOW, Acquirer, Mains, Paper, Terminal, quote


class World:
    """One terminal with its acquirer and its paper."""

    def __init__(self, folder: Path, acquirer: Acquirer | None = None, paper: Paper | None = None) -> None:
        self.folder = folder
        self.acquirer, self.paper = acquirer or Acquirer(), paper or Paper()
        self.terminal = Terminal(folder, self.acquirer, self.paper, Mains())
        self.desk, self.store = self.terminal.desk, self.terminal.store


Make = Callable[..., World]


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    """Starts the terminal on its folder; an earlier start of it ends first."""
    worlds: list[World] = []

    def start(acquirer: Acquirer | None = None, paper: Paper | None = None) -> World:
        for earlier in worlds:
            earlier.terminal.close()
        worlds.append(World(folder, acquirer, paper))
        return worlds[-1]

    yield start
    for each in worlds:
        each.terminal.close()


@pytest.fixture
def world(make: Make) -> World:
    return make()


class Patient(Acquirer):
    """Waits for the card until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting, self.go_on = threading.Event(), threading.Event()
        self.cancelled: list[str] = []

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        self.waiting.set()
        assert self.go_on.wait(20)
        return super().charge(request, tell)

    def cancel(self, attempt_id: str) -> None:
        self.cancelled.append(attempt_id)
        self.mood = "decline"
        self.go_on.set()


def test_a_whole_sale(world: World) -> None:
    heard: list[str] = []
    world.desk.on_change = lambda sale: heard.append(sale.stage)
    held = world.desk.hold(quote(), "zh-Hans")
    assert (held.stage, held.language, held.total.amount_minor) == ("held", "zh-Hans", 6000)
    assert world.store.free(77) == [0xF3, 0xF3]
    paid = world.desk.pay(held.sale_id)
    assert paid.stage == "issued" and world.store.counter.value == paid.tickets[-1].seq
    done = world.desk.deliver(paid.sale_id)
    assert done.stage == "done" and world.desk.deliver(paid.sale_id) == done
    assert [page[:3] for page in world.paper.pages] == [("ticket", 0, 0), ("ticket", 1, 0), ("receipt", 0, 0)]
    assert heard[0] == "held" and heard[-1] == "done" and "paying" in heard and "printing" in heard
    (takings,) = world.store.takings()
    assert takings[1:] == ("card", "EUR", 1, 6000)


def test_tickets_carry_the_seq_of_their_record_the_place_and_the_price(world: World) -> None:
    sale = world.desk.pay(world.desk.hold(quote()).sale_id)
    read = [tickets.read(world.desk.ticket_text(sale, ticket.item_no))[0] for ticket in sale.tickets]
    kinds = {record.seq: record.kind for record in world.store.journal.records(0, 100)}
    assert [kinds[ticket.seq] for ticket in read] == ["TicketIssued"] * 2
    assert [(t.terminal_id, t.incarnation, t.coach, t.seat, t.price_minor) for t in read] == [
        (5, 1, 1, 3, 3000),
        (5, 1, 1, 4, 3000),
    ]
    assert all(t.issued == NOW and t.currency == "EUR" and not t.flags for t in read)


def test_an_offline_ticket_says_so(make: Make) -> None:
    world = make()
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    issuer = Issuer(5, 1, b"certificate", key, test=True, online=lambda: False)
    payload, _ = issuer.finish(world.desk.hold(quote()).items[0].draft, 9, NOW)
    assert tickets.unpack(bytes.fromhex(payload)).flags == tickets.FLAG_OFFLINE | tickets.FLAG_TEST


def test_places_that_are_gone_are_not_held_twice(world: World) -> None:
    world.desk.hold(quote((2, 3)))
    with pytest.raises(NoPlaces, match="no longer free here"):
        world.desk.hold(quote((3, 4)))
    with pytest.raises(NoPlaces, match="not a place for everybody"):
        world.desk.hold(quote((5, 5)))
    assert world.store.free(77) == [0xF3, 0xF3]


def test_unreserved_travellers_need_no_places(world: World) -> None:
    wanted = quote((1,))
    offer = msgspec.structs.replace(wanted.offer, place_class="")
    free = msgspec.structs.replace(wanted, offer=offer, places=(), categories=("adult", "adult"), prices_minor=(5, 5))
    sale = world.desk.pay(world.desk.hold(free).sale_id)
    ticket = tickets.unpack(bytes.fromhex(sale.tickets[1].payload))
    assert not ticket.reserved and ticket.valid_for_min == 28 * 60 and world.store.free(77) == [0xFF, 0xFF]


def test_a_sale_that_costs_nothing_asks_no_card(world: World) -> None:
    world.acquirer.mood = "decline"
    nothing = msgspec.structs.replace(quote((2,)), prices_minor=(0,), total_minor=0)
    assert world.desk.pay(world.desk.hold(nothing).sale_id).stage == "issued" and not world.acquirer.refused


def test_verbs_that_do_not_fit_are_refused(world: World) -> None:
    sale_id = world.desk.hold(quote()).sale_id
    with pytest.raises(WrongState, match="held has nothing to print"):
        world.desk.deliver(sale_id)
    world.desk.free(sale_id, "timed_out")
    for verb in (world.desk.pay, world.desk.free):
        with pytest.raises(WrongState, match="freed, not held"):
            verb(sale_id)
    with pytest.raises(WrongState, match="no sale nowhere"):
        world.desk.pay("nowhere")
    assert world.desk.ask(sale_id).stage == "freed" and not world.acquirer.charged


def test_a_terminal_whose_certificate_ends_sells_nothing(world: World) -> None:
    world.desk._issuer.take_certificate(b"old", valid_until=NOW + 60)
    with pytest.raises(WrongState, match=r"certificate has ended.*another machine"):
        world.desk.hold(quote())
    world.desk._issuer.take_certificate(b"new", valid_until=NOW + 86400)
    assert world.desk.hold(quote()).stage == "held"


def test_a_dead_card_terminal_is_told_before_anything_is_charged(world: World) -> None:
    sale_id = world.desk.hold(quote()).sale_id
    world.acquirer.ready = lambda: False  # type: ignore[method-assign]
    with pytest.raises(DeviceFault, match="Nothing was charged"):
        world.desk.pay(sale_id)
    assert world.desk.sale(sale_id).stage == "held" and not world.desk.sale(sale_id).attempts


def test_the_intent_and_the_counter_are_on_disk_before_the_terminal_hears(make: Make, folder: Path) -> None:
    class Looks(Acquirer):
        def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
            record = world.store.journal.records(0, 100)[-1]
            assert record.kind == "PaymentRequested" and request.attempt_id in record.body
            assert int((folder / "counter-5.1").read_text().split()[0]) == record.seq
            return super().charge(request, tell)

    world = make(Looks())
    assert world.desk.pay(world.desk.hold(quote()).sale_id).stage == "issued"


def test_nobody_can_free_or_pay_a_sale_while_its_card_is_read(make: Make) -> None:
    acquirer = Patient()
    world = make(acquirer)
    sale_id = world.desk.hold(quote()).sale_id
    refused: list[str] = []

    def cross(verb: object) -> None:
        try:
            verb(sale_id)  # type: ignore[operator]
        except WrongState as error:
            refused.append(str(error))

    paying = threading.Thread(target=world.desk.pay, args=(sale_id,))
    paying.start()
    assert acquirer.waiting.wait(20)
    assert world.desk.resolve_unresolved() == [] and world.desk.unresolved() == [], "a charge under way is no doubt"
    others = [threading.Thread(target=cross, args=(verb,)) for verb in (world.desk.free, world.desk.pay)]
    for other in others:
        other.start()
    acquirer.go_on.set()
    for thread in (paying, *others):
        thread.join(20)
    assert refused == ["The sale is issued, not held."] * 2 and len(acquirer.charged) == 1


def test_a_passenger_stops_the_card_and_tries_another(make: Make) -> None:
    acquirer = Patient()
    world = make(acquirer)
    sale_id = world.desk.hold(quote()).sale_id
    paying = threading.Thread(target=world.desk.pay, args=(sale_id,))
    paying.start()
    assert acquirer.waiting.wait(20)
    world.desk.cancel_payment(sale_id)
    paying.join(20)
    sale = world.desk.sale(sale_id)
    assert sale.stage == "held" and acquirer.cancelled == [sale.attempts[0].attempt_id] and not acquirer.charged
    acquirer.mood = "approve"
    again = world.desk.pay(sale_id)
    assert again.stage == "issued" and [a.state for a in again.attempts] == ["declined", "approved"]


def test_a_driver_that_breaks_its_promise_leaves_the_payment_unresolved(make: Make) -> None:
    class Breaks(Acquirer):
        def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
            super().charge(request, tell)
            raise OSError("connection reset")

    world = make(Breaks())
    sale = world.desk.pay(world.desk.hold(quote()).sale_id)
    assert sale.stage == "unresolved" and world.desk.unresolved() == [sale]
    assert world.desk.ask(sale.sale_id).stage == "issued" and len(world.acquirer.charged) == 1


def test_an_unresolved_payment_that_never_happened_frees_the_places(world: World) -> None:
    world.acquirer.mood = "silence"
    sale = world.desk.pay(world.desk.hold(quote()).sale_id)
    world.acquirer.charged.clear()
    (settled,) = world.desk.resolve_unresolved()
    assert (settled.sale_id, settled.stage) == (sale.sale_id, "freed") and world.store.free(77) == [0xFF, 0xFF]


def test_a_listener_that_fails_stops_no_sale(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def listen(sale: Sale) -> None:
        raise ValueError("a screen went wrong")

    world.desk.on_change = listen
    assert world.desk.deliver(world.desk.pay(world.desk.hold(quote()).sale_id).sale_id).stage == "done"
    assert "a listener failed" in caplog.text


def test_recovery_leaves_the_passenger_of_this_run_alone(world: World, make: Make) -> None:
    held = world.desk.hold(quote())
    assert world.desk.recover() == [] and world.desk.sale(held.sale_id).stage == "held"
    again = make(world.acquirer, world.paper)
    (carried,) = again.desk.recover()
    assert (carried.stage, carried.reason) == ("freed", "restarted")


def test_paid_sales_wait_for_a_printer_that_is_away(make: Make) -> None:
    class MayBeAway(Paper):
        away = True

        def status(self) -> PrinterStatus:
            return PrinterStatus(online=not self.away)

        def print(self, page: Bitmap) -> str:
            if self.away:
                raise PrinterFault("no answer")
            return super().print(page)

    paper = MayBeAway()
    world = make(paper=paper)
    sale = world.desk.pay(world.desk.hold(quote()).sale_id)
    world = make(world.acquirer, world.paper)
    assert [each.stage for each in world.desk.recover()] == ["issued"] and not paper.pages
    paper.away = False
    assert [each.stage for each in world.desk.recover()] == ["done"] and paper.originals(0) == 1
    assert world.desk.sale(sale.sale_id).stage == "done"


def test_tickets_without_their_receipt_are_delivered(make: Make) -> None:
    class NoReceipts(Paper):
        def print(self, page: Bitmap) -> str:
            if self.next[0] == "receipt":
                raise PrinterFault("paper out")
            return super().print(page)

    world = make(paper=NoReceipts())
    sale = world.desk.deliver(world.desk.pay(world.desk.hold(quote()).sale_id).sale_id)
    assert sale.stage == "done" and [job.state for job in sale.jobs] == ["finished"] * 2 + ["failed"] * 2


def test_staff_reprint_by_code_and_every_reprint_is_marked(make: Make) -> None:
    world = make(paper=Paper(("refuse", "refuse")))
    sale = world.desk.deliver(world.desk.pay(world.desk.hold(quote((2,))).sale_id).sale_id)
    assert sale.stage == "undelivered" and not world.paper.pages
    typed = sale.tickets[0].code.lower().replace("-", " ")
    assert world.desk.find_by_code(typed) == [sale] and world.desk.find_by_code("nonsense") == []
    world.paper.moods = ["refuse"]
    with pytest.raises(PrinterFault, match="The ticket was not printed: the cover is open"):
        world.desk.reprint(typed)
    assert world.desk.reprint(typed).stage == "done"
    assert world.desk.reprint(typed).stage == "done"
    assert [page[:3] for page in world.paper.pages] == [("ticket", 0, 1), ("ticket", 0, 2)]
    with pytest.raises(WrongState, match="0 sales of this terminal have a ticket"):
        world.desk.reprint("2222-2222")
