"""Tables of `catalogue.db`, and how one catalogue becomes their rows.

Ids of the feed are long texts; inside the file every stop place, quay, line, pattern, service journey and
operating day has a number (`_no`, 1-based), so that the 350,000 calls of a big city stay small and the search
compares integers. Service journeys that visit the same stops with the same rights share a *pattern*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.catalogue_delta import head_of
from kiosk.domain.errors import CatalogueRefused
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Line, Quay, ServiceJourney, StopPlace

migrations = Migrations("catalogue")

REPLACED = (
    "stop_places",
    "quays",
    "lines",
    "layouts",
    "patterns",
    "service_journeys",
    "service_journey_bodies",
    "calls",
    "days",
    "journeys",
)


@migrations()
def m001_catalogue(db: Database) -> None:
    """What a catalogue holds; `head` has one row with the cursor (etag) and all that is not a list."""
    for statement in (
        """CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL,
           version INTEGER NOT NULL, etag TEXT NOT NULL, body BLOB NOT NULL,
           stop_places INTEGER NOT NULL, journeys INTEGER NOT NULL, latest_s INTEGER NOT NULL) STRICT""",
        """CREATE TABLE stop_places (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
           body BLOB NOT NULL) STRICT""",
        "CREATE TABLE quays (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT",
        "CREATE TABLE lines (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT",
        "CREATE TABLE layouts (id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT",
        """CREATE TABLE patterns (no INTEGER PRIMARY KEY, line_no INTEGER NOT NULL, body BLOB NOT NULL,
           journeys INTEGER NOT NULL, first_stop_no INTEGER NOT NULL) STRICT""",
        """CREATE TABLE service_journeys (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
           line_no INTEGER NOT NULL, pattern_no INTEGER NOT NULL, number TEXT NOT NULL,
           headsign TEXT NOT NULL, layout_id TEXT NOT NULL, last_call INTEGER NOT NULL) STRICT""",
        "CREATE TABLE service_journey_bodies (no INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
        """CREATE TABLE calls (stop_no INTEGER NOT NULL, sj_no INTEGER NOT NULL, seq INTEGER NOT NULL,
           arrival_s INTEGER NOT NULL, departure_s INTEGER NOT NULL, board INTEGER NOT NULL,
           alight INTEGER NOT NULL, quay_no INTEGER NOT NULL,
           PRIMARY KEY (stop_no, sj_no, seq)) STRICT, WITHOUT ROWID""",
        "CREATE TABLE days (no INTEGER PRIMARY KEY, day TEXT NOT NULL UNIQUE) STRICT",
        """CREATE TABLE journeys (day_no INTEGER NOT NULL, sj_no INTEGER NOT NULL, id INTEGER NOT NULL,
           PRIMARY KEY (day_no, sj_no)) STRICT, WITHOUT ROWID""",
        "CREATE UNIQUE INDEX journeys_by_id ON journeys (id)",
    ):
        db.execute(statement)


@migrations()
def m002_outside_the_catalogue(db: Database) -> None:
    """What survives a replacement: a refused catalogue, the terminal's own use, journeys it has sold."""
    for statement in (
        """CREATE TABLE kept_aside (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL,
           etag TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL) STRICT""",
        """CREATE TABLE destination_use (origin TEXT NOT NULL, destination TEXT NOT NULL,
           sales INTEGER NOT NULL, PRIMARY KEY (origin, destination)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE sold_journeys (id INTEGER PRIMARY KEY, service_journey_id TEXT NOT NULL,
           body BLOB NOT NULL) STRICT""",
    ):
        db.execute(statement)


class Stop(msgspec.Struct, frozen=True, array_like=True):
    """One visit of a pattern."""

    stop_no: int
    quay_no: int  # 0 = none stated
    board: bool
    alight: bool


