"""From an outlook to the plan of one class of one journey, and to what one terminal gets or is to give back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from operator import and_
from typing import NamedTuple

from central.inventory.cells import free_throughout
from central.inventory.demand import PRIOR_SALES
from central.inventory.expected import Expected
from central.inventory.fill import gather
from central.inventory.forecast import Terms, sells_out, terms_for
from central.inventory.outlook import Facts, Machine, Outlook
from central.inventory.policy import Plan, Seller, Stock, leave, most, plan, recalls, reserve, wish
from sync.wire import Recall

SOLD_PRIOR = 20.0  # every terminal is believed to have sold so many, until it has


class Goal(NamedTuple):
    """What to bring a terminal's holdings of a class to, see `central.inventory.fill`."""

    place_class: str
    from_call: int
    places: tuple[int, ...]
    leave: tuple[int, ...]  # cells that stay in the pool on each segment
    most: tuple[int, ...]  # cells to take from it: what is in the pool by now may be kept for others


class Target:
    """The plan of one class of one journey, as it is now. `asking` sells it even if it stands elsewhere."""

    def __init__(
        self, outlook: Outlook, facts: Facts, place_class: str, now: float, asking: tuple[int, int] | None = None
    ) -> None:
        self._outlook = outlook
        self._facts = facts
        self.place_class = place_class
        self._mask = facts.layout.class_masks[place_class]
        self._expected = Expected(outlook, facts, place_class, self._mask.bit_count(), now)
        self._free = {
            (each.terminal_id, each.incarnation): [0] * facts.segments for each in facts.held if each.kind == "LEASE"
        }
        for each in facts.held:
            if each.kind == "LEASE":
                have = self._free[each.terminal_id, each.incarnation]
                for segment, mask in enumerate(each.masks):
                    have[segment] |= mask & self._mask
        self._asking = asking

    @cached_property
    def stock(self) -> Stock:
        unsold = list(self._pool)
        for seller in self.sellers:
            for index, count in enumerate(seller.spare):
                unsold[seller.from_call + index] += count
        own = [each * self._expected.own_share for each in self._expected.everywhere]
        kept = self._kept(reserve(self._expected.everywhere, own, unsold))
        return Stock(
            self._facts.journey_id, self.place_class, self._pool, self._expected.everywhere, kept, self._quotas()
        )

    @cached_property
    def _pool(self) -> tuple[int, ...]:
        for each in self._facts.held:
            if each.kind == "POOL":
                return tuple((mask & self._mask).bit_count() for mask in each.masks)
        return (0,) * self._facts.segments

    @cached_property
    def _least_risk(self) -> list[float]:
        """Of selling out, if everything that is leased could still be had."""
        left = list(self._pool)
        for masks in self._free.values():
            left = [count + mask.bit_count() for count, mask in zip(left, masks, strict=True)]
        return [sells_out(each, count) for each, count in zip(self._expected.everywhere, left, strict=True)]

    @cached_property
    def plan(self) -> Plan:
        return plan(self.stock, self.sellers, self._expected.curve, self._terms())

    def goal(self, machine: Machine, to_call: int, wanted: int) -> Goal | None:
        """What the terminal should get, at most the `wanted` places; None when it has enough."""
        seller = self._seller_of(machine)
        if seller is None:
            return None
        length = max(0, to_call - seller.from_call)
        most_useful = most(seller, self._least_risk[seller.from_call :], self._expected.curve, self._terms())[:length]
        if not wish([min(wanted, each) for each in most_useful], seller.held):
            return None  # whatever the others hold: most who ask have enough
        aim = self.plan.targets[seller.key][:length]
        places = wish(tuple(min(wanted, each) for each in aim), seller.held)
        if not places:
            return None
        kept = leave(self.stock, self.sellers, machine.channel)
        spare = tuple(max(0, have - keep) for have, keep in zip(self.stock.pool, kept, strict=True))
        return Goal(self.place_class, seller.from_call, places, kept, spare)

    def kept_for_others(self, channel: str) -> tuple[int, ...]:
        """Cells of each segment that are in the pool for other channels' quotas alone."""
        return leave(self.stock._replace(reserve=(0,) * self._facts.segments), self.sellers, channel)

    def recalls(self, machine: Machine) -> tuple[Recall, ...]:
        """What the terminal is to give back: more than its part, and places that make up what a party waits for."""
        seller = self._seller_of(machine)
        if seller is None:
            return ()
        return (*recalls(self.stock, seller, self.plan), *self._sought_of(machine))

    def _sought_of(self, machine: Machine) -> list[Recall]:
        pool = next((each.masks for each in self._facts.held if each.kind == "POOL"), None)
        holders = {
            key: masks
            for (key, incarnation), masks in self._free.items()
            if key in self._online and self._outlook.machines[key].incarnation == incarnation
        }
        found = []
        for each in self._facts.sought:
            if pool is None or each.place_class != self.place_class:
                continue
            ride = each.from_call, each.to_call
            missing = each.places - (free_throughout(pool, *ride) & self._mask).bit_count()
            places = gather(pool, holders, self._mask, *ride, missing).get(machine.terminal_id, 0)
            if places:
                found.append(Recall(self._facts.journey_id, self.place_class, *ride, 0, f"{places:x}"))
        return found

    @cached_property
    def _online(self) -> set[int]:
        return {seller.key for seller in self.sellers if not seller.dark}

    def _kept(self, reserve: Sequence[int]) -> tuple[int, ...]:
        """The reserve, and what is being gathered for somebody."""
        kept = list(reserve)
        for each in self._facts.sought:
            if each.place_class == self.place_class:
                for segment in range(each.from_call, each.to_call):
                    kept[segment] += each.places
        return tuple(kept)

    def _seller_of(self, machine: Machine) -> Seller | None:
        share = self._shares.get(machine.terminal_id)
        return None if share is None else self._seller(machine, share)

    def _terms(self) -> Terms:
        squares = self._outlook.party_squares + PRIOR_SALES
        return terms_for(self._mask.bit_count(), squares / (self._outlook.party_passengers + PRIOR_SALES))

    # who sells

    @cached_property
    def sellers(self) -> list[Seller]:
        """All of them, as far as this class is concerned."""
        machines = self._outlook.machines
        return [self._seller(machines[key], share) for key, share in self._shares.items()]

    @cached_property
    def _shares(self) -> dict[int, float]:
        """Who sells, and which part: a terminal at a stop of that stop's demand, any other of the whole run's.

        The others are those without a station, and whoever asks or holds something. Where no terminal stands at any
        stop, as with a hall, everybody sells.
        """
        machines, asking = self._outlook.machines, self._asking
        roaming = {}
        for key, machine in machines.items():
            known = (key, machine.incarnation) in self._free or (asking is not None and key == asking[0])
            if key not in self._at_stop and (known or not machine.stop_place_id or not self._at_stop):
                roaming[key] = machine.sold + SOLD_PRIOR
        there: dict[str, float] = defaultdict(float)
        for machine in self._at_stop.values():
            there[machine.stop_place_id] += machine.sold + SOLD_PRIOR
        everything = sum(roaming.values()) + sum(there.values())
        shares = {key: weight / everything for key, weight in roaming.items()}
        anywhere = sum(shares.values())
        for key, machine in self._at_stop.items():
            shares[key] = (1 - anywhere) * (machine.sold + SOLD_PRIOR) / there[machine.stop_place_id]
        return shares

    @cached_property
    def _at_stop(self) -> dict[int, Machine]:
        stops = {stop for stop in self._facts.stops[:-1] if stop}
        return {key: each for key, each in self._outlook.machines.items() if each.stop_place_id in stops}

    def _seller(self, machine: Machine, share: float) -> Seller:
        if machine.terminal_id in self._at_stop:
            first = self._stop_of(machine)
            expected = [self._expected.left[first] * share * each for each in self._expected.riders_from(first)]
        else:
            asks = self._asking is not None and machine.terminal_id == self._asking[0]
            first = self._asking[1] if self._asking is not None and asks else self._next_stop
            expected = [share * each for each in self._expected.busiest[first:]]  # rides between any stops
        held = spare = (0,) * (self._facts.segments - first)
        free = self._free.get((machine.terminal_id, machine.incarnation))
        if free:
            held = tuple(mask.bit_count() for mask in accumulate(free[first:], and_))
            spare = tuple(mask.bit_count() for mask in free[first:])
        return Seller(
            key=machine.terminal_id,
            channel=machine.channel,
            from_call=first,
            hours=self._expected.hours(first),
            expected=tuple(expected),
            link=self._outlook.link(machine.terminal_id),
            held=held,
            spare=spare,
            dark=self._outlook.is_dark(machine.terminal_id),
        )

    def _stop_of(self, machine: Machine) -> int:
        """Where it sells from; at a stop that is called at twice the departure that is next."""
        if self._asking is not None and machine.terminal_id == self._asking[0]:
            return self._asking[1]
        stops = self._calls_at[machine.stop_place_id]
        return next((at for at in stops if self._expected.hours(at) > 0), stops[-1])

    @cached_property
    def _calls_at(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, stop in enumerate(self._facts.stops[:-1]):
            found[stop].append(at)
        return found

    @cached_property
    def _next_stop(self) -> int:
        last = self._facts.segments - 1
        return next((stop for stop in range(last) if self._expected.hours(stop) > 0), last)

    # quotas

    def _quotas(self) -> dict[str, tuple[int, ...]]:
        """Of each channel's quotas that are not yet released: what it has not sold, on each segment."""
        wanted: dict[str, int] = {}
        minutes = self._expected.hours(0) * 60
        for quota in self._facts.quotas:
            if quota.place_class in ("", self.place_class) and minutes > quota.release_before_min:
                wanted[quota.channel] = wanted.get(quota.channel, 0) + quota.places
        return {channel: self._unsold(channel, places) for channel, places in wanted.items()}

    def _unsold(self, channel: str, places: int) -> tuple[int, ...]:
        sold = [0] * self._facts.segments
        for each in self._facts.held:
            machine = self._outlook.machines.get(each.terminal_id)
            if each.kind == "SOLD" and machine is not None and machine.channel == channel:
                sold = [count + (mask & self._mask).bit_count() for count, mask in zip(sold, each.masks, strict=True)]
        return tuple(max(0, places - count) for count in sold)


def hints(outlook: Outlook, machine: Machine, journey_ids: Iterable[int], now: float) -> tuple[Recall, ...]:
    """Recalls for one terminal over the journeys it holds places of."""
    found: list[Recall] = []
    for journey_id in journey_ids:
        facts = outlook.journeys.get(journey_id)
        if facts is None:
            continue
        mine = [each for each in facts.held if each.kind == "LEASE" and each.terminal_id == machine.terminal_id]
        for place_class, mask in facts.layout.class_masks.items():
            if any(mask & cells for each in mine for cells in each.masks):
                found += Target(outlook, facts, place_class, now).recalls(machine)
    return tuple(found)
