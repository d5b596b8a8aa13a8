"""Journeys this terminal has sold stay readable when the catalogue no longer has them.

A sale of last night may still have to be printed, explained or admitted after the morning's catalogue came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

import msgspec
from sqlite_utils import Database

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Line, Quay, ServiceJourney, StopPlace
from kiosk.store.timetable import Network, Timetable

DAYS_KEPT = 7  # after the operating day


class SoldJourney(msgspec.Struct, frozen=True):
    """A journey with everything its ticket names."""

    journey: Journey
    service_journey: ServiceJourney
    line: Line
    layout: Layout | None
    stop_places: tuple[StopPlace, ...]
    quays: tuple[Quay, ...]


def keep(db: Database, old: Network | None, new: Catalogue, ids: Collection[int]) -> None:
    """Copy journeys out of the old catalogue; drop what ended long ago. The caller holds the transaction."""
    oldest = (date.fromisoformat(new.window_from) - timedelta(days=DAYS_KEPT)).isoformat()
    if old is not None:
        timetable = Timetable(db, old)
        for id_ in ids:
            sold = _collect(timetable, id_)
            if sold is not None:
                db.execute(
                    "INSERT OR REPLACE INTO sold_journeys VALUES (?, ?, ?)",
                    [id_, sold.service_journey.id, msgspec.msgpack.encode(sold)],
                )
    ended = [sold.journey.id for sold in every(db) if sold.journey.operating_day < oldest]
    db.conn.executemany("DELETE FROM sold_journeys WHERE id = ?", [(id_,) for id_ in ended])


def _collect(timetable: Timetable, id_: int) -> SoldJourney | None:
    journey = timetable.journey(id_)
    run = timetable.service_journey(journey.service_journey_id) if journey else None
    if journey is None or run is None:
        return None
    network = timetable.network
    stops = {call.stop_place_id for call in run.calls}
    quays = {call.quay_id for call in run.calls}
    return SoldJourney(
        journey=journey,
        service_journey=run,
        line=next(each for each in network.lines if each.id == run.line_id),
        layout=network.layouts.get(run.layout_id),
        stop_places=tuple(network.stop_places[network.stop_no[stop] - 1] for stop in stops),
        quays=tuple(each for each in network.quays if each.id in quays),
    )


def every(db: Database) -> Iterator[SoldJourney]:
    """All that are kept, newest first."""
    for (body,) in db.execute("SELECT body FROM sold_journeys ORDER BY id DESC").fetchall():
        yield msgspec.msgpack.decode(body, type=SoldJourney)


def one(db: Database, id_: int) -> SoldJourney | None:
    row = db.execute("SELECT body FROM sold_journeys WHERE id = ?", [id_]).fetchone()
    return msgspec.msgpack.decode(row[0], type=SoldJourney) if row else None
