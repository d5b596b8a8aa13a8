"""Passengers pay through a real driver at a simulator process, under faults, kill -9 of either side; then the books.

`seed` decides everything a passenger does, every fault, and at which step of the kiosk the signal falls, or after
which time: then the machine chooses where. A life of the kiosk is a forked process; the next one recovers.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from kiosk.domain import paying
from kiosk.domain.errors import DeviceFault
from kiosk.domain.sale import UNCLEAR, Sale
from tests.money.plugged import Killer, Plugged
from tests.money.wires import wire
from tests.money.wires.wire import Wire
from tests.power.world import Acquirer, Mains, Paper, Terminal, quote

MEMORY = Path("/dev/shm")
PRICES = (300, 650, 1250, 2400, 3950)
FAULT, KILL, TIMED_KILL, SIMULATOR_KILL, SPLIT, STOP = 0.35, 0.35, 0.15, 0.04, 0.2, 0.08
LIFE_MAX_S = 0.25  # of one that ends after a time
CUT_WITHIN = 40  # steps of the kiosk in a life
LIFE_MAX = 4  # passengers
ROUNDS = 12  # of asking, once everything answers


@dataclass(frozen=True)
class Passenger:
    """What one will do."""

    price_minor: int
    parts: tuple[float, ...]  # shares of what is left, one payment each; the last is all of it
    stays: bool  # for another try when something is left
    order: dict[str, Any] | None  # a fault of the next payment
    stops: bool


@dataclass
class Lane:
    """One wire, one kiosk, many lives."""

    seed: int
    name: str
    folder: Path
    wrong: list[str] = field(default_factory=list)
    count: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed} {self.name}")
        self.wire: Wire = wire(self.name)(self.folder)
        self._unclear: set[str] = set()  # attempts that were unclear before
        self._by_hand: set[str] = set()  # keys of what staff gave back
        self.count = dict.fromkeys(("wire_payments", "wire_kills", "wire_faults", "wire_staff", "wire_restarts"), 0)

    def passenger(self) -> Passenger:
        chance = self.chance
        parts = (1.0,) if chance.random() > SPLIT else (chance.uniform(0.2, 0.8), 1.0)
        order, stops = None, False
        if chance.random() < FAULT:
            order = self.wire.fault(chance)
        elif self.wire.stopper is not None and chance.random() < STOP:
            order, stops = self.wire.stopper, True
        self.count["wire_faults"] += order is not None
        self.count["wire_payments"] += len(parts)
        return Passenger(chance.choice(PRICES), parts, chance.random() < 0.5, order, stops)

    def play(self, payments: int) -> None:
        while self.count["wire_payments"] < payments and not self.wrong:
            self.wire.alive()
            people = [self.passenger() for _ in range(self.chance.randrange(1, LIFE_MAX + 1))]
            cut = self.chance.randrange(1, CUT_WITHIN * len(people)) if self.chance.random() < KILL else None
            after_s = self.chance.uniform(0.0, LIFE_MAX_S) if self.chance.random() < TIMED_KILL else None
            self._life(cut, lambda terminal, card: self._sell(terminal, card, people), after_s)  # noqa: B023
            if self.chance.random() < SIMULATOR_KILL:
                self.wire.kill()
            self._staff()
        self.end()

    def _life(self, cut: int | None, work: Callable[[Terminal, Plugged], None], after_s: float | None = None) -> None:
        child = os.fork()
        if child == 0:
            try:
                logging.disable(logging.CRITICAL)
                terminal, card = self._open(Killer(cut))
                terminal.desk.recover()
                work(terminal, card)
                card.close()
                terminal.close()
                os._exit(0)
            except BaseException:
                (self.folder / "life.txt").write_text(traceback.format_exc())
                os._exit(3)
        if after_s is not None:
            ended = os.pidfd_open(child)
            select.select([ended], [], [], after_s)
            os.close(ended)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            self.count["wire_kills"] += 1
        elif status:
            self.wrong.append(f"a life ended by itself: {(self.folder / 'life.txt').read_text()[-900:]}")

    def _open(self, mains: Mains) -> tuple[Terminal, Plugged]:
        card = Plugged(self.wire.driver(), mains)
        return Terminal(self.folder / "terminal", Acquirer(), Paper(), mains, means={"card": card}), card

    def _sell(self, terminal: Terminal, card: Plugged, people: list[Passenger]) -> None:
        for who in people:
            try:
                if who.order is not None:
                    self.wire.order(**who.order)
            except OSError:
                return  # the simulator has lost its power: for the next life
            card.stop_next = who.stops
            self._buy(terminal, who)
            terminal.desk.resolve_unresolved()

    def _buy(self, terminal: Terminal, who: Passenger) -> None:
        desk, offer = terminal.desk, quote(())
        offer = msgspec.structs.replace(offer, offer=msgspec.structs.replace(offer.offer, place_class=""))
        sale = desk.hold(msgspec.structs.replace(offer, prices_minor=(who.price_minor,), categories=("adult",)))
        for share in (*who.parts, *((1.0,) if who.stays else ())):
            part = max(1, int(sale.left.amount_minor * share))
            with contextlib.suppress(DeviceFault):  # refused before anything was charged
                sale = desk.pay(sale.sale_id, "card", part)
            if sale.stage != "held":
                break
        if sale.stage == "held":
            sale = desk.free(sale.sale_id)
        elif sale.stage == "issued":
            desk.deliver(sale.sale_id)

    # staff

    def _staff(self) -> None:
        """What was unclear before this life and is so still, though everything answers, staff look up with the
        acquirer: what was taken they give back by hand."""
        if self.wrong or not (unclear := self._keys(self._look()[1])) & self._unclear:
            self._unclear = unclear if not self.wrong else set()
            return
        self.wire.alive()
        self.wire.order(do="clear")
        for _ in range(ROUNDS):
            self._life(None, lambda terminal, card: terminal.desk.resolve_unresolved())
            if self.wrong or not (left := self._keys(self._look()[1])):
                break
        else:
            self._settle(left)
        self._unclear = set()

    def _keys(self, sales: list[Sale]) -> set[str]:
        return {attempt.attempt_id for sale in sales for attempt in paying.unclear(sale.attempts)}

    def _settle(self, keys: set[str]) -> None:
        sales, unclear = self._look()
        for attempt in (each for sale in unclear for each in paying.unclear(sale.attempts)):
            if not self.wire.moved(attempt):
                self.wrong.append(f"{attempt.attempt_id} stays {attempt.state}, and nothing is unclear about it")
        extra = set(self.wire.taken()) - set(self._ours(sales)) - self._by_hand
        if len(extra) > len(keys):
            self.wrong.append(f"taken without a sale: {extra}, on the staff's list: {keys}")
        self._by_hand |= extra
        self.count["wire_staff"] += len(keys)

        def work(terminal: Terminal, card: Plugged) -> None:
            for sale in terminal.desk.unresolved():
                attempt = paying.unclear(sale.attempts)[0]
                said = "reversed" if attempt.state == "reversing" else "declined"
                terminal.desk.settle(sale.sale_id, said, "Ann", "asked the acquirer")  # type: ignore[arg-type]

        self._life(None, work)

    # the books

    def end(self) -> None:
        """Everything answers; what no machine can clear is for staff; then both books must say the same."""
        self.wire.alive()
        self._life(None, lambda terminal, card: None)  # recover what the last kill left
        for _ in range(3):
            self._unclear = self._keys(self._look()[1])
            self._staff()
        self._compare()
        self.count["wire_restarts"] = self.wire.restarts

    def _look(self) -> tuple[list[Sale], list[Sale]]:
        """(all sales, those that are not clear)."""
        terminal, card = self._open(Mains())
        try:
            rows = terminal.store._db.execute("SELECT sale_id FROM sale").fetchall()
            sales = [sale for row in rows if (sale := terminal.store.sale(row[0])) is not None]
            return sales, [sale for sale in sales if sale.stage in UNCLEAR]
        finally:
            card.close()
            terminal.close()

    def _ours(self, sales: list[Sale]) -> dict[str, int]:
        """What our book says stays taken."""
        ours: dict[str, int] = {}
        for attempt in (each for sale in sales for each in sale.attempts if each.state == "approved"):
            key = self.wire.key(attempt)
            if key in ours:
                self.wrong.append(f"{key} is two of our payments")
            ours[key] = attempt.amount_minor
        return ours

    def _compare(self) -> None:
        sales, unclear = self._look()
        if unclear:
            self.wrong.append(f"{len(unclear)} sales stay unclear after staff looked at them")
        for sale in sales:
            due = sale.total.amount_minor if sale.tickets and not sale.cancelled else 0
            if paying.paid_minor(sale.attempts) != due:
                self.wrong.append(f"{sale.sale_id} {sale.stage}: {due} due, {paying.paid_minor(sale.attempts)} paid")
            if sale.stage not in ("done", "undelivered", "freed"):
                self.wrong.append(f"{sale.sale_id} rests at {sale.stage}")
        ours, theirs = self._ours(sales), self.wire.taken()
        for key in ours.keys() | (theirs.keys() - self._by_hand):
            if ours.get(key, 0) != theirs.get(key, 0):
                self.wrong.append(f"{key}: our book {ours.get(key, 0)}, the other side's {theirs.get(key, 0)}")


def run(name: str, seed: int, payments: int) -> Lane:
    """One lane until so many payments were begun."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        lane = Lane(seed, name, Path(folder))
        try:
            lane.play(payments)
        finally:
            lane.wire.close()
    return lane
