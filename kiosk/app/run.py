"""`kiosk run`: opens a terminal in the role central gave it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.app.config import Config
from kiosk.domain.errors import KioskError

if TYPE_CHECKING:  # imported once the first picture is there
    from kiosk.app.wiring import Terminal
    from kiosk.services.desk import Desk

log = logging.getLogger(__name__)
Told = Callable[[str], object]

RESOLVE_EVERY_S = 30.0


def run(config: Config, *, drive: Path | None = None, told: Told = lambda word: None) -> int:
    """Open the terminal in the role central gave it; returns the exit status.

    `told` hears "painted" (the first picture), then "selling" (the first screen that sells).
    """
    role, name = _who(config.folder)
    if role == "gate":
        from kiosk.app.gate import run_gate_terminal

        return run_gate_terminal(config, drive=drive)
    if role == "counter":
        raise KioskError("the counter's screens are not part of this version; enrol this terminal as kiosk or gate")
    return _run_kiosk(config, name, drive, told)


def _who(folder: Path) -> tuple[str, str]:
    """(role, name) as enrolment left them, without the libraries that would check them: those come later."""
    try:
        found = json.loads((folder / "identity.json").read_text())
        return str(found["role"]), str(found["name"])
    except (OSError, ValueError, KeyError, TypeError):
        from kiosk.app import identity

        reply = identity.load(folder).reply  # says what is wrong, and the way out
        return reply.role, reply.name


def _run_kiosk(config: Config, name: str, drive: Path | None, told: Told) -> int:
    """The first picture before everything else: the libraries and the stores take longer than a window."""
    from ui.opening import Opening
    from ui.stage import ScreenOptions

    options = ScreenOptions(
        shape=config.screen.shape,
        width_mm=config.screen.width_mm,
        idle_s=config.screen.idle_s,
        drive=str(drive) if drive else "",
    )
    opening = Opening(options, name, lambda: told("painted"))
    terminal = opening.while_shown(lambda: _open(config))
    from ui.run import run_terminal
    from ui.services import Services

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
        terminal.engine.start()
        resolver.start()
        return run_terminal(services, options, opening, lambda: told("selling"))
    finally:
        resolver.stop()
        terminal.close()


def _open(config: Config) -> Terminal:
    from kiosk.app.wiring import Terminal
    from ui.paper import PaperRenderer

    return Terminal(config, PaperRenderer())


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
