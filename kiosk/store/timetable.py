"""Reading one version of the catalogue: the lists that fit in memory (`Network`), the rest (`Timetable`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from sqlite_utils import Database

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Line, Quay, ServiceJourney, StopPlace
from kiosk.store.catalogue_schema import Stop


class Pattern(NamedTuple):
    """Stops that service journeys of a line have in common; `journeys` counts their runs in the window."""

    line_no: int
    stops: tuple[Stop, ...]
    journeys: int


class Ride(NamedTuple):
    """A journey between two of its calls, in numbers of `Network` (1-based, 0 = none)."""

    journey_id: int
    service_journey_id: str
    line_no: int
    pattern_no: int
    number: str
    headsign: str
    layout_id: str
    last_call: int
    from_call: int
    to_call: int
    departure_s: int  # of the service day
    arrival_s: int
    from_quay_no: int
    to_quay_no: int


@dataclass(frozen=True)
class Network:
    """The small lists of one version, loaded once; index = number - 1."""

    generation: int
    head: Catalogue  # its lists are empty
    latest_s: int  # latest departure of any service day
    stop_places: tuple[StopPlace, ...]
    quays: tuple[Quay, ...]
    lines: tuple[Line, ...]
    layouts: dict[str, Layout]
    patterns: tuple[Pattern, ...]
    day_no: dict[str, int]

    @cached_property
    def stop_no(self) -> dict[str, int]:
        return {each.id: no for no, each in enumerate(self.stop_places, 1)}

    @cached_property
    def stop_place_by_id(self) -> dict[str, StopPlace]:
        return {each.id: each for each in self.stop_places}

    @cached_property
    def quay_by_id(self) -> dict[str, Quay]:
        return {each.id: each for each in self.quays}

    @cached_property
    def line_by_id(self) -> dict[str, Line]:
        return {each.id: each for each in self.lines}

    @cached_property
    def patterns_at(self) -> dict[int, tuple[int, ...]]:
        """Stop number -> numbers of the patterns that visit it."""
        found: dict[int, dict[int, None]] = {}
        for no, pattern in enumerate(self.patterns, 1):
            for stop in pattern.stops:
                found.setdefault(stop.stop_no, {})[no] = None
        return {stop: tuple(numbers) for stop, numbers in found.items()}

    @cached_property
    def weight(self) -> dict[int, int]:
        """Stop number -> journeys that visit it in the window."""
        return {stop: sum(self.patterns[no - 1].journeys for no in nos) for stop, nos in self.patterns_at.items()}


def load_network(db: Database) -> Network | None:
    """Read the small lists; None if no catalogue was ever taken over."""
    head = db.execute("SELECT generation, body, latest_s FROM head").fetchone()
    if head is None:
        return None
    unpack = msgspec.msgpack.decode

    return Network(
        generation=head[0],
        head=unpack(head[1], type=Catalogue),
        latest_s=head[2],
        stop_places=tuple(
            unpack(body, type=StopPlace) for (body,) in db.execute("SELECT body FROM stop_places ORDER BY no")
        ),
        quays=tuple(unpack(body, type=Quay) for (body,) in db.execute("SELECT body FROM quays ORDER BY no")),
        lines=tuple(unpack(body, type=Line) for (body,) in db.execute("SELECT body FROM lines ORDER BY no")),
        layouts={id_: unpack(body, type=Layout) for id_, body in db.execute("SELECT id, body FROM layouts")},
        patterns=tuple(
            Pattern(line_no, unpack(body, type=tuple[Stop, ...]), journeys)
            for line_no, body, journeys in db.execute("SELECT line_no, body, journeys FROM patterns ORDER BY no")
        ),
        day_no={day: no for no, day in db.execute("SELECT no, day FROM days")},
    )


_RIDE = """j.id, s.id, s.line_no, s.pattern_no, s.number, s.headsign, s.layout_id, s.last_call,
  o.seq, d.seq, o.departure_s, d.arrival_s, o.quay_no, d.quay_no"""

# CROSS JOIN keeps SQLite from reordering: the two stops first, then the day, then the names.
_RIDES_FROM_ORIGIN = f"""SELECT {_RIDE} FROM calls o
  CROSS JOIN calls d ON d.stop_no = :destination AND d.sj_no = o.sj_no AND d.seq > o.seq AND d.alight
  CROSS JOIN journeys j ON j.day_no = :day AND j.sj_no = o.sj_no
  CROSS JOIN service_journeys s ON s.no = o.sj_no
  WHERE o.stop_no = :origin AND o.board AND o.departure_s >= :low AND o.departure_s < :high"""
_RIDES_FROM_DESTINATION = f"""SELECT {_RIDE} FROM calls d
  CROSS JOIN calls o ON o.stop_no = :origin AND o.sj_no = d.sj_no AND o.seq < d.seq AND o.board
    AND o.departure_s >= :low AND o.departure_s < :high
  CROSS JOIN journeys j ON j.day_no = :day AND j.sj_no = o.sj_no
  CROSS JOIN service_journeys s ON s.no = o.sj_no
  WHERE d.stop_no = :destination AND d.alight AND d.arrival_s >= :low"""
_LEAVING = """j.id, s.id, s.line_no, s.pattern_no, s.number, s.headsign, s.layout_id, s.last_call,
  o.seq, s.last_call, o.departure_s, 0, o.quay_no, 0"""
_BOARD = f"""SELECT {_LEAVING} FROM calls o CROSS JOIN journeys j ON j.day_no = :day AND j.sj_no = o.sj_no
  CROSS JOIN service_journeys s ON s.no = o.sj_no
  WHERE o.stop_no = :origin AND o.board AND o.seq < s.last_call
    AND o.departure_s >= :low AND o.departure_s < :high
  ORDER BY o.departure_s LIMIT :limit"""
_RESERVED = f"""SELECT {_LEAVING} FROM calls o CROSS JOIN journeys j ON j.day_no = :day AND j.sj_no = o.sj_no
  CROSS JOIN service_journeys s ON s.no = o.sj_no
  WHERE o.stop_no = :origin AND o.board AND o.seq < s.last_call AND s.layout_id <> '' AND o.departure_s >= :low"""
_RESERVED_RUNS = f"""SELECT {_LEAVING} FROM journeys j CROSS JOIN service_journeys s ON s.no = j.sj_no
  CROSS JOIN patterns p ON p.no = s.pattern_no
  CROSS JOIN calls o ON o.stop_no = p.first_stop_no AND o.sj_no = s.no AND o.seq = 0
  WHERE j.day_no = :day AND s.layout_id <> '' AND o.departure_s >= :low"""
_ONE = f"""SELECT {_RIDE} FROM service_journeys s
  CROSS JOIN calls o ON o.stop_no = :origin AND o.sj_no = s.no AND o.seq = :from
  CROSS JOIN calls d ON d.stop_no = :destination AND d.sj_no = s.no AND d.seq = :to
  CROSS JOIN journeys j ON j.id = :journey
  WHERE s.no = :sj"""
_OF_LINE = """SELECT s.no, j.id, d.day FROM service_journeys s
  CROSS JOIN journeys j ON j.sj_no = s.no CROSS JOIN days d ON d.no = j.day_no WHERE s.line_no = :line"""


class Timetable:
    """Queries on one snapshot of the file; valid inside `CatalogueStore.reading()` only."""

    def __init__(self, db: Database, network: Network) -> None:
        self._db = db
        self.network = network

    def rides(self, origin: int, destination: int, day: int, low_s: int, high_s: int) -> list[Ride]:
        """Journeys of an operating day leaving `origin` in [low_s, high_s) that then call at `destination`."""
        rows = self.raw_rides(origin, destination, day, low_s, high_s)
        return _without_detours([Ride._make(row) for row in rows])

    def raw_rides(self, origin: int, destination: int, day: int, low_s: int, high_s: int) -> list[tuple[Any, ...]]:
        """The rows behind `rides`, every pair of visits on a loop included."""
        weight = self.network.weight
        outer = weight.get(origin, 0) <= 2 * weight.get(destination, 0)
        sql = _RIDES_FROM_ORIGIN if outer else _RIDES_FROM_DESTINATION
        values = {"origin": origin, "destination": destination, "day": day, "low": low_s, "high": high_s}
        return list(self._db.execute(sql, values))

    def leaving(self, origin: int, day: int, low_s: int, high_s: int, limit: int) -> list[Ride]:
        """Next journeys of an operating day that leave `origin`, to their last call; arrival_s is 0."""
        values = {"origin": origin, "day": day, "low": low_s, "high": high_s, "limit": limit}
        return [Ride._make(row) for row in self._db.execute(_BOARD, values)]

    def reserved(self, origin: int, day: int, low_s: int) -> list[Ride]:
        """Journeys with numbered or counted places that leave `origin` (0 = their first call) from low_s on."""
        sql = _RESERVED_RUNS if origin == 0 else _RESERVED
        values = {"origin": origin, "day": day, "low": low_s}
        return [Ride._make(row) for row in self._db.execute(sql, values)]

    def ride(self, journey_id: int, from_call: int, to_call: int) -> Ride | None:
        """One journey between two of its calls; None when this version does not have it."""
        row = self._db.execute(
            """SELECT s.no, s.pattern_no FROM journeys j
               JOIN service_journeys s ON s.no = j.sj_no WHERE j.id = ?""",
            [journey_id],
        ).fetchone()
        stops = self.network.patterns[row[1] - 1].stops if row else ()
        if not 0 <= from_call < to_call < len(stops):
            return None
        values = {
            "journey": journey_id,
            "sj": row[0],
            "origin": stops[from_call].stop_no,
            "destination": stops[to_call].stop_no,
            "from": from_call,
            "to": to_call,
        }
        return Ride._make(self._db.execute(_ONE, values).fetchone())

    def service_journey(self, id_: str) -> ServiceJourney | None:
        row = self._db.execute(
            """SELECT b.body FROM service_journeys s
               JOIN service_journey_bodies b ON b.no = s.no WHERE s.id = ?""",
            [id_],
        ).fetchone()
        return msgspec.msgpack.decode(row[0], type=ServiceJourney) if row else None

    def journey(self, id_: int) -> Journey | None:
        row = self._db.execute(
            """SELECT s.id, d.day FROM journeys j JOIN service_journeys s ON s.no = j.sj_no
               JOIN days d ON d.no = j.day_no WHERE j.id = ?""",
            [id_],
        ).fetchone()
        return Journey(id_, row[0], row[1]) if row else None

    def journeys_of_line(self, line_no: int) -> list[tuple[ServiceJourney, Journey]]:
        """Every run of a line in the window (for events: a hall's performances)."""
        found = []
        known: dict[int, ServiceJourney] = {}
        for sj_no, journey_id, day in self._db.execute(_OF_LINE, {"line": line_no}):
            service_journey = known.get(sj_no)
            if service_journey is None:
                body = self._db.execute("SELECT body FROM service_journey_bodies WHERE no = ?", [sj_no]).fetchone()
                service_journey = known[sj_no] = msgspec.msgpack.decode(body[0], type=ServiceJourney)
            found.append((service_journey, Journey(journey_id, service_journey.id, day)))
        return found

    def destination_use(self, origin_id: str) -> dict[str, int]:
        """Destination id -> sales of this terminal from the origin."""
        return dict(
            self._db.execute("SELECT destination, sales FROM destination_use WHERE origin = ?", [origin_id]).fetchall()
        )


def _without_detours(rides: list[Ride]) -> list[Ride]:
    """On a loop a stop is visited twice: keep the pairs with no other visit of either stop between them."""
    by_journey: dict[int, list[Ride]] = {}
    for ride in rides:
        by_journey.setdefault(ride.journey_id, []).append(ride)
    if len(by_journey) == len(rides):
        return rides
    kept = []
    for same in by_journey.values():
        for ride in same:
            inside = (
                other is not ride and ride.from_call <= other.from_call and other.to_call <= ride.to_call
                for other in same
            )
            if not any(inside):
                kept.append(ride)
    return kept
