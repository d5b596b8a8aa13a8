"""`python -m central` as operators meet it: real processes, killed ones, and mistakes with their messages."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from central.database import DatabaseUnusable, connect, upgrade
from central.postgres import DATABASE, SUPERUSER, EmbeddedPostgres
from sync.client import CentralClient

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "assets" / "demo"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder the database's own user can reach (pytest's are private to root)."""
    made = Path(tempfile.mkdtemp(prefix="kiosk-central-test-"))
    yield made
    shutil.rmtree(made)


def run(*arguments: str | Path, expect: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "central", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if expect == 0 else done.stderr


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "central", "serve", "--port", "0", "--data", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        assert ready["ready"] is True
        yield process, ready["url"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def health(url: str) -> str:
    client = CentralClient(url)
    try:
        return client.health().status
    finally:
        client.close()


def test_from_nothing_to_serving_through_kills_to_a_clean_end(folder: Path) -> None:
    printed = run("import-gtfs", DEMO / "beijing-shanghai", "--ties", DEMO / "ties.toml", "--data", folder)
    assert "journeys on 15 days" in printed and "catalogue version 1 published" in printed
    assert "version 2" in run("import-event", DEMO / "hall.toml", "--data", folder)
    with serving(folder) as (process, url):
        assert health(url) == "ok"
        enrolled = json.loads(
            run("enrol", "--name", "K1", "--station", "上海虹桥", "--url", url, "--json", "--data", folder)
        )
        assert enrolled["url"] == url and len(enrolled["code"]) == 14
        status = json.loads(run("status", "--json", "--data", folder))
        assert status["sound"] and status["catalogue_version"] == 2 and status["oversold"] == 0
        assert health(url) == "ok", "a command that ends leaves the server's database alone"
        process.kill()
    server_pid = EmbeddedPostgres(folder / "postgres").server_pid()
    assert server_pid is not None
    os.kill(server_pid, signal.SIGKILL)
    with serving(folder) as (process, url):
        assert health(url) == "ok"
        process.terminate()
        assert process.wait(60) == 0
    assert EmbeddedPostgres(folder / "postgres").server_pid() is None, "the database was stopped in order"
    assert json.loads(run("status", "--json", "--data", folder))["catalogue_version"] == 2


def test_mistakes_have_messages(folder: Path, tmp_path: Path, database_url: str) -> None:
    database = ("--database", database_url, "--data", folder)
    wrong = tmp_path / "feed.zip"
    wrong.write_bytes(b"this is no zip")
    assert "feed.zip" in run("import-gtfs", wrong, *database, expect=1)
    assert "not an amount" in run("import-gtfs", wrong, "--flat-fare", "2,50", *database, expect=2)
    assert "nobody" in run("revoke", "nobody", *database, expect=1)
    assert "not mysql" in run("status", "--database", "mysql://a/b", "--data", folder, expect=1)
    assert "does not answer" in run("status", "--database", "postgresql://127.0.0.1:1/x", "--data", folder, expect=1)
    assert "--data" in run("status", "--database", database_url, "--data", wrong / "sub", expect=1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        message = run("serve", "--port", str(taken.getsockname()[1]), *database, expect=1)
    assert "choose another --port" in message


def test_the_qr_code_is_a_picture_too(folder: Path, database_url: str) -> None:
    picture = folder / "code.png"
    printed = run("enrol", "--name", "K1", "--png", picture, "--database", database_url, "--data", folder)
    from PIL import Image
    from zxingcpp import read_barcodes

    with Image.open(picture) as image:
        (found,) = read_barcodes(image)
    content = json.loads(found.text)
    assert content["code"] in printed and content["handshake_version"] == 1


def test_the_last_user_stops_the_server_and_a_long_path_works(folder: Path) -> None:
    deep = folder / ("a-rather-long-name-" * 6) / "data"
    with EmbeddedPostgres(deep) as first:
        with EmbeddedPostgres(deep) as second:
            assert second.server_pid() == first.server_pid()
        engine = connect(first.url())
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW fsync")) == "on"
            assert connection.scalar(text("SHOW listen_addresses")) == ""
        engine.dispose()
        socket_folder = first.socket_folder
        assert socket_folder.stat().st_mode & 0o077 == 0, "nobody else may connect"
    assert first.server_pid() is None
    shutil.rmtree(socket_folder)


def test_a_database_of_a_newer_program_is_left_alone(database_url: str) -> None:
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="newer version"):
        upgrade(engine)
    engine.dispose()


def test_upgrading_twice_is_upgrading_once(server: EmbeddedPostgres) -> None:
    with psycopg.connect(host=str(server.socket_folder), user=SUPERUSER, dbname=DATABASE) as connection:
        before = connection.execute("SELECT count(*) FROM pg_class").fetchone()
    engine = connect(server.url())
    upgrade(engine)
    engine.dispose()
    with psycopg.connect(host=str(server.socket_folder), user=SUPERUSER, dbname=DATABASE) as connection:
        assert connection.execute("SELECT count(*) FROM pg_class").fetchone() == before
