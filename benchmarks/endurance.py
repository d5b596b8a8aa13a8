"""A kiosk under the fingers of one passenger after another, for as long as one likes: what breaks, and what grows.

    python -m benchmarks.endurance --minutes 20 [--seed 1]

Passengers buy, are refused, stop, walk away, look around, in both languages; the clock of the kiosk moves on between
them. Told at the end: sales, memory, and everything that nobody expected (errors, warnings of Qt, lost ways).
Exit status 1 when there was any, or when the journal and the money do not agree.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication

from benchmarks.passengers import LANGUAGES, PASSENGERS
from tests.ui.network import DAYS, FIRST_DAY, NEVER_ON
from tests.ui.world import Session, World
from ui import stage
from ui.driver import NotOnScreen

TELL_EVERY_S = 60.0
WARM_UP_PASSENGERS = 40  # screens compiled, caches full: memory is compared with what it is from then on
LAST_HOUR = 15  # later passengers come the next morning, so that there is always a train to propose
ZONE = ZoneInfo("Asia/Shanghai")
SPOKEN = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)


class Watch:
    """Everything that nobody expected, with who was at the kiosk."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.who = "nobody"
        sys.excepthook = lambda kind, error, trace: self.note("error", *traceback.format_exception(kind, error, trace))
        sys.unraisablehook = self._unraisable
        threading.excepthook = lambda a: self.note("thread", f"{a.thread}: {a.exc_type.__name__}: {a.exc_value}")
        qInstallMessageHandler(self._qt)

    def note(self, kind: str, *lines: str) -> None:
        self.found.append(f"{kind}, {self.who}: {''.join(lines).rstrip()}")
        print(self.found[-1], flush=True)

    def _unraisable(self, told: object) -> None:
        error = getattr(told, "exc_value", None)
        lines = traceback.format_exception(error) if isinstance(error, BaseException) else []
        self.note("unraisable", f"{getattr(told, 'err_msg', '')} {getattr(told, 'object', '')!r}\n", *lines)

    def _qt(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if kind in SPOKEN:
            self.note("Qt", f"{context.file}:{context.line} {message}")


def move_on(world: World, chance: random.Random) -> bool:
    """The next passenger comes a little later, or the next morning; False when the timetable has ended."""
    world.clock.forward(chance.uniform(20, 240))
    now = datetime.fromtimestamp(world.clock.now(), ZONE)
    while now.hour >= LAST_HOUR or (now.date() - datetime.fromisoformat(FIRST_DAY).date()).days + 1 == NEVER_ON:
        morning = (now + timedelta(days=1)).replace(hour=6, minute=30)
        world.clock.forward((morning - now).total_seconds())
        now = datetime.fromtimestamp(world.clock.now(), ZONE)
    return (now.date() - datetime.fromisoformat(FIRST_DAY).date()).days < DAYS - 2


def serve(kiosk: Session, passenger: Callable[[Session], None], language: str) -> None:
    """One passenger in one language, until the first screen is there again."""
    if language != LANGUAGES[0]:
        kiosk.tap("language", f"use-{language}")
    passenger(kiosk)
    kiosk.stage("attract")
    kiosk.driver.wait_until(lambda: kiosk.driver.find("to-AOH") is not None, "the tiles")


def bring_back(kiosk: Session) -> None:
    """After a lost way: everything waiting is let go, and the kiosk times out by itself."""
    kiosk.world.acquirer.card_held.set()
    kiosk.world.clock.forward(600)
    kiosk.kiosk.terminal.tick()
    kiosk.stage("attract")
    kiosk.world.acquirer.card_held.clear()
    kiosk.world.acquirer.moods, kiosk.world.acquirer.stopped = [], False


def rss_kb() -> int:
    """Resident memory of this process."""
    gc.collect()
    return next(int(row.split()[1]) for row in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in row)


class Shift:
    """One kiosk on one folder until time or timetable ends."""

    def __init__(self, folder: Path, watch: Watch, seed: int) -> None:
        self.world, self.watch, self.chance = World(folder), watch, random.Random(seed)
        self.kiosk = Session(self.world)
        self.served: Counter[str] = Counter()
        self.memory_kb: list[tuple[int, int]] = []  # (passengers, resident kB)

    def work(self, until: float) -> None:
        told, order = time.monotonic(), list(PASSENGERS)
        while time.monotonic() < until and move_on(self.world, self.chance):
            count = self.served.total()
            if count % len(order) == 0:
                self.chance.shuffle(order)
            passenger = order[count % len(order)]
            self.watch.who = f"passenger {count + 1} {passenger.__name__}"
            try:
                serve(self.kiosk, passenger, LANGUAGES[count // len(order) % 2])
            except NotOnScreen as lost:
                self.watch.note("lost way", str(lost))
                bring_back(self.kiosk)
            self.served[passenger.__name__] += 1
            if count + 1 >= WARM_UP_PASSENGERS and (
                count + 1 == WARM_UP_PASSENGERS or time.monotonic() - told > TELL_EVERY_S
            ):
                told = time.monotonic()
                self.memory_kb.append((count + 1, rss_kb()))
                print(f"{count + 1} passengers, {self.memory_kb[-1][1] // 1000} MB", flush=True)

    def check(self) -> None:
        """Journal, money and paper tell the same story."""
        self.watch.who = "the books"
        kinds = Counter(record.kind for record in self.world.store.journal.records(0, 1_000_000))
        charged = len(self.world.acquirer.charged)
        if kinds["PaymentApproved"] != charged:
            self.watch.note("books", f"{charged} cards were charged, {kinds['PaymentApproved']} charges are on record")
        for fault in self.world.store.examine():
            self.watch.note("store", fault)
        print(f"{self.served.total()} passengers: {dict(self.served)}")
        print(f"{charged} sales, {kinds['TicketIssued']} tickets, {self.world.store.journal.head()[0]} records")
        if len(self.memory_kb) > 1:
            (first, before), (last, after) = self.memory_kb[0], self.memory_kb[-1]
            grown = (after - before) / (last - first)
            print(f"memory: {before // 1000} MB after {first} passengers, {after // 1000} MB after {last}: "
                  f"{grown:.1f} kB a passenger")  # fmt: skip

    def close(self) -> None:
        self.kiosk.close()
        self.world.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    app = QGuiApplication(["kiosk"])
    stage.use_fonts(app)
    watch, until, shift_no = Watch(), time.monotonic() + wanted.minutes * 60, 0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < until:
            shift = Shift(Path(folder) / str(shift_no), watch, wanted.seed + shift_no)
            try:
                shift.work(until)
                shift.check()
            finally:
                shift.close()
            shift_no += 1
    qInstallMessageHandler(None)
    print(f"{len(watch.found)} things nobody expected" + "".join(f"\n- {each}" for each in watch.found))
    return 1 if watch.found else 0


if __name__ == "__main__":
    sys.exit(main())
