"""The program's own window driven over its socket, as a demonstration or a test in another process does."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

from tests.ui.world import Session
from ui.remote import Remote


class Hand(threading.Thread):
    """Another process, played by a thread: sends requests, keeps the answers."""

    def __init__(self, path: Path, requests: list[dict[str, Any]]) -> None:
        super().__init__()
        self._path, self._requests = path, requests
        self.answers: list[dict[str, Any]] = []

    def run(self) -> None:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            line.connect(str(self._path))
            stream = line.makefile("rwb")
            for request in self._requests:
                stream.write(json.dumps(request).encode() + b"\n")
                stream.flush()
                self.answers.append(json.loads(stream.readline()))
            stream.close()


def test_a_ticket_is_bought_over_the_socket(kiosk: Session, tmp_path: Path) -> None:
    path = tmp_path / "drive.sock"
    remote = Remote(str(path), kiosk.kiosk.window, kiosk.kiosk.engine)
    hand = Hand(
        path,
        [
            {"do": "state"},
            {"do": "tap", "name": "searchField"},
            {"do": "type", "text": "sh"},
            {"do": "tap", "name": "to-AOH"},
            {"do": "wait", "stage": "departures"},
            {"do": "tap", "name": "next"},
            {"do": "wait", "stage": "travellers"},
            {"do": "tap", "name": "next"},
            {"do": "wait", "stage": "seats"},
            {"do": "tap", "name": "next"},
            {"do": "wait", "stage": "summary"},
            {"do": "picture", "path": str(tmp_path / "summary.png")},
            {"do": "tap", "name": "next"},
            {"do": "wait", "stage": "thanks|problem", "text": "Printed"},
            {"do": "text", "name": "next"},
            {"do": "items"},
            {"do": "wait", "name": "nowhere", "seconds": 0.1},
            {"do": "fly"},
        ],
    )
    hand.start()
    kiosk.driver.wait_until(lambda: not hand.is_alive(), "the other process", wait_s=30)
    hand.join()
    remote.close()
    *good, timed_out, unknown = hand.answers
    assert not [answer for answer in good if not answer["ok"]]
    assert good[0]["stage"] == "attract"
    assert good[13]["stage"] == "thanks"
    assert good[14]["text"] == "I have everything"
    assert "next" in good[15]["items"]
    assert (tmp_path / "summary.png").stat().st_size > 10_000
    assert not timed_out["ok"] and "nowhere" in timed_out["error"]
    assert not unknown["ok"]
    assert not path.exists()


def test_only_the_owner_may_open_the_socket(kiosk: Session, tmp_path: Path) -> None:
    path = tmp_path / "drive.sock"
    remote = Remote(str(path), kiosk.kiosk.window, kiosk.kiosk.engine)
    assert path.stat().st_mode & 0o077 == 0
    remote.close()
