"""Many payments at once, both ways, at both providers, with faults, stops and refunds in any order: in the end what
terminals were told is what the gateways' ledgers say, to the cent. KIOSK_PAYMENTS=1000 for more; a seed replays."""

from __future__ import annotations

import contextlib
import os
import random
from concurrent.futures import ThreadPoolExecutor

from kiosk.domain.errors import KioskError
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Prompt, Unresolved
from tests.scanpay.world import CODES, World

PAYMENTS, SEED, AT_ONCE = int(os.environ.get("KIOSK_PAYMENTS", "24")), int(os.environ.get("KIOSK_SEED", "1")), 6
FAULTS = (
    "silence", "drop_after_approval", "bad_signature", "trouble", "wrong_amount", "decline", "userpaying",
    "no_notification", "duplicate_notification", "forged_notification", "pay_before_close", "pending_refund",
)  # fmt: skip


class Payer:
    """Somebody at one terminal: pays, stops, or walks away."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.kind = self.chance.choice(("qr", "scan"))
        self.provider = self.chance.choice(("wechat", "alipay"))
        self.does = self.chance.choice(("pay", "pay", "pay", "stop", "leave"))
        self.gateway = world.gateways[self.provider]
        self.request = ChargeRequest(f"019b-{SEED:04d}-{seed:08d}", self.chance.randrange(1, 100_000), "CNY")
        self.payment = world.qr(self.provider, 3.0) if self.kind == "qr" else world.scan(CODES[self.provider], 3.0)
        self.payment.ending_s = 2.0
        self.back: ChargeRequest | None = None

    def told(self, prompt: Prompt) -> None:
        if prompt.what == "qr":
            with contextlib.suppress(KioskError):  # it was closed meanwhile, which a payer's phone says too
                self.gateway.phone("scan" if self.does == "pay" else "look", prompt.text)
        if self.does == "stop":
            self.payment.cancel(self.request.attempt_id)

    def run(self) -> PaymentOutcome:
        if self.chance.random() < 0.6:
            self.gateway.tell(self.chance.choice(FAULTS))
        outcome = self.payment.charge(self.request, self.told)
        if isinstance(outcome, Approved) and self.chance.random() < 0.4:
            part = self.chance.randrange(1, self.request.amount_minor + 1)
            self.back = ChargeRequest(f"{self.request.attempt_id}-r", part, "CNY", refund_of=outcome.reference)
            self.payment.refund(self.back, outcome.reference)
        return outcome

    def settled(self) -> int:
        """What was kept, once everything is final."""
        paid = self.world.until(self.request, self.payment, (Approved, Declined), 60)  # type: ignore[arg-type]
        if isinstance(paid, Declined):
            return 0
        kept = self.request.amount_minor
        if self.back is not None:
            given: PaymentOutcome = self.payment.outcome_of(self.back)
            while isinstance(given, Unresolved) or given == Declined("not_started"):
                given = self.payment.refund(self.back, self.back.refund_of)
            kept -= self.back.amount_minor if isinstance(given, Approved) else 0
        return kept


def test_what_terminals_were_told_is_what_the_ledgers_say(world: World) -> None:
    payers = [Payer(world, SEED * 100_000 + number) for number in range(PAYMENTS)]
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        outcomes = list(crowd.map(lambda payer: payer.run(), payers))
        for gateway in world.gateways.values():
            gateway.order("clear")
        world.forward(400)  # whatever was given up is due, and no request is on its way
        kept = list(crowd.map(lambda payer: payer.settled(), payers))
    ours = {
        payer.request.attempt_id.replace("-", ""): minor for payer, minor in zip(payers, kept, strict=True) if minor
    }
    ledgers = [gateway.net() for gateway in world.gateways.values()]
    assert ours == {**ledgers[0], **ledgers[1]}, f"seed {SEED}"
    charges = [number for gateway in world.gateways.values() for number in gateway.charges()]
    assert len(charges) == len(set(charges)), "an order was charged twice"
    for payer, outcome in zip(payers, outcomes, strict=True):
        now = payer.payment.outcome_of(payer.request)
        if not isinstance(outcome, Unresolved):  # what was once said stays so
            assert type(now) is type(outcome), (payer.kind, payer.provider, payer.does, outcome, now)
