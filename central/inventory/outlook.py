"""All that the policy needs to know of some journeys, read once and without locks: who sells, who holds what, demand.

A plan may be a little out of date when it is carried out: cells are moved under the journey's lock, from what is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from central.inventory.book import read_layouts
from central.inventory.cells import unpack
from central.inventory.contact import Contact, is_dark, link
from central.inventory.demand import BREAKS_H, curve
from central.inventory.forecast import Curve, Link
from central.inventory.learn import DAY_TYPE
from kiosk.domain.layout import Layout


class Machine(NamedTuple):
    """A terminal that may sell."""

    terminal_id: int
    incarnation: int
    name: str
    channel: str  # its role
    stop_place_id: str  # "" = anywhere
    contact: Contact | None
    recalled_at: float  # unix s
    sold: int  # passengers of the last weeks


class Held(NamedTuple):
    """Cells of one holder, one integer a segment. Terminal 0: nobody's."""

    kind: str
    terminal_id: int
    incarnation: int
    masks: list[int]


class Quota(NamedTuple):
    """Places that only a channel gets until some time before the departure."""

    channel: str
    place_class: str  # "" = so many of each class
    places: int
    release_before_min: int


class Sought(NamedTuple):
    """A party waits for places that the pool does not have."""

    place_class: str
    from_call: int
    to_call: int
    places: int


class Facts(NamedTuple):
    """One journey."""

    journey_id: int
    service_journey_id: str
    line_id: str
    day_type: int
    segments: int
    layout: Layout
    on_sale: bool
    ends_at: int  # unix s
    stops: tuple[str, ...]  # () = not known
    departs: tuple[int, ...]  # unix s; of every call but the last
    held: tuple[Held, ...]
    quotas: tuple[Quota, ...]
    sought: tuple[Sought, ...]


class Outlook:
    """Read for the journeys named; those without inventory are left out."""

    def __init__(self, connection: Connection, journey_ids: Collection[int], now: float) -> None:
        self._connection = connection
        self._now = now
        self._links: dict[int, Link] = {}
        self._ids = sorted(set(journey_ids))
        self.machines = {row.id: _machine(row) for row in connection.execute(text(_MACHINES))}
        self.journeys: dict[int, Facts] = {each.journey_id: each for each in self._facts()} if self._ids else {}
        meta = connection.execute(text("SELECT own_share, party_squares, party_passengers FROM meta")).one()
        self.own_share: float = meta.own_share
        self.party_squares: float = meta.party_squares
        self.party_passengers: float = meta.party_passengers
        self.curves = self._curves()
        self._read_demand()

    def link(self, terminal_id: int) -> Link:
        """The terminal's record, the present silence included."""
        if (known := self._links.get(terminal_id)) is None:
            known = self._links[terminal_id] = link(self.machines[terminal_id].contact, self._now)
        return known

    def is_dark(self, terminal_id: int) -> bool:
        """It does not call: nothing it holds can be asked back."""
        return is_dark(self.machines[terminal_id].contact, self._now)

    def curve(self, place_class: str) -> Curve:
        return self.curves.get(place_class) or self.curves[""]

    def _facts(self) -> Iterable[Facts]:
        ids = {"ids": self._ids}
        held: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in self._connection.execute(text(_HELD), ids):
            held[row.journey_id].append(row)
        rows = self._connection.execute(text(_JOURNEYS), ids).all()
        layouts = read_layouts(self._connection, {row.layout_digest for row in rows})
        quotas: dict[int, list[Quota]] = defaultdict(list)
        for row in self._connection.execute(text(_QUOTAS), ids):
            quotas[row.id].append(Quota(row.channel, row.place_class, row.places, row.release_before_min))
        sought: dict[int, list[Sought]] = defaultdict(list)
        for row in self._connection.execute(text(_SOUGHT), {**ids, "now": self._now}):
            sought[row.journey_id].append(Sought(row.place_class, row.from_call, row.to_call, row.places))
        for row in rows:
            holders = tuple(
                Held(each.kind, each.terminal_id, each.incarnation, unpack(bytes(each.cells), row.segments))
                for each in held[row.id]
            )
            yield Facts(
                row.id,
                row.service_journey_id,
                row.line_id,
                row.day_type,
                row.segments,
                layouts[row.layout_digest],
                row.on_sale,
                row.ends_at,
                tuple(row.stops or ()),
                tuple(row.departs or ()),
                holders,
                tuple(quotas[row.id]),
                tuple(sought[row.id]),
            )

    def _curves(self) -> dict[str, Curve]:
        counts: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(BREAKS_H))
        for row in self._connection.execute(text("SELECT place_class, bucket, passengers FROM seen_leads")):
            counts[row.place_class][row.bucket] += row.passengers
            counts[""][row.bucket] += row.passengers
        counts[""] = counts[""]
        return {place_class: curve(found) for place_class, found in counts.items()}

    def _read_demand(self) -> None:
        services = {"services": sorted({each.service_journey_id for each in self.journeys.values()})}
        stops = {"stops": sorted({stop for each in self.journeys.values() for stop in each.stops})}
        self.departures: dict[tuple[str, int], int] = {
            (row.service_journey_id, row.day_type): row.departures
            for row in self._connection.execute(text(_DEPARTURES), services)
        }
        self.riders: dict[tuple[str, int, str, int], list[tuple[int, int]]] = defaultdict(list)
        for row in self._connection.execute(text(_RIDERS), services):
            key = row.service_journey_id, row.day_type, row.place_class, row.from_segment
            self.riders[key].append((row.to_segment, row.passengers))
        self.boarding: dict[tuple[str, int, str], tuple[int, int]] = {
            (row.stop_place_id, row.day_type, row.place_class): (row.departures, row.passengers)
            for row in self._connection.execute(text(_BOARDING), stops)
        }


