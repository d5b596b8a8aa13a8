"""The card terminal that speaks nexo: the port's suite, sealed and in the open, and what only this protocol has."""

from __future__ import annotations

import dataclasses
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.payment.nexo.answers import REASONS
from devices.payment.nexo.driver import PROCESSING_MAX_S, START_WITHIN_S, NexoPayment
from devices.payment.nexo.line import Line, Trust
from devices.payment.nexo.messages import Ends, service_id
from devices.payment.nexo.notices import Notices
from devices.payment.nexo.seal import Key
from devices.payment.nexo.since import Uptime, mark, seconds_since, uptime
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentTerminal, Prompt, Unresolved

from .conftest import Device, Start
from .payment_suite import PaymentSuite, charged

POI = "V400m-346403161"
KEY = Key("till", 1, "mockingbird at dawn")
SEALED = ("--passphrase", KEY.passphrase)
ENDS = Ends("K14", POI)
NAME = f"{POI}.test.terminal.adyen.com"


def trust(device: Device) -> Trust:
    return Trust(Path(device.ready["root"]), (NAME,))


def sealed(device: Device, timeout_s: float = 10.0, key: Key | None = KEY, since: Uptime = uptime) -> NexoPayment:
    line = Line("127.0.0.1", device.port, trust(device))
    query_s = 1.0 if timeout_s < 1 else 5.0  # who waits little for the card waits little for all
    return NexoPayment(line, ENDS, key, timeout_s, query_s=query_s, since_start=since)


class TestSealed(PaymentSuite):
    simulator = "nexo"
    arguments = SEALED
    key: Key | None = KEY

    def driver(self, device: Device | int, timeout_s: float = 10.0) -> PaymentTerminal:
        if isinstance(device, int):
            return NexoPayment(Line("127.0.0.1", device, Trust(fingerprint="00" * 32)), ENDS, self.key, timeout_s)
        return sealed(device, timeout_s, self.key)


class TestInTheOpen(TestSealed):
    arguments = ()
    key = None


@pytest.fixture
def terminal(start: Start) -> Device:
    return start("nexo", "--tap-s", "0", *SEALED)


def asked(key: str = "attempt-1", amount: int = 99300, currency: str = "CNY", at: str = "") -> ChargeRequest:
    return ChargeRequest(key, amount, currency, at or mark(uptime()))


class Machine:
    """The time since a machine was switched on, as a test says."""

    def __init__(self) -> None:
        self.boot, self.seconds = "boot-1", 1000.0

    def __call__(self) -> tuple[str, float]:
        return self.boot, self.seconds


# what is not heard of


def test_not_heard_of_counts_only_once_the_request_can_no_longer_come(terminal: Device) -> None:
    machine = Machine()
    payment = sealed(terminal, since=machine)
    request = asked(at=payment.mark())
    for age in (0.0, 60.0, START_WITHIN_S + PROCESSING_MAX_S):
        machine.seconds = 1000.0 + age
        assert isinstance(payment.outcome_of(request), Unresolved)
    machine.seconds += 0.1
    assert payment.outcome_of(request) == Declined("not_started")
    assert payment.charge(request) == Declined("too_late")  # and so it stays
    assert charged(terminal) == []


def test_an_intent_that_lay_too_long_is_not_sent_at_all(terminal: Device) -> None:
    machine = Machine()
    payment = sealed(terminal, since=machine)
    request = asked(at=payment.mark())
    machine.seconds += START_WITHIN_S + 0.1
    assert payment.charge(request) == Declined("too_late")
    assert terminal.ledger("ledger.jsonl") == []


def test_after_a_restart_of_the_machine_only_the_time_since_then_is_certain(terminal: Device) -> None:
    machine = Machine()
    request = asked(at=sealed(terminal, since=machine).mark())
    machine.boot, machine.seconds = "boot-2", 100.0
    payment = sealed(terminal, since=machine)
    assert isinstance(payment.outcome_of(request), Unresolved)
    machine.seconds = START_WITHIN_S + PROCESSING_MAX_S + 1
    assert payment.outcome_of(request) == Declined("not_started")


@pytest.mark.parametrize("kept", ["", "nonsense", "boot-1@", "boot-1@soon"])
def test_a_mark_that_says_nothing_is_no_time_at_all(kept: str) -> None:
    assert seconds_since(kept, ("boot-1", 5000.0)) == 0


def test_this_machine_knows_how_long_it_runs() -> None:
    boot, seconds = uptime()
    assert boot and seconds > 0 and 0 <= seconds_since(mark((boot, seconds)), uptime()) < 60


