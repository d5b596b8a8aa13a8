"""The wiring of a terminal, on a real central: what the configuration says reaches the part it is about."""

from __future__ import annotations

from pathlib import Path

from central.context import Context
from central.enrolment import make_code
from kiosk.app import identity
from kiosk.app.config import Config, GateSection, TerminalSection
from kiosk.app.gate import GateTerminal
from ui.paper import PaperRenderer


def test_a_gate_keeps_the_hours_it_was_given(context: Context, url: str, tmp_path: Path) -> None:
    code, _ = make_code(context, "G1", "gate")
    identity.enrol(tmp_path, url, code)
    config = Config(terminal=TerminalSection(folder=str(tmp_path)), gate=GateSection(opens_before_min=20, grace_min=5))
    terminal = GateTerminal(config, PaperRenderer())
    try:
        assert (terminal.gate.rules.opens_before_s, terminal.gate.rules.grace_s) == (20 * 60, 5 * 60)
    finally:
        terminal.close()
