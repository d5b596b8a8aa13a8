"""A serial line for a simulated device: a pseudo-terminal whose bytes go to and from the device's TCP port."""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from pathlib import Path


class SerialLine:
    """`link` leads to the terminal's name, as /dev/serial/by-id does; unplugged it leads nowhere."""

    def __init__(self, link: Path, port: int) -> None:
        self._link, self._port = link, port
        self._ends: tuple[int, int] | None = None
        self._gone = threading.Event()
        self._thread = threading.Thread()
        self.plug(True)

    def plug(self, in_: bool) -> None:
        """Plug it in (again: under another name), or pull it out; whoever has it open notices."""
        if self._ends is not None:
            self._gone.set()
            self._thread.join()
            for end in self._ends:
                os.close(end)
            self._ends = None
        self._link.unlink(missing_ok=True)
        if in_:
            ours, theirs = self._ends = os.openpty()
            tty.setraw(theirs)
            self._link.symlink_to(os.ttyname(theirs))
            self._gone = threading.Event()
            self._thread = threading.Thread(target=self._carry, args=(ours, self._gone), daemon=True)
            self._thread.start()

    def _carry(self, line: int, gone: threading.Event) -> None:
        device: socket.socket | None = None
        while not gone.is_set():
            watched: list[int | socket.socket] = [line, device] if device else [line]
            ready = select.select(watched, [], [], 0.05)[0]
            try:
                if line in ready:
                    data = os.read(line, 4096)
                    device = device or socket.create_connection(("127.0.0.1", self._port), 5)
                    device.sendall(data)
                if device is not None and device in ready:
                    data = device.recv(4096)
                    if data:
                        os.write(line, data)
                    else:
                        device = None
            except OSError:  # the device has no power; what was sent to it is lost
                device = None
        if device is not None:
            device.close()


def free_port() -> int:
    """A port of the loopback nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
