"""Real PostgreSQL for central's tests: one embedded server a session, one fresh database a test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from central.context import Context
from central.database import connect, upgrade
from central.keys import Keys
from central.postgres import SUPERUSER, EmbeddedPostgres
from tests.central.world import Served
from tests.conftest import SettableClock

_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """The embedded server with a migrated database `central` as the template of all others."""
    folder = Path(tempfile.mkdtemp(prefix="kiosk-central-test-"))
    try:
        with EmbeddedPostgres(folder) as running:
            engine = connect(running.url())
            upgrade(engine)
            engine.dispose()
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database_url(server: EmbeddedPostgres) -> Iterator[str]:
    """An empty, migrated database of this test's own."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(
        host=str(server.socket_folder), user=SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE central")
        yield server.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def context(database_url: str, tmp_path: Path, clock: SettableClock) -> Iterator[Context]:
    engine = connect(database_url)
    keys = Keys(tmp_path / "keys", clock.now())
    keys.bind(engine)
    yield Context(engine, keys, clock.now)
    engine.dispose()


@pytest.fixture
def serve() -> Iterator[Callable[[Context], str]]:
    """Serve a context over HTTP; returns the address. Ended with the test."""
    running: list[Served] = []

    def start(context: Context) -> str:
        running.append(Served(context))
        return running[-1].url

    yield start
    for each in running:
        each.close()


@pytest.fixture
def url(context: Context, serve: Callable[[Context], str]) -> str:
    return serve(context)
