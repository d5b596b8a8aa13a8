"""From starting the process to the first screen painted, beside a bare Qt Quick window with a text."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROUNDS = 9
GOAL = 2.0
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
PREPARE = """
import sys
from pathlib import Path
from tests.ui.world import World
World(Path(sys.argv[1])).close()
"""
OURS = """
import sys
from pathlib import Path
from PySide6.QtGui import QGuiApplication
from tests.ui.world import World
from ui import run, stage
options = run.ScreenOptions()
app, _ = stage.make_application(options)
stage.use_fonts(app)
world = World(Path(sys.argv[1]))
kiosk = run.Kiosk(world.services, options)
kiosk.window.frameSwapped.connect(lambda: (print("painted", flush=True), app.quit()))
kiosk.show(options)
app.exec()
kiosk.close()
world.close()
"""


def first_picture_ms(code: str, *arguments: str) -> float:
    """Start the program; milliseconds until it says its first picture is painted."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    start = time.perf_counter()
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout is not None
        said = program.stdout.readline()
        took = (time.perf_counter() - start) * 1000
        program.stdout.read()
        assert program.wait(30) == 0 and said.strip() == "painted", f"the program ended early: {said!r}"
    return took


def run() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        terminal = str(Path(folder) / "terminal")
        subprocess.run([sys.executable, "-c", PREPARE, terminal], check=True)
        floor, mine = [], []
        for number in range(ROUNDS + 1):
            pair = first_picture_ms(BARE), first_picture_ms(OURS, terminal)
            if number:  # the first ones fill the disk's and QML's caches
                floor.append(pair[0])
                mine.append(pair[1])
    ratio = statistics.median(mine) / statistics.median(floor)
    return {
        "name": "cold start to the first screen",
        "floor_ms": statistics.median(floor),
        "ours_ms": statistics.median(mine),
        "ratio": ratio,
        "n": len(mine),
        "median": statistics.median(mine),
        "p95": max(mine),
        "goal": f"at most {GOAL:g} times a bare Qt Quick window",
        "ok": ratio <= GOAL,
    }
