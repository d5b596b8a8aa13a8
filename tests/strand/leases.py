"""Selling under leases, with the product's own rules: policy, choice of cells, ownership, holdings, seats, recalls."""

from __future__ import annotations

from central.inventory.cells import to_blocks
from central.inventory.fill import fill, gather
from central.inventory.forecast import USUAL_TERMS, Terms, terms_for
from central.inventory.policy import Plan, Seller, Stock, plan, recalls, wish
from central.inventory.targets import Target
from kiosk.domain import cells
from kiosk.domain.allotment import Gid, Grant
from kiosk.domain.protocol.ownership import POOL, Ownership, one_place
from kiosk.domain.recall import beyond
from kiosk.domain.segments import choose_places, free_mask
from sync.wire import Recall
from tests.strand.knowledge import Knowledge
from tests.strand.ledger import Ledger
from tests.strand.seen import JOURNEY, Seen
from tests.strand.world import CENTRAL, CLASS, HORIZON_H, PLACES, SEGMENTS, TRAIN, Request, World, departs

FAR_H, NEAR_H, NEAR_FROM_H = 1.0, 0.2, 12.0  # between two contacts of a terminal, far from the departure and near it
FULL = TRAIN.full_mask


class Terminal:
    """One terminal's journal as far as cells are concerned: what it holds, and what central has not heard."""

    def __init__(self, number: int, stop: int) -> None:
        self.number = number
        self.stop = stop
        self.holdings: dict[Gid, cells.Holding] = {}
        self.unsent: list[tuple[str, Gid, list[int]]] = []
        self.heard = [0] * SEGMENTS  # what central knows to be free here: the state at the last contact
        self._free: list[int] | None = None

    def free(self) -> list[int]:
        if self._free is None:
            free = cells.free(self.holdings)
            self._free = free + [0] * (SEGMENTS - len(free))
        return self._free

    def take(self, grant: Grant) -> None:
        self._free = None
        self.holdings[grant.gid] = cells.granted(grant)

    def sell(self, request: Request) -> tuple[int, ...]:
        ride = request.from_call, request.to_call
        places = choose_places(self.free(), TRAIN, CLASS, *ride, request.party)
        self._free = None if places else self._free
        for place in places:
            for gid, first, last in cells.cover(self.holdings, place, *ride):
                self.holdings[gid] = cells.moved(self.holdings[gid], "free", "sold", 1 << place, first, last)
                self.unsent.append(("sold", gid, one_place(place, first, last, SEGMENTS)))
        return places

    def give_back(self, recall: Recall) -> None:
        about = int(recall.places, 16) if recall.places else FULL
        for gid, blocks in beyond(self.holdings, about, recall.from_call, recall.to_call, recall.keep).items():
            self._free = None
            masks = [0] * SEGMENTS
            for block in blocks:
                self.holdings[gid] = cells.moved(
                    self.holdings[gid], "free", "", block.mask, block.from_segment, block.to_segment
                )
                for segment in range(block.from_segment, block.to_segment):
                    masks[segment] |= block.mask
            self.unsent.append(("released", gid, masks))
            if not any(self.holdings[gid].free):
                del self.holdings[gid]