def _machine(row: Row[Any]) -> Machine:
    contact = None
    if row.last_at is not None:
        contact = Contact(row.last_at, row.observed_s, row.dark_s, row.outages)
    return Machine(
        row.id, row.incarnation, row.name, row.role, row.stop_place_id, contact, row.recalled_at or 0.0, row.sold or 0
    )


_MACHINES = (
    "SELECT t.id, t.incarnation, t.name, t.role, t.stop_place_id, c.last_at, c.observed_s, c.dark_s, c.outages, "
    "c.recalled_at, c.sold FROM terminal t "
    "JOIN incarnation i ON i.terminal_id = t.id AND i.incarnation = t.incarnation "
    "LEFT JOIN contact c ON c.terminal_id = t.id "
    "WHERE t.role <> 'gate' AND i.revoked_from IS NULL AND NOT i.forked AND i.lost_epoch = 0 ORDER BY t.id"
)
_JOURNEYS = (
    f"SELECT j.id, j.service_journey_id, j.line_id, {DAY_TYPE} AS day_type, j.segments, j.layout_digest, j.on_sale, "
    "j.ends_at, j.stops, j.departs FROM journey j WHERE j.id = ANY(:ids) AND j.layout_digest IS NOT NULL"
)
_HELD = "SELECT journey_id, kind, terminal_id, incarnation, cells FROM holding WHERE journey_id = ANY(:ids)"
# A pattern of lines: * stands for any signs, all others for themselves.
LINE_FITS = "j.line_id LIKE replace(replace(replace(replace(q.line, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '*', '%')"
_QUOTAS = (
    "SELECT j.id, q.channel, q.place_class, q.places, q.release_before_min FROM journey j JOIN quota q "
    f"ON q.journey_id = j.id OR {LINE_FITS} WHERE j.id = ANY(:ids) ORDER BY q.id"
)
_SOUGHT = (
    "SELECT journey_id, place_class, from_call, to_call, places FROM sought "
    "WHERE journey_id = ANY(:ids) AND until > :now ORDER BY journey_id, place_class, from_call, to_call"
)
_DEPARTURES = (
    "SELECT service_journey_id, day_type, departures FROM seen_departures WHERE service_journey_id = ANY(:services)"
)
_RIDERS = (
    "SELECT service_journey_id, day_type, place_class, from_segment, to_segment, passengers FROM seen_riders "
    "WHERE service_journey_id = ANY(:services)"
)
_BOARDING = (
    "SELECT stop_place_id, day_type, place_class, departures, passengers FROM seen_boarding "
    "WHERE stop_place_id = ANY(:stops)"
)
