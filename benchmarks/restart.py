"""A kiosk with 100,000 records in its journal is killed and started again: how long until it sells.

`kiosk run` on a terminal that sold offline (nothing is with central yet, so all of it is still its own to answer for),
ended by SIGKILL on the screen that sells, and the time from the next start to that screen. The floor: the same program
on the same terminal with the journal of its first sale only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.backlog import Scene
from benchmarks.figure import figure

SALES = 11_200
RECORDS = 100_000
ROUNDS = 5
GOAL_S = 5.0
PROGRAM = """
import sys
from pathlib import Path
from kiosk.app import config, run
run.run(config.load(Path(sys.argv[1])), told=lambda word: print(word, flush=True))
"""


def run() -> dict[str, Any]:
    with Scene() as scene:
        scene.sell(1)
        small = _copy(scene, "small")
        scene.sell(SALES - 1)
        records = scene.store.journal.head()[0]
        assert records >= RECORDS, records
        large = _copy(scene, "large")
        floor, ours = _seconds(small), _seconds(large)
    floor, ours = [each * 1000 for each in floor], [each * 1000 for each in ours]
    name, goal = f"restart with {records} records, killed before", f"sells in less than {GOAL_S:g} s"
    return figure(name, floor, ours, goal, ok=max(ours) < GOAL_S * 1000, p95=max(ours))


def _copy(scene: Scene, name: str) -> Path:
    """The terminal's folder as a power cut would leave it, on a disk; returns the file of its configuration."""
    folder = scene.folder / name
    shutil.copytree(scene.home, folder)
    settings = folder / "terminal.toml"
    settings.write_text(
        f'[terminal]\nfolder = "{folder}"\n[central]\nurl = "http://127.0.0.1:9"\n[screen]\nshape = "portrait"\n'
        f"[clock]\noffset_s = {scene.street.now() - time.time():.0f}\n"
    )
    return settings


def _seconds(settings: Path) -> list[float]:
    """From the start to the screen that sells, each time after a SIGKILL there."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(settings)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        ) as program:
            assert program.stdout is not None
            assert any(line.strip() == "selling" for line in program.stdout), "the program ended early"
            took.append(time.perf_counter() - start)
            program.send_signal(signal.SIGKILL)
    return took
