"""Vouchers at a real central: the port's promises, the books, the limit on guessing, and two terminals at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from central import voucher_check, voucher_office, vouchers
from central.context import Context
from central.journal.apply import apply_all
from central.journal.upload import receive
from devices.payment.voucher import VoucherPayment
from kiosk.domain.codes import voucher_code
from kiosk.domain.errors import CentralRefused
from kiosk.domain.events import PaymentApproved, PaymentRequested, PlacesHeld
from kiosk.domain.money import Money
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Unresolved
from tests.central.world import Terminal
from tests.conftest import SettableClock

ROOT = Path(__file__).parents[2]
MANY = 5


@pytest.fixture
def code(context: Context) -> str:
    [made] = voucher_office.issue(context, Money(5000, "EUR"))
    return made


@pytest.fixture
def till(context: Context, url: str) -> Iterator[Callable[..., VoucherPayment]]:
    """till("K2") is another terminal's driver; `at`: another address of central."""
    open_: list[VoucherPayment] = []
    known: dict[str, Terminal] = {}

    def build(name: str = "K1", role: str = "kiosk", at: str = "") -> VoucherPayment:
        if name not in known:
            known[name] = Terminal(context, name, role)
        open_.append(VoucherPayment(known[name].client(at or url), lambda: True))
        return open_[-1]

    yield build
    for each in open_:
        each.close()


Till = Callable[..., VoucherPayment]


def pay(code: str, key: str = "attempt-1", amount: int = 3000, currency: str = "EUR") -> ChargeRequest:
    return ChargeRequest(key, amount, currency, presented=code)


def left(context: Context, code: str) -> int:
    return int(voucher_office.history(context, code)[0].balance_minor)


def test_a_part_is_paid_once_however_often_it_is_sent(context: Context, till: Till, code: str) -> None:
    payment = till()
    answers = {payment.charge(pay(code)) for _ in range(3)} | {payment.outcome_of(pay("")), till().outcome_of(pay(""))}
    [answer] = answers
    assert isinstance(answer, Approved) and answer.card == f"**** {code[-4:]}"
    assert left(context, code) == 2000 and payment.look(code).balance_minor == 2000


def test_a_code_is_read_as_people_type_it(context: Context, till: Till, code: str) -> None:
    assert isinstance(till().charge(pay(f" {code.lower().replace('-', ' ')}")), Approved)
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for typed in (wrong, "", code[:-1], "0" * 12):
        assert till().charge(pay(typed, "attempt-2", 10)) == Declined("mistyped")
    assert left(context, code) == 2000


def test_more_than_is_on_it_and_another_currency_take_nothing(context: Context, till: Till, code: str) -> None:
    payment = till()
    assert payment.charge(pay(code, amount=5001)) == Declined("balance") == payment.outcome_of(pay("", amount=5001))
    assert payment.charge(pay(code, "attempt-2", 5000, "CNY")) == Declined("currency")
    assert left(context, code) == 5000
    assert isinstance(payment.charge(pay(code, "attempt-3", 5000)), Approved)
    assert payment.charge(pay(code, "attempt-4", 1)) == Declined("balance")


def test_a_key_is_for_one_move_and_one_terminal(context: Context, till: Till, code: str) -> None:
    assert isinstance(till().charge(pay(code)), Approved)
    assert isinstance(till().charge(pay(code, amount=1)), Unresolved)  # the answer is about another amount
    assert isinstance(till("K2").charge(pay(code)), Unresolved)
    assert isinstance(till().refund(pay("", amount=3000), "voucher:1"), Unresolved)
    assert left(context, code) == 2000


def test_a_question_closes_a_key_nobody_heard_of(context: Context, till: Till, code: str) -> None:
    payment = till()
    assert payment.outcome_of(pay("")) == Declined("not_started") == payment.charge(pay(code))
    assert left(context, code) == 5000


