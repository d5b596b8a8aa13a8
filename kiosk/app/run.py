"""`kiosk run`: opens a terminal in the role central gave it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.app import sign
from kiosk.app.config import Config
from kiosk.app.sign import Known
from kiosk.domain.errors import KioskError

if TYPE_CHECKING:  # imported once the first picture is there
    from kiosk.app.wiring import Terminal
    from kiosk.services.desk import Desk
    from ui.opening import Opening
    from ui.stage import ScreenOptions

log = logging.getLogger(__name__)
Told = Callable[[str], object]

RESOLVE_EVERY_S = 30.0


def run(config: Config, *, drive: Path | None = None, told: Told = lambda word: None) -> int:
    """Open the terminal in the role central gave it; returns the exit status.

    `told` hears "painted" (the first picture), then "selling" (the first screen that can be tapped).
    """
    known = sign.read(config.folder) or _enrolled(config.folder)
    if known.role == "gate":
        from kiosk.app.gate import run_gate_terminal

        return run_gate_terminal(config, drive=drive)
    if known.role == "counter":
        raise KioskError("the counter's screens are not part of this version; enrol this terminal as kiosk or gate")
    return _run_kiosk(config, known, drive, told)


def _enrolled(folder: Path) -> Known:
    """The long way, which says what is wrong with an identity and the way out."""
    from kiosk.app import identity

    reply = identity.load(folder).reply
    return Known(reply.role, reply.name, reply.stop_place_id)


def _run_kiosk(config: Config, known: Known, drive: Path | None, told: Told) -> int:
    """The first picture before everything else: the libraries and the stores take longer than a window."""
    from ui.opening import Opening, Sign
    from ui.stage import ScreenOptions

    options = ScreenOptions(
        shape=config.screen.shape,
        width_mm=config.screen.width_mm,
        idle_s=config.screen.idle_s,
        drive=str(drive) if drive else "",
    )
    painted = Sign(known.name, config.screen.staff, known.station, known.other, board=bool(known.stop_place_id))
    opening = Opening(options, painted, lambda: told("painted"))
    try:
        terminal = opening.while_shown(lambda: _open(config), undo=lambda late: late.close())
        return _sell(terminal, known, options, opening, told)
    finally:
        opening.close()


def _open(config: Config) -> Terminal:
    from kiosk.app.wiring import Terminal
    from ui.paper import PaperRenderer

    return Terminal(config, PaperRenderer(config.ticket.own_layouts))


def _sell(terminal: Terminal, known: Known, options: ScreenOptions, opening: Opening, told: Told) -> int:
    """The screens take over; ends with their window."""
    from kiosk.services.matters import Matters
    from kiosk.services.staff import Staff
    from ui.run import run_terminal
    from ui.services import Services
    from ui.viewmodels.texts import both_names

    resolver = Resolver(terminal.desk)
    try:
        reply, config = terminal.identity.reply, terminal.config
        services = Services(
            catalogue=terminal.catalogue,
            search=terminal.search,
            offers=terminal.offers,
            desk=terminal.desk,
            clock=terminal.clock,
            health=terminal.health,
            machine=reply.name,
            stop_place_id=reply.stop_place_id,
            staff=config.screen.staff,
            matters=Matters(terminal.store, terminal.desk, Staff(config.folder, terminal.clock)),
            look_at_voucher=terminal.look_at_voucher,
            read_voucher=terminal.read_voucher,
            typed=terminal.scan_to_pay.typed.feed if terminal.scan_to_pay.typed else None,
            leave=terminal.live.leave,
            shown=terminal.paper.shown,
        )
        stop = terminal.catalogue.stop_place(reply.stop_place_id)
        sign.keep(config.folder, known, *(both_names(stop, options.language) if stop else ("", "")))
        terminal.engine.start()
        resolver.start()
        return run_terminal(services, options, opening, lambda: told("selling"))
    finally:
        resolver.stop()
        terminal.close()


class Resolver:
    """Asks about unresolved payments in the background, for as long as there are any."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="resolver", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(RESOLVE_EVERY_S):
            try:
                if self._desk.unresolved():
                    self._desk.resolve_unresolved()
            except KioskError as error:
                log.warning("an unresolved payment could not be asked for: %s", error)
