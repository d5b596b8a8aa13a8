"""Copies of what central has: damage is noticed, also late, and the copy is fetched anew."""

from __future__ import annotations

from pathlib import Path

from kiosk.domain.errors import StoreDamaged
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.manifest import KeptManifest, ManifestStore
from sync.wire import GateManifest
from tests.small_catalogue import small_catalogue

KEY = bytes(range(32))
PAGE = 4096


def read_all(store: CatalogueStore) -> None:
    with store._borrow() as db:
        for name in db.table_names():
            db.execute(f"SELECT * FROM {name}").fetchall()


def test_damage_that_is_met_while_reading_is_gone_after_the_next_start(tmp_path: Path) -> None:
    store = CatalogueStore.open(tmp_path, KEY)
    store.replace(small_catalogue(), "etag-1")
    store.close()
    path = tmp_path / "catalogue.db"
    whole = path.read_bytes()
    late = 0
    for page in range(1, len(whole) // PAGE):
        damaged = bytearray(whole)
        damaged[page * PAGE + 100] ^= 1
        path.write_bytes(damaged)
        store = CatalogueStore.open(tmp_path, KEY)
        if not (tmp_path / "catalogue.db.damaged").exists():
            try:
                read_all(store)
            except StoreDamaged:
                late += 1
            else:
                store.close()
                continue  # a page of an index: these questions did not need it
            store.close()
            store = CatalogueStore.open(tmp_path, KEY)
        assert store.etag() == "" and store.info() is None, "central will be asked for everything"
        store.replace(small_catalogue(), "etag-2")
        store.close()
        store = CatalogueStore.open(tmp_path, KEY)
        assert store.etag() == "etag-2", "and then it is remembered no longer"
        read_all(store)
        store.close()
        for path_aside in tmp_path.glob("*.damaged"):
            path_aside.unlink()
    assert late > 5


def test_flipped_bits_of_a_gates_list_is_noticed(tmp_path: Path) -> None:
    manifests = ManifestStore(tmp_path)
    kept = KeptManifest(GateManifest(3, 1, ("ab",), (), ("00000000000000aa",), 9, (), ()), "etag", 1_790_000_000)
    manifests.keep(kept)
    assert manifests.load() == kept
    path = tmp_path / "gate.json"
    right = path.read_bytes()
    for bit in range(0, len(right) * 8, 5):
        wrong = bytearray(right)
        wrong[bit // 8] ^= 1 << bit % 8
        path.write_bytes(wrong)
        assert manifests.load() is None
