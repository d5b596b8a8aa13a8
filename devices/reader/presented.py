"""Waits for one code that a passenger holds up, at any reader: it is opened for that, and closed again."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable

from kiosk.domain.errors import KioskError
from kiosk.ports import CodeReader

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
JOIN_S = 5.0
RETRY_S = 1.0  # between tries to open a reader that is gone


class _Look(threading.Thread):
    """Reads until a code is wanted, or it is told to end. A reader that is gone is opened again."""

    def __init__(self, open_reader: Callable[[], CodeReader], wanted: Callable[[str], bool]) -> None:
        super().__init__(name="presented code", daemon=True)
        self._open, self._wanted = open_reader, wanted
        self._over = threading.Event()
        self._reader: CodeReader | None = None
        self.found: queue.Queue[str] = queue.Queue()

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._reader = self._open()
                if self._read(self._reader):
                    return
            except KioskError as fault:
                log.warning("no code can be read now: %s", fault)
            finally:
                self._close()
            self._over.wait(RETRY_S)

    def _read(self, reader: CodeReader) -> bool:
        for frame in reader.frames():
            if self._over.is_set():
                return True
            for text in (code.text.strip() for code in frame.codes):
                if self._wanted(text):
                    self.found.put(text)
                    return True
        return False

    def end(self) -> None:
        self._over.set()
        self._close()
        self.join(JOIN_S)

    def _close(self) -> None:
        if (reader := self._reader) is not None:
            reader.close()


def first_code(open_reader: Callable[[], CodeReader], wanted: Callable[[str], bool], stop: Callable[[], bool]) -> str:
    """The first code that is `wanted`, from now on; "" when `stop` says so before one came."""
    look = _Look(open_reader, wanted)
    look.start()
    try:
        while not stop():
            with contextlib.suppress(queue.Empty):
                return look.found.get(timeout=LOOK_EVERY_S)
        return ""
    finally:
        look.end()
