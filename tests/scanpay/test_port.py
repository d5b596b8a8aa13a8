"""The payment port through a real central: both ways, both providers, whose ledgers are the truth about money."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Unresolved
from tests.scanpay.world import CODES, Payer, World

WAYS = [(kind, provider) for kind in ("qr", "scan") for provider in ("wechat", "alipay")]
each_way = pytest.mark.parametrize(("kind", "provider"), WAYS)


def driver(world: World, kind: str, provider: str, wait_s: float = 20.0):  # type: ignore[no-untyped-def]
    return world.qr(provider, wait_s) if kind == "qr" else world.scan(CODES[provider], wait_s)


def in_background(call: Callable[[], PaymentOutcome]) -> Callable[[], PaymentOutcome]:
    """Start it; the returned call waits for its answer."""
    answers: list[PaymentOutcome] = []
    thread = threading.Thread(target=lambda: answers.append(call()))
    thread.start()

    def wait() -> PaymentOutcome:
        thread.join(40)
        return answers[0]

    return wait


def waits(world: World, provider: str, count: int = 1) -> list[str]:
    """The codes of orders that nobody has scanned, once there are so many."""
    while len(codes := world.gateways[provider].order("state")["waiting"]) < count:
        pass
    return list(codes)


@each_way
def test_a_payment_is_approved_booked_once_and_given_back(world: World, kind: str, provider: str) -> None:
    payment, gateway, request = driver(world, kind, provider), world.gateways[provider], world.request()
    assert payment.ready() and payment.offered() and payment.mark() == "" and not payment.exclusive
    payer = Payer(gateway)
    paid = payment.charge(request, payer)
    assert isinstance(paid, Approved) and paid.reference.startswith(f"{provider}:"), paid
    assert [each.what for each in payer.told] == (["qr"] if kind == "qr" else ["code", "wait"])
    assert payment.charge(request, payer) == payment.outcome_of(request) == paid
    assert payment.confirm(request, paid.reference) == Approved(paid.reference)
    assert gateway.charges() == [request.attempt_id.replace("-", "")]
    back = world.request(450, refund_of=paid.reference)
    assert payment.outcome_of(back) == Declined("not_started")
    given = payment.refund(back, paid.reference)
    assert isinstance(given, Approved) and given == payment.refund(back, paid.reference) == payment.outcome_of(back)
    assert payment.refund(world.request(801), paid.reference) == Declined("amount")
    assert isinstance(payment.refund(world.request(800), paid.reference), Approved)
    assert payment.refund(world.request(1), f"{provider}:1") == Declined("unknown_original")
    assert gateway.net() == {}
    payment.close()
    payment.close()


@each_way
def test_who_refuses_or_has_no_money_is_declined_for_good(world: World, kind: str, provider: str) -> None:
    payment, request = driver(world, kind, provider), world.request()
    world.gateways[provider].order("decline")
    if kind == "qr":
        answer = in_background(lambda: payment.charge(request, Payer(world.gateways[provider], "look")))
        waits(world, provider)
        with pytest.raises(Exception, match="no order"):
            world.gateways[provider].order("agree")
        [code] = world.gateways[provider].order("state")["codes"]
        world.gateways[provider].order("clear")
        world.gateways[provider].order("decline")
        world.gateways[provider].order("scan", code=code)
        assert isinstance(answer(), Declined)
    else:
        assert payment.charge(request) == Declined("declined")
    assert isinstance(payment.outcome_of(request), Declined)
    assert isinstance(payment.charge(request), Declined)
    assert world.gateways[provider].net() == {}


@each_way
def test_the_payer_is_asked_for_a_password_and_gives_it(world: World, kind: str, provider: str) -> None:
    payment, request, gateway = driver(world, kind, provider), world.request(), world.gateways[provider]
    if kind == "scan":
        gateway.order("userpaying")
        answer = in_background(lambda: payment.charge(request))
    else:
        answer = in_background(lambda: payment.charge(request, Payer(gateway, "look")))
        waits(world, provider)
        gateway.order("userpaying")
        gateway.order("scan", code=gateway.order("state")["codes"][0])
    while not gateway.order("state")["asking"]:
        pass
    gateway.order("agree")
    assert isinstance(answer(), Approved)
    assert gateway.charges() == [request.attempt_id.replace("-", "")]


FAULTS = ("silence", "late_answer", "drop_after_approval", "bad_signature", "trouble", "wrong_amount")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("provider", ["wechat", "alipay"])
def test_an_answer_that_does_not_come_right_is_asked_for(world: World, provider: str, fault: str) -> None:
    """The passenger's code: what the gateway booked is what comes out, whatever was said at first."""
    payment, request, gateway = world.scan(CODES[provider]), world.request(), world.gateways[provider]
    gateway.order(fault, s=0.5)
    if fault == "trouble":  # nothing was booked
        answer = in_background(lambda: payment.charge(request))
        while not gateway.order("state")["calls"]:
            pass
        world.forward(70)  # central gives up, and no request can be on its way
        assert isinstance(answer(), Declined)
        assert gateway.net() == {}
        return
    assert isinstance(payment.charge(request), Approved)
    assert gateway.charges() == [request.attempt_id.replace("-", "")]


