"""The simulated link as a process of its own, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiosk.app.children import Child, Control


class Proxy:
    """`python -m devices.simulated.link` in front of a port."""

    def __init__(self, target_port: int, folder: Path) -> None:
        target = f"127.0.0.1:{target_port}"
        self._child = Child("link", "devices.simulated.link", "--to", target, log=folder / "link.log")
        ready = self._child.wait_ready()
        self.port: int = ready["port"]
        self._control = Control(ready["control"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def order(self, do: str, **values: Any) -> dict[str, Any]:
        return self._control.ask(do=do, **values)

    def close(self) -> None:
        self._control.close()
        self._child.stop()