class Leases:
    """Central, its terminals, and one departure."""

    def __init__(
        self, world: World, known: Knowledge, terms: Terms = USUAL_TERMS, *, whole: bool = False, asks: bool = True
    ) -> None:
        self.world = world
        self.known = known
        self.terms = terms_for(PLACES, known.party, terms)
        self.whole = whole
        self.asks = asks  # a terminal with a link asks central for a party it has no places for
        self.ownership = Ownership(SEGMENTS, {POOL: [FULL] * SEGMENTS})
        self.terminals = [Terminal(number, stop) for number, stop in enumerate(world.setting.stops)]
        self.ledger = Ledger(world)
        self.grants = 0
        self.messages = 0
        self._made: tuple[Stock, Plan] | None = None
        self._made_at = -1.0
        self._sellers: list[Seller] = []

    def run(self) -> Ledger:
        ticks = _ticks()
        for request in self.world.requests:
            while ticks and ticks[-1] <= request.at:
                self._tick(ticks.pop())
            self._serve(request)
        while ticks:
            self._tick(ticks.pop())
        return self.ledger

    def _tick(self, now: float) -> None:
        for terminal in self.terminals:
            if not self.world.dark(terminal.number, now):
                self._contact(terminal, now)
        for segment in range(SEGMENTS):
            if now == departs(segment):
                self.ledger.stranded_cells += sum(
                    terminal.free()[segment].bit_count()
                    for terminal in self.terminals
                    if self.world.dark(terminal.number, now)
                )

    def _serve(self, request: Request) -> None:
        if request.seller == CENTRAL:
            places = self._sell_here(request)
            self.ledger.sell(request, places, dark=False)
            return
        terminal = self.terminals[request.seller]
        dark = self.world.dark(request.seller, request.at)
        places = terminal.sell(request)
        if not places and not dark and self.asks:
            self._contact(terminal, request.at, asked=request)
            places = terminal.sell(request)
            if not places and self._gathered(request):
                self._contact(terminal, request.at, asked=request)
                places = terminal.sell(request)
        self.ledger.sell(request, places, dark)
        if not dark:
            self._contact(terminal, request.at)

    def _sell_here(self, request: Request) -> tuple[int, ...]:
        ride = request.from_call, request.to_call
        places = choose_places(self.ownership.held(POOL), TRAIN, CLASS, *ride, request.party)
        if not places and self.asks and self._gathered(request):
            places = choose_places(self.ownership.held(POOL), TRAIN, CLASS, *ride, request.party)
        for place in places:
            self.grants += 1
            masks = one_place(place, *ride, SEGMENTS)
            self.ownership.grant(0, 1, Gid(1, self.grants), masks)
            assert not any(self.ownership.sell(0, 1, Gid(1, self.grants), masks))
        return places

    def _gathered(self, request: Request) -> bool:
        """The passenger waits half a minute while terminals with a link give back what makes up the places."""
        ride = request.from_call, request.to_call
        online = [each for each in self.terminals if not self.world.dark(each.number, request.at)]
        pool = self.ownership.held(POOL)
        missing = request.party - free_mask(pool, *ride).bit_count()
        holders = {each.number: each.heard for each in online if each.number != request.seller}
        hints = gather(pool, holders, FULL, *ride, missing)
        for number, places in hints.items():
            self.terminals[number].give_back(Recall(JOURNEY, CLASS, *ride, 0, f"{places:x}"))
            self._upload(self.terminals[number])
        return bool(hints)

    # one call of a terminal: upload first, then ask, then do as told

    def _contact(self, terminal: Terminal, now: float, asked: Request | None = None) -> None:
        self.messages += 1
        self._upload(terminal)
        stock, made = self._plan(now)
        held = self._held(terminal)
        goal = list(wish(made.targets[terminal.number], held)) if now < departs(terminal.stop) else []
        if asked is not None:
            goal = goal or list(held)
            for index in range(asked.to_call - terminal.stop):
                goal[index] = max(goal[index], asked.party)
        if goal:
            self._grant(terminal, goal, [] if asked else list(stock.reserve))
        if asked is None and any(terminal.heard):
            hints = recalls(stock, self._sellers[terminal.number]._replace(spare=self._spare(terminal)), made)
            for recall in hints:
                terminal.give_back(recall)
            if hints:
                self._upload(terminal)

    def _upload(self, terminal: Terminal) -> None:
        for kind, gid, masks in terminal.unsent:
            if kind == "sold":
                left = self.ownership.sell(terminal.number + 1, 1, gid, masks)
            else:
                left = self.ownership.release(terminal.number + 1, 1, gid, masks, adopted=1)
            assert not any(left), f"terminal {terminal.number} {kind} cells that were not its own"
        terminal.unsent.clear()
        terminal.heard = terminal.free()

    def _grant(self, terminal: Terminal, goal: list[int], leave: list[int]) -> None:
        pool, held = self.ownership.held(POOL), terminal.free()
        taken = fill(pool, held, TRAIN, FULL, terminal.stop, goal, leave)
        if any(taken):
            self.grants += 1
            gid = Gid(1, self.grants)
            self.ownership.grant(terminal.number + 1, 1, gid, taken)
            terminal.take(Grant(gid, terminal.number + 1, 1, JOURNEY, to_blocks(taken), 1 << 60))
            terminal.heard = terminal.free()

    # what central knows

    def _plan(self, now: float) -> tuple[Stock, Plan]:
        """Made anew every few minutes: between two contacts of a terminal little changes."""
        if self._made is None or now - self._made_at > NEAR_H * 0.9:
            seen = Seen(self.world, self.known, self.ownership, now)
            target = Target(seen, seen.facts, CLASS, now * 3600)
            sellers = sorted(target.sellers, key=lambda seller: seller.key)
            self._sellers = [seller._replace(key=seller.key - 1) for seller in sellers]
            made = plan(target.stock, self._sellers, self.known.curve, self.terms, whole=self.whole)
            self._made = target.stock, made
            self._made_at = now
        return self._made

    def _held(self, terminal: Terminal) -> tuple[int, ...]:
        common, found = -1, []
        for mask in terminal.heard[terminal.stop :]:
            common &= mask
            found.append(common.bit_count())
        return tuple(found)

    def _spare(self, terminal: Terminal) -> tuple[int, ...]:
        return tuple(mask.bit_count() for mask in terminal.heard[terminal.stop :])


def _ticks() -> list[float]:
    """When terminals with a link call, latest first; the departures are among them."""
    found, at = [], 0.0
    while at < departs(SEGMENTS):
        found.append(at)
        at += NEAR_H if at >= HORIZON_H - NEAR_FROM_H else FAR_H
    return sorted({*found, *(departs(stop) for stop in range(SEGMENTS))}, reverse=True)
