"""What waits for a person's yes has a door: `kiosk confirm`, on a real terminal's folder."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from kiosk.app.main import main
from kiosk.domain.errors import CatalogueRefused
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.gate_records import GateRecords
from kiosk.store.keys import store_key
from kiosk.store.manifest import Held, KeptManifest, ManifestStore
from sync.wire import Change, GateManifest
from tests.ui import network
from tests.ui.enrolled import enrol


def run(config: Path, *words: str, answer: str = "") -> str:
    done = CliRunner().invoke(main, ["confirm", "--config", str(config), *words], input=answer, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return enrol(tmp_path / "terminal")


def version(folder: Path) -> int:
    store = CatalogueStore.open(folder, store_key(folder))
    info = store.info()
    store.close()
    assert info is not None
    return info.version


def test_a_smaller_catalogue_is_told_and_taken_over_only_with_a_yes(config: Path) -> None:
    folder = config.parent
    whole = network.catalogue()
    assert "nothing was taken over" in run(config)
    store = CatalogueStore.open(folder, store_key(folder))
    with pytest.raises(CatalogueRefused, match="kiosk confirm"):
        store.replace(msgspec.structs.replace(whole, version=9, journeys=whole.journeys[:7]), "9")
    store.close()
    said = run(config, answer="n\n")
    assert "has 7 journeys where there were" in said and "nothing was taken over" in said
    assert version(folder) == whole.version
    assert "taken over" in run(config, answer="y\n")
    assert version(folder) == 9
    assert "nothing was taken over" in run(config, "--yes")


def test_what_left_a_gates_list_goes_only_with_a_yes(config: Path) -> None:
    lists = ManifestStore(config.parent)
    manifest = GateManifest(4, 1, (), (), ("00" * 8, "11" * 8), 3, (), ())
    lists.keep(KeptManifest(manifest, "1.4", 1_790_000_000, (Held("revoked_ticket", "00" * 8, 1 << 40),)))
    said = run(config, answer="n\n")
    assert "1 entries (revoked ticket)" in said
    assert lists.load() == KeptManifest(manifest, "1.4", 1_790_000_000, (Held("revoked_ticket", "00" * 8, 1 << 40),))
    run(config, "--yes")
    kept = lists.load()
    assert kept is not None and kept.manifest.revoked_tickets == ("11" * 8,) and kept.held == ()


def test_guests_that_vanished_at_once_go_only_with_a_yes(config: Path) -> None:
    key = store_key(config.parent)
    guests = [Change("guest", f"G{n}", f'{{"code":"G{n}"}}') for n in range(100)]
    records = GateRecords(config.parent, key)
    records.take(guests, anew=True, cursor="1.4", now=1_790_000_000)
    gone = [Change("guest", each.key, None) for each in guests[:40]]
    assert len(records.take(gone, anew=False, cursor="1.5", now=1_790_000_000)) == 40
    records.close()
    said = run(config, answer="n\n")
    assert "40 guests" in said and "nothing was taken over" in said
    run(config, "--yes")
    records = GateRecords(config.parent, key)
    assert records.size() == 60 and records.guest("G0") is None and records.held() == {} and records.cursor == "1.5"
    records.close()
