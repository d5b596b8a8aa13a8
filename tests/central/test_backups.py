"""A database is copied while it works, lost, and put back: to the copy, to any moment, and what it forgot returns."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from central.backups import back_up, restore
from central.commands import central
from central.context import Context
from central.database import open_database
from central.inventory.grants import give
from central.journal.upload import receive
from central.keys import Keys, raise_epoch
from central.postgres import EmbeddedPostgres
from central.recovery import end_when_over, open_epoch, waited_for
from central.server_programs import DatabaseDown
from central.status import look
from kiosk.domain.events import EpochAdopted
from sync.wire import AllotmentRequest, JournalBatch, Want
from tests.central.world import Terminal, journey_of, open_railway
from tests.conftest import SettableClock


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the database's own user can reach."""
    made = Path(tempfile.mkdtemp(prefix="kiosk-backup-test-"))
    yield made
    shutil.rmtree(made)


@contextmanager
def running(folder: Path, clock: SettableClock) -> Iterator[Context]:
    with open_database(None, folder, folder / "archive") as engine:
        keys = Keys(folder / "keys", clock.now())
        keys.bind(engine)
        context = Context(engine, keys, clock.now)
        open_epoch(context)
        yield context


def tickets(context: Context) -> int:
    with context.engine.connect() as connection:
        found = look(connection)
    assert found.sound, found
    return found.tickets


def waiting(context: Context) -> list[str]:
    with context.engine.connect() as connection:
        return waited_for(connection)


def test_back_to_the_copy_and_to_a_moment_and_nothing_is_lost(folder: Path, clock: SettableClock) -> None:
    server = EmbeddedPostgres(folder / "postgres", folder / "archive")
    with running(folder, clock) as context:
        train = journey_of(open_railway(context), "T1")
        terminal = Terminal(context, "K1")
        want = Want(train, "first", 0, 4, 0, 4)
        (grant,) = terminal.accept(give(context, *terminal.id, AllotmentRequest((want,), terminal.last_gid)).grants)
        places = [place for place in range(10) if grant.blocks[0].mask >> place & 1]

        def sell(number: int) -> None:
            terminal.sell(train, places[number], grant.gid)
            receive(context, *terminal.id, terminal.batch())

        sell(0)
        with server:
            back_up(server, folder / "copy")
        sell(1)
        with context.engine.connect() as connection:
            moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        sell(2)
        with context.engine.begin() as connection:
            connection.execute(text("SELECT pg_switch_wal()"))
        assert tickets(context) == 3
        with pytest.raises(DatabaseDown, match="central is running"):
            restore(server, folder / "copy")

        # A file that rotted is found before anything is touched.
        rotten = next((folder / "copy" / "base").glob("*/1*"))
        good = rotten.read_bytes()
        rotten.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    with pytest.raises(DatabaseDown, match=f"{rotten} is missing or damaged"):
        restore(server, folder / "copy")
    rotten.write_bytes(good)

    for archive, until, expected in ((None, None, 1), (folder / "archive", moment, 2), (folder / "archive", None, 3)):
        aside = restore(server, folder / "copy", archive, until)
        assert aside is not None and (aside / "PG_VERSION").exists()
        raise_epoch(folder / "keys", clock.now())
        with running(folder, clock) as context:
            assert tickets(context) == expected
            assert waiting(context) == ["K1"]
            terminal.append(EpochAdopted(epoch=context.keys.epoch))
            receive(
                context, *terminal.id, JournalBatch(*terminal.id, tuple(terminal.records), terminal.records[-1].seq)
            )
            assert tickets(context) == 3
            end_when_over(context)
            assert waiting(context) == []


def test_what_is_no_backup_changes_nothing(folder: Path, clock: SettableClock) -> None:
    with running(folder, clock) as context:
        open_railway(context)
        full = folder / "full"
        full.mkdir()
        (full / "mine.txt").write_text("x")
        server = EmbeddedPostgres(folder / "postgres")
        with server, pytest.raises(DatabaseDown, match="is not empty"):
            back_up(server, full)
    with pytest.raises(DatabaseDown, match="no backup_manifest"):
        restore(server, full)
    with running(folder, clock) as context:
        assert tickets(context) == 0


def test_the_commands_say_what_they_cannot_do(folder: Path) -> None:
    run = CliRunner().invoke
    told = run(central, ["backup", str(folder / "b"), "--database", "postgresql://u@h/d"])
    assert told.exit_code == 2 and "its own tools" in told.output
    folder.joinpath("b").mkdir()
    told = run(central, ["restore", str(folder / "b"), "--until", "2026-09-20T12:00", "--data", str(folder)])
    assert told.exit_code == 2 and "--until needs --archive" in told.output
