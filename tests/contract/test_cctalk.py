"""Coin acceptor and hoppers: the ccTalk drivers against the simulated bus, whose ledger has every coin that moved."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from devices.cash import cctalk
from devices.cash.cctalk import Bus
from devices.cash.coins import CoinAcceptor, Heard
from devices.cash.hopper import Hopper
from devices.cash.line import CashFault, CashRefused, Line

from .cash_world import until
from .conftest import Device, Start

HOPPERS = ("--hopper", "3:100:20", "--hopper", "4:50:3", "--coin-s", "0.01")


class Machine:
    """The drivers of one bus."""

    def __init__(self, device: Device, line: str = "", with_crc: bool = False) -> None:
        self.device = device
        self.bus = Bus(Line(line or device.ready["device"], 9600), with_crc=with_crc, timeout_s=0.3)
        self.coins = CoinAcceptor(self.bus, 2, "CNY")
        self.hopper, self.small = Hopper(self.bus, 3, 100), Hopper(self.bus, 4, 50)

    def connect(self) -> None:
        for part in (self.coins, self.hopper, self.small):
            part.connect()

    def paid(self) -> int:
        return sum(line["event"] == "paid" for line in self.device.ledger("coins.jsonl"))

    def heard(self, command: int) -> int:
        return int(self.device.order("state")["heard"].get(str(command), 0))


@pytest.fixture
def machine(shared: Start) -> Iterator[Machine]:
    found = Machine(shared("cctalk", *HOPPERS))
    found.connect()
    yield found
    found.bus.close()


def values(heard: Heard) -> list[int]:
    return [coin.value for coin in heard.coins]


def test_coins_are_named_taken_and_returned(machine: Machine) -> None:
    coins = machine.coins
    assert coins.pieces == {1: 10, 2: 50, 3: 100} and coins.about() == "SIM CA-1 1.0" and not coins.trouble()
    start = coins.heard(None).counter
    coins.accept(frozenset({50, 100}))
    for value in (100, 10, 50):
        machine.device.order("insert", value=value)
    heard = coins.heard(start)
    assert values(heard) == [100, 0, 50] and heard.coins[1].error == "inhibited" and not heard.lost
    assert coins.heard(heard.counter) == Heard(heard.counter)
    coins.accept(frozenset())
    assert machine.device.order("insert", value=100)["taken"] == 0
    assert coins.accepted_total() == 2


def test_lost_events_are_told_and_never_guessed(machine: Machine) -> None:
    machine.coins.accept(frozenset({100}))
    start = machine.coins.heard(None).counter
    machine.device.order("insert", value=100, count=7)
    heard = machine.coins.heard(start)
    assert values(heard) == [100] * 5 and heard.lost == 2 and not heard.restarted


def test_the_event_counter_goes_round_and_a_restart_is_seen(machine: Machine) -> None:
    coins, device = machine.coins, machine.device
    coins.accept(frozenset({100}))
    seen = coins.heard(None).counter
    for _ in range(65):  # 260 coins: once round
        device.order("insert", value=100, count=4)
        heard = coins.heard(seen)
        assert values(heard) == [100] * 4 and not heard.restarted
        seen = heard.counter
    device.order("forget")
    heard = coins.heard(seen)
    assert heard.restarted and heard.counter == 0 and not heard.coins
    assert device.order("state")["accepts"] == []


def test_trouble_is_told_in_words(machine: Machine) -> None:
    device, coins = machine.device, machine.coins
    seen = coins.heard(None).counter
    device.order("string")
    assert [coin.error for coin in coins.heard(seen).coins] == ["coin on a string"]
    device.order("lever", on=True)
    assert coins.trouble() == "the return lever is pressed"
    assert machine.hopper.level().low is False and machine.small.level().low is True


def test_a_hopper_pays_and_its_count_proves_it(machine: Machine) -> None:
    before = machine.hopper.total()
    machine.hopper.pay(5)
    assert machine.hopper.total() - before == 5 == machine.paid()
    assert machine.hopper.payout().paid == 5 and machine.hopper.payout().unpaid == 0
    assert machine.hopper.trouble() == () and machine.hopper.works()


def test_an_empty_and_a_jammed_hopper_say_what_came(machine: Machine) -> None:
    machine.small.pay(5)
    assert machine.small.total() == 3 and machine.small.payout().unpaid == 2 and machine.small.works()
    machine.device.order("jam", address=3, after=2)
    machine.hopper.pay(4)
    assert machine.hopper.total() == 2 and machine.hopper.trouble() == ("exit blocked during a payout",)
    assert not machine.hopper.works()


@pytest.mark.parametrize("kind", ["silent", "garbage", "deaf", "late"])
def test_a_question_is_asked_again_but_never_a_payout(machine: Machine, kind: str) -> None:
    """Whatever happens to the answer of a dispense command, it is sent once, and the count tells."""
    machine.device.order("fault", kind=kind, times=1 if kind == "late" else 2, s=0.35)
    assert machine.coins.accepted_total() == 0  # the third try is answered
    machine.device.order("no_faults")
    machine.device.order("fault", kind=kind, command=cctalk.DISPENSE, s=0.35)
    asked = machine.heard(cctalk.DISPENSE)
    with contextlib.suppress(CashFault):
        machine.hopper.pay(3)
    until(lambda: not machine.device.order("state")["paying"])
    assert machine.heard(cctalk.DISPENSE) - asked == 1
    assert machine.hopper.total() == machine.paid() == (0 if kind == "deaf" else 3)


def test_a_refusal_is_no_silence(machine: Machine) -> None:
    machine.device.order("fault", kind="nak", command=cctalk.DISPENSE)
    with pytest.raises(CashRefused, match="refuses"):
        machine.hopper.pay(1)
    assert machine.hopper.total() == 0


def test_a_payout_can_be_stopped(shared: Start) -> None:
    machine = Machine(shared("cctalk", *HOPPERS[:-1], "0.05"))
    machine.connect()
    machine.bus.ask(3, cctalk.ENABLE, b"\xa5")
    machine.bus.ask(3, cctalk.DISPENSE, machine.hopper._leave() + b"\x0f")
    until(lambda: machine.hopper.payout().paid >= 2)
    assert machine.hopper.stop() > 0
    machine.hopper.rest(time.monotonic() + 5)
    assert machine.hopper.total() == machine.paid() < 15
    machine.hopper.purge()
    assert machine.device.order("state")["hoppers"]["3"] == 0
    machine.bus.close()


@pytest.mark.parametrize("variant", ["cipher", "plain"])
def test_other_ways_to_say_pay(shared: Start, variant: str) -> None:
    device = shared("cctalk", *HOPPERS, "--variant", variant, "--crc", "--no-echo")
    machine = Machine(device, f"127.0.0.1:{device.port}", with_crc=True)
    machine.hopper = Hopper(machine.bus, 3, 100, variant)  # type: ignore[arg-type]
    machine.connect()
    machine.hopper.pay(2)
    assert machine.hopper.total() == 2
    wrong = Hopper(machine.bus, 3, 100, "serial")
    wrong.connect()
    with pytest.raises(CashRefused):
        wrong.pay(2)
    machine.bus.close()


def test_unplugged_and_plugged_in_again(machine: Machine) -> None:
    machine.device.order("unplug")
    with pytest.raises(CashFault, match="cash device"):
        machine.hopper.total()
    machine.device.order("replug")
    machine.hopper.pay(1)
    assert machine.hopper.total() == 1


def test_the_power_goes_in_a_payout_and_the_count_outlives_it(machine: Machine) -> None:
    machine.device.order("power_cut", address=3, after=2)
    with pytest.raises(CashFault):
        machine.hopper.pay(5)
    machine.device.order("power", on=True)
    assert machine.hopper.total() == 2 == machine.paid() and machine.hopper.payout().unpaid == 3


def test_nobody_there() -> None:
    bus = Bus(Line("/dev/there/is/none", 9600), timeout_s=0.1)
    with pytest.raises(CashFault, match="no cash device"):
        Hopper(bus, 3, 100).connect()


def test_a_late_answer_is_not_taken_for_the_next_one(machine: Machine) -> None:
    """ccTalk answers carry no number: one that comes too late must not answer another question."""
    machine.hopper.pay(4)
    for _ in range(3):
        machine.device.order("fault", kind="late", s=0.32)
        with contextlib.suppress(CashFault):
            machine.hopper.total()
        assert machine.small.total() == 0 and machine.hopper.total() == 4


def test_what_it_holds_and_has_paid_outlives_the_process(start: Start) -> None:
    machine = Machine(start("cctalk", *HOPPERS))
    machine.connect()
    machine.coins.accept(frozenset({100}))
    machine.device.order("insert", value=100, count=2)
    machine.hopper.pay(3)
    machine.bus.close()
    machine.device.child.kill()
    again = Machine(start("cctalk", *HOPPERS))
    again.connect()
    assert again.hopper.total() == 3 and again.coins.accepted_total() == 2
    assert again.device.order("state")["hoppers"]["3"] == 17 and again.coins.heard(None).counter == 0
    again.bus.close()
