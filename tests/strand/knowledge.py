"""What central knows before the departure: sales of earlier departures and a month of each terminal's calls."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from central.inventory.contact import Contact, heard, link
from central.inventory.demand import curve, lead_counts, party
from central.inventory.forecast import Curve, Link
from tests.strand.others import online_only
from tests.strand.world import CENTRAL, CLASS, SEGMENTS, Setting, departs, make, spans

DEPARTURES = 8  # earlier ones that central has seen
MONTH_H = 30 * 24.0
SERVICE, WORKDAY = "train", 0


def name_of(stop: int) -> str:
    """A stop place's id."""
    return f"s{stop}"


class Knowledge:
    """Learned by the product's own functions from what was sold, which is less than what was asked for."""

    def __init__(self, setting: Setting, seed: int) -> None:
        self.riders: dict[tuple[str, int, str, int], list[tuple[int, int]]] = {}
        self.boarding: dict[tuple[str, int, str], tuple[int, int]] = {}
        self.departures = {(SERVICE, WORKDAY): DEPARTURES}
        leads: list[float] = []
        parties: Counter[tuple[int, int, float]] = Counter()
        rides: Counter[tuple[int, int]] = Counter()
        own = 0
        for number in range(DEPARTURES):
            past = make(replace(setting, downtime=0.0, lost=False), 1_000_000 + seed * DEPARTURES + number)
            for ticket in online_only(past).tickets:
                leads.append(departs(ticket.from_call) - ticket.at)
                parties[number, ticket.seller, ticket.at] += 1
                if ticket.seller == CENTRAL:
                    own += 1
                else:
                    rides[ticket.from_call, ticket.to_call] += 1
        for stop in range(SEGMENTS):
            here = [(to_call, count) for (origin, to_call), count in sorted(rides.items()) if origin == stop]
            self.riders[SERVICE, WORKDAY, CLASS, stop] = here
            self.boarding[name_of(stop), WORKDAY, CLASS] = DEPARTURES, sum(count for _, count in here)
        self.own_share = own / max(1, own + rides.total())
        self.party_squares = float(sum(size * size for size in parties.values()))
        self.party_passengers = float(sum(parties.values()))
        self.party = party(parties.values())
        self.curve: Curve = curve(lead_counts(leads))
        self.links = [self._link(setting, seed, terminal) for terminal in range(setting.terminals)]

    def _link(self, setting: Setting, seed: int, terminal: int) -> Link:
        """The record after a month of calls every half minute, except in outages."""
        record: Contact | None = None
        for start, end in spans(setting, random.Random(f"month {seed} {terminal}"), MONTH_H):
            for at in (start, end):
                record = heard(record, at * 3600) if record is None or at == end else self._calls(record, at * 3600)
        return link(self._calls(record or Contact(0.0), MONTH_H * 3600), MONTH_H * 3600)

    def _calls(self, record: Contact, until: float) -> Contact:
        """Many calls in short succession, added up at once: time observed and not dark."""
        return record._replace(
            last_at=max(until, record.last_at), observed_s=record.observed_s + until - record.last_at
        )
