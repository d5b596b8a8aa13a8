"""Passengers at one terminal: they pay, split, give up, walk away; the power goes and comes. Then the books."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import msgspec

from kiosk.domain import paying
from kiosk.domain.errors import DeviceFault
from kiosk.domain.sale import UNCLEAR, Sale
from tests.money.takers import Box, Keyed, Marked, Taker, TwoPhase
from tests.power.world import Acquirer, Mains, Paper, PowerCut, Terminal, quote

MEMORY = Path("/dev/shm")  # durability is what `make crash` is about; here many payments are
PRICES = (0, 300, 650, 1250, 2400, 3950)
CUT_WITHIN = 45  # steps


class Street:
    """One terminal through many lives; `seed` decides everything."""

    def __init__(self, seed: int, folder: Path, fault: float = 0.08, cut: float = 0.5) -> None:
        self.chance = Random(seed)
        self._folder, self._cut = folder, cut
        self.takers: dict[str, Taker] = {
            "card": Marked(self.chance, fault),
            "qr": Keyed(self.chance, fault, late=0.3),
            "scan": TwoPhase(self.chance, fault),
            "voucher": Keyed(self.chance, fault),
            "cash": Box(self.chance, fault),
        }
        self.start = dict(self._box.inside)
        self.by_hand: dict[str, int] = {}  # what staff took out or put in for a sale
        self.wrong: list[str] = []
        self.count = {"sales": 0, "payments": 0, "kills": 0, "staff": 0, "given_back": 0, "unresolved": 0}
        self.terminal = self._begin(Mains())

    @property
    def _box(self) -> Box:
        box = self.takers["cash"]
        assert isinstance(box, Box)
        return box

    def _begin(self, mains: Mains) -> Terminal:
        for taker in self.takers.values():
            taker.mains = mains
        return Terminal(self._folder, Acquirer(), Paper(), mains, means=self.takers)

    def close(self) -> None:
        self.terminal.close()

    def live(self, cut_at: int | None, act: Callable[[], object]) -> bool:
        """Do something under a power cut at this step; True = it was cut, and the program has started again."""
        self._power(Mains(cut_at))
        try:
            act()
        except PowerCut:
            self.count["kills"] += 1
            self.terminal.close()
            again = self.chance.randrange(1, CUT_WITHIN) if self.chance.random() < 0.2 else None
            self.terminal = self._begin(Mains())
            self.live(again, self.terminal.desk.recover)
            return True
        finally:
            self._power(Mains())
        return False

    def _power(self, mains: Mains) -> None:
        for taker in self.takers.values():
            taker.mains = mains
        self.terminal._mains.__dict__ = mains.__dict__  # the frayed writes of this life look at the same step

    def passenger(self) -> None:
        """One purchase, whatever comes of it."""
        self.count["sales"] += 1
        for taker in self.takers.values():
            if self.chance.random() < 0.04:
                taker.down = not taker.down
        cut = self.chance.randrange(1, CUT_WITHIN) if self.chance.random() < self._cut else None
        self.live(cut, self.buy)
        if self.chance.random() < 0.3:
            self.live(None, self.terminal.desk.resolve_unresolved)
            self._staff_list()

    def buy(self) -> None:
        """A passenger chooses, pays in one or more parts, and takes the tickets or gives up."""
        desk, price = self.terminal.desk, self.chance.choice(PRICES)
        offer = quote(())
        offer = msgspec.structs.replace(offer, offer=msgspec.structs.replace(offer.offer, place_class=""))
        people = self.chance.choice((1, 1, 2))
        offer = msgspec.structs.replace(offer, prices_minor=(price,) * people, categories=("adult",) * people)
        sale = desk.hold(offer)
        for _ in range(5):
            left = sale.left.amount_minor
            part = left if self.chance.random() < 0.6 or left < 200 else self.chance.randrange(50, left, 50)
            try:
                self.count["payments"] += 1
                sale = desk.pay(sale.sale_id, self.chance.choice(list(self.takers)), part)
            except DeviceFault:  # refused before anything was charged
                pass
            if sale.stage != "held" or self.chance.random() < 0.2:
                break
        if sale.stage == "held":
            sale = desk.free(sale.sale_id)
        elif sale.stage == "issued":
            sale = desk.deliver(sale.sale_id)

    # the books

    def taken(self, sale: Sale) -> int:
        """What the books say is still taken for this sale."""
        takers = self.takers
        return sum(takers[a.means].net.get(a.attempt_id, 0) for a in sale.attempts if a.amount_minor)

    def _asked(self, sale: Sale) -> bool:
        keys = {key for a in sale.attempts for key in (a.attempt_id, a.refund_id)}
        return any(keys & taker.questions for taker in self.takers.values())

    def _due(self, sale: Sale) -> int:
        return sale.total.amount_minor if sale.tickets and not sale.cancelled else 0

    def sales(self) -> list[Sale]:
        rows = self.terminal.store._db.execute("SELECT sale_id FROM sale").fetchall()
        found = (self.terminal.store.sale(row[0]) for row in rows)
        return [sale for sale in found if sale is not None]

    def _staff_list(self) -> None:
        """It names exactly the sales whose money is where it does not belong, or that wait for an answer."""
        listed = {sale.sale_id for sale in self.terminal.desk.unresolved()}
        self.count["unresolved"] = max(self.count["unresolved"], len(listed))
        for sale in self.sales():
            belongs = self.taken(sale) + self.by_hand.get(sale.sale_id, 0) == self._due(sale)
            truly = self._asked(sale) or not belongs
            if truly and sale.sale_id not in listed:
                self.wrong.append(f"{sale.sale_id} is {sale.stage}, not settled, and not on the staff's list")
            if not truly and sale.sale_id in listed:
                self.wrong.append(f"{sale.sale_id} is on the staff's list, and nothing is unclear about it")

    def end(self) -> None:
        """Everything answers again; staff settle what no machine can; then every book must agree."""
        for taker in self.takers.values():
            taker.down, taker.fault = False, 0.0
        for _ in range(40):
            self.terminal.desk.recover()
            self.terminal.desk.resolve_unresolved()
        self._staff_list()
        for _ in range(len(self.terminal.desk.unresolved())):
            for sale in self.terminal.desk.unresolved():
                self._staff(sale)
        if left := self.terminal.desk.unresolved():
            self.wrong.append(f"{len(left)} sales stay unresolved: {[(s.sale_id, s.stage) for s in left[:3]]}")
        for taker in self.takers.values():
            self.wrong += taker.wrong
        self._journal_against_books()

    def _staff(self, sale: Sale) -> None:
        """Staff look into the machine: jammed money is handed back, what cannot be paid out is paid by hand."""
        attempt = paying.unclear(sale.attempts)[0]
        self.count["staff"] += 1
        if attempt.means not in ("cash", "card"):
            self.wrong.append(f"{attempt.means} of {sale.sale_id} is {attempt.state}, and everything answers")
        taker = self.takers[attempt.means]
        key = attempt.attempt_id
        taker.questions -= {key, attempt.refund_id}
        self.by_hand[sale.sale_id] = self.by_hand.get(sale.sale_id, 0) - taker.net.get(key, 0)
        self.terminal.desk.settle(
            sale.sale_id, "reversed" if attempt.state == "reversing" else "declined", "Ann", "counted the box"
        )

    def _journal_against_books(self) -> None:
        pieces: dict[int, int] = {}
        for sale in self.sales():
            if sale.stage in UNCLEAR:
                continue
            if sale.stage not in ("done", "undelivered", "freed"):
                self.wrong.append(f"{sale.sale_id} rests at {sale.stage}")
            if self.taken(sale) + self.by_hand.get(sale.sale_id, 0) != self._due(sale):
                self.wrong.append(f"{sale.sale_id} {sale.stage}: {self.taken(sale)} taken, {self._due(sale)} due")
            self.count["given_back"] += sum(a.state == "reversed" for a in sale.attempts)
            for attempt in sale.attempts:
                self._attempt(sale, attempt)
            for value, count in paying.pieces_net(sale.attempts).items():
                pieces[value] = pieces.get(value, 0) + count
        if not self.by_hand:
            expected = {value: count + pieces.get(value, 0) for value, count in self.start.items()}
            if expected != self._box.inside:
                self.wrong.append(f"the journal says the box holds {expected}, it holds {self._box.inside}")

    def _attempt(self, sale: Sale, attempt: paying.Attempt) -> None:
        if attempt.state == "approved" and attempt.short_minor != self._box.owed.get(attempt.attempt_id, 0):
            self.wrong.append(f"{attempt.attempt_id} owes {attempt.short_minor} of change, says the journal")
        book = self.takers[attempt.means].net.get(attempt.attempt_id, 0)
        ours = attempt.amount_minor if attempt.state == "approved" else 0
        if sale.sale_id not in self.by_hand and book != ours:
            self.wrong.append(f"{attempt.means} {attempt.attempt_id} {attempt.state}: journal {ours}, book {book}")


def run(seed: int, payments: int) -> Street:
    """One street until so many payments were begun."""
    with _street(seed, cut=0.5) as street:
        while street.count["payments"] < payments and not street.wrong:
            street.passenger()
        street.end()
    return street


def every_step(seed: int) -> tuple[int, list[str]]:
    """The same purchase, cut at its first step, at its second, ... until it comes through; (cuts, wrong)."""
    wrong: list[str] = []
    for cut_at in range(1, 500):
        with _street(seed, cut=0.0, fault=0.15) as street:
            was_cut = street.live(cut_at, street.buy)
            street.end()
            wrong += [f"cut at {cut_at}: {text}" for text in street.wrong]
        if not was_cut:
            return cut_at - 1, wrong
    return 500, [*wrong, "a purchase without an end"]


@contextmanager
def _street(seed: int, *, cut: float, fault: float = 0.08) -> Iterator[Street]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        street = Street(seed, Path(folder) / "terminal", fault, cut)
        try:
            yield street
        finally:
            street.close()
