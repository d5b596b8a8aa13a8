"""Reading a whole GTFS feed into the network we sell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from central.catalogue.feed import Feed, FeedRefused
from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.calendar import Days, Service, read_services
from central.catalogue.gtfs.fares_v1 import read_fares_v1
from central.catalogue.gtfs.fares_v2 import read_areas, read_fares_v2, read_networks
from central.catalogue.gtfs.journeys import read_service_journeys
from central.catalogue.gtfs.lines import read_lines, read_trips
from central.catalogue.gtfs.stops import Stops, read_stops
from central.catalogue.gtfs.translations import Translations, spoken, tag
from central.catalogue.report import Report
from kiosk.domain.fares import Tariff
from kiosk.domain.network import Line

Progress = Callable[[str], None]


def read_feed(
    path: Path, *, shift_to: date | None = None, today: date | None = None, progress: Progress = lambda message: None
) -> Feed:
    """Read a GTFS feed (zip or folder) as far as it is sound; FeedRefused when it cannot be used at all.

    `shift_to` plays an old feed as if its busiest weeks ran from that day on. `today` defaults to the feed's own today.
    """
    report = Report([], {})
    with Archive(path, report) as archive:
        operator, timezone, language = _agency(archive, report)
        today = today or datetime.now(ZoneInfo(timezone)).date()
        progress("Reading stops and lines")
        translations = Translations(archive)
        stops = read_stops(archive, translations, read_areas(archive), report)
        lines, agency_of = read_lines(archive, translations, read_networks(archive), report)
        services = read_services(archive, report)
        trips = read_trips(archive, lines, services, report)
        if not stops.stop_places or not lines or not trips:
            raise FeedRefused(
                f"{path} holds {len(stops.stop_places)} stops, {len(lines)} lines and {len(trips)} trips "
                f"that can be used: nothing could be sold.\n{report.text()}"
            )
        trips_of = Counter(row["service_id"] for row in trips.values())
        days = Days(services, trips_of, today=today, shift_to=shift_to)
        running = [trip_id for trip_id, row in trips.items() if days.of(row["service_id"])]
        progress(f"Reading the timetable: {len(running):,} trips")
        found = list(read_service_journeys(archive, trips, running, lines, stops, translations, report, progress))
        if not found:
            raise FeedRefused(_nothing_runs(path, today, services, report, shift_to))
        progress("Reading fares")
        tariff = _tariff(archive, translations, stops, lines, agency_of, services.keys(), days, report)
        served = {call.stop_place_id for journey, _ in found for call in journey.calls}
        in_use = {journey.line_id for journey, _ in found}
        feed_info = next((row for _, row in archive.rows("feed_info.txt")), {})
        said = [tag(each) for each in (feed_info.get("default_lang", ""), feed_info.get("feed_lang", ""), language)]
        language = next((each for each in said if spoken(each)), "")
        return Feed(
            name=path.stem,
            operator=operator,
            timezone=timezone,
            currency=_currency(tariff),
            languages=tuple(dict.fromkeys(each for each in (language, *translations.languages) if spoken(each))),
            attribution=_attribution(archive, feed_info.get("feed_publisher_name", "")),
            stop_places=tuple(place for place in stops.stop_places.values() if place.id in served),
            quays=tuple(quay for quay in stops.quays.values() if quay.stop_place_id in served),
            lines=tuple(line for line in lines.values() if line.id in in_use),
            service_journeys=tuple(journey for journey, _ in found),
            days={journey.id: days.of(service_id) for journey, service_id in found},
            tariff=tariff,
            report=report,
        )


def _agency(archive: Archive, report: Report) -> tuple[str, str, str]:
    """(operator, time zone, language)."""
    rows = list(archive.rows("agency.txt"))
    if not rows:
        why = f"\n{report.text()}" if report.findings else ""
        raise FeedRefused(f"agency.txt is missing or empty: the feed says neither who runs it nor its time zone{why}")
    names = list(dict.fromkeys(row.get("agency_name", "") for _, row in rows if row.get("agency_name")))
    operator = names[0] if len(names) == 1 else ", ".join(names[:3]) or "Public transport"
    return operator, _timezone(rows, report), rows[0][1].get("agency_lang", "")


def _timezone(agencies: list[tuple[int, Row]], report: Report) -> str:
    """The first sound one, for the whole feed: GTFS has one. An agency that says anything else is named."""
    zones = [row.get("agency_timezone", "") for _, row in agencies]
    zone = next((each for each in zones if not _fault_of(each)), "")
    if not zone:
        raise FeedRefused(f"agency.txt, line {agencies[0][0]}: {_fault_of(zones[0])}; write one like Asia/Shanghai")
    for (line, row), its in zip(agencies, zones, strict=True):
        if its != zone:
            who = f"agency {row.get('agency_name', '') or row.get('agency_id', '')}".rstrip()
            what = _fault_of(its) or f"its time zone is {its}, another agency's is {zone}"
            report.add("agency.txt", line, "time zone", f"{who}: {what}", f"its times are taken as {zone}")
    return zone


def _fault_of(zone: str) -> str:
    """What is wrong with a time zone; "" = it is one."""
    if not zone:
        return "its time zone (agency_timezone) is blank"
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return f"{zone!r} is not a time zone"
    return ""


def _nothing_runs(path: Path, today: date, services: dict[str, Service], report: Report, shift_to: date | None) -> str:
    ends = [when for service in services.values() for when in service.span()]
    if not ends:
        return f"{path}: no service runs on any day (calendar.txt, calendar_dates.txt).\n{report.text()}"
    if shift_to is None and max(ends) < today:
        return (
            f"{path} ended on {max(ends).isoformat()}: nothing runs from {today.isoformat()} on. "
            "Ask for a newer feed, or import it with --shift-to-today to play it as if it ran now."
        )
    return f"{path}: no trip that can be used runs from {today.isoformat()} on.\n{report.text()}"


def _tariff(
    archive: Archive,
    translations: Translations,
    stops: Stops,
    lines: dict[str, Line],
    agency_of: dict[str, str],
    services: Iterable[str],
    days: Days,
    report: Report,
) -> Tariff:
    """One version of fares is used: the second where it prices anything."""
    if archive.has("fare_leg_rules.txt") and archive.has("fare_products.txt"):
        areas = {area for place in stops.stop_places.values() for area in place.area_ids}
        networks = {network for line in lines.values() for network in line.network_ids}
        of_service = {each: days.of(each) for each in services}
        tariff = read_fares_v2(archive, translations, of_service, areas, networks, report)
        if tariff.version:
            return tariff
    if archive.has("fare_attributes.txt"):
        return read_fares_v1(archive, agency_of, lambda: "", report)
    report.add("fare_attributes.txt", 0, "none", "the feed has no fares", "nothing can be sold; give a --flat-fare")
    return Tariff()


def _currency(tariff: Tariff) -> str:
    counted = Counter(product.currency for product in tariff.products)
    return counted.most_common(1)[0][0] if counted else "EUR"


def _attribution(archive: Archive, publisher: str) -> str:
    """What the feed's licence asks to be shown."""
    names = [row.get("organization_name", "") for _, row in archive.rows("attributions.txt")]
    known = dict.fromkeys(name for name in (*names, publisher) if name)
    return "Timetable: " + ", ".join(known) if known else ""
