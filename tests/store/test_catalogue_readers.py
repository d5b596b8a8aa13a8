"""The catalogue while it is replaced: who reads sees one version, whole, and nobody waits for anybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.domain.catalogue import Catalogue
from kiosk.store.catalogue import CatalogueStore
from tests.small_catalogue import small_catalogue

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CatalogueStore]:
    store = CatalogueStore(tmp_path, KEY)
    yield store
    store.close()


def test_a_reader_keeps_its_version_while_another_is_written(store: CatalogueStore) -> None:
    store.replace(small_catalogue(version=1), "1")
    with store.reading() as timetable:
        assert timetable is not None
        other = threading.Thread(target=store.replace, args=(small_catalogue(version=2, operator="New"), "2"))
        other.start()
        other.join(30)
        assert not other.is_alive()  # the writer did not wait for the reader
        assert timetable.network.head.version == 1
        assert timetable.journey(101) is not None
        assert store.etag() == "2"
    info = store.info()
    assert info is not None
    assert info.operator == "New"


def test_readers_on_many_threads_see_whole_versions_only(store: CatalogueStore) -> None:
    """Version n names its stop places "... n"; lists, rows and head must agree in every snapshot."""

    def version(n: int) -> Catalogue:
        base = small_catalogue(version=n, operator=f"Railway {n}")
        named = tuple(msgspec.structs.replace(each, name=f"{each.name} {n}") for each in base.stop_places)
        runs = tuple(msgspec.structs.replace(each, headsign=f"to {n}") for each in base.service_journeys)
        return msgspec.structs.replace(base, stop_places=named, service_journeys=runs)

    store.replace(version(1), "1")
    finished = threading.Event()
    wrong: list[str] = []
    seen: set[int] = set()

    def read() -> None:
        while not finished.is_set():
            with store.reading() as timetable:
                assert timetable is not None
                head = timetable.network.head
                run = timetable.service_journey("t1")
                names = {each.name.rpartition(" ")[2] for each in timetable.network.stop_places}
                seen.add(head.version)
                if run is None or run.headsign != f"to {head.version}" or names != {str(head.version)}:
                    wrong.append(f"{head.version}: {run and run.headsign} {names}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(2, 12):
        store.replace(version(n), str(n))
    finished.set()
    for reader in readers:
        reader.join(30)
    assert wrong == []
    assert max(seen) > 1


def test_the_log_does_not_grow_with_every_replacement(store: CatalogueStore, tmp_path: Path) -> None:
    for n in range(1, 6):
        store.replace(small_catalogue(version=n), str(n))
    log = tmp_path / "catalogue.db-wal"
    assert not log.exists() or log.stat().st_size == 0
