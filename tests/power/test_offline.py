"""A terminal that approves without its bank: within the caps a ticket, beyond them the money back; also when the power
goes at any step."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kiosk.app.stored import clear, lines
from kiosk.domain.errors import WrongState
from kiosk.domain.offline import NEVER, OfflinePolicy
from kiosk.domain.sale import Sale
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Tell, Unresolved, untold
from tests.power.world import Acquirer, Mains, Paper, PowerCut, Terminal, quote

LET = OfflinePolicy(Decimal(100), Decimal(130), 2, 3600.0)  # a seat costs 30


class Alone(Acquirer):
    """Approves without its bank while that is away, whatever it was told; a reversal works once for its key."""

    exclusive = True

    def __init__(self) -> None:
        super().__init__()
        self.away, self.heard, self.kept = True, 0, 0
        self.back: dict[str, int] = {}
        self.silent_refunds = 0
        self.told: list[bool] = []

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        self.told.append(request.offline_ok)
        self.kept = self.kept + 1 if self.away else 0
        return super().charge(request)

    def _truth(self, request: ChargeRequest) -> PaymentOutcome:
        if request.attempt_id not in self.charged:
            return Declined("not_started")
        return Approved(f"ok-{request.attempt_id}", "**** 4417", offline=self.away, stored=self.kept)

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        self.mains.tick()
        if request.refund_of:
            known = request.attempt_id in self.back
            return Approved("back") if known else Declined("not_started")
        return self._truth(request)

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        self.mains.tick()
        charged = original_reference.removeprefix("ok-")
        assert self.charged[charged] == request.amount_minor and charged not in self.back.values()
        assert request.attempt_id not in self.back
        self.back[request.attempt_id] = request.amount_minor
        self.mains.tick()
        if self.silent_refunds:
            self.silent_refunds -= 1
            return Unresolved("no answer")
        return Approved("back")

    @property
    def net(self) -> int:
        return sum(self.charged.values()) - sum(self.back.values())


def opened(folder: Path, alone: Alone, policy: OfflinePolicy, mains: Mains | None = None) -> Terminal:
    terminal = Terminal(folder, alone, Paper(), mains or Mains())
    terminal.desk.offline = policy
    return terminal


def buy(terminal: Terminal, seat: int = 0) -> Sale:
    sale = terminal.desk.hold(quote((seat,)))
    return terminal.desk.pay(sale.sale_id)


def test_what_nobody_let_is_given_back_and_no_ticket_exists(tmp_path: Path) -> None:
    alone = Alone()
    terminal = opened(tmp_path / "t", alone, NEVER)
    sale = buy(terminal)
    assert alone.told == [False] and sale.stage == "held" and not sale.tickets
    assert sale.attempts[0].state == "reversed" and alone.net == 0
    assert terminal.store.stored_payments() == {} and terminal.desk.unresolved() == []
    alone.away = False
    assert terminal.desk.pay(sale.sale_id).stage == "issued" and alone.net == sale.total.amount_minor
    terminal.close()


def test_within_the_caps_there_are_tickets_and_beyond_them_not(tmp_path: Path) -> None:
    alone = Alone()
    terminal = opened(tmp_path / "t", alone, LET)
    first, second, third = (buy(terminal, seat) for seat in range(3))
    assert [first.stage, second.stage, third.stage] == ["issued", "issued", "held"]
    assert alone.told == [True, True, False]
    assert len(terminal.store.stored_payments()) == 2 and alone.net == 6_000
    terminal.close()
    again = opened(tmp_path / "t", alone, LET)  # it is in the journal
    assert len(again.store.stored_payments()) == 2 and len(lines(again.store)) == 2
    alone.away = False
    assert again.desk.pay(third.sale_id).stage == "issued"  # with its bank, which now has them all
    assert again.store.stored_payments() == {} and again.store.examine() == []
    again.close()


def test_staff_say_that_the_bank_has_them(tmp_path: Path) -> None:
    alone = Alone()
    terminal = opened(tmp_path / "t", alone, LET)
    buy(terminal)
    with pytest.raises(WrongState, match="--who"):
        clear(terminal.store, "card", "", "seen")
    with pytest.raises(WrongState, match="No payment by cash"):
        clear(terminal.store, "cash", "Kim", "seen")
    assert "said by Kim" in clear(terminal.store, "card", "Kim", "seen in the bank's list")
    assert lines(terminal.store) == ["nothing is outstanding"]
    terminal.close()


def test_a_reversal_that_is_not_heard_waits_on_the_staff_list_and_is_asked_about(tmp_path: Path) -> None:
    alone = Alone()
    alone.silent_refunds = 1
    terminal = opened(tmp_path / "t", alone, NEVER)
    sale = buy(terminal)
    assert sale.stage == "reversing" and [each.sale_id for each in terminal.desk.unresolved()] == [sale.sale_id]
    assert len(terminal.store.stored_payments()) == 1
    terminal.desk.resolve_unresolved()
    after = terminal.desk.sale(sale.sale_id)
    assert after.stage == "freed" and alone.net == 0 and terminal.store.stored_payments() == {}
    terminal.close()


@pytest.mark.parametrize("policy", [NEVER, LET])
def test_the_power_goes_at_each_step(tmp_path: Path, policy: OfflinePolicy) -> None:
    for cut_at in range(1, 200):
        folder, alone = tmp_path / str(cut_at), Alone()
        terminal = opened(folder, alone, policy, Mains(cut_at))
        try:
            buy(terminal)
            cut = False
        except PowerCut:
            cut = True
        terminal.close()
        after = opened(folder, alone, policy)
        after.desk.recover()
        after.desk.resolve_unresolved()
        [sale] = [after.desk.sale(row[0]) for row in after.store._db.execute("SELECT sale_id FROM sale")] or [None]
        if sale is not None:
            due = sale.total.amount_minor if sale.tickets else 0
            assert alone.net == due, f"cut at {cut_at}: {sale.stage}"
            assert len(after.store.stored_payments()) == bool(due)
            assert not (policy is NEVER and sale.tickets)
        after.close()
        if not cut:
            return
    raise AssertionError("a purchase without an end")