def test_what_is_given_back_is_on_the_same_voucher_and_never_more(context: Context, till: Till, code: str) -> None:
    payment = till()
    paid = payment.charge(pay(code))
    assert isinstance(paid, Approved)
    back = ChargeRequest("refund-1", 1000, "EUR", refund_of=paid.reference)
    assert payment.outcome_of(back) == Declined("not_started")
    given = payment.refund(back, paid.reference)
    assert isinstance(given, Approved) and payment.refund(back, paid.reference) == given == payment.outcome_of(back)
    assert left(context, code) == 3000
    assert till("K2").refund(ChargeRequest("refund-2", 2001, "EUR"), paid.reference) == Declined("amount")
    assert isinstance(till("K2").refund(ChargeRequest("refund-3", 2000, "EUR"), paid.reference), Approved)
    assert payment.refund(ChargeRequest("refund-4", 1, "EUR"), paid.reference) == Declined("amount")
    for reference in ("voucher:999", "voucher:x", "A1", given.reference):
        number = len(reference) * 10
        assert payment.refund(ChargeRequest(f"refund-{number}", 1, "EUR"), reference) == Declined("unknown_original")
    assert left(context, code) == 5000


def test_guesses_are_limited_and_do_not_stop_other_terminals(
    context: Context, till: Till, code: str, clock: SettableClock
) -> None:
    payment, wrong = till(), [f"{number:08x}" for number in range(vouchers.TRIES_MAX)]
    for number, seed in enumerate(wrong):
        guess = voucher_code(seed.encode())
        if number % 2:
            assert payment.charge(pay(guess, seed, 1)) == Declined("unknown_voucher")
        else:
            with pytest.raises(CentralRefused, match="compare it with the voucher"):
                payment.look(guess)
    with pytest.raises(CentralRefused, match="work again in 10 minutes"):
        payment.look(code)
    assert payment.charge(pay(code)) == Declined("too_many_tries")
    assert payment.outcome_of(pay("")) == Declined("not_started")  # and the key is closed
    assert isinstance(till("K2").charge(pay(code, "attempt-2", 1)), Approved)
    clock.forward(vouchers.TRIES_WINDOW_S + 1)
    assert isinstance(payment.charge(pay(code, "attempt-3", 1)), Approved)


def test_an_old_or_stopped_voucher_pays_nothing_but_takes_back(
    context: Context, till: Till, code: str, clock: SettableClock
) -> None:
    [old] = voucher_office.issue(context, Money(5000, "EUR"), valid_days=30)
    payment = till()
    paid = [payment.charge(pay(each, f"attempt-{number}")) for number, each in enumerate((old, code))]
    clock.forward(30 * 86400)
    voucher_office.block(context, code)
    for each, why, before in ((old, "expired", paid[0]), (code, "blocked", paid[1])):
        assert payment.look(each).why_not == why
        assert payment.charge(pay(each, f"again-{why}", 1)) == Declined(why)
        assert isinstance(before, Approved)
        assert isinstance(payment.refund(ChargeRequest(f"refund-{why}", 3000, "EUR"), before.reference), Approved)
        assert left(context, each) == 5000


