"""agency.txt, routes.txt and trips.txt: lines, and the rows of the trips that can run on them."""

from __future__ import annotations

import re
from collections.abc import Container

from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.translations import Translations
from central.catalogue.gtfs.values import whole
from central.catalogue.report import Report
from kiosk.domain.network import Line

_COLOUR = re.compile(r"#?([0-9A-Fa-f]{6})\Z")
_BUS = 3


def read_lines(
    archive: Archive, translations: Translations, networks: dict[str, set[str]], report: Report
) -> tuple[dict[str, Line], dict[str, str]]:
    """(lines by id, agency id by line id)."""
    name = "routes.txt"
    agencies = {row.get("agency_id", ""): row.get("agency_name", "") for _, row in archive.rows("agency.txt")}
    lines: dict[str, Line] = {}
    agency_of: dict[str, str] = {}
    for line, row in archive.rows(name):
        route_id = row.get("route_id", "")
        if not route_id or route_id in lines:
            report.add(name, line, "id", f"route {route_id!r} has no id of its own", "this row is ignored")
            continue
        mode = whole(row.get("route_type", ""))
        if mode is None or mode < 0:
            report.add(name, line, "type", f"route {route_id} has no sound route_type", "it is shown as a bus")
            mode = _BUS
        agency = row.get("agency_id", "") or next(iter(agencies), "")
        if agency not in agencies:
            report.add(name, line, "agency", f"route {route_id} is of unknown agency {agency}", "no operator is shown")
        field = "route_short_name" if row.get("route_short_name") else "route_long_name"
        own = {row["network_id"]} if row.get("network_id") else set()
        colour = _COLOUR.match(row.get("route_color", ""))
        lines[route_id] = Line(
            id=route_id,
            name=row.get(field, "") or route_id,
            long_name=row.get("route_long_name", ""),
            names=translations.of("routes", field, route_id, row.get(field, "")),
            mode=mode,
            network_ids=tuple(sorted(own | networks.get(route_id, set()))),
            operator=agencies.get(agency, ""),
            colour=colour[1].upper() if colour else "",
        )
        agency_of[route_id] = agency
    return lines, agency_of


def read_trips(archive: Archive, lines: dict[str, Line], services: Container[str], report: Report) -> dict[str, Row]:
    """Rows of trips.txt whose line and service exist, by trip id."""
    name = "trips.txt"
    trips: dict[str, Row] = {}
    for line, row in archive.rows(name):
        trip_id, route_id, service_id = row.get("trip_id", ""), row.get("route_id", ""), row.get("service_id", "")
        if not trip_id or trip_id in trips:
            report.add(name, line, "id", f"trip {trip_id!r} has no id of its own", "this row is ignored")
        elif route_id not in lines:
            report.add(
                name, line, "route", f"trip {trip_id} belongs to unknown route {route_id!r}", "it is not imported"
            )
        elif service_id not in services:
            report.add(
                name, line, "service", f"trip {trip_id} runs on days of unknown service {service_id!r}",
                "it is not imported",
            )  # fmt: skip
        else:
            trips[trip_id] = row
    return trips
