"""Simulated devices as the processes they are, one for each test that wants one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kiosk.app.children import Child, ChildFailed, Control


class Device:
    """A simulator: its port, its folder, and orders to it."""

    def __init__(self, name: str, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.child = Child(name, f"devices.simulated.{name}", *arguments, log=folder / f"{name}.log")
        try:
            ready = self.child.wait_ready(30)
        except ChildFailed:
            self.child.stop()
            raise
        self.ready = ready
        self.port = int(ready["port"])
        self.control_port = int(ready["control"])
        self._control = Control(self.control_port, timeout_s=20)

    def order(self, do: str, **details: Any) -> dict[str, Any]:
        return self._control.ask(do=do, **details)

    def ledger(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def close(self) -> None:
        self._control.close()
        self.child.stop()


Start = Callable[..., Device]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """start("printer", "--width", "384") -> Device."""
    with ExitStack() as stack:

        def start(name: str, *arguments: str) -> Device:
            own = {
                "printer": ["--out", str(tmp_path)],
                "zpl": ["--out", str(tmp_path)],
                "payment": ["--ledger", str(tmp_path / "ledger.jsonl")],
                "nexo": ["--ledger", str(tmp_path / "ledger.jsonl")],
                "camera": [],
                "cctalk": ["--ledger", str(tmp_path / "coins.jsonl"), "--device-link", str(tmp_path / "coins")],
                "essp": ["--ledger", str(tmp_path / "notes.jsonl"), "--device-link", str(tmp_path / "notes")],
                "relay": ["--ledger", str(tmp_path / "turnstile.jsonl")],
                "zvt": ["--ledger", str(tmp_path / "ledger.jsonl")],
                "wechat": ["--ledger", str(tmp_path / "wechat.jsonl"), "--keys", str(tmp_path / "wechat")],
                "alipay": ["--ledger", str(tmp_path / "alipay.jsonl"), "--keys", str(tmp_path / "alipay")],
            }[name]
            device = Device(name, tmp_path, *own, *arguments)
            stack.callback(device.close)
            return device

        yield start


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """As `start`, for simulators that know the order "anew": the same process for all tests of a module."""
    folder, running = tmp_path_factory.mktemp("shared"), dict[tuple[str, ...], Device]()
    names = {"cctalk": "coins", "essp": "notes"}

    def begin(name: str, *arguments: str) -> Device:
        if (name, *arguments) not in running:
            own = folder / str(len(running))
            own.mkdir()
            what = own / names[name]
            line = ["--ledger", f"{what}.jsonl", "--device-link", str(what)]
            running[name, *arguments] = Device(name, own, *line, *arguments)
        device = running[name, *arguments]
        device.order("anew")
        return device

    yield begin
    for device in running.values():
        device.close()
