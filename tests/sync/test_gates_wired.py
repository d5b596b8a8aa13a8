"""Two gates as the product wires them, at a real central that only one of them reaches."""

from __future__ import annotations

import dataclasses
import socket
from pathlib import Path

from sqlalchemy import text

from central.context import Context
from central.enrolment import make_code, revoke
from central.journal.apply import apply_all
from kiosk.app import identity
from kiosk.app.clock import SystemClock
from kiosk.app.config import CentralSection, ClockSection, Config, LanSection, TerminalSection
from kiosk.app.gate import GateTerminal
from kiosk.domain.certificate import SCOPE_GATE
from kiosk.domain.events import AdmissionContested, Admitted
from tests.central.world import Terminal as Known
from tests.central.world import open_railway
from tests.conftest import SettableClock
from ui.paper import PaperRenderer

SOON_S = 30.0
TICKET = "0001010000000005"


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_what_central_tells_one_gate_reaches_the_other_and_what_they_contest_reaches_central(
    context: Context, url: str, tmp_path: Path, clock: SettableClock
) -> None:
    open_railway(context)
    Known(context, "K1")
    port, gates = free_port(), []
    for name, reached in (("G1", url), ("G2", "http://127.0.0.1:9")):
        code, _ = make_code(context, name, "gate")
        identity.enrol(tmp_path / name, url, code)
        config = Config(
            terminal=TerminalSection(folder=str(tmp_path / name)),
            central=CentralSection(url=reached),
            clock=ClockSection(offset_s=clock.now() - SystemClock().now()),
            lan=LanSection(interface="127.0.0.1", port=port),
        )
        gates.append(GateTerminal(dataclasses.replace(config), PaperRenderer()))
    one, two = gates
    try:
        assert one._certificate().scope == SCOPE_GATE
        for gate in gates:  # before there is a line: the same ticket at both
            gate.store.journal.append(
                Admitted(ticket_id=TICKET, journey_id=1, gate=gate.identity.reply.name, at=int(clock.now()))
            )
        one.engine.run_once()
        for gate in gates:
            assert gate.network is not None
            gate.network.start()
        assert two.network is not None and one.network is not None
        assert two.network.lan.wait_for(lambda state: two.gate.kept() is not None, SOON_S), "the list"
        assert one.network.lan.wait_for(lambda state: len(contests(one)) == 1, SOON_S)
        assert two.network.lan.wait_for(lambda state: len(contests(two)) == 1, SOON_S)
        assert contests(one) == contests(two)
        revoke(context, "K1")
        one.engine.run_once()
        assert two.network.lan.wait_for(lambda state: two.gate.etag() == one.gate.etag(), SOON_S)
        kept = two.gate.kept()
        assert kept is not None and kept.manifest.revoked_incarnations and kept.chain
        one.engine.run_once()
        apply_all(context)
        with context.engine.connect() as connection:
            told = connection.execute(text("SELECT detail, seq FROM incident WHERE kind = 'admission_contested'")).all()
        assert [(TICKET in detail, seq) for detail, seq in told] == [(True, *(seq for _, _, seq in contests(one)))]
    finally:
        for gate in gates:
            gate.close()


def contests(gate: GateTerminal) -> set[tuple[int, int, int]]:
    return {
        (event.terminal_id, event.incarnation, event.seq)
        for _, event in gate.store.journal.events()
        if isinstance(event, AdmissionContested)
    }
