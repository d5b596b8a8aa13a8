"""One reader of codes on a thread of its own: opened anew whenever it is gone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.domain.errors import KioskError
from kiosk.ports import CodeReader, Frame

log = logging.getLogger(__name__)

RETRY_S = 2.0  # between tries to open a reader that is gone


class Eye:
    """`look` hears every frame, `blind` why there are none; both on this eye's thread."""

    def __init__(
        self, number: int, reader: Callable[[], CodeReader], look: Callable[[Frame], None], blind: Callable[[str], None]
    ) -> None:
        self._open, self._look, self._blind = reader, look, blind
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"reader {number}", daemon=True)
        self.reader: CodeReader | None = None  # while it is open

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends with the next frame; the reader's own time limit bounds the wait."""
        self._stop.set()
        if (reader := self.reader) is not None:
            reader.close()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except KioskError as fault:
                self._blind(str(fault))
            except Exception as error:
                # The picture on screen would look alive while nobody is judged: close the gate and try again.
                log.exception("unexpected error at a reader")
                self._blind(f"{type(error).__name__}: {error}")
            self._stop.wait(RETRY_S)

    def _watch(self) -> None:
        reader = self.reader = self._open()
        try:
            for frame in reader.frames():
                if self._stop.is_set():
                    return
                self._look(frame)
        finally:
            self.reader = None
            reader.close()
