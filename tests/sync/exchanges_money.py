"""The calls about money between terminal and central: vouchers, scan-to-pay, money back."""

from __future__ import annotations

import msgspec
from sqlalchemy import text

from central import voucher_office
from central.payments import rows
from central.payments.rules import Attempt
from kiosk.domain.money import Money
from sync.wire import (
    PaymentAsk,
    PaymentBegin,
    PaymentOffers,
    PaymentRefund,
    PaymentState,
    VoucherAsk,
    VoucherGiveBack,
    VoucherMove,
    VoucherRedeem,
    VoucherValue,
)  # fmt: skip
from tests.sync.attacked import World
from tests.sync.exchange import Exchange


class Voucher(Exchange):
    """A payment by voucher: what central says of it is money."""

    path, request, reply = "/v1/vouchers/redeem", VoucherRedeem, VoucherMove

    def __init__(self, world: World) -> None:
        super().__init__(world)
        [self.code] = voucher_office.issue(world.context, Money(100_000, "EUR"))
        self.key, self.taken = f"attempt-{world.number()}", 0

    def prepare(self) -> None:
        self.key = f"attempt-{self.world.number()}"

    def do(self) -> None:
        move = self.world.client.voucher_redeem(VoucherRedeem(self.key, 7, "EUR", self.code))
        if (move.key, move.amount_minor) != (self.key, 7):
            raise AssertionError(f"believed: {move}")
        assert move.state == "approved"

    def invented(self) -> bytes:
        return msgspec.json.encode(VoucherMove(self.key, 7, "EUR", "approved", "voucher:999999"))

    def settle(self) -> None:
        super().settle()
        row, moves = voucher_office.history(self.world.context, self.code)
        assert row.balance_minor == 100_000 - 7 * len(moves)


class VoucherLook(Voucher):
    """What is on a voucher."""

    path, request, reply = "/v1/vouchers/look", VoucherAsk, VoucherValue

    def do(self) -> None:
        value = self.world.client.voucher_look(VoucherAsk(self.code))
        if (value.balance_minor, value.currency, value.why_not) != (100_000, "EUR", ""):
            raise AssertionError(f"believed: {value}")

    def invented(self) -> bytes:
        return msgspec.json.encode(VoucherValue(999_999, "EUR"))


class VoucherBack(Voucher):
    """An amount goes back on the voucher it came from."""

    path, request = "/v1/vouchers/give_back", VoucherGiveBack

    def prepare(self) -> None:
        super().prepare()
        taken = self.world.client.voucher_redeem(VoucherRedeem(f"{self.key}-taken", 7, "EUR", self.code))
        self.reference = taken.reference

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.prepare()

    def do(self) -> None:
        move = self.world.client.voucher_give_back(VoucherGiveBack(self.key, 7, "EUR", self.reference))
        if (move.key, move.amount_minor, move.state) != (self.key, 7, "approved"):
            raise AssertionError(f"believed: {move}")

    def settle(self) -> None:
        Exchange.settle(self)
        row, moves = voucher_office.history(self.world.context, self.code)
        assert row.balance_minor <= 100_000 and len(moves) >= 2


class Offers(Exchange):
    """What central can do of scan-to-pay."""

    path, reply = "/v1/payments", PaymentOffers

    def do(self) -> None:
        assert {(way.kind, way.provider) for way in self.world.client.payment_offers().ways} == {
            ("qr", "wechat"), ("scan", "wechat")
        }  # fmt: skip

    def invented(self) -> bytes:
        return msgspec.json.encode({"ways": [{"kind": "qr", "provider": "stranger", "currencies": ["CNY"]}]})


class Payment(Exchange):
    """An attempt begins. Its gateway is out of reach, so that it never comes to more than being asked about."""

    path, request, reply = "/v1/payments", PaymentBegin, PaymentState

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.prepare()

    def prepare(self) -> None:
        self.key = f"019a-{self.world.number():08d}"

    def do(self) -> None:
        self._mine(self.world.client.payment_begin(PaymentBegin(self.key, "qr", "wechat", 1250, "CNY")))

    def _mine(self, state: PaymentState) -> None:
        assert (state.key, state.amount_minor, state.currency) == (self.key, 1250, "CNY")
        assert state.state not in ("approved", "waiting") and not state.reference and not state.code

    def invented(self) -> bytes:
        return msgspec.json.encode(PaymentState(self.key, 1250, "CNY", "approved", "", "wechat:4200", "", ""))

    def settle(self) -> None:
        super().settle()
        with self.world.context.engine.connect() as connection:
            rows = connection.execute(text("SELECT state FROM scan_attempt WHERE attempt_id = :k"), {"k": self.key})
            assert [row.state for row in rows] in (["created"], ["closing"])


class PaymentQuestion(Payment):
    """What became of an attempt."""

    path, request = "/v1/payments/ask", PaymentAsk

    def do(self) -> None:
        self._mine(self.world.client.payment_ask(PaymentAsk(self.key, "qr", "wechat", 1250, "CNY")))


class MoneyBack(Payment):
    """A refund of something that was paid."""

    path, request = "/v1/payments/refund", PaymentRefund

    def prepare(self) -> None:
        super().prepare()
        self._paid = f"4200{self.world.number():08d}"
        paid = Attempt(f"{self.key}-paid", f"n{self._paid}", "qr", "wechat", 1250, "CNY", 1, 0, 0, state="approved",
                       reference=self._paid)  # fmt: skip
        with rows.committing(self.world.context.engine) as connection:
            assert rows.insert(connection, paid)

    def do(self) -> None:
        self._mine(self.world.client.payment_refund(PaymentRefund(self.key, f"wechat:{self._paid}", 1250, "CNY")))

    def settle(self) -> None:
        Exchange.settle(self)
        with self.world.context.engine.connect() as connection:
            back = text("SELECT sum(amount_minor) FROM scan_refund WHERE attempt_id = :k")
            assert connection.scalar(back, {"k": f"{self.key}-paid"}) == 1250
