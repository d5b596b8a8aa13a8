"""A small share of `make money`, and planted faults that it must find: a harness that finds nothing proves nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from devices.cash.cctalk import DISPENSE, Bus
from devices.payment.zvt import memory
from devices.payment.zvt.messages import Status
from kiosk.domain import paying
from kiosk.domain.paying import Attempt
from kiosk.domain.sale import Sale
from kiosk.ports import Approved, ChargeRequest, PaymentOutcome
from kiosk.services.payment import Payments
from tests.money import lane, machine
from tests.money.machine import Machine
from tests.money.street import every_step, run


def test_a_small_share_of_everything() -> None:
    command = [sys.executable, "-m", "tests.money", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["ok"] and result["payments"] >= 750 and result["kills"] > 30 and result["cuts"] > 60


def test_the_same_seed_is_the_same_street() -> None:
    assert run(5, 60).count == run(5, 60).count


def charge_again(self: Payments, sale: Sale) -> None:
    """A mistake: whoever does not know asks by charging."""
    attempt = paying.unclear(sale.attempts)[0]
    self._settle(sale, attempt, self._answer(attempt, attempt.attempt_id, lambda t, request: t.charge(request)))


give_back = Payments._give_back


def give_back_blindly(self: Payments, sale: Sale, attempt: Attempt) -> None:
    """A mistake: a reversal nobody answered is begun anew instead of asked for."""
    give_back(self, sale, msgspec.structs.replace(attempt, begun=False))


def nothing_in_the_way(self: Payments, means: str, but: str = "") -> list[Sale]:
    """A mistake: a terminal that knows only its latest payment is given another."""
    return []


def never_confirmed(self: Payments, sale: Sale, attempt: Attempt) -> None:
    """A mistake: what the other side undid is taken for confirmed."""
    self._answer(attempt, attempt.attempt_id, lambda t, request: t.confirm(request, attempt.reference))
    self._confirm_as(sale, attempt, Approved(attempt.reference))  # type: ignore[attr-defined]


def confirm_as(self: Payments, sale: Sale, attempt: Attempt, outcome: Approved) -> None:
    self._store.journal.append(paying.PaymentConfirmed(sale_id=sale.sale_id, attempt_id=attempt.attempt_id))


def forgets_the_parts(self: Payments, sale: Sale) -> None:
    """A mistake: what was paid towards a sale that is given up is called given back, and nobody gives it back."""
    for each in sale.attempts:
        if each.state == "approved":
            self._store.journal.append(
                paying.PaymentReversed(
                    sale_id=sale.sale_id, attempt_id=each.attempt_id, refund_id="r", reference="surely"
                )
            )


@pytest.mark.parametrize(
    ("verb", "mistake"),
    [
        ("ask", charge_again),
        ("_give_back", give_back_blindly),
        ("in_the_way", nothing_in_the_way),
        ("_confirm", never_confirmed),
        ("give_back", forgets_the_parts),
    ],
)
def test_planted_faults_are_found(verb: str, mistake: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Payments, verb, mistake)
    monkeypatch.setattr(Payments, "_confirm_as", confirm_as, raising=False)
    assert any(run(seed, 250).wrong for seed in range(1, 25)), f"{mistake.__name__} was not noticed"


def test_every_step_is_cut() -> None:
    cuts, wrong = every_step(3)
    assert cuts > 10 and not wrong


def never_began(request: ChargeRequest, now: Status) -> PaymentOutcome:
    """A mistake: what a card terminal does not say plainly is taken for nothing."""
    return memory.NEVER


def test_a_planted_fault_in_a_real_driver_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "judge", never_began)
    assert any(lane.run("zvt_attended", seed, 30).wrong for seed in range(1, 9))


def ask_again(self: Bus, device: int, header: int, data: bytes = b"") -> bytes:
    """A mistake: a payout nobody answered is asked for again."""
    return self._ask(device, header, data, 3)


def test_a_cash_machine_that_asks_twice_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The answer to every payout is lost: the right program knows better by counts, the wrong one pays twice."""
    monkeypatch.setattr(Machine, "_break", lambda self: self._orders["coins"].ask(**LOST))

    def wrong(seed: int, purchases: int) -> bool:
        folder = tmp_path / str(seed)
        folder.mkdir()
        return bool(machine.run(seed, purchases, folder, fault=0.2).wrong)

    assert not wrong(0, 2)
    monkeypatch.setattr(Bus, "ask", ask_again)
    assert any(wrong(seed, 6) for seed in range(1, 5)), "the devices' own time decides which of them pays out"


LOST = {"do": "fault", "kind": "silent", "command": DISPENSE, "times": 1}
