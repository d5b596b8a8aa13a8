"""The database: an engine from a URL, brought up to date by the migrations at every start."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from central.postgres import EmbeddedPostgres
from kiosk.domain.errors import KioskError

MIGRATIONS = Path(__file__).with_name("migrations")
UPGRADE_LOCK = 7_226_105_118  # any number; one upgrade at a time


class DatabaseUnusable(KioskError):
    """The named database does not answer, or is of a newer program."""


@contextlib.contextmanager
def open_database(url: str | None, folder: Path, archive: Path | None = None) -> Iterator[Engine]:
    """An engine on `url`, or on the embedded server in `folder`/postgres; closed (and stopped) at the end."""
    with contextlib.ExitStack() as stack:
        if url is None:
            url = stack.enter_context(EmbeddedPostgres(folder / "postgres", archive)).url()
        engine = connect(url)
        stack.callback(engine.dispose)
        upgrade(engine)
        yield engine


def connect(url: str) -> Engine:
    """An engine; postgres:// and postgresql:// URLs are taken as psycopg 3 ones."""
    try:
        parsed: URL = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise DatabaseUnusable(
            f"{url!r} is not a database URL; write postgresql://user:password@host/database"
        ) from None
    if parsed.get_backend_name() != "postgresql":
        raise DatabaseUnusable(f"central needs PostgreSQL, not {parsed.get_backend_name()}")
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=20, pool_timeout=20, pool_pre_ping=True
    )


def upgrade(engine: Engine) -> None:
    """Apply the migrations that are missing; DatabaseUnusable when the database is of a newer program."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["skip_logging"] = True
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            _refuse_newer(connection, config)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        safe = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnusable(f"the database {safe} does not answer: {error.orig}") from None


def _refuse_newer(connection: Connection, config: Config) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found is not None and found not in known:
        raise DatabaseUnusable(
            f"the database is at revision {found}, which this program does not know; it is of a newer version of kiosk"
        )
