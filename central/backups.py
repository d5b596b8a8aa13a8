"""Copies of the embedded database, and the way back to one: to its own moment or to any later one.

A named server has its own tools for this. Either way an older database is a failover (P11): whoever restores begins a
new epoch, and what the terminals still hold comes back from them.
"""

from __future__ import annotations

import shlex
import shutil
import tempfile
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

import msgspec

from central.postgres import SUPERUSER, EmbeddedPostgres
from central.server_programs import DatabaseDown

_HOW = ("--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256")


def back_up(server: EmbeddedPostgres, target: Path) -> None:
    """Everything as it is now, checked, into a folder that is empty or not there; the server goes on."""
    target = target.absolute()
    if target.exists() and any(target.iterdir()):
        raise DatabaseDown(f"{target} is not empty; name a new folder for each backup")
    server.own(target)
    where = ["-D", str(target), "-h", str(server.socket_folder), "-U", SUPERUSER]
    status, said = server.run_program("pg_basebackup", *where, *_HOW)
    if status:
        raise DatabaseDown(f"the backup in {target} failed, do not keep it:\n{said[-2000:]}")
    check(target)


def restore(
    server: EmbeddedPostgres, backup: Path, archive: Path | None = None, until: datetime | None = None
) -> Path | None:
    """Put a backup in the place of the database, which must not run; returns where the old files are now, if any.

    With `archive` everything kept there is replayed at the next start, up to `until`.
    """
    check(backup)
    with server.stopped() as cluster:
        fresh = Path(tempfile.mkdtemp(prefix="cluster-", dir=cluster.parent))
        shutil.copytree(backup, fresh, dirs_exist_ok=True, symlinks=True)
        if archive is not None:
            server.own(archive)
            _replay(fresh, archive.absolute(), until)
        server.own(fresh)
        aside = None
        if cluster.exists():
            aside = cluster.with_name(f"cluster-before-{datetime.now():%Y%m%d-%H%M%S-%f}")
            cluster.rename(aside)
        fresh.rename(cluster)
        return aside


def check(backup: Path) -> None:
    """DatabaseDown when a file of the backup is missing or is not what was copied (pg_verifybackup of our own: the
    wheel's crashes). The log in it has no sums in the manifest; the server checks each record of it.
    """
    try:
        content = (backup / "backup_manifest").read_bytes()
        manifest = msgspec.json.decode(content)
        told = manifest["Manifest-Checksum"]
        files = [(each["Path"], each["Size"], each["Checksum"]) for each in manifest["Files"]]
    except FileNotFoundError:
        raise DatabaseDown(f"{backup} is no backup of `kiosk central backup`: it has no backup_manifest") from None
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise DatabaseDown(f"{backup}/backup_manifest cannot be read: {error!r}; use another backup") from None
    # Its own sum covers all before the line that tells it.
    if sha256(content[: content.rindex(b'"Manifest-Checksum"')]).hexdigest() != told:
        raise DatabaseDown(f"{backup}/backup_manifest was changed; use another backup")
    for path, size, checksum in files:
        file = backup / path
        if not file.is_file() or file.stat().st_size != size or _sum(file) != checksum:
            raise DatabaseDown(f"{file} is missing or damaged; use another backup")


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _replay(cluster: Path, archive: Path, until: datetime | None) -> None:
    """What the server reads at its next start: replay the kept log, then go on from there as a server of its own."""
    lines = [f"restore_command = 'cp {shlex.quote(str(archive))}/%f \"%p\"'", "recovery_target_action = 'promote'"]
    if until is not None:
        lines.append(f"recovery_target_time = '{until.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}'")
    with (cluster / "postgresql.auto.conf").open("a") as settings:
        settings.write("".join(f"{line}\n" for line in lines))
    (cluster / "recovery.signal").touch()
