"""The embedded PostgreSQL: the server programs of the wheel, run by us for as long as a process of ours needs them.

    <folder>/cluster     the database files, owned by the user the server runs as
    <folder>/users.lock  held shared by every process that uses the server; the last one to leave stops it
    <folder>/start.lock  held while someone starts or stops the server

PostgreSQL refuses to run as root, so for root it runs as the system user `kiosk-central`. It listens on a Unix
socket in a folder only that user (and root) may enter, and on no network address. Settings are the durable
defaults (fsync on). A server left over by a killed process is used on; after a crash of the server itself the
next start recovers as after a power cut.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shlex
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

import psycopg

from central.server_programs import DatabaseDown, programs, server_user

SUPERUSER = "postgres"
DATABASE = "central"
VERSION = 18  # the major version a cluster is made with; an older cluster keeps its own programs
SOCKET_PATH_MAX = 100  # bytes; the kernel's limit is 107
START_TIMEOUT_S = 60.0
ARCHIVE_S = 60  # the log goes to the archive at least so often: what a lost disk costs
POLL_S = 0.05  # PostgreSQL tells nobody when it is ready or gone: it is asked; often enough not to be felt at a start


class EmbeddedPostgres:
    """A running server, as a context manager. `url()` is for SQLAlchemy.

    `archive`: where the server keeps its log for a restore to any point in time; only who starts the server can say.
    """

    def __init__(self, folder: Path, archive: Path | None = None) -> None:
        self._folder = folder.absolute()
        self._archive = archive and archive.absolute()
        self._cluster = self._folder / "cluster"
        self._log = self._folder / "server.log"
        self._users: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._owner = server_user()
        self.socket_folder = self._choose_socket_folder()

    def __enter__(self) -> EmbeddedPostgres:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._users = (self._folder / "users.lock").open("w")
        try:
            with self._locked("start.lock"):
                fcntl.flock(self._users, fcntl.LOCK_SH)
                if not self._answers():
                    self._prepare()
                    self._start()
                self._create_database()
        except BaseException:
            self._users.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._users is not None
        with self._locked("start.lock"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._leave()
            else:
                self._stop()
            finally:
                self._users.close()

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.socket_folder}"

    def server_pid(self) -> int | None:
        """Process id in postmaster.pid, whether it is alive or not; None when there is none."""
        try:
            return int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    @contextlib.contextmanager
    def stopped(self) -> Iterator[Path]:
        """The folder of the database's files (or where it would be) while nobody uses it. DatabaseDown when in use."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            self._open_the_way(self._folder)
        with self._locked("start.lock"), (self._folder / "users.lock").open("w") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DatabaseDown("central is running on this database; stop it first") from None
            self._stop()  # one that a killed central left over
            yield self._cluster

    def run_program(self, name: str, *arguments: str) -> tuple[int, str]:
        """One of the server's own programs, such as pg_basebackup, as the server's user; (status, what it said)."""
        return self._run([self._program(name), *arguments])

    def own(self, folder: Path) -> None:
        """Make a folder of the operator's one that the server may write to, and nobody else."""
        folder.mkdir(parents=True, exist_ok=True)
        self._private(folder)
        if os.geteuid() == 0:
            self._open_the_way(folder.absolute().parent)
            for path in folder.rglob("*"):
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid, follow_symlinks=False)

    def _program(self, name: str) -> str:
        version = VERSION
        with contextlib.suppress(FileNotFoundError, ValueError):
            version = int((self._cluster / "PG_VERSION").read_text())
        program = programs(version) / name
        if not program.exists():
            raise DatabaseDown(f"{self._cluster} was made by PostgreSQL {version}, which this program does not carry")
        return str(program)

    def _choose_socket_folder(self) -> Path:
        """Beside the cluster where the path is short enough, else in the temporary folder."""
        near = self._folder / "socket"
        if len(os.fsencode(near / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX:
            return near
        digest = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"kiosk-central-{digest}"

    def _prepare(self) -> None:
        if os.geteuid() == 0:
            self._open_the_way(self._folder)
            self._open_the_way(programs(VERSION))
        self._private(self.socket_folder)
        if not self._cluster.exists():
            # Made under another name and renamed when complete: a killed initdb leaves nothing half made.
            fresh = Path(tempfile.mkdtemp(prefix="cluster-", dir=self._folder))
            self._private(fresh)
            command = [self._program("initdb"), "-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8"]
            status, output = self._run([*command, "--auth-local=trust", "--auth-host=reject"])
            if status:
                raise DatabaseDown(f"the database files in {self._folder} could not be made:\n{output[-2000:]}")
            fresh.rename(self._cluster)

    def _private(self, folder: Path) -> None:
        """A folder only the server's user may enter; refused when somebody else made it."""
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self._owner.pw_uid, os.geteuid()):
            raise DatabaseDown(f"{folder} belongs to another user; remove it or choose another --data folder")
        if os.geteuid() == 0:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid, follow_symlinks=False)
        folder.chmod(0o700)

    def _start(self) -> None:
        command = [self._program("postgres"), "-D", str(self._cluster), "-k", str(self.socket_folder), "-h", ""]
        command += ["-c", "max_connections=60", "-c", "unix_socket_permissions=0700"]
        if self._archive is not None:
            self.own(self._archive)
            kept = shlex.quote(str(self._archive)) + "/%f"
            # Never over a file that is there; under its name only when it is whole and on the disk.
            copy = f"test ! -e {kept} && cp %p {kept}.part && sync {kept}.part && mv {kept}.part {kept}"
            command += ["-c", "archive_mode=on", "-c", f"archive_timeout={ARCHIVE_S}", "-c", f"archive_command={copy}"]
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            with self._log.open("ab") as log:
                # A session of its own: Ctrl-C in the terminal is for us, we then stop the server in order.
                self._server = self._popen(command, log)
            while self._server.poll() is None:
                if self._answers():
                    return
                if time.monotonic() > deadline:
                    self._server.terminate()
                    self._server.wait()
                    raise self._down()
                time.sleep(POLL_S)
            # A server left over may still be recovering, or a killed one's backends leaving: the files are theirs.
            if time.monotonic() > deadline or not self._occupied():
                raise self._down()
            time.sleep(POLL_S)
            if self._answers():
                return

    def _occupied(self) -> bool:
        tail = self._log.read_text(errors="replace")[-1000:]
        return "shared memory block" in tail or 'lock file "postmaster.pid" already exists' in tail

    def _down(self) -> DatabaseDown:
        tail = "\n".join(self._log.read_text(errors="replace").splitlines()[-8:])
        return DatabaseDown(f"PostgreSQL in {self._cluster} does not start; {self._log} ends with:\n{tail}")

    def _leave(self) -> None:
        """The server stays for the others; it is no child of ours to wait for any more."""
        if self._server is not None:
            self._server.returncode = 0

    def _stop(self) -> None:
        """Fast shutdown: roll back what is open, write a checkpoint, leave."""
        pid = self.server_pid()
        ours = self._server is not None and self._server.poll() is None
        if pid is not None and (ours or self._answers()):
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + START_TIMEOUT_S
            while self.server_pid() == pid and time.monotonic() < deadline:
                time.sleep(POLL_S)
        if self._server is not None:
            self._server.wait(START_TIMEOUT_S)

    def _answers(self) -> bool:
        """Also for writing: a server that replays its log for a restore lets people read before."""
        try:
            with self._connect("postgres") as connection:
                found = connection.execute("SELECT NOT pg_is_in_recovery()").fetchone()
        except psycopg.OperationalError:
            return False
        return bool(found and found[0])

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket_folder), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
        )

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if found is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _popen(self, command: list[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Run a server program; as root, as the server's user."""
        root = os.geteuid() == 0
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            user=self._owner.pw_uid if root else None,
            group=self._owner.pw_gid if root else None,
            extra_groups=[] if root else None,
        )

    def _run(self, command: list[str]) -> tuple[int, str]:
        with tempfile.TemporaryFile() as output:
            status = self._popen(command, output).wait()
            output.seek(0)
            return status, output.read().decode(errors="replace")

    def _open_the_way(self, target: Path) -> None:
        """Let the server's user walk to `target`: search permission on its parents, nothing to list or read."""
        for folder in [target, *target.parents]:
            mode = stat.S_IMODE(folder.stat().st_mode)
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with (self._folder / name).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
