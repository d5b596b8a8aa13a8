"""What central knows before the departure: sales of earlier departures and a month of each terminal's calls."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from central.inventory.contact import Contact, heard, link
from central.inventory.demand import curve, lead_counts, party, riders, usual_riders
from central.inventory.forecast import Curve, Link
from tests.strand.others import online_only
from tests.strand.world import CENTRAL, PLACES, SEGMENTS, Setting, departs, make, spans

DEPARTURES = 8  # earlier ones that central has seen
MONTH_H = 30 * 24.0


class Knowledge:
    """Learned by the product's own functions from what was sold, which is less than what was asked for."""

    def __init__(self, setting: Setting, seed: int) -> None:
        terminals = [[0.0] * SEGMENTS for _ in range(SEGMENTS)]
        own = [[0.0] * SEGMENTS for _ in range(SEGMENTS)]
        leads: list[float] = []
        parties: Counter[tuple[int, int, float]] = Counter()
        for number in range(DEPARTURES):
            past = make(replace(setting, downtime=0.0, lost=False), 1_000_000 + seed * DEPARTURES + number)
            for ticket in online_only(past).tickets:
                leads.append(departs(ticket.from_call) - ticket.at)
                parties[number, ticket.seller, ticket.at] += 1
                sums = own if ticket.seller == CENTRAL else terminals
                for segment in range(ticket.from_call, ticket.to_call):
                    sums[ticket.from_call][segment] += 1
        self.at_terminal = [self._mean(terminals[stop], stop, setting.stops.count(stop)) for stop in range(SEGMENTS)]
        self.own = [self._mean(own[stop], stop, 1) for stop in range(SEGMENTS)]
        self.party = party(parties.values())
        self.curve: Curve = curve(lead_counts(leads))
        self.links = [self._link(setting, seed, terminal) for terminal in range(setting.terminals)]

    def _mean(self, sold: list[float], stop: int, sellers: int) -> list[float]:
        """Passengers over each segment that one of so many sellers at a stop serves."""
        usual = [each / 2 for each in usual_riders(PLACES, SEGMENTS - stop, SEGMENTS)]
        return [0.0] * stop + [each / max(1, sellers) for each in riders(sold[stop:], DEPARTURES, usual)]

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
