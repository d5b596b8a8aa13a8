"""nexo: answers that are not believed, conditions, parts, prompts, and cards without the bank."""

from __future__ import annotations

import dataclasses
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.payment.nexo.answers import REASONS
from devices.payment.nexo.driver import NexoPayment
from devices.payment.nexo.line import Line, Trust
from devices.payment.nexo.messages import Ends
from devices.payment.nexo.notices import Notices
from devices.payment.nexo.seal import Key
from kiosk.ports import Approved, ChargeRequest, Declined, Prompt, Unresolved

from .conftest import Device, Start
from .nexo_card import ENDS, KEY, NAME, SEALED, asked, sealed, trust
from .payment_suite import charged

# what is not believed


def test_an_answer_that_is_not_for_us_is_not_believed_and_the_truth_is_asked_for(nexo: Device) -> None:
    payment = sealed(nexo)
    nexo.order("decline")
    assert payment.charge(asked("attempt-0")) == Declined("declined")
    for fault in ("bad_mac", "in_the_open", "wrong_id", "wrong_amount", "replay"):
        nexo.order(fault)
        assert isinstance(payment.charge(asked(fault)), Approved)  # by the status, which comes right
    for fault in ("bad_mac", "in_the_open", "wrong_id", "wrong_amount", "replay"):
        nexo.order(fault)
        nexo.order("bad_mac", on="status")
        request = asked(f"again, {fault}")
        unclear = payment.charge(request)
        assert isinstance(unclear, Unresolved) and "passphrase" in unclear.reason
        assert isinstance(payment.outcome_of(request), Approved)
    assert len(charged(nexo)) == 10


def test_the_same_attempt_with_another_amount_or_currency_is_not_believed(nexo: Device) -> None:
    payment = sealed(nexo)
    payment.charge(asked())
    for request in (asked(amount=1), asked(currency="JPY"), asked(amount=9930000)):
        assert isinstance(payment.outcome_of(request), Unresolved)


def test_another_key_is_not_ready_and_says_why(nexo: Device, caplog: pytest.LogCaptureFixture) -> None:
    for key in (Key("till", 1, "another"), Key("till", 2, KEY.passphrase), None):
        payment = sealed(nexo, key=key)
        caplog.clear()
        assert not payment.ready()
        assert "the terminal refuses the message" in caplog.text
        assert isinstance(payment.charge(asked()), Unresolved)
    assert charged(nexo) == []


def test_only_the_terminal_we_know_is_talked_to(nexo: Device) -> None:
    root, print_ = Path(nexo.ready["root"]), nexo.ready["fingerprint"]
    known = [Trust(root, (NAME,)), Trust(fingerprint=print_), Trust(fingerprint=print_.upper())]
    strangers = [Trust(root, ("V400m-1.test.nexo.adyen.com",)), Trust(fingerprint="ab" * 32)]
    for each in known:
        assert NexoPayment(Line("127.0.0.1", nexo.port, each), ENDS, KEY).ready()
    for number, each in enumerate(strangers):
        payment = NexoPayment(Line("127.0.0.1", nexo.port, each), ENDS, KEY)
        assert not payment.ready()
        assert payment.charge(asked(f"attempt-{number}")) == Declined("unreachable")
    other = NexoPayment(Line("127.0.0.1", nexo.port, Trust(Path("/nowhere"), (NAME,))), ENDS, KEY)
    assert not other.ready() and other.charge(asked("attempt-9")) == Declined("unreachable")
    assert not NexoPayment(Line("127.0.0.1", nexo.port, known[0]), Ends("K14", "V400m-2"), KEY).ready()
    assert nexo.ledger("ledger.jsonl") == []


def test_a_certificate_of_another_root_is_a_stranger(start: Start, tmp_path: Path) -> None:
    first = start("nexo", "--tap-s", "0", *SEALED)
    kept = tmp_path / "kept.pem"
    kept.write_bytes(Path(first.ready["root"]).read_bytes())
    second = start("nexo", "--tap-s", "0", *SEALED)
    payment = NexoPayment(Line("127.0.0.1", second.port, Trust(kept, (NAME,))), ENDS, KEY)
    assert payment.charge(asked()) == Declined("unreachable")
    assert NexoPayment(Line("127.0.0.1", first.port, Trust(kept, (NAME,))), ENDS, KEY).ready()


# every condition, parts, offline


CONDITIONS = {
    "Aborted": "cancelled",
    "Cancel": "cancelled",
    "DeviceOut": "device",
    "InsertedCard": "card_inserted",
    "InvalidCard": "invalid_card",
    "LoggedOut": "logged_out",
    "MessageFormat": "format",
    "NotAllowed": "not_allowed",
    "PaymentRestriction": "restricted",
    "Refusal": "declined",
    "UnavailableDevice": "device",
    "UnavailableService": "unavailable",
    "UnreachableHost": "offline",
    "WrongPIN": "wrong_pin",
}


