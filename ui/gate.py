"""The gate on its screen: camera thread, verdicts off the UI thread, a picture when there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickImageProvider

from kiosk.domain.errors import KioskError
from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.services.gate_lookup import Hit, LookedUp
from kiosk.services.lane import Through
from kiosk.services.staff import Member
from ui import stage
from ui.gatework import GateServices, GateWork
from ui.language import Language
from ui.sound import Sounds
from ui.stage import ScreenOptions
from ui.tasks import Tasks
from ui.viewmodels.gate import GateViewModel
from ui.viewmodels.gateask import waits_for_staff
from ui.viewmodels.gatehand import GateHandViewModel
from ui.viewmodels.gatesignals import SIGNS
from ui.viewmodels.gatestate import FoundHit
from ui.viewmodels.texts import translate
from ui.watch import Watch
from ui.wedge import Wedge

LOOK_AROUND_EVERY_S = 1.0
SIZES = {"portrait": (800, 1280), "landscape": (1280, 800), "window": (1280, 800)}
__all__ = ["SIZES", "GateServices", "GateWindow", "run_gate"]


class Pictures(QQuickImageProvider):
    """image://camera/N: the newest camera picture; N only makes the address new."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._image = QImage(16, 9, QImage.Format.Format_RGB888)
        self._image.fill(0)

    def take(self, image: QImage) -> None:
        self._image = image

    def requestImage(self, id: str, size: QSize, requested: QSize) -> QImage:
        return self._image


