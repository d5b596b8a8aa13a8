"""From starting the process to its pictures, beside a bare Qt Quick window with a text.

Ours is `kiosk run` on an enrolled terminal with a timetable: the first picture is the opening screen ("This machine is
starting"), painted before the stores are imported and opened; the second is the first one that sells. Both are told by
the program when the frame was swapped. Central is not reachable.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.figure import figure

ROUNDS = 9
GOAL = 2.0
GOAL_SELLING = 6.0  # our own: 0.7 s where a bare window takes 0.11
BARE = """
import sys
from PySide6.QtQuick import QQuickWindow
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
app = QGuiApplication([])
engine = QQmlApplicationEngine()
text = b'Text { text: "Where to?" }'
engine.loadData(QByteArray(b'import QtQuick\\nWindow { width: 1080; height: 1920; visible: true; ' + text + b' }'))
window = engine.rootObjects()[0]
window.frameSwapped.connect(lambda: (print("painted", flush=True), app.quit()))
app.exec()
del engine
"""
SETTINGS = """
[terminal]
folder = "{folder}"
[central]
url = "http://127.0.0.1:9"
[screen]
shape = "portrait"
"""
PREPARE = """
import sys
from pathlib import Path
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kiosk.app import identity
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.store import open_store
from tests.sync.scripted import ScriptedCentral
from tests.ui import network
folder = Path(sys.argv[1])
folder.mkdir(parents=True)
central = ScriptedCentral()
reply = central.enrolment()
identity.save(folder, msgspec.structs.replace(reply, role="kiosk"))
(folder / identity.KEY_FILE).write_bytes(central.terminal_key.private_bytes_raw())
store = open_store(
    folder, terminal_id=reply.terminal_id, incarnation=reply.incarnation, epoch=1, clock=SystemClock(),
    ids=TimeOrderedIds(),
)
CatalogueStore.open(folder, store.key).replace(network.catalogue(), "1")
store.close()
central.close()
(folder / "terminal.toml").write_text(sys.argv[2].format(folder=folder))
"""
OURS = """
import sys
from pathlib import Path
from kiosk.app.main import main
from kiosk.app import config, run
def told(word):
    print(word, flush=True)
    if word == "selling":
        from PySide6.QtGui import QGuiApplication
        QGuiApplication.quit()
run.run(config.load(Path(sys.argv[1]) / "terminal.toml"), told=told)
"""


def pictures_ms(code: str, *arguments: str) -> list[float]:
    """Start the program; milliseconds until each line it says: its pictures."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    start = time.perf_counter()
    command = [sys.executable, "-c", code, *arguments]
    took = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as program:
        assert program.stdout is not None
        for _ in program.stdout:
            took.append((time.perf_counter() - start) * 1000)
        assert program.wait(60) == 0 and took, "the program ended early"
    return took


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        terminal = str(Path(folder) / "terminal")
        subprocess.run([sys.executable, "-c", PREPARE, terminal, SETTINGS], check=True)
        floor, first, selling = [], [], []
        for number in range(ROUNDS + 1):
            bare, ours = pictures_ms(BARE), pictures_ms(OURS, terminal)
            if number:  # the first ones fill the disk's and QML's caches
                floor.append(bare[0])
                first.append(ours[0])
                selling.append(ours[1])
    return [
        _row("cold start to the first screen", floor, first, GOAL),
        _row("cold start to the screen that sells", floor, selling, GOAL_SELLING),
    ]


def _row(name: str, floor: list[float], ours: list[float], goal: float) -> dict[str, Any]:
    return figure(name, floor, ours, f"at most {goal:g} times a bare Qt Quick window", most=goal, p95=max(ours))
