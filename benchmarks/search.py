"""All departures of an origin and destination on a day, priced, against the bare SQL of the same rows."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.big_city import big_city
from benchmarks.figure import figure
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.network import service_day_start
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.store.catalogue import CatalogueStore

GOAL_MS = 20.0
N = 200


class _Clock:
    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now


class _NothingHeld:
    def free(self, journey_id: int) -> list[int] | None:
        return None


def run() -> dict[str, Any]:
    """Half of the questions at random, half on the busiest pairs."""
    return measure("search: departures of a day, 350,000 calls", big_city())


def measure(name: str, catalogue: Catalogue) -> dict[str, Any]:
    day = catalogue.journeys[len(catalogue.journeys) // 2].operating_day
    now = float(service_day_start(day, catalogue.timezone))
    with tempfile.TemporaryDirectory() as folder:
        store = CatalogueStore(Path(folder), bytes(32))
        try:
            start = time.perf_counter()
            store.replace(catalogue, "1")
            replaced_s = time.perf_counter() - start
            pairs = _pairs(store)
            clock = _Clock(now)
            search = Search(store, Offers(store, _NothingHeld(), clock), clock)
            search.departures(*pairs[0], day, now)  # the lists of the version are loaded once
            ours, floor, rows = [], [], []
            for origin, destination in pairs:
                start = time.perf_counter()
                found = search.departures(origin, destination, day, now)
                ours.append((time.perf_counter() - start) * 1000)
                rows.append(len(found))
                floor.append(_floor_ms(store, origin, destination, day))
        finally:
            store.close()
    p95 = statistics.quantiles(ours, n=20)[-1]
    more = {
        "calls": sum(len(each.calls) for each in catalogue.service_journeys),
        "journeys": len(catalogue.journeys),
        "most_departures": max(rows),
        "replace_s": replaced_s,
    }
    return figure(name, floor, ours, f"p95 <= {GOAL_MS:.0f} ms", ok=p95 <= GOAL_MS, **more)


def _pairs(store: CatalogueStore) -> list[tuple[str, str]]:
    network = store.network()
    assert network is not None
    chance = random.Random(1)
    busiest = sorted(network.weight, key=lambda stop: -network.weight[stop])[:12]
    pairs: list[tuple[str, str]] = []
    while len(pairs) < N:
        pattern = chance.choice(network.patterns)
        a, b = sorted(chance.sample(range(len(pattern.stops)), 2))
        origin, destination = pattern.stops[a].stop_no, pattern.stops[b].stop_no
        if len(pairs) % 2:
            origin, destination = chance.sample(busiest, 2)
        pairs.append((network.stop_places[origin - 1].id, network.stop_places[destination - 1].id))
    return pairs


def _floor_ms(store: CatalogueStore, origin: str, destination: str, day: str) -> float:
    """The same rows in one statement, nothing built from them."""
    with store.reading() as timetable:
        assert timetable is not None
        network = timetable.network
        start = time.perf_counter()
        timetable.raw_rides(network.stop_no[origin], network.stop_no[destination], network.day_no[day], 0, 1 << 30)
        return (time.perf_counter() - start) * 1000
