"""What became of a payment, told from the last receipt of a terminal and the one before."""

from __future__ import annotations

import dataclasses

import pytest

from devices.payment.zvt.memory import BLIND, Last, judge, last_of, mark_of, original, reference, stands
from devices.payment.zvt.messages import Status, Totals
from kiosk.ports import Approved, ChargeRequest, Declined, Unresolved

BEFORE = Last(receipt=41, trace=733, at="1130120000", terminal="52001234")
OURS = Status(
    0, amount_minor=1250, currency=978, receipt=42, trace=734, date="1130", time="120130", terminal="52001234"
)
UNDONE = dataclasses.replace(OURS, receipt=43, trace=735, original_trace=734)
EMPTY = Status(0, date="1130", time="115000", terminal="52001234", totals=Totals(0, 0))
REQUEST = ChargeRequest("a", 1250, "EUR", mark=BEFORE.text())
BACK = ChargeRequest("r", 1250, "EUR", mark=last_of(OURS).text(), refund_of=reference(OURS))


def told(**change: object) -> Status:
    return dataclasses.replace(OURS, **change)  # type: ignore[arg-type]


def test_the_next_receipt_with_the_exact_amount_is_ours() -> None:
    assert judge(REQUEST, OURS) == Approved("52001234 0042 000734 1130120130 1250", "")
    assert original("52001234 0042 000734 1130120130 1250") == (42, 734, 1250)
    assert judge(REQUEST, told(currency=None)) == judge(REQUEST, OURS)  # it need not say
    assert judge(REQUEST, told(trace=740)) == Approved(
        "52001234 0042 000740 1130120130 1250", ""
    )  # declined ones count


def test_the_same_receipt_says_it_never_began() -> None:
    same = told(receipt=41, trace=733, date="1130", time="120000", amount_minor=99)
    assert judge(REQUEST, same) == Declined("not_started")
    assert isinstance(judge(REQUEST, dataclasses.replace(same, time="120001")), Unresolved)


@pytest.mark.parametrize(
    "other",
    [
        told(amount_minor=1249),  # a part
        told(currency=756),
        told(receipt=43),  # two since
        told(receipt=40),
        told(terminal="52009999"),  # another terminal in its place
        told(time="115959"),  # older than before
        told(date="1129"),
        told(date="", time=""),
        told(original_trace=733),  # a reversal of what was before
        told(receipt=None),
        told(result=5, receipt=43),
        EMPTY,  # its day was closed
    ],
)
def test_whatever_does_not_fit_is_for_staff(other: Status) -> None:
    assert isinstance(judge(REQUEST, other), Unresolved)


def test_a_declined_payment_that_got_a_receipt_is_declined() -> None:
    assert judge(REQUEST, told(result=0x78)) == Declined("declined: card expired")


def test_what_the_terminal_undid_by_itself_is_undone() -> None:
    assert judge(REQUEST, UNDONE) == Declined("undone")
    assert isinstance(judge(REQUEST, dataclasses.replace(UNDONE, original_trace=700)), Unresolved)


def test_a_reversal_is_found_by_what_it_reverses() -> None:
    assert isinstance(judge(BACK, UNDONE), Approved)
    assert judge(BACK, OURS) == Declined("not_started")
    assert isinstance(judge(BACK, dataclasses.replace(UNDONE, original_trace=733)), Unresolved)
    assert isinstance(judge(BACK, dataclasses.replace(UNDONE, amount_minor=1)), Unresolved)


def test_an_empty_day_is_something_to_compare_with() -> None:
    empty = dataclasses.replace(REQUEST, mark=last_of(EMPTY).text())
    assert judge(empty, dataclasses.replace(EMPTY, time="115100")) == Declined("not_started")
    assert isinstance(judge(empty, told(date="1129")), Unresolved)  # yesterday's last receipt is not ours
    assert isinstance(judge(empty, dataclasses.replace(EMPTY, terminal="52009999")), Unresolved)
    assert isinstance(judge(empty, OURS), Approved)
    assert judge(empty, UNDONE) == Declined("undone")


def test_numbers_begin_again_and_the_year_ends() -> None:
    last = Last(receipt=9999, trace=999_999, at="1231235959", terminal="52001234")
    request = dataclasses.replace(REQUEST, mark=last.text())
    assert isinstance(judge(request, told(receipt=1, trace=1, date="0101", time="000001")), Approved)


@pytest.mark.parametrize("mark", [BLIND, "null", "{", "[]", '{"receipt": 1, "colour": 2}', "A17"])
def test_without_a_mark_only_staff_can_tell(mark: str) -> None:
    assert mark_of(mark) is None
    assert isinstance(judge(dataclasses.replace(REQUEST, mark=mark), OURS), Unresolved)


@pytest.mark.parametrize("text", ["", "A1", "52001234 0042 000734 1130120130", "x y z u v"])
def test_a_reference_of_another_driver_is_none(text: str) -> None:
    assert original(text) is None


NEXT = told(receipt=43, trace=735, amount_minor=700)
NEXT_UNDONE = dataclasses.replace(NEXT, receipt=44, trace=736, original_trace=735)


@pytest.mark.parametrize("now", [OURS, NEXT, NEXT_UNDONE])
def test_an_approval_stands_while_it_is_last_and_when_the_terminal_went_on(now: Status) -> None:
    answer = stands(REQUEST, reference(OURS), now)
    assert isinstance(answer, Approved) and answer.reference == reference(OURS)


@pytest.mark.parametrize("now", [UNDONE, dataclasses.replace(UNDONE, receipt=44)])
def test_an_approval_whose_reversal_is_seen_is_undone(now: Status) -> None:
    assert stands(REQUEST, reference(OURS), now) == Declined("undone")


def test_an_approval_whose_receipt_is_gone_is_undone() -> None:
    before = told(receipt=41, trace=733, time="120000", amount_minor=99)
    assert stands(REQUEST, reference(OURS), before) == Declined("undone")


@pytest.mark.parametrize(
    "now",
    [
        EMPTY,
        told(amount_minor=1249),
        told(trace=700),
        told(receipt=43, trace=735),  # may be its reversal, by a terminal that does not say so
        told(receipt=44, trace=736, amount_minor=700),  # what was between is not seen
        told(terminal="52009999"),
    ],
)
def test_where_it_cannot_be_seen_staff_decide(now: Status) -> None:
    assert isinstance(stands(REQUEST, reference(OURS), now), Unresolved)
    assert isinstance(stands(REQUEST, "A1", OURS), Unresolved)
