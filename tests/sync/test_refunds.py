"""Tickets that come back after their sale was sent: central voids, the terminal pays, the ledger agrees."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from central import voiding
from central.context import Context
from central.journal.upload import receive
from kiosk.domain.errors import CentralRefused, CentralUnreachable
from kiosk.domain.events import Admitted, SaleClosed
from kiosk.domain.sale import Sale
from sync.wire import VoidRequest
from tests.central.world import Terminal as CentralTerminal
from tests.store.test_refunds import Bank
from tests.sync.proxy import Proxy
from tests.sync.terminal import Terminal
from tests.sync.test_with_central import arrived, held
from tests.sync.test_with_central import link as link
from tests.sync.test_with_central import opened as opened
from tests.sync.test_with_central import terminal as terminal

WHO, WHY = "Li Wei (12)", "plans changed"


@pytest.fixture
def sold(terminal: Terminal) -> Sale:
    """Two tickets, sent; the bank gives back."""
    bank = Bank()
    terminal.desk._payments._means = {"card": bank}  # type: ignore[assignment]
    sale = terminal.sell(2)
    terminal.store.journal.append(SaleClosed(sale_id=sale.sale_id, outcome="undelivered"))  # there is no printer
    assert arrived(terminal)
    client = terminal.clients[0]
    terminal.desk.ask_central_to_void(lambda seq, key, why: client.voids(VoidRequest(seq, key, why)).refund_id)
    return sale


def test_central_voids_and_the_terminal_pays_it_back(terminal: Terminal, sold: Sale, opened: Context) -> None:
    after = terminal.desk.give_back_ticket(sold.tickets[0].code, WHO, WHY)
    assert after.standing == [1] and after.voided[0].reference == "back"
    assert arrived(terminal)
    status = held(opened)
    assert (status.incidents, status.unapplied, status.inventory_faults) == (0, 0, ())
    with opened.engine.connect() as connection:
        row = connection.execute(text("SELECT by, refunded, refund_id FROM void")).one()
    assert (row.by, row.refunded, row.refund_id) == ("central", True, after.voided[0].refund_id)
    with pytest.raises(voiding.NotVoidable, match="voided before"):
        voiding.void(opened, sold.tickets[0].code, "once more, by hand")


def test_a_lost_answer_is_asked_for_again_and_is_the_same(
    terminal: Terminal, sold: Sale, link: Proxy, opened: Context
) -> None:
    link.order("drop_replies")
    with pytest.raises(CentralUnreachable):
        terminal.desk.give_back_ticket(sold.tickets[0].code, WHO, WHY)
    assert terminal.desk.sale(sold.sale_id).standing == [0, 1]
    link.order("heal")
    with opened.engine.connect() as connection:
        first = connection.scalar(text("SELECT refund_id FROM void"))
    after = terminal.desk.give_back_ticket(sold.tickets[0].code, WHO, WHY)
    assert after.voided[0].refund_id == first
    assert arrived(terminal)
    assert held(opened).incidents == 0


def test_what_an_operator_voided_goes_back_there_and_not_here_too(
    terminal: Terminal, sold: Sale, opened: Context
) -> None:
    voiding.void(opened, sold.tickets[0].code, "by telephone")
    with pytest.raises(CentralRefused, match="voided before") as refused:
        terminal.desk.give_back_ticket(sold.tickets[0].code, WHO, WHY)
    assert refused.value.code == "voided"
    assert terminal.desk.sale(sold.sale_id).standing == [0, 1]


def test_a_used_ticket_is_not_given_back(terminal: Terminal, sold: Sale, opened: Context) -> None:
    gate = CentralTerminal(opened, "G1", "gate")
    ticket_id = f"{terminal._reply.terminal_id:04x}{terminal._reply.incarnation:02x}{sold.tickets[0].seq:010x}"
    gate.append(Admitted(ticket_id=ticket_id, journey_id=sold.items[0].journey_id, gate="G1", at=0))
    receive(opened, *gate.id, gate.batch())
    with pytest.raises(CentralRefused, match="used at gate") as refused:
        terminal.desk.give_back_ticket(sold.tickets[0].code, WHO, WHY)
    assert refused.value.code == "used"


def test_central_waits_for_all_that_was_written_before(terminal: Terminal, sold: Sale, link: Proxy) -> None:
    link.order("cut")
    late = terminal.sell(1, line="T2")
    terminal.store.journal.records(0, 1)  # it may be on its way
    link.order("heal")
    client = terminal.clients[0]
    with pytest.raises(CentralRefused) as refused:
        client.voids(VoidRequest(late.tickets[0].seq, "key", WHY))
    assert refused.value.code == "not_sent"


@pytest.mark.parametrize("request_", [VoidRequest(0, "key"), VoidRequest(1 << 63, "key"), VoidRequest(1, "")])
def test_requests_without_sense_are_refused(terminal: Terminal, request_: VoidRequest) -> None:
    with pytest.raises(CentralRefused) as refused:
        terminal.clients[0].voids(request_)
    assert refused.value.status == 422
