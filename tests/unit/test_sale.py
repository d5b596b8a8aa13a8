"""A sale as pure functions: its stage after every fact, what is owed next, which page and which copy."""

from __future__ import annotations

import pytest

from kiosk.domain.errors import WrongState
from kiosk.domain.events import (
    Admitted,
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentRequested,
    PaymentUnresolved,
    PlacesFreed,
    PlacesHeld,
    PrintFailed,
    PrintFinished,
    PrintStarted,
    SaleClosed,
    TicketIssued,
)
from kiosk.domain.items import SaleItem
from kiosk.domain.money import Money
from kiosk.domain.sale import PageJob, Sale, copies_on_paper, evolve, evolve_record, next_page, owed, tickets_on_paper

ITEM = SaleItem(77, 0, 2, None, (), "", "single", "adult", 300)
HELD = PlacesHeld(sale_id="s", items=(ITEM, ITEM), currency="EUR", language="zh-Hans")
FREED = PlacesFreed(sale_id="s", reason="cancelled")
APPROVED = PaymentApproved(sale_id="s", attempt_id="a1", reference="ok", card="**** 4417")
DECLINED = PaymentDeclined(sale_id="s", attempt_id="a1", reason="declined")
UNRESOLVED = PaymentUnresolved(sale_id="s", attempt_id="a1")
DELIVERED = SaleClosed(sale_id="s", outcome="delivered")
UNDELIVERED = SaleClosed(sale_id="s", outcome="undelivered")


def requested(attempt: str = "a1") -> PaymentRequested:
    return PaymentRequested(sale_id="s", attempt_id=attempt, amount_minor=600, currency="EUR", means="card")


def issued(item: int) -> TicketIssued:
    return TicketIssued(sale_id="s", item_no=item, payload=f"{item:02x}", code=f"CODE-{item}")


def printing(item: int, copy: int = 0, what: str = "ticket") -> PrintStarted:
    return PrintStarted(sale_id="s", what=what, item_no=item, copy=copy)  # type: ignore[arg-type]


def printed(item: int, copy: int = 0, what: str = "ticket") -> PrintFinished:
    return PrintFinished(sale_id="s", what=what, item_no=item, copy=copy, proof="status")  # type: ignore[arg-type]


def torn(item: int, copy: int = 0, *, certain: bool = False) -> PrintFailed:
    return PrintFailed(sale_id="s", what="ticket", item_no=item, copy=copy, reason="cover open", certain=certain)


PAID = (HELD, requested(), APPROVED, issued(0), issued(1))


def folded(*events: Event) -> Sale:
    sale: Sale | None = None
    for seq, event in enumerate(events, 1):
        sale = evolve_record(sale, event, seq)
    assert sale is not None
    return sale


@pytest.mark.parametrize(
    ("events", "stage", "selling", "restarted"),
    [
        ((HELD,), "held", None, "free"),
        ((HELD, FREED), "freed", None, None),
        ((HELD, requested()), "paying", "charge", "ask"),
        ((HELD, requested(), DECLINED), "held", None, "free"),
        ((HELD, requested(), DECLINED, requested("a2")), "paying", "charge", "ask"),
        ((HELD, requested(), UNRESOLVED), "unresolved", None, "ask"),
        ((HELD, requested(), UNRESOLVED, DECLINED), "held", None, "free"),
        ((HELD, requested(), UNRESOLVED, APPROVED), "approved", "issue", "issue"),
        ((HELD, requested(), APPROVED, issued(0)), "approved", "issue", "issue"),
        (PAID, "issued", "page", "page"),
        ((*PAID, printing(0)), "printing", "page", "page"),
        ((*PAID, printing(0), printed(0)), "issued", "page", "page"),
        ((*PAID, printing(0), torn(0)), "issued", "page", "page"),
        ((*PAID, UNDELIVERED), "undelivered", None, None),
        ((*PAID, UNDELIVERED, printing(0), printed(0)), "undelivered", None, None),
        ((*PAID, UNDELIVERED, printing(0), printed(0), DELIVERED), "done", None, None),
        ((*PAID, DELIVERED, printing(0, 1)), "done", None, None),
    ],
)
def test_the_stage_after_every_fact_and_what_is_owed(
    events: tuple[Event, ...], stage: str, selling: str | None, restarted: str | None
) -> None:
    sale = folded(*events)
    assert (sale.stage, owed(sale, after_restart=False), owed(sale, after_restart=True)) == (stage, selling, restarted)
    assert sale.resting == (stage in ("done", "undelivered", "freed"))


