"""The catalogue on disk: replaced whole or not at all, readable meanwhile, guarded against sudden shrinking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.domain.errors import CatalogueRefused, StoreDamaged
from kiosk.store import catalogue_schema
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.database import connect
from tests.small_catalogue import service_journeys, small_catalogue

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CatalogueStore]:
    store = CatalogueStore(tmp_path, KEY)
    yield store
    store.close()


def test_everything_comes_back_as_it_was_given(store: CatalogueStore, tmp_path: Path) -> None:
    catalogue = small_catalogue(version=3)
    store.replace(catalogue, "three")
    store.close()
    again = CatalogueStore(tmp_path, KEY)
    try:
        assert again.etag() == "three"
        assert again.tariff() == catalogue.tariff
        info = again.info()
        assert info is not None
        assert (info.version, info.operator, info.window_from) == (3, "Small Railway", "2026-10-23")
        assert [again.service_journey(each.id) for each in catalogue.service_journeys] == list(
            catalogue.service_journeys
        )
        assert [again.journey(each.id) for each in catalogue.journeys] == list(catalogue.journeys)
        assert [again.stop_place(each.id) for each in catalogue.stop_places] == list(catalogue.stop_places)
        assert [again.layout(each.id) for each in catalogue.layouts] == list(catalogue.layouts)
        assert [again.line(each.id) for each in catalogue.lines] == list(catalogue.lines)
        assert [again.quay(each.id) for each in catalogue.quays] == list(catalogue.quays)
    finally:
        again.close()


def test_an_empty_store_answers_and_knows_nothing(store: CatalogueStore) -> None:
    assert store.etag() == ""
    assert store.info() is None
    assert store.journey(1) is None
    assert store.service_journey("t1") is None
    assert store.stop_place("a") is None
    assert store.tariff().version == 0


def test_the_file_is_encrypted(store: CatalogueStore, tmp_path: Path) -> None:
    store.replace(small_catalogue(), "1")
    store.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("catalogue.db*"))
    assert content
    assert b"Altdorf" not in content
    assert b"SQLite format" not in content


def test_a_wrong_key_is_said_and_harms_nothing(store: CatalogueStore, tmp_path: Path) -> None:
    store.replace(small_catalogue(), "1")
    store.close()
    with pytest.raises(StoreDamaged, match=r"catalogue\.db"):
        CatalogueStore(tmp_path, bytes(32))
    again = CatalogueStore(tmp_path, KEY)
    assert again.etag() == "1"
    again.close()


def test_a_damaged_file_is_moved_aside_and_fetched_anew(store: CatalogueStore, tmp_path: Path) -> None:
    store.replace(small_catalogue(), "1")
    store.close()
    path = tmp_path / "catalogue.db"
    broken = bytearray(path.read_bytes())
    broken[100:200] = bytes(100)
    path.write_bytes(broken)
    again = CatalogueStore.open(tmp_path, KEY)
    try:
        assert again.etag() == ""
        assert again.info() is None
        assert (tmp_path / "catalogue.db.damaged").read_bytes() == broken
        again.replace(small_catalogue(), "1")
        assert again.journey(101) is not None
    finally:
        again.close()


@pytest.mark.parametrize("changes", [{"journeys": ()}, {"service_journeys": (), "journeys": ()}])
def test_nothing_to_sell_is_refused_even_as_the_first(store: CatalogueStore, changes: dict[str, object]) -> None:
    with pytest.raises(CatalogueRefused, match="no journey to sell"):
        store.replace(small_catalogue(**changes), "1")
    assert store.info() is None


def test_a_catalogue_that_lost_most_is_kept_aside_until_staff_confirm_it(store: CatalogueStore) -> None:
    full = small_catalogue(version=1)
    store.replace(full, "full")
    small = small_catalogue(version=2, journeys=full.journeys[: len(full.journeys) // 3])
    with pytest.raises(CatalogueRefused, match=r"10 journeys where there were 30"):
        store.replace(small, "small")
    assert store.etag() == "full"
    assert store.journey(506) is not None
    kept = store.kept_aside()
    assert kept is not None
    assert (kept.version, kept.etag) == (2, "small")
    store.confirm_kept_aside()
    assert store.etag() == "small"
    assert store.journey(506) is None
    assert store.kept_aside() is None
    with pytest.raises(CatalogueRefused, match="no catalogue is waiting"):
        store.confirm_kept_aside()


def test_lost_stop_places_are_noticed_too(store: CatalogueStore) -> None:
    store.replace(small_catalogue(), "1")
    two = [each for each in service_journeys() if each.id == "show-1"]
    fewer = small_catalogue(
        version=2,
        stop_places=tuple(each for each in small_catalogue().stop_places if each.id == "hall"),
        service_journeys=tuple(two),
        journeys=tuple(
            msgspec.structs.replace(j, service_journey_id="show-1", operating_day=f"2026-11-{n:02}")
            for n, j in enumerate(small_catalogue().journeys, 1)
        ),
    )
    with pytest.raises(CatalogueRefused, match="1 stop places where there were 6"):
        store.replace(fewer, "2")
    store.replace(fewer, "2", share=0)
    assert store.etag() == "2"


def test_a_good_catalogue_ends_the_waiting_of_a_refused_one(store: CatalogueStore) -> None:
    store.replace(small_catalogue(), "1")
    with pytest.raises(CatalogueRefused):
        store.replace(small_catalogue(version=2, journeys=()), "2")
    store.replace(small_catalogue(version=3), "3")
    assert store.kept_aside() is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stop_places": small_catalogue().stop_places[1:]}, "stop place a"),
        ({"lines": small_catalogue().lines[1:]}, "line rail"),
        ({"layouts": ()}, "layout train"),
        (
            {
                "journeys": (
                    *small_catalogue().journeys,
                    msgspec.structs.replace(small_catalogue().journeys[0], id=999_999, service_journey_id="ghost"),
                )
            },
            "ghost",
        ),
        (
            {
                "journeys": (
                    *small_catalogue().journeys,
                    msgspec.structs.replace(small_catalogue().journeys[0], operating_day="2026-12-24"),
                )
            },
            "journey 101",
        ),
        ({"stop_places": small_catalogue().stop_places * 2}, "stop place a twice"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused_by_name(
    store: CatalogueStore, changes: dict[str, object], words: str
) -> None:
    store.replace(small_catalogue(), "1")
    with pytest.raises(CatalogueRefused, match=words):
        store.replace(small_catalogue(version=2, **changes), "2")
    assert store.etag() == "1"
    assert store.journey(101) is not None


def test_after_a_schema_migration_the_cursor_is_forgotten_but_not_the_catalogue(tmp_path: Path) -> None:
    db = connect(tmp_path / "catalogue.db", KEY)
    first = catalogue_schema.migrations._migrations[1].name
    catalogue_schema.migrations.apply(db, stop_before=first)
    with db.atomic():
        catalogue_schema.write(db, small_catalogue(), "old", 1)
    db.close()
    store = CatalogueStore(tmp_path, KEY)
    assert store.etag() == ""
    assert store.journey(101) is not None
    store.close()


def test_a_sold_journey_stays_readable_after_it_left_the_catalogue(store: CatalogueStore) -> None:
    store.replace(small_catalogue(version=1), "1")
    run, journey = store.service_journey("night"), store.journey(103)
    later = small_catalogue(
        version=2,
        window_from="2026-10-24",
        service_journeys=tuple(each for each in service_journeys() if each.id != "night"),
        journeys=tuple(
            each
            for each in small_catalogue().journeys
            if each.operating_day != "2026-10-23" and each.service_journey_id != "night"
        ),
    )
    store.replace(later, "2", keep=[103, 101, 4711])
    assert store.journey(103) == journey
    assert store.service_journey("night") == run
    assert store.journey(101) is not None
    assert store.journey(102) is None
    renamed = tuple(msgspec.structs.replace(each, id=f"{each.id}2") for each in later.stop_places)
    moved = tuple(
        msgspec.structs.replace(
            each,
            calls=tuple(msgspec.structs.replace(call, stop_place_id=f"{call.stop_place_id}2") for call in each.calls),
        )
        for each in later.service_journeys
    )
    other = msgspec.structs.replace(later, version=3, stop_places=renamed, service_journeys=moved)
    store.replace(other, "3", keep=[103])
    assert store.stop_place("a") == small_catalogue().stop_places[0]
    assert store.stop_place("a2") is not None
    store.replace(msgspec.structs.replace(other, version=4, window_from="2026-10-30"), "4")
    assert store.journey(103) == journey  # a week later still
    store.replace(msgspec.structs.replace(other, version=5, window_from="2026-10-31"), "5")
    assert store.journey(103) is None
    assert store.stop_place("a") is None


def test_own_sales_survive_a_replacement(store: CatalogueStore) -> None:
    store.replace(small_catalogue(), "1")
    store.note_sale("a", "d")
    store.note_sale("a", "d")
    store.replace(small_catalogue(version=2), "2")
    with store.reading() as timetable:
        assert timetable is not None
        assert timetable.destination_use("a") == {"d": 2}
