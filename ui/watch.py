"""What the gate's readers see is judged, one verdict at a time, and told to the screen; a lane opens for who passes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from kiosk.domain.errors import KioskError
from kiosk.domain.gate.form import Kind
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.ticket import PREFIX
from kiosk.ports import Clock, CodeReader, Frame
from kiosk.services.gate import Gate
from kiosk.services.lane import Lane
from ui.bystanders import Bystanders
from ui.eye import Eye
from ui.viewmodels.gateask import waits_for_staff

log = logging.getLogger(__name__)
T = TypeVar("T")

VERDICT_STAYS_S = 2.5  # after its code has left the picture
VERDICT_STANDS_S = 1.5  # before another code of the same picture has its turn
PICTURES_A_SECOND = 12
PICTURE_MIN = 64  # dots; scanners have no picture
SPENT_S = 1.5  # a code that was taken back is another try after so long out of the picture


class Watch(QObject):
    """Signals come from the readers' threads; a verdict is on record before it is told."""

    judged = Signal(object)  # Verdict
    left = Signal()  # nobody is there any more
    pictured = Signal(object)  # QImage
    blind = Signal(str)  # no camera, or nothing can be recorded
    offered = Signal(str)  # the code of a card or wristband that staff want to hand out
    through = Signal(object)  # Through: what became of a verdict at the lane

    def __init__(
        self,
        gate: Gate,
        readers: Sequence[Callable[[], CodeReader]],
        clock: Clock,
        parent: QObject | None = None,
        *,
        lane: Lane | None = None,
        attended: bool = True,
    ) -> None:
        """`readers` open cameras and scanners anew. Not `attended`: nothing waits for staff."""
        super().__init__(parent)
        self._gate, self._clock, self._lane, self._attended = gate, clock, lane, attended
        self._eyes = [Eye(number, reader, self.look, self._blind) for number, reader in enumerate(readers)]
        self._lock = threading.RLock()  # one code at a time, whichever reader it comes from
        self._next_picture = 0.0
        self._text = ""  # the code whose verdict is on screen; "" = none
        self._since = 0.0  # monotonic s, when that verdict came up
        self._seen = 0.0  # monotonic s, when its code was last in the picture
        self._resting = threading.Event()  # somebody is busy with the last one: nothing is judged
        self._turning = threading.Event()  # the lane is open
        self._wanting = threading.Event()  # the next code is that of a medium to hand out
        self.kind: Kind = "entry"
        self._spent = ""  # the code of a passing that was taken back
        self._spent_at = 0.0  # monotonic s, when it was last in the picture
        self._offered, self._offered_at = "", 0.0  # the same of a medium that was offered
        self._beside = set[str]()  # codes that were in a picture with the one whose verdict is on screen
        self._bystanders = Bystanders(lambda text: text.startswith(PREFIX) or gate.guests.holds(text))

    def start(self) -> None:
        for eye in self._eyes:
            eye.start()

    def stop(self) -> None:
        for eye in self._eyes:
            eye.stop()

    # what staff do

    def rest(self, on: bool) -> None:
        """Judge nothing while somebody is busy with the screen; pictures go on."""
        if on:
            self._resting.set()
        else:
            self._resting.clear()

    def want(self, on: bool) -> None:
        """The next code that is not the one on screen is not judged, but offered."""
        if on:
            self._wanting.set()
        else:
            self._wanting.clear()

    def turn(self, out: bool) -> None:
        """People leave here, or come in again."""
        self.kind = "exit" if out else "entry"

    @property
    def text(self) -> str:
        """The code whose verdict is on screen; "" = none."""
        return self._text

    def keep(self, verdict: Verdict) -> None:
        """Staff had it judged anew: the verdict stands as long as one that was just given, and opens the lane."""
        self._since = self._seen = self._clock.monotonic()
        self._let_through(verdict)

    def stand(self, name: str) -> None:
        """A verdict on somebody who held nothing up stands under this name, and goes like any other."""
        with self._lock:
            self._text = name
            self._resting.clear()

    def alone(self, work: Callable[[], T]) -> T:
        """Do this while nothing is judged: what is taken back must not be let in again in between."""
        with self._lock:
            return work()

    def forget(self) -> None:
        """The verdict on screen was taken back; its code, if it is still held up, is not judged until it was away."""
        with self._lock:
            self._spent, self._spent_at = self._text, self._clock.monotonic()
            self._text = ""
            self._resting.clear()

    def tick(self) -> None:
        """Time goes on where no camera says so."""
        with self._lock:
            self._leave(self._clock.monotonic())

    @property
    def hint(self) -> str:
        """What is wrong with the picture in which no code is found; "" = nothing, or the reader does not measure."""
        lights = [getattr(eye.reader, "light", None) for eye in self._eyes]
        return next((str(light.hint) for light in lights if light is not None), "")

    def torch(self, on: bool) -> bool:
        """Switch the camera's own light; False when it has none."""
        switches = [getattr(eye.reader, "torch", None) for eye in self._eyes]
        return any([bool(switch(on)) for switch in switches if switch is not None])

    # what is seen

    def look(self, frame: Frame) -> None:
        """One frame: its codes are judged first, then its picture is shown."""
        with self._lock:
            now = self._clock.monotonic()
            texts = list(dict.fromkeys(code.text for code in frame.codes))
            texts = self._without_offered(texts, now)
            if self._wanting.is_set():
                self._offer(texts, now)
                return
            texts = self._without_spent(self._bystanders.without(texts, now), now)
            if texts and not self._resting.is_set() and not self._turning.is_set():
                try:
                    self._judge(texts, now)
                except KioskError as fault:
                    self._blind(str(fault))
                    return
            else:
                self._leave(now)
            if not self._text and now >= self._next_picture and min(frame.image.shape[:2]) >= PICTURE_MIN:
                self._next_picture = now + 1 / PICTURES_A_SECOND
                self.pictured.emit(image_of(frame.image))

    def _offer(self, texts: list[str], now: float) -> None:
        offered = [text for text in texts if text != self._text and not text.startswith(PREFIX)]
        if offered:
            self._wanting.clear()
            self._offered, self._offered_at = offered[0], now
            self.offered.emit(offered[0])

    def _without_offered(self, texts: list[str], now: float) -> list[str]:
        """A wristband that was just handed out, or refused, is still in somebody's hand."""
        if now - self._offered_at > SPENT_S:
            self._offered = ""
        elif self._offered in texts:
            self._offered_at = now
        return [text for text in texts if text != self._offered]

    def _leave(self, now: float) -> None:
        busy = self._resting.is_set() or self._turning.is_set()
        if self._text and now - self._seen > VERDICT_STAYS_S and not busy:
            self._text = ""
            self.left.emit()

    def _without_spent(self, texts: list[str], now: float) -> list[str]:
        if now - self._spent_at > SPENT_S:
            self._spent = ""
        elif self._spent in texts:
            self._spent_at = now
        return [text for text in texts if text != self._spent]

    def _judge(self, texts: list[str], now: float) -> None:
        """Several codes of one picture take turns, so that each verdict can be read."""
        known = {text: self._gate.seen(text) for text in texts}
        fresh = [text for text in texts if known[text] is None]
        stands = now - self._since < VERDICT_STANDS_S
        if self._text in texts:
            self._seen, self._beside = now, self._beside.union(texts)
            if self._text not in fresh and (stands or not fresh):
                return
        elif self._text and not fresh and now - self._seen < VERDICT_STANDS_S:
            return  # missed for a moment beside another code that had its turn
        elif self._text and stands and self._beside.issuperset(texts):
            return  # missed for a moment beside codes whose turn comes next
        text = fresh[0] if fresh else texts[0]
        verdict = known[text] or self._scan(text)
        self._text, self._since, self._seen = text, now, now
        self._beside = set(texts)
        if self._attended and waits_for_staff(verdict):
            self._resting.set()
        self.judged.emit(verdict)
        if text in fresh:
            self._let_through(verdict)

    def _scan(self, text: str) -> Verdict:
        return self._gate.scan(text, Scan(kind="exit", persons=0) if self.kind == "exit" else None)

    def _blind(self, fault: str) -> None:
        self._text, self._next_picture = "", 0.0  # the first picture after it opens the gate again, at once
        self.blind.emit(fault)

    # the lane

    def _let_through(self, verdict: Verdict) -> None:
        """One at a time: until they went, or did not, nobody else is judged."""
        waiting = self._attended and waits_for_staff(verdict)
        if self._lane is None or not verdict.passes or waiting or self._turning.is_set():
            return
        self._turning.set()
        arguments = (self._lane, verdict, self._text)
        threading.Thread(target=self._turn_lane, args=arguments, name="lane", daemon=True).start()

    def _turn_lane(self, lane: Lane, verdict: Verdict, text: str) -> None:
        try:
            through = lane.let_through(verdict, text, Scan(kind=self.kind))
        except KioskError as fault:  # the record failed: nobody knows, so the gate closes
            self._blind(str(fault))
            return
        finally:
            with self._lock:
                self._spent, self._spent_at = text, self._clock.monotonic()  # gone through, or taken back
                self._text = ""
                self._turning.clear()
        if through.fault:
            self._blind(through.fault)
        else:
            self.through.emit(through)


def image_of(array: Any) -> QImage:
    """A camera's array (height x width x 3, BGR, uint8) as a picture of its own, half as large."""
    half = array[::2, ::2]
    height, width = half.shape[:2]
    data = half.tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_BGR888).copy()
