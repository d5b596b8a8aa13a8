"""The money of a sale: parts, reversal, confirmation, and what is owed at each point."""

from __future__ import annotations

import pytest

from kiosk.domain.errors import WrongState
from kiosk.domain.events import (
    Event,
    PaymentApproved,
    PaymentConfirmed,
    PaymentDeclined,
    PaymentRequested,
    PaymentReversalRequested,
    PaymentReversed,
    PaymentSettled,
    PaymentUnresolved,
    PlacesHeld,
    SaleUndone,
    TicketIssued,
    TicketVoided,
)
from kiosk.domain.items import SaleItem
from kiosk.domain.paying import pieces_net
from kiosk.domain.sale import Sale, evolve_record, owed

ITEM = SaleItem(77, 0, 2, None, (), "", "single", "adult", 300)
HELD = PlacesHeld(sale_id="s", items=(ITEM, ITEM), currency="EUR")
TICKETS = tuple(TicketIssued(sale_id="s", item_no=n, payload=f"0{n}", code=f"CODE-{n}") for n in range(2))
VOIDS = tuple(TicketVoided(sale_id="s", item_no=n, refund_id=f"v{n}", amount_minor=300) for n in range(2))


def asked(attempt: str, amount: int = 600, means: str = "card") -> PaymentRequested:
    return PaymentRequested(sale_id="s", attempt_id=attempt, amount_minor=amount, currency="EUR", means=means, mark="m")


def paid(attempt: str, *, provisional: bool = False, pieces: tuple[tuple[int, int], ...] = ()) -> PaymentApproved:
    return PaymentApproved(sale_id="s", attempt_id=attempt, reference="ok", provisional=provisional, pieces=pieces)


def will(attempt: str, *, begun: bool = False) -> PaymentReversalRequested:
    return PaymentReversalRequested(sale_id="s", attempt_id=attempt, refund_id=f"r-{attempt}", begun=begun)


def back(attempt: str, refund: str = "r", pieces: tuple[tuple[int, int], ...] = ()) -> PaymentReversed:
    return PaymentReversed(sale_id="s", attempt_id=attempt, refund_id=refund, reference="back", pieces=pieces)


def folded(*events: Event) -> Sale:
    sale: Sale | None = None
    for seq, event in enumerate(events, 1):
        sale = evolve_record(sale, event, seq)
    assert sale is not None
    return sale


UNHEARD = PaymentUnresolved(sale_id="s", attempt_id="b")
PART = (HELD, asked("a", 200), paid("a"))
WHOLE = (*PART, asked("b", 400, "cash"), paid("b"))
TWO_PHASE = (HELD, asked("b"), paid("b", provisional=True), *TICKETS)


@pytest.mark.parametrize(
    ("events", "stage", "selling", "restarted"),
    [
        (PART, "held", None, "give_back"),
        ((*PART, asked("b", 400)), "paying", "charge", "ask"),
        ((*PART, asked("b", 400), UNHEARD), "unresolved", None, "ask"),
        ((*PART, asked("b", 400), PaymentDeclined(sale_id="s", attempt_id="b", reason="x")), "held", None, "give_back"),
        (WHOLE, "approved", "issue", "issue"),
        ((*PART, will("a")), "reversing", None, "ask"),
        ((*PART, will("a"), will("a", begun=True)), "reversing", None, "ask"),
        ((*PART, will("a"), back("a")), "held", None, "free"),
        ((*WHOLE, will("a"), will("b"), back("a")), "reversing", None, "ask"),
        ((*WHOLE, *TICKETS), "issued", "page", "page"),
        (TWO_PHASE, "issued", "confirm", "confirm"),
        ((*TWO_PHASE, UNHEARD), "unresolved", None, "ask"),
        ((*TWO_PHASE, UNHEARD, PaymentConfirmed(sale_id="s", attempt_id="b")), "issued", "page", "page"),
        ((*TWO_PHASE, *VOIDS, back("b", "")), "issued", "close", "close"),
        ((*TWO_PHASE, *VOIDS, back("b", ""), SaleUndone(sale_id="s")), "done", None, None),
    ],
)
def test_what_is_owed(events: tuple[Event, ...], stage: str, selling: str | None, restarted: str | None) -> None:
    sale = folded(*events)
    assert (sale.stage, owed(sale, after_restart=False), owed(sale, after_restart=True)) == (stage, selling, restarted)


def test_what_is_left_to_pay() -> None:
    assert [folded(*events).left.amount_minor for events in ((HELD,), PART, WHOLE, (*PART, will("a")))] == [
        600,
        400,
        0,
        600,
    ]
    assert folded(*WHOLE).paid and not folded(*PART).paid and not folded(*WHOLE, will("a")).paid


def test_undone_by_the_other_side_after_a_part_was_paid_otherwise_gives_that_part_back() -> None:
    first = (HELD, asked("a", 200, "cash"), paid("a"), asked("b", 400), paid("b", provisional=True), *TICKETS)
    sale = folded(*first, *VOIDS, back("b", ""))
    assert sale.cancelled and owed(sale, after_restart=False) == "give_back"
    assert owed(folded(*first, *VOIDS, back("b", ""), will("a"), back("a")), after_restart=False) == "close"


def test_pieces_of_all_tries_come_to_what_stayed() -> None:
    cash = (HELD, asked("b", 600, "cash"), paid("b", pieces=((500, 2), (200, -2))))
    assert pieces_net(folded(*cash).attempts) == {500: 2, 200: -2}
    assert pieces_net(folded(*cash, will("b"), back("b", pieces=((500, -1), (100, -1)))).attempts) == {
        500: 1,
        200: -2,
        100: -1,
    }


def test_owed_change_is_gone_once_a_person_handed_it_over() -> None:
    short = PaymentApproved(sale_id="s", attempt_id="b", reference="ok", short_minor=50)
    sale = folded(HELD, asked("b", 600, "cash"), short)
    assert sale.attempts[0].short_minor == 50
    word = PaymentSettled(sale_id="s", attempt_id="b", outcome="change", who="Ann", reason="paid from the drawer")
    assert evolve_record(sale, word, 9).attempts[0].short_minor == 0


def test_facts_about_a_payment_that_never_began_are_refused() -> None:
    with pytest.raises(WrongState, match="never began"):
        folded(HELD, paid("a"))
