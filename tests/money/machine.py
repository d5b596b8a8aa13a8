"""Cash on real drivers and simulated machines: every message may go wrong, the power goes anywhere; then the pieces.

What the simulators' ledgers say moved is held against the journal, piece by piece. Passengers, faults and power cuts
come from the seed; the devices' own time is real, so a seed gives the same story, not the same microsecond.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from devices.cash import payers, takers, till
from devices.cash.book import Book
from devices.cash.cctalk import Bus
from devices.cash.coins import CoinAcceptor
from devices.cash.essp import Conversation
from devices.cash.essp_key import FIXED_DEFAULT
from devices.cash.hopper import Hopper
from devices.cash.line import Line
from devices.cash.payers import Payer, Payers
from devices.cash.takers import Coins, Notes
from devices.cash.till import Till
from devices.cash.validator import Validator
from kiosk.app.children import Child, Control
from kiosk.domain import paying
from kiosk.domain.errors import DeviceFault
from kiosk.domain.sale import UNCLEAR, Sale
from tests.money.street import PRICES
from tests.power.world import Acquirer, Mains, Paper, PowerCut, Terminal, quote

HOPPERS = {3: (100, 300), 4: (50, 200)}
NOTES = (500, 1000, 2000, 5000, 10_000)
COINS = (5, 10, 20, 50, 100, 200)
TIMEOUT_S = 0.1
CUT_WITHIN = 150  # messages and writes
PATIENCE = 60  # messages after which a passenger who got nowhere stops


class Machine:
    """One terminal with its cash machine through many lives."""

    def __init__(self, seed: int, folder: Path, fault: float = 0.03, cut: float = 0.4) -> None:
        self.chance, self._folder, self._cut, self.fault = Random(seed), folder, cut, fault
        self.wrong: list[str] = []
        self.count = {"sales": 0, "payments": 0, "kills": 0, "messages": 0, "faults": 0, "staff": 0, "given_back": 0}
        self._mains = Mains()
        self._hand = ""  # what the passenger does: "", pay, gone
        self._messages = 0
        self._attempt: Callable[[], object] = lambda: None
        hoppers = [f"--hopper={address}:{value}:{coins}" for address, (value, coins) in HOPPERS.items()]
        self._children: list[Child] = []
        self._orders: dict[str, Control] = {}
        self._start("cctalk", "coins", *hoppers, "--currency", "EUR", "--coin-s", "0.001")
        self._start("essp", "notes", "--currency", "EUR", "--move-s", "0.005")
        self.terminal = self._begin()
        self._fill()

    def _start(self, name: str, what: str, *arguments: str) -> None:
        own = ["--ledger", str(self._folder / f"{what}.jsonl"), "--device-link", str(self._folder / what)]
        child = Child(name, f"devices.simulated.{name}", *own, *arguments, log=self._folder / f"{name}.log")
        self._children.append(child)
        self._orders[what] = Control(int(child.wait_ready(30)["control"]))

    def _begin(self) -> Terminal:
        self.book = Book(self._folder / "cash.jsonl")
        self._lines = [Line(str(self._folder / what), 9600) for what in ("coins", "notes")]
        for each in self._lines:
            each.send = self._before(each.send)  # type: ignore[method-assign]
        bus = Bus(self._lines[0], timeout_s=TIMEOUT_S)
        talk = Conversation(self._lines[1], fixed_key=FIXED_DEFAULT, timeout_s=TIMEOUT_S)
        own = [Payer(Hopper(bus, address, value)) for address, (value, _) in HOPPERS.items()]
        self.payers = Payers(own, self.book)
        coins = Coins(CoinAcceptor(bus, 2, "EUR"), self.book, {})
        notes = Notes(Validator(talk, "EUR"), self.book)
        self.till = Till(self.book, self.payers, coins, notes, "EUR", timeout_s=3.0)
        return Terminal(self._folder / "terminal", Acquirer(), Paper(), self._mains, means={"cash": self.till})

    def _before(self, send: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """Right before each message anything may happen."""

        def fragile(data: bytes) -> None:
            self._messages += 1
            self.count["messages"] += 1
            self._mains.tick()
            self._happen()
            send(data)

        return fragile

    def _happen(self) -> None:
        chance = self.chance.random
        if self._hand == "pay":
            if chance() < 0.25:
                self._put_in()
            if self._messages > PATIENCE or chance() < 0.004:
                self._hand = "gone"
                self._attempt()
        if chance() < self.fault:
            self.count["faults"] += 1
            self._break()

    def _put_in(self) -> None:
        """Mostly what is taken, sometimes what is not."""
        what = self.chance.choice(("coins", "notes"))
        taken = self._orders[what].ask(do="state")["accepts"]
        every = COINS if what == "coins" else NOTES
        big = [max(taken)] if taken else []
        value = self.chance.choice([*big, *big, *taken] or every) if self.chance.random() < 0.9 else None
        self._orders[what].ask(do="insert", value=value or self.chance.choice(every))

    def _break(self) -> None:
        what = self.chance.choice(("coins", "notes"))
        order = self._orders[what]
        match self.chance.randrange(12):
            case 0:
                order.ask(do="power", on=False)
            case 1:
                order.ask(do="unplug")
            case 2:
                self._orders["coins"].ask(do="jam", address=self.chance.choice(list(HOPPERS)), after=2)
            case 3:
                self._orders["notes"].ask(do="jam", on=True)
            case 4:
                self._orders["coins"].ask(do="forget")
            case 5:
                self._orders["coins"].ask(do="power_cut", address=self.chance.choice(list(HOPPERS)), after=1)
            case 6 | 7:
                self._mend()
            case _:
                kind = self.chance.choice(("silent", "garbage", "deaf", "nak", "late"))
                order.ask(do="fault", kind=kind, times=self.chance.choice((1, 1, 2, 5)), s=0.15)

    def _mend(self) -> None:
        """Everything works again."""
        for order in self._orders.values():
            order.ask(do="no_faults")
            order.ask(do="replug")
            if not order.ask(do="state").get("powered", True):
                order.ask(do="power", on=True)
        self._orders["notes"].ask(do="power", on=True)
        self._orders["notes"].ask(do="jam", on=False)
        for address in HOPPERS:
            self._orders["coins"].ask(do="unjam", address=address)

    def _fill(self) -> None:
        """Staff fill up, and write down what is in."""
        self.payers.begin()
        for address, (_, wanted) in HOPPERS.items():
            inside = int(self._orders["coins"].ask(do="state")["hoppers"][str(address)])
            if wanted > inside:
                self._orders["coins"].ask(do="fill", address=address, count=wanted - inside)
            payer = next(each for each in self.payers.all if each.hopper.address == address)
            self.book.filled(address, payer.serial, max(wanted, inside), payer.total)

    # a purchase

    def purchase(self) -> None:
        """One passenger, whatever comes of it; afterwards everything works, and the pieces must agree."""
        self.count["sales"] += 1
        before, fault = self.truth(), self.fault
        cut = self.chance.randrange(1, CUT_WITHIN) if self.chance.random() < self._cut else None
        self._live(cut, self._buy)
        self.fault = 0.0
        self._mend()
        for _ in range(3):
            self.terminal.desk.recover()
            self.terminal.desk.resolve_unresolved()
        self._staff(before)
        self.fault = fault
        self._compare(before)
        self._fill()

    def _live(self, cut_at: int | None, act: Callable[[], object]) -> None:
        self._mains.__dict__ = Mains(cut_at).__dict__
        try:
            act()
        except PowerCut:
            self.count["kills"] += 1
            self._die()
            if self.chance.random() < 0.5:
                self._mend()
            again = self.chance.randrange(1, CUT_WITHIN) if self.chance.random() < 0.3 else None
            self._mains.__dict__ = Mains().__dict__
            self.terminal = self._begin()
            self._live(again, self.terminal.desk.recover)
        finally:
            self._mains.__dict__ = Mains().__dict__

    def _die(self) -> None:
        """As after kill -9: nothing is said to the devices."""
        self._hand = ""
        for each in self._lines:
            each.close()
        self.book.close()
        self.terminal.close()

    def _buy(self) -> None:
        desk, price = self.terminal.desk, self.chance.choice(PRICES)
        offer = quote(())
        offer = msgspec.structs.replace(offer, offer=msgspec.structs.replace(offer.offer, place_class=""))
        sale = desk.hold(msgspec.structs.replace(offer, prices_minor=(price,), categories=("adult",)))
        for _ in range(3):
            left = sale.left.amount_minor
            part = left if self.chance.random() < 0.7 or left < 200 else self.chance.randrange(50, left, 50)
            self._attempt = lambda sale_id=sale.sale_id: desk.cancel_payment(sale_id)  # type: ignore[misc]
            self._hand, self._messages = "pay", 0
            try:
                self.count["payments"] += 1
                sale = desk.pay(sale.sale_id, "cash", part)
            except DeviceFault:  # refused before anything was charged
                pass
            finally:
                self._hand = ""
            if sale.stage != "held" or self.chance.random() < 0.2:
                break
        if sale.stage == "held":
            desk.free(sale.sale_id)
        elif sale.stage == "issued":
            desk.deliver(sale.sale_id)

    # the pieces

    def truth(self) -> dict[int, int]:
        """Pieces inside all machines, by what the ledgers say came and went."""
        inside: dict[int, int] = {}
        paid_out = 0
        for path in (self._folder / "coins.jsonl", self._folder / "notes.jsonl"):
            for text in path.read_text().splitlines() if path.exists() else ():
                moved: dict[str, Any] = json.loads(text)
                step = {"in": 1, "paid": -1}.get(moved["event"], 0)
                paid_out += moved["value"] * (step < 0)
                if step:
                    inside[moved["value"]] = inside.get(moved["value"], 0) + step
        self._paid_out, self._paid_out_ever = paid_out - self._paid_out_ever, paid_out
        return inside

    _paid_out = _paid_out_ever = 0  # minor units, since the last look

    def _staff(self, before: dict[int, int]) -> None:
        """What no machine can tell: staff count what is in, hand back what is the passenger's, and say so."""
        for _ in range(5):
            if not (unclear := self.terminal.desk.unresolved()):
                return
            self.count["staff"] += 1
            attempt = paying.unclear(unclear[0].attempts)[0]
            word = "reversed" if attempt.state == "reversing" else "declined"
            self.terminal.desk.settle(unclear[0].sale_id, word, "Ann", "counted the box")  # type: ignore[arg-type]
            self._by_hand = True
        self.wrong.append("a sale stays unresolved")

    _by_hand = False
    _latest = ""  # the sale compared before

    def _sales(self) -> list[Sale]:
        rows = self.terminal.store._db.execute("SELECT sale_id FROM sale").fetchall()
        return [sale for row in rows if (sale := self.terminal.store.sale(row[0])) is not None]

    def _compare(self, before: dict[int, int]) -> None:
        """This passenger's pieces by the ledgers and by the journal."""
        sale, now = max(self._sales(), key=lambda each: each.sale_id, default=None), self.truth()
        moved = {value: now.get(value, 0) - before.get(value, 0) for value in now.keys() | before.keys()}
        moved = {value: count for value, count in moved.items() if count}
        if sale is None or sale.sale_id == self._latest:  # the power went before it began
            if moved:
                self.wrong.append(f"without a sale {moved} moved")
            return
        self._latest = sale.sale_id
        told = paying.pieces_net(sale.attempts)
        worth = sum(value * count for value, count in moved.items())
        self.count["given_back"] += sum(each.state == "reversed" for each in sale.attempts)
        if sale.stage in UNCLEAR:
            self.wrong.append(f"{sale.sale_id} is still {sale.stage}")
        if worth < 0:
            self.wrong.append(f"{sale.sale_id}: {-worth} more went out than came in: {moved}")
        self._no_more_than_change(sale, moved)
        if self._by_hand:  # staff handed back what the machine kept
            self._by_hand = False
            return
        if moved != told:
            self.wrong.append(f"{sale.sale_id} {sale.stage}: pieces {moved}, journal {told}: {sale.attempts}")
        due = sale.total.amount_minor if sale.tickets and not sale.cancelled else 0
        short = sum(each.short_minor for each in sale.attempts if each.state == "approved")
        if worth != due + short:
            self.wrong.append(f"{sale.sale_id} {sale.stage}: {worth} is in, {due} is due and {short} owed")

    def _no_more_than_change(self, sale: Sale, moved: dict[int, int]) -> None:
        """Also where staff had to help: who paid gets change once, who stopped gets back what was put in."""
        if len(sale.attempts) != 1 or sale.attempts[0].refund_id:
            return
        amount, worth = sale.attempts[0].amount_minor, sum(value * count for value, count in moved.items())
        came = worth + self._paid_out
        if came >= amount > worth:
            self.wrong.append(f"{sale.sale_id}: {came} came in for {amount}, and only {worth} stayed")

    def close(self) -> None:
        self._mains.__dict__ = Mains().__dict__
        self._hand, self.fault = "", 0.0
        with contextlib.suppress(DeviceFault):
            self.till.close()
        self.terminal.close()
        for order in self._orders.values():
            order.close()
        for child in self._children:
            child.stop()


@contextlib.contextmanager
def hurried() -> Iterator[None]:
    """Waits that are for metal and motors are shortened: the simulated ones are quicker."""
    kept = [(takers, "QUIET_S"), (takers, "REST_S"), (takers, "NOTE_S"), (till, "QUIET_S"), (till, "POLL_S")]
    kept += [(till, "SETTLE_TRIES_S"), (payers, "REST_S")]
    short = [0.02, 0.1, 1.0, 0.02, 0.005, 0.3, 1.0]
    before = [getattr(module, name) for module, name in kept]
    for (module, name), value in zip(kept, short, strict=True):
        setattr(module, name, value)
    try:
        yield
    finally:
        for (module, name), value in zip(kept, before, strict=True):
            setattr(module, name, value)


def run(seed: int, purchases: int, folder: Path, fault: float = 0.03) -> Machine:
    """A machine and its passengers, until something is wrong."""
    with hurried():
        machine = Machine(seed, folder, fault)
        try:
            while machine.count["sales"] < purchases and not machine.wrong:
                machine.purchase()
        finally:
            machine.close()
    return machine
