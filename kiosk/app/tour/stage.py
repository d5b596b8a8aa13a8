"""The tour's processes: central, the link, devices, terminals; each can be started, cut, killed and looked at."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kiosk.app.children import Child, Control
from kiosk.app.config import load
from kiosk.app.demo import CentralAtHand, start_devices, write_config
from kiosk.app.identity import Identity, enrol
from kiosk.app.ways import way
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import KioskError
from sync.client import CentralClient

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
POLL_S = 0.1


class Stage:
    """Everything that runs during the tour, in one folder."""

    def __init__(self, folder: Path, stack: ExitStack, pay: str) -> None:
        self.folder = folder
        self._stack = stack
        self.way = way(pay, folder, stack)
        self.central = CentralAtHand(folder / "central", folder / "log" / "central.log")
        self.ports: dict[str, int] = {}
        self._controls: dict[str, Control] = {}
        self.lives = 0

    def start_central(self) -> None:
        """Central, and the link that stands between it and every terminal."""
        self.central.serve(*self.way.central_arguments)
        self._stack.callback(self.central.stop)
        to = urlsplit(self.central.url).netloc
        link = Child("link", "devices.simulated.link", "--to", to, log=self.folder / "log" / "link.log")
        self._stack.callback(link.stop)
        ready = link.wait_ready(30)
        self.ports["link"], self.ports["link_control"] = int(ready["port"]), int(ready["control"])

    def catalogue(self, folder: Path) -> Catalogue:
        """As the tour itself sees it, enrolled as a terminal that never sells."""
        central = self.central
        who = enrol(folder, central.url, central.code("Tour", "counter", ""), machine="tour")
        client = CentralClient(central.url, reply=who.reply, sign=who.sign, timeout_s=60)
        try:
            answer = client.catalogue()
        finally:
            client.close()
        assert answer is not None
        return answer[0]

    def start_devices(self) -> None:
        """Printer, camera, and what the passenger pays with."""
        self.ports |= start_devices(self.folder, self._stack)
        self.way.start()

    def order(self, device: str, **message: Any) -> dict[str, Any]:
        """An order to a simulator or the link."""
        if device not in self._controls:
            control = self._controls[device] = Control(self.ports[f"{device}_control"])
            self._stack.callback(control.close)
        return self._controls[device].ask(**message)

    def start_camera(self, name: str) -> int:
        """One more camera, to be ordered by this name; its port."""
        camera = Child(name, "devices.simulated.camera", log=self.folder / "log" / f"{name}.log")
        self._stack.callback(camera.stop)
        ready = camera.wait_ready(30)
        self.ports[f"{name}_control"] = int(ready["control"])
        return int(ready["port"])

    def free_ports(self, count: int) -> list[int]:
        """Ports of the loopback that nobody listens on now."""
        with ExitStack() as stack:
            found = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
            return [int(each.getsockname()[1]) for each in found]

    def enrol(self, name: str, role: str, station: str, **sections: dict[str, Any]) -> tuple[Path, Identity]:
        """A terminal's configuration and its identity, through the link; gates have a folder each."""
        folder = name.lower().replace(" ", "-") if role == "gate" else role
        config_path = self.folder / f"{folder}.toml"
        write_config(
            config_path,
            terminal={"folder": str(self.folder / folder)},
            central={"url": f"http://127.0.0.1:{self.ports['link']}", "timeout_s": 5},
            **sections,
        )
        config = load(config_path)
        code = self.central.code(name, role, station)
        return config_path, enrol(config.folder, config.central.url, code, machine="tour")

    def open_terminal(self, name: str, config_path: Path) -> tuple[Child, Control]:
        """Start a terminal offscreen and connect to its remote control."""
        self.lives += 1
        path = self.folder / f"{name}-{self.lives}.sock"
        child = Child(
            name,
            "kiosk",
            "run",
            "--config",
            str(config_path),
            "--drive",
            str(path),
            log=self.folder / "log" / f"{name}.log",
            environment=OFFSCREEN,
        )
        self._stack.callback(child.stop)
        wait_until(lambda: path.exists() or not child.alive, f"{name} opens its remote control", 60)
        if not child.alive:
            raise KioskError(f"the {name} ended at once:\n{child.last_words()}")
        control = Control(path)
        self._stack.callback(control.close)
        return child, control


def wait_until(condition: Callable[[], object], what: str, seconds: float, every_s: float = POLL_S) -> None:
    """Poll other processes until something holds; KioskError says what did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise KioskError(f"waited {seconds:g} s in vain until {what}")
        time.sleep(every_s)  # other processes wake nobody here: there is nothing to wait on