def test_a_request_the_terminal_lost_is_not_charged_and_found_not_started(terminal: Device) -> None:
    machine = Machine()
    terminal.order("forget")
    payment = sealed(terminal, since=machine)
    request = asked(at=payment.mark())
    assert isinstance(payment.charge(request), Unresolved)
    machine.seconds += 200
    assert payment.outcome_of(request) == Declined("not_started")
    assert charged(terminal) == []


def test_a_refund_that_was_lost_is_asked_for_again_once_it_cannot_come_any_more(terminal: Device) -> None:
    machine = Machine()
    payment = sealed(terminal, since=machine)
    paid = payment.charge(asked(at=payment.mark()))
    assert isinstance(paid, Approved)
    terminal.order("forget", on="refund")
    back = ChargeRequest("refund-1", 99300, "CNY", payment.mark(), paid.reference)
    assert isinstance(payment.refund(back, paid.reference), Unresolved)
    assert isinstance(payment.refund(back, paid.reference), Unresolved)  # not sent: it may still be on its way
    assert terminal.order("state")["refunded"] == 0
    machine.seconds += 200
    assert isinstance(payment.refund(back, paid.reference), Approved)
    assert terminal.order("state")["refunded"] == 1


def test_while_the_terminal_is_at_it_nobody_knows(terminal: Device) -> None:
    terminal.order("drop_after_approval")
    terminal.order("in_progress", n=3)
    payment = sealed(terminal)
    request = asked()
    outcomes = [payment.charge(request), *(payment.outcome_of(request) for _ in range(3))]
    assert [type(each) for each in outcomes] == [Unresolved, Unresolved, Unresolved, Approved]


# what is not believed


def test_an_answer_that_is_not_for_us_is_not_believed_and_the_truth_is_asked_for(terminal: Device) -> None:
    payment = sealed(terminal)
    terminal.order("decline")
    assert payment.charge(asked("attempt-0")) == Declined("declined")
    for fault in ("bad_mac", "in_the_open", "wrong_id", "wrong_amount", "replay"):
        terminal.order(fault)
        assert isinstance(payment.charge(asked(fault)), Approved)  # by the status, which comes right
    for fault in ("bad_mac", "in_the_open", "wrong_id", "wrong_amount", "replay"):
        terminal.order(fault)
        terminal.order("bad_mac", on="status")
        request = asked(f"again, {fault}")
        unclear = payment.charge(request)
        assert isinstance(unclear, Unresolved) and "passphrase" in unclear.reason
        assert isinstance(payment.outcome_of(request), Approved)
    assert len(charged(terminal)) == 10


def test_the_same_attempt_with_another_amount_or_currency_is_not_believed(terminal: Device) -> None:
    payment = sealed(terminal)
    payment.charge(asked())
    for request in (asked(amount=1), asked(currency="JPY"), asked(amount=9930000)):
        assert isinstance(payment.outcome_of(request), Unresolved)


def test_another_key_is_not_ready_and_says_why(terminal: Device, caplog: pytest.LogCaptureFixture) -> None:
    for key in (Key("till", 1, "another"), Key("till", 2, KEY.passphrase), None):
        payment = sealed(terminal, key=key)
        caplog.clear()
        assert not payment.ready()
        assert "the terminal refuses the message" in caplog.text
        assert isinstance(payment.charge(asked()), Unresolved)
    assert charged(terminal) == []


def test_only_the_terminal_we_know_is_talked_to(terminal: Device) -> None:
    root, print_ = Path(terminal.ready["root"]), terminal.ready["fingerprint"]
    known = [Trust(root, (NAME,)), Trust(fingerprint=print_), Trust(fingerprint=print_.upper())]
    strangers = [Trust(root, ("V400m-1.test.terminal.adyen.com",)), Trust(fingerprint="ab" * 32)]
    for each in known:
        assert NexoPayment(Line("127.0.0.1", terminal.port, each), ENDS, KEY).ready()
    for number, each in enumerate(strangers):
        payment = NexoPayment(Line("127.0.0.1", terminal.port, each), ENDS, KEY)
        assert not payment.ready()
        assert payment.charge(asked(f"attempt-{number}")) == Declined("unreachable")
    other = NexoPayment(Line("127.0.0.1", terminal.port, Trust(Path("/nowhere"), (NAME,))), ENDS, KEY)
    assert not other.ready() and other.charge(asked("attempt-9")) == Declined("unreachable")
    assert not NexoPayment(Line("127.0.0.1", terminal.port, known[0]), Ends("K14", "V400m-2"), KEY).ready()
    assert terminal.ledger("ledger.jsonl") == []


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