class GateWindow:
    """The window with its threads; `close` ends them."""

    def __init__(self, services: GateServices, options: ScreenOptions) -> None:
        self._services = services
        self.language = Language()
        self.engine = stage.make_engine(self.language)
        self.pictures = Pictures()
        self.engine.addImageProvider("camera", self.pictures)
        self.model = GateViewModel(services.gate.name, self.engine)
        self.language.use(options.language)
        self.model.speak(options.language)
        self.hand = GateHandViewModel(self.model, services.gate.setting.plan.questions, self.engine)
        widths = {"widthMm": options.width_mm} if options.width_mm else {}
        self.window = stage.load(self.engine, "Gate", {"gate": self.model, "hand": self.hand, **widths})
        self.model.own = services.answered
        self.hand.look_up_roles = lambda: services.gate.look_ups.roles
        self.hand.serve(passengers=services.passengers, badges=services.badges is not None)
        self._work = GateWork(services, lambda: self.language.tag)
        self._sounds = Sounds()
        self._tasks = Tasks.single("around", self.engine)
        self.watch = Watch(
            services.gate,
            services.readers,
            services.clock,
            self.engine,
            lane=services.lane,
            attended=not services.passengers or services.answered,
        )
        self._wedge = Wedge(services.typed, self.engine) if services.typed is not None else None
        if self._wedge is not None:
            self.window.installEventFilter(self._wedge)
        self._timer = QTimer(self.engine)
        self._timer.setInterval(int(LOOK_AROUND_EVERY_S * 1000))
        self._connect()
        self.look_around()

    def _connect(self) -> None:
        """Who hears whom; `close` undoes it, or a thread that collects garbage would, and wait for this one."""
        hears: tuple[tuple[Any, Callable[..., object]], ...] = (
            (self.watch.judged, self._judged),
            (self.watch.left, self.model.wait),
            (self.watch.pictured, self._pictured),
            (self.watch.blind, self.model.blind),
            (self.watch.through, self._through),
            (self.hand.rested, self.watch.rest),
            (self.hand.wantedLight, self._light),
            (self.hand.sought, self._look_up),
            (self.hand.letInHit, self._let_in_hit),
            (self.hand.wantedStops, self._stops),
            (self.hand.rodeOn, self._ride_on),
            (self.hand.wantedMedium, self.watch.want),
            (self.watch.offered, self.hand.hand_out),
            (self.hand.said, self._say),
            (self.hand.counted, self._count),
            (self.hand.annulled, self._annul),
            (self.hand.signedOn, self._sign_on),
            (self.hand.turned, self.watch.turn),
            (self.hand.stoodOpen, self._stand_open),
            (self.hand.wantedBadge, self._badge),
            (self.model.changed, self.hand.follow),
            (self._timer.timeout, self.look_around),
            (self._timer.timeout, self.watch.tick),
        )
        for signal, heard in hears:
            signal.connect(heard)
        self._hears = hears

    def start(self) -> None:
        self._timer.start()
        self.watch.start()

    def close(self) -> None:
        self._timer.stop()
        self.watch.stop()
        self._tasks.close()
        self._sounds.stop()
        for signal, heard in self._hears:
            signal.disconnect(heard)
        self._hears = ()
        self.language.use("en")  # translators are the application's, not the window's
        self.window.close()
        self.engine.deleteLater()

    # what the camera sees

    def _judged(self, verdict: Verdict) -> None:
        self.model.judge(verdict, self._services.clock.now())
        self._sounds.play(SIGNS[self.model.state.told.signal].sound)
        badges = self._services.badges
        if badges is not None and verdict.admitted and not badges.printed(verdict.ticket_id):
            self._badge()
        self.look_around()

    def _badge(self) -> None:
        """The badge of whoever is on screen; a second one is marked as a copy."""
        verdict = self.model.verdict
        if verdict is None or (verdict.facts or verdict.guest) is None:
            return
        answers = self.hand.answers

        def done(why: str) -> None:
            taken = translate("Gate", "Take your badge")
            self.model.badge(translate("Gate", "No badge came out: staff help you") if why else taken)

        self.model.badge(translate("Gate", "Your badge is being printed"))
        self._tasks.run(lambda: self._work.badge(verdict, answers), done, self._failed)

    def _pictured(self, image: QImage) -> None:
        self.pictures.take(image)
        if self.model.state.stage == "blind":
            self.model.wait()
        self.model.picture_taken()

    def _through(self, through: Through) -> None:
        """Somebody went through the lane, or did not."""
        if through.all:
            self.model.wait()
        else:
            self.model.not_turned()
            self._sounds.play(SIGNS["again"].sound)
        self.look_around()

    # what staff touch

    def _say(self, scan: Scan) -> None:
        self._decide_again(scan, self._work.say)

    def _count(self, persons: int) -> None:
        self._decide_again(Scan(persons=persons), self._work.anew)

    def _ride_on(self, scan: Scan) -> None:
        self._decide_again(scan, self._work.anew)

    def _stops(self) -> None:
        text = self.watch.text
        self._tasks.run(lambda: self._work.stops(text), self.hand.offer_stops, self._failed)

    def _decide_again(self, scan: Scan, decide: Callable[[str, Scan], Verdict]) -> None:
        """The code that was judged last, with what staff add to it."""
        text = self.watch.text
        scan = msgspec.structs.replace(scan, kind=self.watch.kind)

        def done(verdict: Verdict) -> None:
            self._judged(verdict)
            self.watch.rest(waits_for_staff(verdict))
            self.watch.keep(verdict)

        self._tasks.run(lambda: self.watch.alone(lambda: decide(text, scan)), done, self._failed)

    def _annul(self) -> None:
        """Nobody went through."""

        def take_back() -> bool:
            done = self._services.gate.annul()
            self.watch.forget()
            return done

        self._tasks.run(lambda: self.watch.alone(take_back), self._annulled, self._failed)

    def _annulled(self, done: bool) -> None:
        self.model.wait()
        self.look_around()

    def _sign_on(self, number: str, pin: str) -> None:
        def done(member: Member) -> None:
            self.hand.signed_on(member.signature, member.role)

        self._tasks.run(lambda: self._work.sign_on(number, pin), done, lambda error: self.hand.refused(str(error)))

    def _light(self, on: bool) -> None:
        """The camera's own light; its driver may take a moment."""

        def done(obeyed: bool) -> None:
            self.hand.light(on, obeyed)

        self._tasks.run(lambda: self.watch.torch(on), done, lambda _: done(False))

    def _look_up(self, text: str, by: str, role: str) -> None:
        def done(found: tuple[LookedUp, list[FoundHit]]) -> None:
            self.hand.found(*found)

        self._tasks.run(lambda: self._work.look_up(text, by, role), done, self._failed)

    def _let_in_hit(self, hit: Hit, override: Override | None) -> None:
        """Somebody who was looked up, with a reason."""

        def done(verdict: Verdict) -> None:
            self._judged(verdict)
            self.watch.stand(verdict.ticket_id)
            self.watch.keep(verdict)

        kind = self.watch.kind
        self._tasks.run(lambda: self.watch.alone(lambda: self._work.let_in(hit, override, kind)), done, self._failed)

    def _stand_open(self, on: bool) -> None:
        """Emergency: everybody out, nobody in."""

        def done(_: object) -> None:
            self.model.stand_open(on)

        self._tasks.run(lambda: self._work.stand_open(on), done, self._failed)

    def _failed(self, error: BaseException) -> None:
        """What staff wanted did not happen: the gate says why, and goes on when it can."""
        self.watch.rest(False)
        fault = str(error) if isinstance(error, KioskError) else f"{type(error).__name__}: {error}"
        self.model.blind(fault)

    # what is around

    def look_around(self) -> None:
        """Asked off the UI thread, because the disk may be slow."""
        hint = self.watch.hint
        self._tasks.run(
            lambda: self._work.around(hint), self.model.look_around, lambda error: self.model.in_trouble(str(error))
        )


def run_gate(services: GateServices, options: ScreenOptions) -> int:
    """Show the gate until its window closes; returns the exit status."""
    app, vnc = stage.make_application(options)
    stage.use_fonts(app)
    gate = GateWindow(services, options)
    stage.show(gate.window, options)
    if vnc:
        print(f"No display here: the screen is served over VNC on {vnc}", flush=True)
    remote = None
    if options.drive:
        from ui.remote import Remote

        remote = Remote(options.drive, gate.window, gate.engine)
    gate.start()
    try:
        return app.exec()
    finally:
        if remote is not None:
            remote.close()
        gate.close()
