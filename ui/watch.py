"""The gate's eye: a thread that reads the camera, has every code judged and says what the screen shall show."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from kiosk.domain.errors import KioskError
from kiosk.domain.gate.form import Kind
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.ticket import PREFIX
from kiosk.ports import Clock, CodeReader, Frame
from kiosk.services.gate import Gate
from ui.viewmodels.gateask import waits_for_staff

log = logging.getLogger(__name__)

VERDICT_STAYS_S = 2.5  # after its code has left the picture
VERDICT_STANDS_S = 1.5  # before another code of the same picture has its turn
PICTURES_A_SECOND = 12
SPENT_S = 1.5  # a code that was taken back is another try after so long out of the picture
RETRY_S = 2.0  # between tries to open a camera that is gone


class Watch(QObject):
    """Signals come from the camera's thread; a verdict is on record before it is told."""

    judged = Signal(object)  # Verdict
    left = Signal()  # nobody is there any more
    pictured = Signal(object)  # QImage
    blind = Signal(str)  # no camera, or nothing can be recorded

    def __init__(
        self, gate: Gate, reader: Callable[[], CodeReader], clock: Clock, parent: QObject | None = None
    ) -> None:
        """`reader` opens the camera anew."""
        super().__init__(parent)
        self._gate, self._open, self._clock = gate, reader, clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._next_picture = 0.0
        self._text = ""  # the code whose verdict is on screen; "" = none
        self._since = 0.0  # monotonic s, when that verdict came up
        self._seen = 0.0  # monotonic s, when its code was last in the picture
        self._resting = threading.Event()  # somebody is busy with the last one: nothing is judged
        self._reader: CodeReader | None = None
        self.kind: Kind = "entry"
        self._spent = ""  # the code of a passing that was taken back
        self._spent_at = 0.0  # monotonic s, when it was last in the picture

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends with the next picture; the camera's own time limit bounds the wait."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def rest(self, on: bool) -> None:
        """Judge nothing while somebody is busy with the screen; pictures go on."""
        if on:
            self._resting.set()
        else:
            self._resting.clear()

    def turn(self, out: bool) -> None:
        """People leave here, or come in again."""
        self.kind = "exit" if out else "entry"

    @property
    def text(self) -> str:
        """The code whose verdict is on screen; "" = none."""
        return self._text

    def keep(self) -> None:
        """Staff had it judged anew: the verdict stands as long as one that was just given."""
        self._since = self._seen = self._clock.monotonic()

    def forget(self) -> None:
        """The verdict on screen was taken back; its code, if it is still held up, is not judged until it was away."""
        self._spent, self._spent_at = self._text, self._clock.monotonic()
        self._text = ""
        self._resting.clear()

    @property
    def hint(self) -> str:
        """What is wrong with the picture in which no code is found; "" = nothing, or the reader does not measure."""
        light = getattr(self._reader, "light", None)
        return str(light.hint) if light is not None else ""

    def torch(self, on: bool) -> bool:
        """Switch the camera's own light; False when it has none."""
        switch = getattr(self._reader, "torch", None)
        return bool(switch(on)) if switch is not None else False

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except KioskError as fault:
                self._blind(str(fault))
            except Exception as error:
                # The picture on screen would look alive while nobody is judged: close the gate and try again.
                log.exception("unexpected error at the camera")
                self._blind(f"{type(error).__name__}: {error}")
            self._stop.wait(RETRY_S)

    def _watch(self) -> None:
        reader = self._reader = self._open()
        try:
            for frame in reader.frames():
                if self._stop.is_set():
                    return
                self.look(frame)
        finally:
            reader.close()

    def look(self, frame: Frame) -> None:
        """One frame: its codes are judged first, then its picture is shown."""
        now = self._clock.monotonic()
        texts = list(dict.fromkeys(code.text for code in frame.codes))
        # Posters and bags have codes too: beside a ticket they do not count.
        texts = [text for text in texts if text.startswith(PREFIX)] or texts
        texts = self._without_spent(texts, now)
        if texts and not self._resting.is_set():
            try:
                self._judge(texts, now)
            except KioskError as fault:
                self._blind(str(fault))
                return
        elif self._text and now - self._seen > VERDICT_STAYS_S and not self._resting.is_set():
            self._text = ""
            self.left.emit()
        if not self._text and now >= self._next_picture:
            self._next_picture = now + 1 / PICTURES_A_SECOND
            self.pictured.emit(image_of(frame.image))

    def _without_spent(self, texts: list[str], now: float) -> list[str]:
        if self._spent in texts:
            self._spent_at = now
        elif now - self._spent_at > SPENT_S:
            self._spent = ""
        return [text for text in texts if text != self._spent]

    def _judge(self, texts: list[str], now: float) -> None:
        """Several codes of one picture take turns, so that each verdict can be read."""
        known = {text: self._gate.seen(text) for text in texts}
        fresh = [text for text in texts if known[text] is None]
        stands = now - self._since < VERDICT_STANDS_S
        if self._text in texts:
            self._seen = now
            if self._text not in fresh and (stands or not fresh):
                return
        elif self._text and not fresh and now - self._seen < VERDICT_STANDS_S:
            return  # missed for a moment beside another code that had its turn
        text = fresh[0] if fresh else texts[0]
        verdict = known[text] or self._scan(text)
        self._text, self._since, self._seen = text, now, now
        if waits_for_staff(verdict):
            self._resting.set()
        self.judged.emit(verdict)

    def _scan(self, text: str) -> Verdict:
        return self._gate.scan(text, Scan(kind="exit", persons=0) if self.kind == "exit" else None)

    def _blind(self, fault: str) -> None:
        self._text, self._next_picture = "", 0.0  # the first picture after it opens the gate again, at once
        self.blind.emit(fault)


def image_of(array: Any) -> QImage:
    """A camera's array (height x width x 3, BGR, uint8) as a picture of its own, half as large."""
    half = array[::2, ::2]
    height, width = half.shape[:2]
    data = half.tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_BGR888).copy()
