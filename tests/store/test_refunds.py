"""Tickets that come back (P12): voided by whoever may, paid back once, to the payment they came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import CentralUnreachable, DeviceFault, WrongState
from kiosk.domain.sale import Sale
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Unresolved
from tests.power.world import Acquirer, Mains, Paper, PowerCut, Terminal, quote

WHO, WHY = "Li Wei (12)", "plans changed"


class Bank(Acquirer):
    """Also gives back, once for each key; `silent`: it does, but the answer is lost."""

    def __init__(self, *, exclusive: bool = False) -> None:
        super().__init__()
        self.exclusive = exclusive
        self.back: dict[str, int] = {}
        self.silent = False
        self.away = False
        self.no = False

    def ready(self) -> bool:
        return not self.away

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        self.mains.tick()
        assert request.refund_of == original_reference
        if self.no:
            return Declined("expired")
        assert self.back.setdefault(request.attempt_id, request.amount_minor) == request.amount_minor
        assert len(self.back) <= len(self.charged) * 2, "more refunds than tickets"
        self.mains.tick()
        return Unresolved("no answer in time") if self.silent else Approved("back")

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        if not request.refund_of:
            return super().outcome_of(request)
        self.mains.tick()
        if self.silent:
            return Unresolved("not reachable")
        return Approved("back") if request.attempt_id in self.back else Declined("not_started")


class World:
    def __init__(self, folder: Path, bank: Bank, mains: Mains | None = None) -> None:
        self.bank, self.paper = bank, Paper()
        self.terminal = Terminal(folder, bank, self.paper, mains or Mains())
        self.desk, self.store = self.terminal.desk, self.terminal.store

    def sold(self, places: tuple[int, ...] = (2, 3)) -> Sale:
        sale = self.desk.pay(self.desk.hold(quote(places)).sale_id)
        return self.desk.deliver(sale.sale_id)

    def kinds(self) -> list[str]:
        return [type(event).__name__ for _, event in self.store.journal.events()]


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    world = World(folder, Bank())
    yield world
    world.terminal.close()


def test_a_sale_that_stayed_here_is_voided_here_and_paid_back(world: World) -> None:
    sale = world.sold()
    after = world.desk.give_back_ticket(sale.tickets[1].code, WHO, WHY)
    assert after.stage == "done" and after.standing == [0]
    assert world.kinds()[-3:] == ["TicketVoided", "RefundRequested", "RefundPaid"]
    assert list(world.bank.back.values()) == [3000]
    (_, means, currency, payments, left) = world.store.takings()[0]
    assert (means, currency, payments, left) == ("card", "EUR", 1, 3000)
    assert world.store.free(77) == [0xF3, 0xF3], "its place is central's to give again, not this terminal's"
    before = world.store.tables()
    world.store.journal.rebuild()
    assert world.store.tables() == before


def test_a_ticket_comes_back_once_and_is_not_printed_again(world: World) -> None:
    sale = world.sold()
    world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)
    with pytest.raises(WrongState, match="given back before"):
        world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)
    with pytest.raises(WrongState):
        world.desk.reprint(sale.tickets[0].code)
    world.desk.reprint(sale.tickets[1].code)
    world.desk.give_back_ticket(sale.tickets[1].code, WHO, WHY)
    assert list(world.bank.back.values()) == [3000, 3000]
    assert world.store.takings()[0][4] == 0


def test_what_was_sent_only_central_voids(world: World) -> None:
    sale = world.sold()
    world.store.journal.records(0, 1)  # whoever reads here may send
    with pytest.raises(WrongState, match="no link"):
        world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)

    def away(seq: int, refund_id: str, reason: str) -> str:
        raise CentralUnreachable("no link")

    world.desk.ask_central_to_void(away)
    with pytest.raises(CentralUnreachable):
        world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)
    assert "TicketVoided" not in world.kinds() and not world.bank.back
    asked = []

    def void(seq: int, refund_id: str, reason: str) -> str:
        asked.append((seq, reason))
        return "the key of the first who asked"

    world.desk.ask_central_to_void(void)
    after = world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)
    assert asked == [(sale.tickets[0].seq, f"{WHY}, said by {WHO}")]
    assert after.voided[0].refund_id == "the key of the first who asked" and after.stage == "done"
    assert world.bank.back == {"the key of the first who asked": 3000}


def test_nothing_is_voided_while_the_money_cannot_go_back(world: World) -> None:
    sale = world.sold()
    world.bank.away = True
    with pytest.raises(DeviceFault, match="does not answer"):
        world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)
    for who, why in (("", WHY), (WHO, " ")):
        with pytest.raises(WrongState, match="must be said"):
            world.desk.give_back_ticket(sale.tickets[0].code, who, why)
    with pytest.raises(WrongState, match="No sales"):
        world.desk.give_back_ticket("K7M3-PX5A", WHO, WHY)
    assert "TicketVoided" not in world.kinds()


def test_a_lost_answer_is_asked_for_and_nothing_goes_back_twice(world: World) -> None:
    sale = world.sold()
    world.bank.silent = True
    after = world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)
    assert after.stage == "refunding" and after in world.desk.unresolved()
    assert world.desk.resolve_unresolved() == []
    world.bank.silent = False
    (settled,) = world.desk.resolve_unresolved()
    assert settled.stage == "done" and len(world.bank.back) == 1


def test_a_terminal_that_knows_only_its_last_payment_takes_no_other_meanwhile(folder: Path) -> None:
    world = World(folder, Bank(exclusive=True))
    try:
        sale, later = world.sold(), world.sold((6,))
        world.bank.silent = True
        world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)
        with pytest.raises(DeviceFault, match="Nothing was given back"):
            world.desk.give_back_ticket(later.tickets[0].code, WHO, WHY)
        other = world.desk.hold(quote((4, 5)))
        with pytest.raises(DeviceFault, match="not known yet"):
            world.desk.pay(other.sale_id)
        world.bank.silent = False
        assert world.desk.pay(other.sale_id).stage == "issued"
        assert len(world.bank.back) == 1
    finally:
        world.terminal.close()


def test_a_clear_no_is_not_asked_again_by_itself_and_holds_up_nobody(folder: Path) -> None:
    world = World(folder, Bank(exclusive=True))
    try:
        sale = world.sold()
        world.bank.no = True
        after = world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY)
        assert after.stage == "refunding" and after.voided[0].refused == "expired"
        head = world.store.journal.head()[0]
        assert world.desk.resolve_unresolved() == [] and world.store.journal.head()[0] == head
        assert world.desk.pay(world.desk.hold(quote((4, 5))).sale_id).stage == "issued"
        world.bank.no = False
        assert world.desk.ask(sale.sale_id, insist=True).stage == "done"
        assert len(world.bank.back) == 1
    finally:
        world.terminal.close()


def test_a_person_pays_what_no_machine_does(world: World) -> None:
    sale = world.sold()
    world.bank.silent = True
    owed = world.desk.give_back_ticket(sale.tickets[0].code, WHO, WHY).voided[0]
    with pytest.raises(WrongState, match="must be said"):
        world.desk.paid_by_hand(sale.sale_id, owed.refund_id, "", "in cash")
    assert world.desk.paid_by_hand(sale.sale_id, owed.refund_id, WHO, "in cash").stage == "done"
    assert world.store.takings()[0][4] == 6000, "the card's takings are as the bank has them"
    with pytest.raises(WrongState, match="Nothing is owed"):
        world.desk.paid_by_hand(sale.sale_id, owed.refund_id, WHO, "in cash")


def test_the_price_goes_back_to_a_payment_that_holds_it(world: World) -> None:
    held = world.desk.hold(quote())
    world.desk.pay(held.sale_id, amount_minor=1000)
    paid = world.desk.deliver(world.desk.pay(held.sale_id).sale_id)
    assert [each.amount_minor for each in paid.attempts] == [1000, 5000]
    after = world.desk.give_back_ticket(paid.tickets[0].code, WHO, WHY)
    assert after.voided[0].attempt_id == paid.attempts[1].attempt_id
    with pytest.raises(WrongState, match="No single payment"):
        world.desk.give_back_ticket(paid.tickets[1].code, WHO, WHY)
    assert world.kinds().count("TicketVoided") == 1


def test_the_power_goes_at_every_step_and_the_money_goes_back_once(folder: Path) -> None:
    bank = Bank()
    first = World(folder, bank)
    code = first.sold().tickets[0].code
    first.terminal.close()
    cut, kept = 1, sorted(path for path in folder.iterdir() if path.is_file())
    before = {path: path.read_bytes() for path in kept}
    while True:
        for path in folder.iterdir():
            if path.is_file():
                path.unlink()
        for path, content in before.items():
            path.write_bytes(content)
        bank.back.clear()
        world = World(folder, bank, Mains(cut))
        try:
            world.desk.give_back_ticket(code, WHO, WHY)
            finished = True
        except PowerCut:
            finished = False
        finally:
            world.terminal.close()
        later = World(folder, bank)
        try:
            later.desk.recover()
            (sale,) = later.desk.find_by_code(code)
            voided = "TicketVoided" in later.kinds()
            assert sale.stage == "done" and list(bank.back.values()) == ([3000] if voided else [])
        finally:
            later.terminal.close()
        if finished:
            break
        cut += 1
    assert cut > 8
