"""Backups, what comes back from them, and what was acknowledged: rows 3, 4 and 12 of `test_known_losses`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from central.postgres import EmbeddedPostgres
from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.errors import StoreFault
from kiosk.domain.events import Admitted
from kiosk.store import backup
from kiosk.store.past import past_journals
from kiosk.store.store import Store, open_store
from sync.chain import GENESIS, record_hash
from sync.past import PushPast
from tests.central.world import Terminal as CentralTerminal
from tests.conftest import SettableClock
from tests.power.world import PowerCut
from tests.sync.attacked import World, attacked
from tests.sync.lives import Life, at_central


@pytest.fixture(scope="module")
def world(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacked(server, tmp_path_factory.mktemp("restored"), "restored") as world:
        yield world


def test_3_the_first_record_after_a_restore_arrives(world: World, tmp_path: Path) -> None:
    name = f"R{world.number()}"
    who = CentralTerminal(world.context, name)
    life = Life(who, world.url, tmp_path / "old", world.clock, world.train)
    life.cycle()
    backup.back_up(tmp_path / "old", tmp_path / "backup")
    life.cycle()
    life.close()
    backup.restore(tmp_path / "backup", tmp_path / "new")
    again = CentralTerminal(world.context, name)
    life = Life(again, world.url, tmp_path / "new", world.clock, world.train)
    try:
        assert again.id == (who.id[0], 2) and life.push.accepted_seq == 0
        life.push.run()
        assert at_central(world.context, again.id) == life.store.journal.head()
        journals = past_journals(tmp_path / "new", life.store.key)
        PushPast(journals, lambda *_: who.client(world.url), lambda: 1).run()
        assert [journal.sent_in for journal in journals] == [1]
    finally:
        life.close()


@pytest.mark.parametrize("step", ["key", "folder", "connect", "copied", "folded"])
def test_4_a_backup_that_was_cut_off_harms_nobody(
    tmp_path: Path, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It is refused or it is whole; the store it was made of goes on, and the next backup works."""
    store = open_store(tmp_path / "K", terminal_id=5, incarnation=1, epoch=1, clock=clock, ids=TimeOrderedIds())
    store.journal.append(*(Admitted(ticket_id=f"{n:016x}", journey_id=1, gate="G", at=n) for n in range(50)))
    target = tmp_path / "cut"

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        match step:
            case "folder":
                patch.setattr(Path, "mkdir", cut)
            case "key":
                patch.setattr(backup.shutil, "copy", cut)
            case "connect":
                patch.setattr(backup, "store_key", cut)
            case "copied":
                patch.setattr(backup.database, "connect", cut)
            case "folded":
                patch.setattr(backup, "_head", cut)
        with pytest.raises(PowerCut):
            backup.back_up(tmp_path / "K", target)
    try:
        assert backup.restore(target, tmp_path / "back") == 51
    except (backup.NoBackup, StoreFault):
        assert step != "folded"
    store.journal.append(Admitted(ticket_id="f" * 16, journey_id=1, gate="G", at=99))
    assert store.examine() == []
    assert backup.back_up(tmp_path / "K", tmp_path / "whole") == 52
    assert backup.restore(tmp_path / "whole", tmp_path / "back again") == 52
    store.close()


def test_12_what_was_acknowledged_can_be_read_back(world: World, tmp_path: Path) -> None:
    """Central's copy is hashed anew from its own rows, and a backup of the terminal holds the same."""
    world.seller.push.run()
    reply = world.seller._reply
    who = (reply.terminal_id, reply.incarnation)
    previous, read = GENESIS, 0
    with world.context.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT seq, event_id, kind, version, body, recorded_at_ms, hash FROM raw_journal "
                "WHERE terminal_id = :t AND incarnation = :i ORDER BY seq"
            ),
            {"t": who[0], "i": who[1]},
        )
        for row in rows:
            previous = record_hash(
                previous, *who, row.seq, row.event_id, row.kind, row.version, row.body, row.recorded_at_ms
            )
            assert row.hash == previous
            read = row.seq
    assert (read, previous) == world.seller.store.journal.head()
    assert backup.back_up(world.seller.store.folder, tmp_path / "backup") == read
    copy = Store(tmp_path / "backup", *who, world.clock, TimeOrderedIds())
    try:
        assert copy.journal.head() == (read, previous) and copy.tables() == world.seller.store.tables()
    finally:
        copy.close()
