"""Where the picture goes: a real display, or Qt's VNC server on the loopback when there is none."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kiosk.domain.errors import KioskError

FIRST_PORT = 5900
PORTS_TO_TRY = 20


class NoScreen(KioskError):
    """There is neither a display nor a free port to serve one."""


class LoopbackVnc:
    """Qt's `vnc` platform, reachable from this machine only.

    Qt's server listens on every interface and has no option for it. So it is started on a port of chance and,
    before its event loop runs for good, its listening descriptor is replaced by a
    socket bound to 127.0.0.1.
    """

    def __init__(self, width: int, height: int) -> None:
        self._socket = _listen()
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"  # what to type into a VNC viewer
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._born_on = int(free.getsockname()[1])
        self.platform = f"vnc:size={width}x{height}:port={self._born_on}"

    def move_to_loopback(self, process_events: Callable[[], None]) -> None:
        """Call right after QGuiApplication is made. NoScreen if Qt's socket is not found: none beats open.

        Qt begins to listen in its first events, so a few are let through.
        """
        for _ in range(10):
            for name in Path("/proc/self/fd").iterdir():
                number = int(name.name)
                if number != self._socket.fileno() and _listens_on(number, self._born_on):
                    os.dup2(self._socket.fileno(), number)
                    os.set_blocking(number, False)
                    return
            process_events()
        raise NoScreen("Qt's VNC server did not start; set QT_QPA_PLATFORM=offscreen or give it a display")

    def close(self) -> None:
        self._socket.close()


def wants_vnc() -> bool:
    """No display and nobody chose a platform."""
    chosen = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not any(os.environ.get(name) for name in chosen)


def _listen() -> socket.socket:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY):
        candidate = socket.socket()
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
            candidate.listen(4)
        except OSError:
            candidate.close()
        else:
            return candidate
    raise NoScreen(f"no display, and no free port from {FIRST_PORT} to {FIRST_PORT + PORTS_TO_TRY - 1} for VNC")


def _listens_on(number: int, port: int) -> bool:
    with suppress(OSError), socket.socket(fileno=os.dup(number)) as copy:
        accepting = copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        return bool(accepting) and copy.getsockname()[1] == port
    return False
