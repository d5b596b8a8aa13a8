"""The wiring of a terminal, on a real central: what the configuration says reaches the part it is about."""

from __future__ import annotations

from pathlib import Path

from central.context import Context
from central.enrolment import make_code
from kiosk.app import identity
from kiosk.app.clock import SystemClock
from kiosk.app.config import CentralSection, ClockSection, Config, GateSection, TerminalSection
from kiosk.app.gate import GateTerminal
from kiosk.app.wiring import Terminal
from kiosk.domain.offers import Traveller
from tests.central.world import TOMORROW, journey_of, open_railway
from tests.conftest import SettableClock
from tests.sync.test_live import leased, take
from ui.paper import PaperRenderer


def test_a_gate_keeps_the_hours_it_was_given(context: Context, url: str, tmp_path: Path) -> None:
    code, _ = make_code(context, "G1", "gate")
    identity.enrol(tmp_path, url, code)
    config = Config(terminal=TerminalSection(folder=str(tmp_path)), gate=GateSection(opens_before_min=20, grace_min=5))
    terminal = GateTerminal(config, PaperRenderer())
    try:
        setting = terminal.gate.setting
        assert (setting.opens_before_min, setting.grace_min) == (20, 5)
    finally:
        terminal.close()


def test_a_kiosk_sells_the_last_free_places_of_the_system(
    context: Context, url: str, tmp_path: Path, clock: SettableClock
) -> None:
    """Five are free; however few of them it holds, it can sell five, and what it does not sell goes back."""
    train = journey_of(open_railway(context), "T1")
    take(context, train, 15)
    code, _ = make_code(context, "K1", "kiosk")
    identity.enrol(tmp_path, url, code)
    config = Config(
        terminal=TerminalSection(folder=str(tmp_path)),
        central=CentralSection(url=url),
        clock=ClockSection(offset_s=clock.now() - SystemClock().now()),
    )
    terminal = Terminal(config, PaperRenderer())
    try:
        while terminal.engine.run_once().backlog or not terminal.store.journeys_held():
            pass
        in_hand = terminal.offers.free(train, 0, 4).bit_count()
        found = terminal.search.departures("s0", "s4", TOMORROW, terminal.clock.now())
        departure = next(each for each in found if each.journey_id == train)
        second = next(offer for offer in departure.classes if offer.place_class == "second")
        assert second.more and second.left is not None and 0 < second.left < 5
        assert len(terminal.offers.quote(departure, second, [Traveller("adult", 5)]).places) == 5
        assert terminal.offers.free(train, 0, 4).bit_count() > in_hand
        assert leased(context) >= 20 * 4
        terminal.live.leave()
        assert terminal.offers.free(train, 0, 4).bit_count() == in_hand
    finally:
        terminal.close()