def test_a_voucher_held_up_at_many_tills_at_once_pays_only_what_is_on_it(
    context: Context, till: Till, code: str
) -> None:
    answers: list[PaymentOutcome] = []
    tills = [till(f"K{number}") for number in range(MANY)]

    def charge(number: int) -> None:
        answers.append(tills[number].charge(pay(code, f"attempt-{number}", 2000)))

    threads = [threading.Thread(target=charge, args=(number,)) for number in range(MANY)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sum(isinstance(each, Approved) for each in answers) == 2
    assert answers.count(Declined("balance")) == MANY - 2 and left(context, code) == 1000


def test_the_same_request_many_times_at_once_is_one_move(context: Context, till: Till, code: str) -> None:
    answers: list[PaymentOutcome] = []
    tills = [till() for _ in range(MANY)]

    def charge(payment: VoucherPayment) -> None:
        answers.append(payment.charge(pay(code)))

    def ask(payment: VoucherPayment) -> None:
        answers.append(payment.outcome_of(pay("")))

    threads = [threading.Thread(target=call, args=(each,)) for each in tills for call in (charge, ask)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    [answer] = set(answers)  # paid, or closed by a question that was faster
    assert left(context, code) == (2000 if isinstance(answer, Approved) else 5000)


def test_without_central_it_is_not_known_and_not_ready(context: Context, till: Till, code: str) -> None:
    payment = till(at="http://127.0.0.1:9")
    assert isinstance(payment.charge(pay(code)), Unresolved)
    assert isinstance(payment.outcome_of(pay(code)), Unresolved)
    assert isinstance(payment.refund(pay(code), "voucher:1"), Unresolved)
    link = Terminal(context, "K9").client("http://127.0.0.1:9")
    assert not VoucherPayment(link, lambda: False).ready()
    link.close()


def test_a_gate_pays_with_nothing(context: Context, till: Till, code: str) -> None:
    assert till("G1", "gate").charge(pay(code)) == Declined("gate_sells_nothing")
    assert left(context, code) == 5000


def test_no_code_is_kept_in_the_database(context: Context, till: Till, code: str) -> None:
    till().charge(pay(code))
    with context.engine.connect() as connection:
        rows = [
            str(dict(row._mapping))
            for table in ("voucher", "voucher_move")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert len(rows) == 2 and not any(code in row or code.replace("-", "") in row for row in rows)


def test_the_sum_of_all_moves_is_what_is_on_the_vouchers(context: Context, till: Till, code: str) -> None:
    payment = till()
    for number in range(8):
        paid = payment.charge(pay(code, f"attempt-{number}", 900 + number))
        if isinstance(paid, Approved) and number % 2:
            payment.refund(ChargeRequest(f"refund-{number}", 450, "EUR"), paid.reference)
    row, moves = voucher_office.history(context, code)
    moved = sum(-move.amount_minor if move.kind == "redeem" else move.amount_minor for move in moves)
    assert row.balance_minor == row.issued_minor + moved


def test_the_books_are_held_against_the_journals(context: Context, url: str, clock: SettableClock, code: str) -> None:
    terminal = Terminal(context, "K7")
    payment = VoucherPayment(terminal.client(url), lambda: True)
    ids = {"sale_id": "s", "attempt_id": "attempt-1"}
    paid = payment.charge(pay(code))
    assert isinstance(paid, Approved)
    assert voucher_check.check(context) == []  # its journal may be on its way
    clock.forward(voucher_check.QUIET_S + 1)
    [alone] = voucher_check.check(context)
    assert alone.startswith("K7: voucher:") and "€ 30.00" in alone and "no journal says what for" in alone
    terminal.append(PlacesHeld(sale_id="s", items=(), currency="EUR"))
    terminal.append(PaymentRequested(**ids, amount_minor=3000, currency="EUR", means="voucher"))
    terminal.append(PaymentApproved(**ids, reference=paid.reference))
    assert receive(context, *terminal.id, terminal.batch()).accepted_seq == len(terminal.records)
    apply_all(context)
    assert voucher_check.check(context) == []
    with context.engine.begin() as connection:  # central came back older
        connection.execute(text("DELETE FROM voucher_move"))
        connection.execute(text("UPDATE voucher SET balance_minor = issued_minor"))
    [forgotten] = voucher_check.check(context)
    assert "the books do not know" in forgotten and "attempt-1" in forgotten
    with context.engine.begin() as connection:
        connection.execute(text("UPDATE voucher SET balance_minor = 1"))
    assert "is not the sum of its moves" in voucher_check.check(context)[-1]
    payment.close()


def test_the_operator_issues_shows_and_stops_vouchers() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kiosk-central-test-"))

    def command(*words: str, fails: bool = False) -> str:
        call = [sys.executable, "-W", "error", "-m", "central", "voucher", *words, "--data", str(folder)]
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert bool(done.returncode) == fails, done.stderr
        return done.stdout + done.stderr

    try:
        assert "needs --currency" in command("issue", "25", fails=True)
        assert "no amount of EUR" in command("issue", "25.001", "--currency", "EUR", fails=True)
        made = json.loads(
            command("issue", "25.50", "--currency", "eur", "--count", "2", "--valid-days", "30", "--json")
        )
        assert (made["amount_minor"], made["currency"], len(made["codes"])) == (2550, "EUR", 2)
        assert "25.50 of € 25.50" in command("show", made["codes"][0])
        assert "typing mistake" in command("show", made["codes"][0][:-1] + "?", fails=True)
        assert "pays nothing from now on" in command("block", made["codes"][0])
        assert "blocked" in command("show", made["codes"][0].lower())
        assert "no voucher has this code" in command("show", voucher_code(b"unknown!"), fails=True)
    finally:
        shutil.rmtree(folder)