@pytest.mark.parametrize("provider", ["wechat", "alipay"])
def test_a_stop_closes_the_order_and_nobody_can_pay_it_any_more(world: World, provider: str) -> None:
    payment, request, gateway = world.qr(provider), world.request(), world.gateways[provider]
    payer = Payer(gateway, "look")
    answer = in_background(lambda: payment.charge(request, payer))
    waits(world, provider)
    while not payer.told:
        pass
    payment.cancel("somebody else's")
    payment.cancel(request.attempt_id)
    assert answer() == Declined("cancelled")
    with pytest.raises(Exception, match="no order"):
        gateway.order("scan", code=payer.told[0].text)
    assert gateway.net() == {} and payment.outcome_of(request) == Declined("cancelled")


@pytest.mark.parametrize(("kind", "provider"), WAYS)
def test_money_that_came_while_it_was_cancelled_is_found_or_goes_back(world: World, kind: str, provider: str) -> None:
    payment, request, gateway = driver(world, kind, provider), world.request(), world.gateways[provider]
    if kind == "scan":
        gateway.order("userpaying")
    answer = in_background(lambda: payment.charge(request, Payer(gateway, "look")))
    waits(world, provider)
    gateway.order("pay_before_close")
    payment.cancel(request.attempt_id)
    outcome = answer()
    number = request.attempt_id.replace("-", "")
    # A closed order of WeChat Pay says that it was paid; a reversal, and Alipay's cancel, give the money back.
    kept = {number: 1250} if (kind, provider) == ("qr", "wechat") else {}
    assert gateway.net() == kept
    assert isinstance(outcome, Approved) if kept else outcome == Declined("cancelled")


