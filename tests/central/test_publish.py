"""Imports become what is on sale: whole or not at all, with ids that stay, and a window that rolls."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from central.catalogue.event import read_event
from central.catalogue.feed import FeedRefused
from central.catalogue.gtfs.read import read_feed
from central.catalogue.layouts import LayoutBook, load_layouts
from central.context import Context
from central.inventory.check import inventory_faults
from central.inventory.grants import give
from central.publish.combine import PublishRefused
from central.publish.imports import flat_tariff, from_event, from_feed
from central.publish.publish import import_source, roll_window
from central.publish.published import newest_catalogue
from central.publish.source import Source, patterns_of
from central.status import look
from kiosk.domain.allotment import Gid
from kiosk.domain.fares import Tariff
from kiosk.domain.money import Money
from kiosk.domain.network import ServiceJourney
from sync.wire import AllotmentRequest, Want
from tests.central.world import DAYS, FIRST_DAY, TOMORROW, Terminal, calls, journey_of, layout, open_railway, railway
from tests.conftest import SettableClock

ASSETS = Path(__file__).parents[2] / "assets"


def snapshot(context: Context) -> list[object]:
    with context.engine.connect() as connection:
        tables = ("source", "catalogue", "journey", "layout", "holding", "meta")
        return [connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in tables]


def test_journeys_of_the_window_get_ids_and_full_pools(context: Context) -> None:
    catalogue = open_railway(context)
    assert (catalogue.window_from, catalogue.window_days, catalogue.tenant) == (FIRST_DAY, 3, 1)
    assert sorted((each.operating_day, each.service_journey_id) for each in catalogue.journeys) == [
        (day, number) for day in ("2026-09-21", "2026-09-22", "2026-09-23") for number in ("B1", "T1", "T2")
    ]
    assert len({each.id for each in catalogue.journeys}) == 9
    with context.engine.connect() as connection:
        assert newest_catalogue(connection) == catalogue
        assert inventory_faults(connection) == []
        assert connection.scalar(text("SELECT count(*) FROM holding WHERE kind = 'POOL'")) == 6, "none for the bus"


def test_the_same_import_again_changes_nothing(context: Context) -> None:
    first = open_railway(context)
    assert open_railway(context) == first


def test_ids_and_leases_survive_a_new_timetable(context: Context) -> None:
    first = open_railway(context)
    train = journey_of(first, "T1")
    terminal = Terminal(context)
    (grant,) = terminal.accept(
        give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0))).grants
    )
    source = railway()
    later = [
        msgspec.structs.replace(
            each, calls=tuple(msgspec.structs.replace(c, departure_s=c.departure_s + 60) for c in each.calls)
        )
        for each in source.service_journeys
        if each.id != "T2"
    ]
    second = open_railway(context, msgspec.structs.replace(source, service_journeys=tuple(later)))
    assert second.version > first.version
    assert journey_of(second, "T1") == train == grant.journey_id
    assert "T2" not in {each.service_journey_id for each in second.journeys}
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == []
        assert connection.scalar(text("SELECT count(*) FROM holding WHERE kind = 'LEASE'")) == 1
    third = open_railway(context)
    assert journey_of(third, "T2") == journey_of(first, "T2"), "what comes back keeps its number"


def test_a_leased_journey_cannot_change_its_places_but_an_untouched_one_can(context: Context) -> None:
    first = open_railway(context)
    bigger = open_railway(context, railway(seats=20))
    assert journey_of(bigger, "T1") == journey_of(first, "T1")
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == []
    terminal = Terminal(context)
    wants = (Want(journey_of(bigger, "T1"), "first", 0, 4, 0, 3),)
    assert give(context, *terminal.id, AllotmentRequest(wants, Gid(0, 0))).grants
    before = snapshot(context)
    for source in (railway(seats=10), railway(seats=20, stations=4)):
        with pytest.raises(PublishRefused, match=f"T1 on {TOMORROW}.*new id"):
            open_railway(context, source)
        assert snapshot(context) == before


def test_renaming_or_repricing_a_class_is_no_change_of_places(context: Context) -> None:
    catalogue = open_railway(context)
    terminal = Terminal(context)
    wants = (Want(journey_of(catalogue, "T1"), "first", 0, 4, 0, 3),)
    assert give(context, *terminal.id, AllotmentRequest(wants, Gid(0, 0))).grants
    renamed = msgspec.structs.replace(
        layout(), classes=tuple(msgspec.structs.replace(each, fares=("x*",)) for each in layout().classes)
    )
    assert open_railway(context, msgspec.structs.replace(railway(), layouts=(renamed,))).layouts == (renamed,)


def test_the_window_rolls_by_itself(context: Context, clock: SettableClock) -> None:
    assert roll_window(context) is False, "nothing imported yet"
    first = open_railway(context)
    assert roll_window(context) is False
    clock.forward(86_400)
    assert roll_window(context) is True
    with context.engine.connect() as connection:
        second = newest_catalogue(connection)
        assert inventory_faults(connection) == []
    assert second is not None and second.window_from == TOMORROW
    assert journey_of(second, "T1") == journey_of(first, "T1")
    assert {each.operating_day for each in second.journeys} == {"2026-09-22", "2026-09-23", "2026-09-24"}
    clock.forward(30 * 86_400)
    assert roll_window(context) is False, "the feed has ended: the last catalogue stays"
    with context.engine.connect() as connection:
        assert newest_catalogue(connection) == second


@pytest.mark.parametrize("what", ["nothing runs", "no layout", "too many calls"])
def test_a_refused_import_changes_nothing(context: Context, what: str) -> None:
    open_railway(context)
    before = snapshot(context)
    good = railway()
    patterns, pattern_of = patterns_of({each: ("2020-01-01",) for each in good.pattern_of})
    long = ServiceJourney("LONG", "rail", "L", "", calls(300))
    bad = {
        "nothing runs": msgspec.structs.replace(good, patterns=patterns, pattern_of=pattern_of),
        "no layout": msgspec.structs.replace(good, layouts=()),
        "too many calls": msgspec.structs.replace(
            good, service_journeys=(long,), patterns=(DAYS,), pattern_of={"LONG": 0}
        ),
    }[what]
    with pytest.raises(PublishRefused, match={"nothing runs": "no journey runs"}.get(what, "T1|train|LONG")):
        open_railway(context, bad)
    assert snapshot(context) == before


def test_a_broken_feed_is_refused_before_the_database_is_touched(context: Context, tmp_path: Path) -> None:
    open_railway(context)
    before = snapshot(context)
    feed = tmp_path / "feed"
    shutil.copytree(ASSETS / "demo" / "beijing-shanghai", feed)
    (feed / "stop_times.txt").write_bytes(b"\x00\xff nonsense")
    with pytest.raises(FeedRefused):
        import_source(context, from_feed(read_feed(feed, shift_to=None), LayoutBook()), "")
    assert snapshot(context) == before


def demo_sources() -> tuple[Source, Source]:
    book = load_layouts(ASSETS / "layouts", ASSETS / "demo" / "ties.toml")
    feed = read_feed(ASSETS / "demo" / "beijing-shanghai", today=date.fromisoformat(FIRST_DAY))
    network = from_feed(feed, book)
    event = from_event(read_event(ASSETS / "demo" / "hall.toml", window_from=FIRST_DAY, window_days=30))
    return network, event


def test_the_demo_railway_and_its_hall_are_one_catalogue(context: Context) -> None:
    network, event = demo_sources()
    import_source(context, network, "")
    catalogue = import_source(context, event, "")
    assert catalogue.operator == network.operator
    modes = {line.id: line.mode for line in catalogue.lines}
    sold = {each.id: each for each in catalogue.service_journeys}
    days = {modes[sold[each.service_journey_id].line_id] for each in catalogue.journeys}
    assert {-1, 2} <= days or {-1, 101} <= days, "trains and performances"
    with context.engine.connect() as connection:
        status = look(connection)
    assert status.journeys == len(catalogue.journeys) and status.sound


def test_sources_that_contradict_are_refused_by_name(context: Context) -> None:
    network, event = demo_sources()
    import_source(context, network, "")
    before = snapshot(context)
    for wrong, words in (
        (msgspec.structs.replace(event, currency="EUR"), "currency EUR"),
        (msgspec.structs.replace(event, timezone="UTC"), "timezone UTC"),
        (msgspec.structs.replace(event, lines=(msgspec.structs.replace(network.lines[0], name="Else"),)), "line"),
    ):
        with pytest.raises(PublishRefused, match=words):
            import_source(context, wrong, "")
        assert snapshot(context) == before


def test_a_flat_fare_is_for_feeds_without_fares(context: Context) -> None:
    tariff = flat_tariff(Money.parse("2.50", "EUR"))
    assert (tariff.products[0].amount_minor, tariff.products[0].currency) == (250, "EUR")
    book = LayoutBook()
    feed = read_feed(ASSETS / "demo" / "beijing-shanghai", shift_to=None)
    with pytest.raises(PublishRefused, match="fares of its own"):
        from_feed(feed, book, flat_fare=Money(250, "EUR"))
    source = from_feed(msgspec.structs.replace(feed, tariff=Tariff()), book, flat_fare=Money(250, "EUR"))
    assert source.currency == "EUR" and source.tariff == tariff