def test_every_condition_of_a_failure_has_its_word(terminal: Device) -> None:
    payment = sealed(terminal)
    for condition, reason in CONDITIONS.items():
        terminal.order("condition", name=condition)
        request = asked(f"attempt-{condition}")
        assert payment.charge(request) == Declined(reason) == payment.outcome_of(request)
    assert CONDITIONS.keys() | {"Busy", "NotFound"} == REASONS.keys()
    assert charged(terminal) == []


def test_a_condition_nobody_knows_leaves_it_open(terminal: Device) -> None:
    terminal.order("condition", name="SomethingNew")
    payment = sealed(terminal)
    assert isinstance(payment.charge(asked()), Unresolved)


def test_a_part_that_was_taken_goes_back_at_once(terminal: Device) -> None:
    terminal.order("partial", minor=300)
    payment = sealed(terminal)
    assert payment.charge(asked()) == Declined("partial") == payment.outcome_of(asked())
    lines = terminal.ledger("ledger.jsonl")
    assert [(line["do"], line["amount_minor"], line["outcome"]) for line in lines] == [
        ("charge", 300, "partial"),
        ("refund", 300, "approved"),
    ]


@pytest.mark.parametrize("fault", ["drop_after_approval", "forget"])
def test_a_part_whose_way_back_is_unclear_is_asked_about_and_goes_back_once(terminal: Device, fault: str) -> None:
    terminal.order("partial", minor=300)
    terminal.order(fault, on="refund")
    payment = sealed(terminal)
    outcome = payment.charge(asked())
    while isinstance(outcome, Unresolved):
        outcome = payment.outcome_of(asked())
    assert outcome == Declined("partial")
    assert terminal.order("state")["refunded"] == 1


def test_a_bank_that_is_not_reached_is_not_ready(terminal: Device) -> None:
    terminal.order("host_down")
    payment = sealed(terminal)
    assert not payment.ready()
    assert payment.charge(asked()) == Declined("offline")


def test_amounts_keep_their_minor_units(terminal: Device) -> None:
    payment, amounts = sealed(terminal), [(1, "CNY"), (99301, "JPY"), (1234567, "KWD"), (70, "EUR")]
    for minor, currency in amounts:
        paid = payment.charge(asked(currency, minor, currency))
        assert isinstance(paid, Approved)
        back = ChargeRequest(f"refund, {currency}", minor, currency, payment.mark(), paid.reference)
        assert isinstance(payment.refund(back, paid.reference), Approved)
    booked = [(line["amount_minor"], line["currency"]) for line in terminal.ledger("ledger.jsonl")]
    assert booked == [each for each in amounts for _ in range(2)]


# the power, and the wire


@pytest.mark.parametrize("bytes_", [0, 400])
def test_a_terminal_that_loses_its_power_in_the_answer_knows_afterwards(start: Start, bytes_: int) -> None:
    first = start("nexo", "--tap-s", "0", *SEALED)
    first.order("die_after_bytes", n=bytes_)
    assert isinstance(sealed(first).charge(asked()), Unresolved)
    second = start("nexo", "--tap-s", "0", *SEALED)
    assert isinstance(sealed(second).outcome_of(asked()), Approved)
    assert charged(second) == [("attempt-1", 99300)]


def test_an_answer_that_comes_twice_is_one_payment(terminal: Device) -> None:
    terminal.order("duplicate")
    payment = sealed(terminal)
    assert isinstance(payment.charge(asked()), Approved)
    assert isinstance(payment.charge(asked("attempt-2", 5)), Approved)
    assert charged(terminal) == [("attempt-1", 99300), ("attempt-2", 5)]


def test_a_refund_of_another_kind_of_payment_is_refused_before_anything_is_sent(terminal: Device) -> None:
    payment = sealed(terminal)
    for reference in ("A000001", "said by Kim", "@", ""):
        assert payment.refund(asked("refund-1"), reference) == Declined("unknown_original")


def test_service_ids_are_ten_signs_stable_and_of_their_own() -> None:
    ids = {service_id(f"attempt-{number}", part) for number in range(20_000) for part in ("", "/part")}
    assert len(ids) == 40_000
    assert all(len(each) == 10 and each.isascii() and each.isalnum() and each[0] != "0" for each in ids)
    assert service_id("019ab0c2-7d1e-7000-8000-000000000001") == "QKOZAV5SWP"


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


def test_a_terminal_that_goes_alone_against_its_word_is_found_out(terminal: Device) -> None:
    terminal.order("offline")
    outcome = sealed(terminal).charge(asked())
    assert isinstance(outcome, Approved) and outcome.offline  # and the desk gives it back