def test_a_payment_code_is_not_reversed_before_the_provider_allows_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeChat Pay wants 15 s between a payment and its reversal; until then it is asked about."""
    monkeypatch.setattr(world.context.providers["wechat"], "reverse_after_s", 15.0)
    payment, request, gateway = world.scan(CODES["wechat"]), world.request(), world.gateways["wechat"]
    gateway.order("userpaying")
    answer = in_background(lambda: payment.charge(request))
    waits(world, "wechat")
    payment.cancel(request.attempt_id)
    while gateway.order("state")["calls"].get("out-trade-no", 0) < 3:
        pass
    assert gateway.order("state")["calls"].get("out-trade-noreverse", 0) == 0
    world.forward(15)
    assert answer() == Declined("cancelled")
    assert gateway.order("state")["calls"]["out-trade-noreverse"] >= 1 and gateway.net() == {}


@pytest.mark.parametrize("provider", ["wechat", "alipay"])
def test_time_ends_what_nobody_scans(world: World, provider: str) -> None:
    payment, gateway = world.qr(provider, wait_s=0.5), world.gateways[provider]
    request = world.request()
    assert isinstance(payment.charge(request, Payer(gateway, "look")), Declined)
    assert gateway.order("state")["closed"] == 1 and gateway.net() == {}


def test_what_is_no_payment_code_is_sent_to_nobody(world: World) -> None:
    for code in ("HELLO", "991234567890123456", "1345678901234567890123456789"):
        assert world.scan(code).charge(world.request()) == Declined("not_a_code")
    nobody = world.scan("", wait_s=0.2)
    assert nobody.charge(world.request()) == Declined("timed_out")
    assert all(gateway.ledger() == [] for gateway in world.gateways.values())


def test_the_same_attempt_with_other_facts_is_not_believed(world: World) -> None:
    payment, request = world.qr("wechat"), world.request()
    assert isinstance(payment.charge(request, Payer(world.gateways["wechat"])), Approved)
    other = ChargeRequest(request.attempt_id, 1, "CNY")
    assert isinstance(payment.outcome_of(other), Unresolved)
    assert isinstance(payment.charge(other), Unresolved)
    assert payment.charge(world.request(100, "EUR")) == Declined("currency")
    assert world.gateways["wechat"].charges() == [request.attempt_id.replace("-", "")]


def test_a_question_closes_an_attempt_nobody_heard_of(world: World) -> None:
    for payment in (world.qr("wechat"), world.qr("alipay"), world.scan(CODES["wechat"])):
        request = world.request()
        assert isinstance(payment.outcome_of(request), Unresolved)  # a request may still be on its way
        world.forward(40)
        assert world.until(request, payment, Declined) == Declined("not_started")
        assert payment.charge(request) == Declined("not_started")
    assert all(gateway.ledger() == [] for gateway in world.gateways.values())


@pytest.mark.parametrize(
    ("kind", "provider", "mood"), [(*way, "unreachable") for way in WAYS] + [("qr", "wechat", "mute")]
)
def test_a_gateway_that_is_away_takes_nothing_and_is_asked_when_it_is_back(
    world: World, kind: str, provider: str, mood: str
) -> None:
    payment, request, gateway = driver(world, kind, provider, wait_s=1.0), world.request(), world.gateways[provider]
    payment.ending_s = 0.5
    gateway.order(mood)
    outcome = payment.charge(request)
    # A code of ours that was never shown can be paid by nobody; of the passenger's code nobody knows yet.
    assert isinstance(outcome, Declined if kind == "qr" else Unresolved)
    gateway.order("clear")
    world.forward(400)  # no request is on its way any more, and the next question is due
    assert isinstance(world.until(request, payment, Declined), Declined)
    assert gateway.net() == {}


@each_way
def test_a_payment_that_a_restored_database_forgot_is_found_or_goes_back(
    world: World, kind: str, provider: str
) -> None:
    """Asked about, never guessed: what a terminal is told in the end is what the gateway's ledger says."""
    payment, request, gateway = driver(world, kind, provider), world.request(), world.gateways[provider]
    assert isinstance(payment.charge(request, Payer(gateway)), Approved)
    with world.context.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM scan_refund")
        connection.exec_driver_sql("DELETE FROM scan_attempt")
    world.until(request, payment, (Approved, Declined))  # type: ignore[arg-type]
    paid = isinstance(payment.outcome_of(request), Approved)
    assert gateway.net() == ({request.attempt_id.replace("-", ""): 1250} if paid else {})
    assert gateway.charges() == [request.attempt_id.replace("-", "")]


@pytest.mark.parametrize("provider", ["wechat", "alipay"])
def test_what_a_restored_database_forgot_can_still_be_given_back_and_only_once(world: World, provider: str) -> None:
    payment, request, gateway = world.qr(provider), world.request(), world.gateways[provider]
    paid = payment.charge(request, Payer(gateway))
    assert isinstance(paid, Approved)
    first, second = world.request(1000, refund_of=paid.reference), world.request(1000, refund_of=paid.reference)
    assert isinstance(payment.refund(first, paid.reference), Approved)
    with world.context.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM scan_refund")
        connection.exec_driver_sql("DELETE FROM scan_attempt")
    assert payment.outcome_of(first) == Declined("not_started")  # so it is asked for again, under its own number
    assert isinstance(payment.refund(first, paid.reference), Approved)
    assert payment.refund(second, paid.reference) == Declined("amount")
    assert payment.refund(world.request(1), f"{provider}:nobodys") == Declined("unknown_original")
    assert gateway.net() == {request.attempt_id.replace("-", ""): 250}


def test_without_central_nothing_is_ready_and_nothing_raises(world: World) -> None:
    for payment in (
        world.qr("wechat", url="http://127.0.0.1:9"),
        world.scan(CODES["alipay"], url="http://127.0.0.1:9"),
    ):
        assert not payment.ready() and not payment.offered()
        request = world.request()
        assert isinstance(payment.outcome_of(request), Unresolved)
        assert isinstance(payment.refund(request, "wechat:1"), Unresolved)
        payment.cancel("x")


@pytest.mark.parametrize("provider", ["wechat", "alipay"])
@pytest.mark.parametrize("fault", ["duplicate_notification", "no_notification", "forged_notification"])
def test_notifications_make_central_ask_and_nothing_else(world: World, provider: str, fault: str) -> None:
    world.gateways[provider].order(fault)
    request = world.request()
    assert isinstance(world.pay("qr", provider, request), Approved)
    assert world.gateways[provider].charges() == [request.attempt_id.replace("-", "")]
    if fault == "duplicate_notification":
        while world.gateways[provider].order("state")["notified"] < 2:
            pass