def write(db: Database, catalogue: Catalogue, etag: str, generation: int) -> None:
    """Replace every row; the caller holds the transaction. CatalogueRefused for a dangling reference."""
    for table in REPLACED:
        db.execute(f"DELETE FROM {table}")
    rows = _Rows(catalogue)
    put = db.conn.executemany
    put("INSERT INTO stop_places VALUES (?, ?, ?)", _numbered(catalogue.stop_places))
    put("INSERT INTO quays VALUES (?, ?, ?)", _numbered(catalogue.quays))
    put("INSERT INTO lines VALUES (?, ?, ?)", _numbered(catalogue.lines))
    put(
        "INSERT INTO layouts VALUES (?, ?)",
        ((each.id, msgspec.msgpack.encode(each)) for each in catalogue.layouts),
    )
    put("INSERT INTO days VALUES (?, ?)", ((no, day) for day, no in rows.day_no.items()))
    put("INSERT INTO service_journeys VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows.service_journeys())
    put(
        "INSERT INTO service_journey_bodies VALUES (?, ?)",
        ((no, msgspec.msgpack.encode(each)) for no, each in enumerate(catalogue.service_journeys, 1)),
    )
    put("INSERT INTO patterns VALUES (?, ?, ?, ?, ?)", rows.patterns())
    put("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows.calls())
    put("INSERT INTO journeys VALUES (?, ?, ?)", rows.journeys())
    db.execute("DELETE FROM head")
    db.execute(
        "INSERT INTO head VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        (
            generation,
            catalogue.version,
            etag,
            msgspec.msgpack.encode(head_of(catalogue)),
            len(catalogue.stop_places),
            len(catalogue.journeys),
            rows.latest_s,
        ),
    )


def _numbered(values: Iterable[msgspec.Struct]) -> Iterator[tuple[int, str, bytes]]:
    for no, value in enumerate(values, 1):
        yield no, value.id, msgspec.msgpack.encode(value)  # type: ignore[attr-defined]


def whole(db: Database) -> Catalogue | None:
    """What `write` was given, with its items in the same order."""
    row = db.execute("SELECT body FROM head").fetchone()
    if row is None:
        return None
    lists: dict[str, Any] = {
        name: tuple(
            msgspec.msgpack.decode(body, type=kind)
            for (body,) in db.execute(f"SELECT body FROM {table} ORDER BY rowid").fetchall()
        )
        for name, table, kind in (
            ("stop_places", "stop_places", StopPlace),
            ("quays", "quays", Quay),
            ("lines", "lines", Line),
            ("service_journeys", "service_journey_bodies", ServiceJourney),
            ("layouts", "layouts", Layout),
        )
    }
    lists["journeys"] = tuple(
        Journey(*found)
        for found in db.execute(
            "SELECT j.id, s.id, d.day FROM journeys j JOIN service_journeys s ON s.no = j.sj_no "
            "JOIN days d ON d.no = j.day_no ORDER BY j.day_no, j.id"
        ).fetchall()
    )
    return msgspec.structs.replace(msgspec.msgpack.decode(row[0], type=Catalogue), **lists)


class _Rows:
    """Numbers for everything, checked references, and the rows in key order (appending is fast)."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.stop_no = _numbers("stop place", (each.id for each in catalogue.stop_places))
        self.quay_no = _numbers("quay", (each.id for each in catalogue.quays))
        self.line_no = _numbers("line", (each.id for each in catalogue.lines))
        self.sj_no = _numbers("service journey", (each.id for each in catalogue.service_journeys))
        self.layout_ids = frozenset(each.id for each in catalogue.layouts)
        self.day_no = {day: no for no, day in enumerate(sorted({j.operating_day for j in catalogue.journeys}), 1)}
        self.pattern_no: dict[tuple[int, tuple[Stop, ...]], int] = {}
        self.pattern_of: list[int] = []
        self.latest_s = 0
        self._by_stop: dict[int, list[tuple[int, ...]]] = {}
        self._read()

    def _read(self) -> None:
        for no, journey in enumerate(self.catalogue.service_journeys, 1):
            who = f"service journey {journey.id}"
            line_no = self._refer("line", self.line_no, journey.line_id, who)
            if journey.layout_id and journey.layout_id not in self.layout_ids:
                raise _dangling("layout", journey.layout_id, who)
            stops = []
            for seq, call in enumerate(journey.calls):
                stop_no = self._refer("stop place", self.stop_no, call.stop_place_id, who)
                quay_no = self.quay_no.get(call.quay_id, 0)
                stops.append(Stop(stop_no, quay_no, call.board, call.alight))
                self._by_stop.setdefault(stop_no, []).append(
                    (stop_no, no, seq, call.arrival_s, call.departure_s, call.board, call.alight, quay_no)
                )
                self.latest_s = max(self.latest_s, call.departure_s)
            key = (line_no, tuple(stops))
            self.pattern_of.append(self.pattern_no.setdefault(key, len(self.pattern_no) + 1))

    def _refer(self, what: str, numbers: dict[str, int], wanted: str, who: str) -> int:
        no = numbers.get(wanted)
        if no is None:
            raise _dangling(what, wanted, who)
        return no

    def service_journeys(self) -> Iterator[tuple[object, ...]]:
        for no, (each, pattern) in enumerate(zip(self.catalogue.service_journeys, self.pattern_of, strict=True), 1):
            line_no = self.line_no[each.line_id]
            yield (
                no,
                each.id,
                line_no,
                pattern,
                each.number,
                each.headsign,
                each.layout_id,
                len(each.calls) - 1,
            )

    def patterns(self) -> Iterator[tuple[object, ...]]:
        runs = Counter(self.pattern_of[self._refer_journey(each) - 1] for each in self.catalogue.journeys)
        for (line_no, stops), no in self.pattern_no.items():
            yield no, line_no, msgspec.msgpack.encode(stops), runs[no], stops[0].stop_no if stops else 0

    def calls(self) -> Iterator[tuple[int, ...]]:
        # stop by stop: no single long sort that would hold up the screen's thread
        for stop_no in sorted(self._by_stop):
            yield from self._by_stop.pop(stop_no)

    def journeys(self) -> Iterator[tuple[int, int, int]]:
        by_day: dict[int, dict[int, int]] = {no: {} for no in self.day_no.values()}
        ids: set[int] = set()
        for each in self.catalogue.journeys:
            sj_no = self._refer_journey(each)
            same_day = by_day[self.day_no[each.operating_day]]
            if each.id in ids or sj_no in same_day:
                raise CatalogueRefused(
                    f"the catalogue names journey {each.id} ({each.service_journey_id} on {each.operating_day}) "
                    "twice; import the feed again at central"
                )
            ids.add(each.id)
            same_day[sj_no] = each.id
        for day_no, runs in by_day.items():
            yield from sorted((day_no, sj_no, id_) for sj_no, id_ in runs.items())

    def _refer_journey(self, journey: Journey) -> int:
        return self._refer("service journey", self.sj_no, journey.service_journey_id, f"journey {journey.id}")


def _numbers(what: str, ids: Iterable[str]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for no, id_ in enumerate(ids, 1):
        if numbers.setdefault(id_, no) != no:
            raise CatalogueRefused(f"the catalogue names {what} {id_} twice; import the feed again at central")
    return numbers


def _dangling(what: str, wanted: str, who: str) -> CatalogueRefused:
    return CatalogueRefused(
        f"{who} refers to {what} {wanted or '(none)'}, which the catalogue does not hold; "
        "import the feed again at central"
    )
