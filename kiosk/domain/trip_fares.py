"""The price of a trip of several rides: Fares v2 with its transfer rules, Fares v1 with its transfers.

The cheapest way to pay for all rides is found for each rider category. A transfer rule never makes a trip
dearer than separate tickets: these can always be bought one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from kiosk.domain.fares import FareProduct, LegRule, Pricer, Tariff, TransferRule, medium_rank
from kiosk.domain.network import Line, StopPlace


class Ride(msgspec.Struct, frozen=True):
    """One leg of a trip; times are seconds of its operating day."""

    line: Line
    origin: StopPlace
    destination: StopPlace
    departs_s: int
    arrives_s: int
    operating_day: str  # ISO date
    crossed_zones: frozenset[str] = frozenset()  # zones of all stops of the ride, both ends included

    @property
    def departs_at(self) -> int:
        return date.fromisoformat(self.operating_day).toordinal() * 86_400 + self.departs_s

    @property
    def arrives_at(self) -> int:
        return date.fromisoformat(self.operating_day).toordinal() * 86_400 + self.arrives_s


class FarePart(msgspec.Struct, frozen=True):
    """One thing to buy and the rides it covers."""

    product_id: str
    product_name: str
    amount_minor: int  # negative for a discount on a transfer
    first_ride: int
    last_ride: int


class TripFare(msgspec.Struct, frozen=True):
    """What one traveller of a category pays for all rides; "" = anybody."""

    category_id: str
    amount_minor: int
    currency: str
    parts: tuple[FarePart, ...]


class _Paid(msgspec.Struct, frozen=True):
    """Rides paid for so far, while a trip is priced."""

    total: int
    chain: int  # what the rides since `chain_start` cost: rule type 2 takes its place
    chain_start: int
    transfers: int  # consecutive ones within one leg group
    group: str
    product_id: str
    parts: tuple[FarePart, ...]


def price_trip(pricer: Pricer, tariff: Tariff, rides: Sequence[Ride]) -> tuple[TripFare, ...]:
    """The cheapest fare for all rides in each rider category; () = the fare of some ride is unknown."""
    if not rides:
        return ()
    legs = [pricer.leg_rules(r.line, r.origin, r.destination, r.departs_s, r.arrives_s, r.operating_day) for r in rides]
    found: dict[str, TripFare] = {}
    for category in dict.fromkeys(["", *(product.category_id for product in tariff.products)]):
        if all(legs):
            fare = _TransferPricing(pricer, tariff, rides, legs, category).cheapest()
        else:
            fare = _covered_v1(pricer, tariff, rides, category)
        # A category that pays what anybody pays is not named on its own.
        if fare is not None and ("" not in found or fare.parts != found[""].parts):
            found[category] = fare
    return tuple(found.values())


def _row(pricer: Pricer, product_id: str, category: str) -> FareProduct | None:
    """The price of a product for a category, else for anybody; on paper where possible."""
    rows = pricer.rows(product_id)
    own = [row for row in rows if row.category_id == category] or [row for row in rows if not row.category_id]
    return min(own, key=lambda row: (medium_rank(row), row.amount_minor), default=None)


def _part(row: FareProduct, first: int, last: int) -> FarePart:
    return FarePart(row.kind or row.id, row.name or row.id, row.amount_minor, first, last)


class _TransferPricing:
    """Fares v2 for one rider category: every choice of leg rules and transfer rules, the cheapest kept of each kind."""

    def __init__(
        self, pricer: Pricer, tariff: Tariff, rides: Sequence[Ride], legs: list[list[LegRule]], category: str
    ) -> None:
        self._pricer, self._rides, self._legs, self._category = pricer, rides, legs, category
        self._rules = tariff.transfer_rules
        self._listed_from = {rule.from_leg_group for rule in self._rules} - {""}
        self._listed_to = {rule.to_leg_group for rule in self._rules} - {""}

    def cheapest(self) -> TripFare | None:
        states = list(self._alone(None, 0))
        for number in range(1, len(self._legs)):
            best: dict[tuple[str, str, int, int], _Paid] = {}
            for state in states:
                for paid in (*self._alone(state, number), *self._transferred(state, number)):
                    key = (paid.group, paid.product_id, paid.chain_start, paid.transfers)
                    if key not in best or paid.total < best[key].total:
                        best[key] = paid
            states = list(best.values())
        if not states:
            return None
        cheapest = min(states, key=lambda paid: (paid.total, len(paid.parts)))
        currency = self._pricer.rows(cheapest.product_id)[0].currency
        return TripFare(self._category, cheapest.total, currency, cheapest.parts)

    def _alone(self, before: _Paid | None, number: int) -> Iterator[_Paid]:
        """Ride `number` with a ticket of its own."""
        total, parts = (before.total, before.parts) if before else (0, ())
        for rule in self._legs[number]:
            row = _row(self._pricer, rule.product_id, self._category)
            if row is not None and row.amount_minor >= 0 and not rule.transfer_only:
                yield _Paid(
                    total=total + row.amount_minor,
                    chain=row.amount_minor,
                    chain_start=number,
                    transfers=0,
                    group=rule.leg_group_id,
                    product_id=rule.product_id,
                    parts=(*parts, _part(row, number, number)),
                )

    def _transferred(self, before: _Paid, number: int) -> Iterator[_Paid]:
        """Ride `number` under a transfer rule after the ride before."""
        for leg in self._legs[number]:
            for rule in self._matching(before, leg, number):
                surcharge = _row(self._pricer, rule.product_id, self._category) if rule.product_id else None
                own = _row(self._pricer, leg.product_id, self._category)
                # A product in place of all rides that is not named is not free: its price is unknown.
                if surcharge is None and (rule.product_id or rule.fare_transfer_type == 2):
                    continue
                if own is None and rule.fare_transfer_type == 1:
                    continue
                extra = surcharge.amount_minor if surcharge else 0
                parts, chain = before.parts, before.chain
                if rule.fare_transfer_type == 2:
                    parts, chain = tuple(part for part in parts if part.first_ride < before.chain_start), 0
                elif surcharge is None and rule.fare_transfer_type == 0:
                    parts = (*parts[:-1], msgspec.structs.replace(parts[-1], last_ride=number))
                if surcharge is not None:
                    first = before.chain_start if rule.fare_transfer_type == 2 else number
                    parts = (*parts, _part(surcharge, first, number))
                if rule.fare_transfer_type == 1 and own is not None:
                    extra += own.amount_minor
                    parts = (*parts, _part(own, number, number))
                yield _Paid(
                    total=before.total - before.chain + chain + extra,
                    chain=chain + extra,
                    chain_start=before.chain_start,
                    transfers=before.transfers + 1 if before.group == leg.leg_group_id else 0,
                    group=leg.leg_group_id,
                    product_id=leg.product_id,
                    parts=parts,
                )

    def _matching(self, before: _Paid, leg: LegRule, number: int) -> Iterator[TransferRule]:
        """An empty group means all groups that no rule lists (GTFS reference, fare_transfer_rules)."""
        from_group = before.group if before.group in self._listed_from else ""
        to_group = leg.leg_group_id if leg.leg_group_id in self._listed_to else ""
        for rule in self._rules:
            if (rule.from_leg_group, rule.to_leg_group) != (from_group, to_group):
                continue
            if rule.from_product and rule.from_product != before.product_id:
                continue
            same = before.group == leg.leg_group_id
            if same and 0 <= rule.transfer_count <= before.transfers:
                continue
            # Within one group a ticket is valid from its first ride on; between groups from the ride before.
            current, after = self._rides[before.chain_start if same else number - 1], self._rides[number]
            start = current.departs_at if rule.duration_limit_type in (0, 1) else current.arrives_at
            end = after.departs_at if rule.duration_limit_type in (1, 2) else after.arrives_at
            if rule.duration_limit_s < 0 or end - start <= rule.duration_limit_s:
                yield rule


def _covered_v1(pricer: Pricer, tariff: Tariff, rides: Sequence[Ride], category: str) -> TripFare | None:
    """Fares v1: the trip is cut into stretches, each under one fare that allows the transfers within it."""
    best: list[tuple[int, tuple[FarePart, ...]] | None] = [(0, ())]
    currency = ""
    for end in range(1, len(rides) + 1):
        found: list[tuple[int, tuple[FarePart, ...]]] = []
        for start in range(end):
            before = best[start]
            row = _stretch(pricer, tariff, rides[start:end], category)
            if before is not None and row is not None:
                found.append((before[0] + row.amount_minor, (*before[1], _part(row, start, end - 1))))
                currency = row.currency
        best.append(min(found, key=lambda each: (each[0], len(each[1])), default=None))
    whole = best[-1]
    return TripFare(category, whole[0], currency, whole[1]) if whole is not None else None


def _stretch(pricer: Pricer, tariff: Tariff, rides: Sequence[Ride], category: str) -> FareProduct | None:
    """The cheapest fare that covers these rides as one: from the first origin to the last destination."""
    crossed = frozenset(zone for ride in rides for zone in ride.crossed_zones)
    origin, destination = rides[0].origin, rides[-1].destination
    product_ids = set.intersection(*(pricer.products_v1(ride.line, origin, destination, crossed) for ride in rides))
    lasts_s = rides[-1].arrives_at - rides[0].departs_at
    rows = []
    for product_id in product_ids:
        transfers = tariff.transfers_v1.get(product_id, 0)
        limit_s = tariff.transfer_durations_v1.get(product_id, -1)
        if len(rides) > 1 and (0 <= transfers < len(rides) - 1 or 0 <= limit_s < lasts_s):
            continue
        row = _row(pricer, product_id, category)
        if row is not None and row.amount_minor >= 0:
            rows.append(row)
    return min(rows, key=lambda row: (row.amount_minor, row.id), default=None)
