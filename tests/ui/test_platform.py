"""Without a display the screen is served over VNC, on this machine only; the program opens, sells nothing, ends."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from ui.platform import wants_vnc

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, tempfile
from pathlib import Path
from tests.ui.world import World
from ui import run
from ui.opening import Opening, Sign

options = run.ScreenOptions(drive=sys.argv[2])
opening = Opening(options, Sign("K14"))
world = World(Path(sys.argv[1]))
raise SystemExit(run.run_terminal(world.services, options, opening))
"""


def without_display() -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "QT_QUICK_BACKEND")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def test_a_chosen_platform_or_a_display_wins() -> None:
    assert not wants_vnc(), "the tests choose the offscreen platform"


def test_vnc_on_the_loopback_only(tmp_path: Path) -> None:
    path = tmp_path / "drive.sock"
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "terminal"), str(path)],
        cwd=ROOT,
        env={**without_display(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert program.stdout is not None
        said = program.stdout.readline()
        found = re.search(r"VNC on 127\.0\.0\.1:(\d+)", said)
        assert found, said
        port = int(found[1])
        until = time.monotonic() + 20
        while not path.exists() and time.monotonic() < until:
            os.sched_yield()  # the opening screen is served before the kiosk can be driven
        with socket.create_connection(("127.0.0.1", port), timeout=20) as viewer:
            assert viewer.recv(12).startswith(b"RFB 003")
        assert listening(program.pid) == {("127.0.0.1", port)}
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            line.connect(str(path))
            line.sendall(b'{"do": "quit"}\n')
            assert b"true" in line.recv(100)
        assert program.wait(20) == 0
    finally:
        program.kill()
        program.wait()
        if program.stdout:
            program.stdout.close()


def listening(pid: int) -> set[tuple[str, int]]:
    """Addresses on which a process listens, from /proc."""
    sockets = set()
    for name in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(name.readlink())
        except OSError:
            continue
        if target.startswith("socket:"):
            sockets.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                address, port = fields[1].split(":")
                text = "127.0.0.1" if address == "0100007F" else address
                found.add((text, int(port, 16)))
    return found
