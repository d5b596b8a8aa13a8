"""`kiosk run`: opens a terminal in the role central gave it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from kiosk.app import identity as identities
from kiosk.app.config import Config
from kiosk.app.wiring import Terminal
from kiosk.domain.errors import KioskError
from kiosk.services.desk import Desk
from ui.services import Services

log = logging.getLogger(__name__)

RESOLVE_EVERY_S = 30.0


def run(config: Config, *, drive: Path | None = None) -> int:
    """Open the terminal in the role central gave it; returns the exit status."""
    role = identities.load(config.folder).reply.role
    if role == "gate":
        from kiosk.app.gate import run_gate_terminal

        return run_gate_terminal(config, drive=drive)
    if role == "counter":
        raise KioskError("the counter's screens are not part of this version; enrol this terminal as kiosk or gate")
    return _run_kiosk(config, drive)


def _run_kiosk(config: Config, drive: Path | None) -> int:
    from ui.paper import PaperRenderer
    from ui.run import run_terminal
    from ui.stage import ScreenOptions

    terminal = Terminal(config, PaperRenderer())
    resolver = Resolver(terminal.desk)
    try:
        reply = terminal.identity.reply
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
        )
        options = ScreenOptions(
            shape=config.screen.shape,
            width_mm=config.screen.width_mm,
            idle_s=config.screen.idle_s,
            drive=str(drive) if drive else "",
        )
        terminal.engine.start()
        resolver.start()
        return run_terminal(services, options)
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