def test_every_condition_of_a_failure_has_its_word(nexo: Device) -> None:
    payment = sealed(nexo)
    for condition, reason in CONDITIONS.items():
        nexo.order("condition", name=condition)
        request = asked(f"attempt-{condition}")
        assert payment.charge(request) == Declined(reason) == payment.outcome_of(request)
    assert CONDITIONS.keys() | {"Busy", "NotFound"} == REASONS.keys()
    assert charged(nexo) == []


def test_a_condition_nobody_knows_leaves_it_open(nexo: Device) -> None:
    nexo.order("condition", name="SomethingNew")
    payment = sealed(nexo)
    assert isinstance(payment.charge(asked()), Unresolved)


def test_a_part_that_was_taken_goes_back_at_once(nexo: Device) -> None:
    nexo.order("partial", minor=300)
    payment = sealed(nexo)
    assert payment.charge(asked()) == Declined("partial") == payment.outcome_of(asked())
    lines = nexo.ledger("ledger.jsonl")
    assert [(line["do"], line["amount_minor"], line["outcome"]) for line in lines] == [
        ("charge", 300, "partial"),
        ("refund", 300, "approved"),
    ]


@pytest.mark.parametrize("fault", ["drop_after_approval", "forget"])
def test_a_part_whose_way_back_is_unclear_is_asked_about_and_goes_back_once(nexo: Device, fault: str) -> None:
    nexo.order("partial", minor=300)
    nexo.order(fault, on="refund")
    payment = sealed(nexo)
    outcome = payment.charge(asked())
    while isinstance(outcome, Unresolved):
        outcome = payment.outcome_of(asked())
    assert outcome == Declined("partial")
    assert nexo.order("state")["refunded"] == 1


def test_a_bank_that_is_not_reached_is_not_ready(nexo: Device) -> None:
    nexo.order("host_down")
    payment = sealed(nexo)
    assert not payment.ready()
    assert payment.charge(asked()) == Declined("offline")


def test_amounts_keep_their_minor_units(nexo: Device) -> None:
    payment, amounts = sealed(nexo), [(1, "CNY"), (99301, "JPY"), (1234567, "KWD"), (70, "EUR")]
    for minor, currency in amounts:
        paid = payment.charge(asked(currency, minor, currency))
        assert isinstance(paid, Approved)
        back = ChargeRequest(f"refund, {currency}", minor, currency, payment.mark(), paid.reference)
        assert isinstance(payment.refund(back, paid.reference), Approved)
    booked = [(line["amount_minor"], line["currency"]) for line in nexo.ledger("ledger.jsonl")]
    assert booked == [each for each in amounts for _ in range(2)]


# prompts


@pytest.fixture
def notices() -> Iterator[Notices]:
    heard = Notices("127.0.0.1", 0, KEY)
    yield heard
    heard.close()


def test_the_passenger_is_told_what_to_do(start: Start, notices: Notices) -> None:
    device = start("nexo", "--tap-s", "0", *SEALED, "--notify", f"127.0.0.1:{notices.port}")
    payment = NexoPayment(Line("127.0.0.1", device.port, trust(device)), ENDS, KEY, 10, notices=notices)
    told: list[Prompt] = []
    assert isinstance(payment.charge(asked(), told.append), Approved)
    assert [each.what for each in told] == ["card", "card", "wait", "pin", "wait"]


def test_what_is_no_notice_says_nothing(notices: Notices) -> None:
    told: list[Prompt] = []
    notices.tell = told.append
    for body in (b"{}", b"[]", b"{", b'{"SaleToPOIRequest": {"NexoBlob": 1}}', b"[" * 60_000, b"\xff"):
        with urllib.request.urlopen(f"http://127.0.0.1:{notices.port}/", data=body, timeout=5) as reply:
            assert reply.status == 200
    assert told == []


# without the bank


def test_a_card_without_the_bank_only_where_it_may_and_the_answer_says_so(start: Start) -> None:
    device = start("nexo", "--tap-s", "0", "--offline", *SEALED)
    payment = sealed(device)
    device.order("host_down")
    assert not payment.ready()
    payment.offline_ok = lambda: True
    assert payment.ready()
    may = dataclasses.replace(asked("attempt-1", 500), offline_ok=True)
    assert payment.charge(asked("attempt-0", 500)) == Declined("offline")  # it was told not to
    alone = payment.charge(may)
    assert isinstance(alone, Approved) and alone.offline and alone.stored == 1
    assert payment.outcome_of(may) == alone
    device.order("ready")
    with_bank = payment.charge(asked("attempt-2", 500))
    assert isinstance(with_bank, Approved) and not with_bank.offline and with_bank.stored == 0


def test_a_terminal_that_goes_alone_against_its_word_is_found_out(nexo: Device) -> None:
    nexo.order("offline")
    outcome = sealed(nexo).charge(asked())
    assert isinstance(outcome, Approved) and outcome.offline  # and the desk gives it back
