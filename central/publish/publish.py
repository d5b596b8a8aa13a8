"""Publishing: sources -> journeys, inventory and a catalogue version, all in one transaction or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from central.context import Context
from central.publish import deltas, published
from central.publish.combine import PublishRefused, combine, dated
from central.publish.journeys import put_on_sale
from central.publish.source import Source, decode, encode
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.catalogue_delta import etag_of

PUBLISH_LOCK = 7_226_105_119  # any number; one publisher at a time
Progress = Callable[[str], None]
log = logging.getLogger(__name__)


def import_source(
    context: Context, source: Source, report: str, *, window_days: int | None = None, progress: Progress = log.info
) -> Catalogue:
    """Take over a source and publish. PublishRefused leaves everything as it was."""
    with context.engine.begin() as connection:
        _lock(connection)
        connection.execute(
            text(
                "INSERT INTO source (name, imported_at, body, report) VALUES (:name, :now, :body, :report) "
                "ON CONFLICT (name) DO UPDATE SET imported_at = EXCLUDED.imported_at, body = EXCLUDED.body, "
                "report = EXCLUDED.report"
            ),
            {
                "name": source.name,
                "now": datetime.fromtimestamp(context.now(), UTC),
                "body": encode(source),
                "report": report.replace("\x00", ""),
            },
        )
        if window_days is not None:
            connection.execute(text("UPDATE meta SET window_days = :days"), {"days": window_days})
        return _publish(connection, context, progress)


def roll_window(context: Context, progress: Progress = log.info) -> bool:
    """Bring the window to today; True when a new catalogue was published. Nothing to do without sources."""
    try:
        with context.engine.begin() as connection:
            _lock(connection)
            before = published.newest_version(connection)
            return bool(_sources(connection)) and _publish(connection, context, progress).version != before
    except PublishRefused:
        log.exception("the window could not be rolled on; the old catalogue stays")
        return False


def _lock(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PUBLISH_LOCK})


def _sources(connection: Connection) -> list[Source]:
    # The network comes first: it gives the operator's name, time zone and currency.
    rows = connection.scalars(text("SELECT body FROM source ORDER BY name <> 'network', name"))
    return [decode(bytes(body)) for body in rows]


def _publish(connection: Connection, context: Context, progress: Progress) -> Catalogue:
    whole = combine(_sources(connection))
    meta = connection.execute(text("SELECT tenant, window_days FROM meta")).one()
    window_from = datetime.fromtimestamp(context.now(), ZoneInfo(whole.timezone)).date().isoformat()
    wanted = dated(whole, window_from, meta.window_days)
    if not wanted:
        raise PublishRefused(
            f"no journey runs on the {meta.window_days} days from {window_from}; "
            "import a feed of this season, or play an old one with --shift-to-today"
        )
    progress(f"{len(wanted)} journeys on {meta.window_days} days from {window_from}")
    journeys = put_on_sale(connection, wanted, {layout.id: layout for layout in whole.layouts})
    running = {each.service_journey_id for each in wanted}
    catalogue = Catalogue(
        version=0,
        operator=whole.operator,
        tenant=meta.tenant,
        timezone=whole.timezone,
        languages=whole.languages,
        window_from=window_from,
        window_days=meta.window_days,
        stop_places=whole.stop_places,
        quays=whole.quays,
        lines=whole.lines,
        service_journeys=tuple(each for each in whole.service_journeys if each.id in running),
        journeys=tuple(journeys),
        layouts=whole.layouts,
        tariff=whole.tariff,
        currency=whole.currency,
        attribution=whole.attribution,
    )
    etag = etag_of(catalogue)
    if etag == published.newest_etag(connection):
        stored = published.newest_catalogue(connection)
        assert stored is not None
        progress(f"nothing changed: catalogue version {stored.version} stays")
        return stored
    before = published.newest_catalogue(connection)
    catalogue = published.store(connection, catalogue, etag, context.now())
    deltas.keep(connection, before, catalogue)
    progress(f"catalogue version {catalogue.version} published")
    return catalogue
