"""stops.txt: stop places and their quays."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.translations import Translations
from central.catalogue.gtfs.values import coordinate
from central.catalogue.report import Report
from kiosk.domain.network import Quay, StopPlace
from kiosk.domain.stations import initials, plain

_FILE = "stops.txt"


class Stops(msgspec.Struct, frozen=True):
    """All stop places, all quays, and where each stop_id of the feed belongs."""

    stop_places: dict[str, StopPlace]
    quays: dict[str, Quay]
    place_of: dict[str, str]  # stop_id -> stop place id


def _rows(archive: Archive, report: Report) -> dict[str, tuple[int, Row]]:
    """Stations and platforms by id; entrances, nodes and boarding areas play no part in selling."""
    rows: dict[str, tuple[int, Row]] = {}
    for line, row in archive.rows(_FILE):
        stop_id = row.get("stop_id", "")
        if not stop_id:
            report.add(_FILE, line, "id", "a stop without stop_id", "it is ignored")
        elif stop_id in rows:
            report.add(_FILE, line, "twice", f"stop {stop_id} is defined twice", "the first definition holds")
        elif row.get("location_type", "") in ("", "0", "1"):
            rows[stop_id] = (line, row)
    return rows


def read_stops(archive: Archive, translations: Translations, areas: dict[str, set[str]], report: Report) -> Stops:
    """Stations and stops; a stop without a station is a stop place of its own."""
    rows = _rows(archive, report)
    places: dict[str, StopPlace] = {}
    quays: dict[str, Quay] = {}
    place_of: dict[str, str] = {}
    for stop_id, (_, row) in rows.items():
        if row.get("location_type", "") == "1":
            places[stop_id] = _place(stop_id, row, translations, areas)
            place_of[stop_id] = stop_id
    for stop_id, (line, row) in rows.items():
        if stop_id in place_of:
            continue
        parent = row.get("parent_station", "")
        if parent and parent not in places:
            report.add(_FILE, line, "parent", f"stop {stop_id} belongs to unknown station {parent}", "it stands alone")
            parent = ""
        if not row.get("stop_name", "") and not parent:
            report.add(_FILE, line, "name", f"stop {stop_id} has no name", "its id is shown")
        if not parent:
            places[stop_id] = _place(stop_id, row, translations, areas)
        place_of[stop_id] = parent or stop_id
        quays[stop_id] = Quay(
            id=stop_id,
            stop_place_id=parent or stop_id,
            name=row.get("stop_name", ""),
            platform_code=row.get("platform_code", ""),
            zone_id=row.get("zone_id", ""),
            # A station in stop_areas covers its platforms; a platform does not speak for its station.
            area_ids=tuple(sorted(areas.get(stop_id, set()) | areas.get(parent, set()))),
        )
    return Stops(_with_what_quays_share(places, quays), quays, place_of)


def _with_what_quays_share(places: dict[str, StopPlace], quays: dict[str, Quay]) -> dict[str, StopPlace]:
    """A station takes the zone of its quays where it has none of its own, and the areas that all of them are in."""
    of_place: dict[str, list[Quay]] = {}
    for quay in quays.values():
        of_place.setdefault(quay.stop_place_id, []).append(quay)
    for place_id, its_quays in of_place.items():
        place = places[place_id]
        zone = place.zone_id or next((quay.zone_id for quay in its_quays if quay.zone_id), "")
        shared = set.intersection(*(set(quay.area_ids) for quay in its_quays)) | set(place.area_ids)
        if zone != place.zone_id or shared != set(place.area_ids):
            places[place_id] = msgspec.structs.replace(place, zone_id=zone, area_ids=tuple(sorted(shared)))
    return places


def _place(stop_id: str, row: Row, translations: Translations, areas: dict[str, set[str]]) -> StopPlace:
    name = row.get("stop_name", "") or stop_id
    names = translations.of("stops", "stop_name", stop_id, name)
    return StopPlace(
        id=stop_id,
        name=name,
        names=names,
        spellings=tuple(dict.fromkeys(_romanised(names.values()))),
        code=row.get("stop_code", ""),
        latitude=coordinate(row.get("stop_lat", ""), 90.0),
        longitude=coordinate(row.get("stop_lon", ""), 180.0),
        zone_id=row.get("zone_id", ""),
        area_ids=tuple(sorted(areas.get(stop_id, ()))),
        timezone=row.get("stop_timezone", ""),
    )


def _romanised(names: Iterable[str]) -> list[str]:
    """Pinyin and other Latin forms without spaces, and their initials: "Bei Jing Nan" -> "beijingnan", "bjn"."""
    found = []
    for name in names:
        flat = plain(name)
        if flat.isascii() and flat:
            found += [flat.replace(" ", ""), initials(name)]
    return [each for each in found if each]