def test_only_while_selling_is_money_ever_charged() -> None:
    """After a restart there is no state from which the machine charges."""
    stages = [folded(*PAID[:n]) for n in range(1, 6)]
    assert "charge" not in {owed(sale, after_restart=True) for sale in stages}


def test_what_a_sale_remembers() -> None:
    sale = folded(*PAID)
    assert sale.total == Money(600, "EUR") and sale.language == "zh-Hans" and sale.paid
    assert sale.attempt is not None and (sale.attempt.reference, sale.attempt.card) == ("ok", "**** 4417")
    assert [(t.item_no, t.seq, t.code) for t in sale.tickets] == [(0, 4, "CODE-0"), (1, 5, "CODE-1")]
    declined = folded(HELD, requested(), DECLINED)
    assert not declined.paid and declined.reason == "declined" and declined.attempt is not None
    assert declined.attempt.state == "declined"


def test_pages_are_owed_tickets_first_and_the_receipt_last() -> None:
    events: list[Event] = list(PAID)
    order = []
    while (page := next_page(folded(*events))) is not None:
        order.append((page.what, page.item_no, page.copy))
        events += [printing(page.item_no, page.copy, page.what), printed(page.item_no, page.copy, page.what)]
    assert order == [("ticket", 0, 0), ("ticket", 1, 0), ("receipt", 0, 0)]
    assert owed(folded(*events), after_restart=False) == "close" and tickets_on_paper(folded(*events))


@pytest.mark.parametrize(
    ("facts", "page", "on_paper"),
    [
        ((), PageJob("ticket", 0, 0), 0),
        ((printing(0),), PageJob("ticket", 0, 1), 1),  # the power went: it may be on paper
        ((printing(0), torn(0)), PageJob("ticket", 0, 1), 1),
        ((printing(0), torn(0, certain=True)), PageJob("ticket", 0, 0), 0),
        ((printing(0), torn(0), printing(0, 1), torn(0, 1)), PageJob("ticket", 0, 2), 2),
        ((printing(0), printed(0)), PageJob("ticket", 1, 0), 1),
    ],
)
def test_paper_in_doubt_makes_the_next_page_a_marked_copy(
    facts: tuple[Event, ...], page: PageJob, on_paper: int
) -> None:
    sale = folded(*PAID, *facts)
    assert next_page(sale) == page and copies_on_paper(sale, "ticket", 0) == on_paper
    assert not tickets_on_paper(sale)


@pytest.mark.parametrize("event", [*PAID[1:], FREED, printing(0), printed(0), torn(0), DELIVERED, UNRESOLVED])
def test_a_sale_that_never_began_is_refused(event: Event) -> None:
    with pytest.raises(WrongState, match=f"{type(event).__name__} for a sale that never began"):
        evolve_record(None, event, 1)


def test_facts_that_fit_no_sale_are_refused() -> None:
    with pytest.raises(WrongState, match="a page ended that never began"):
        folded(*PAID, printed(0))
    with pytest.raises(WrongState, match="Admitted is not a fact of a sale"):
        evolve(folded(HELD), Admitted(ticket_id="00", journey_id=1, gate="A", at=0))
    with pytest.raises(WrongState, match="use evolve_record"):
        evolve(folded(HELD), issued(0))
