"""A guest list from central to the gates: told in a round, passed on to a gate without a link, copies found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from central.context import Context
from central.enrolment import make_code
from central.guests.files import read_list
from central.guests.office import cancel, take
from central.guests.plans import set_plan
from central.journal.apply import apply_all
from kiosk.app import identity
from kiosk.app.clock import SystemClock
from kiosk.app.config import CentralSection, ClockSection, Config, LanSection, TerminalSection
from kiosk.app.gate import GateTerminal
from kiosk.app.gate_why import why
from kiosk.domain.events import AdmissionContested, Admitted
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.words import Word
from tests.central.world import open_railway
from tests.conftest import SettableClock
from tests.sync.test_gates_wired import SOON_S, free_port
from ui.paper import PaperRenderer

PLAN = """
products = [{ id = "day" }, { id = "weekend", medium = "needed" }]
lists = [{ id = "main", include_pending = true }]
gates = [{ id = "G1", list = "main" }, { id = "G2", list = "main" }]
"""
LIST = """code,holder,product,status,rides,leases,persons
A-1,Ann Lind,day,,,,
P-1,Pia Lind,day,pending,,,
K-1,Kim Ito,day,,4,G1=2; G2=2,
W-1,Wu Wei,weekend,,,,
H-1,Ho Ma,day,,,,
"""


class Gates:
    """G1 reaches central, G2 only G1; `home`: who decides over all tickets."""

    def __init__(
        self, context: Context, url: str, folder: Path, clock: SettableClock, home: str = "", both: bool = False
    ) -> None:
        """`both`: G2 reaches central as well."""
        port = free_port()
        self.all: list[GateTerminal] = []
        for name, reached in (("G1", url), ("G2", url if both else "http://127.0.0.1:9")):
            code, _ = make_code(context, name, "gate")
            identity.enrol(folder / name, url, code)
            config = Config(
                terminal=TerminalSection(folder=str(folder / name)),
                central=CentralSection(url=reached),
                clock=ClockSection(offset_s=clock.now() - SystemClock().now()),
                lan=LanSection(interface="127.0.0.1", port=port, home=home),
            )
            self.all.append(GateTerminal(dataclasses.replace(config), PaperRenderer()))
        self.one, self.two = self.all

    def link(self) -> None:
        for gate in self.all:
            assert gate.network is not None
            gate.network.start()

    def soon(self, gate: GateTerminal, reached: Any, what: str) -> None:
        assert gate.network is not None
        assert gate.network.lan.wait_for(lambda state: bool(reached()), SOON_S), what

    def scan(self, gate: GateTerminal, code: str, **said: Any) -> Word:
        return gate.gate.scan(code, Scan(persons=0, **said)).reason


@pytest.fixture
def office(context: Context, tmp_path: Path) -> Iterator[Path]:
    open_railway(context)
    (tmp_path / "festival.csv").write_text(LIST)
    (tmp_path / "bands.csv").write_text("code\nB-1\nB-2\n")
    (tmp_path / "plan.toml").write_text(PLAN)
    yield tmp_path


def imported(context: Context, folder: Path) -> None:
    set_plan(context, folder / "plan.toml")
    take(context, folder / "festival.csv", read_list(folder / "festival.csv"))
    take(context, folder / "bands.csv", read_list(folder / "bands.csv", media=True))


def test_a_list_reaches_every_gate_and_what_they_let_in_reaches_the_others_and_central(
    context: Context, url: str, office: Path, clock: SettableClock
) -> None:
    gates = Gates(context, url, office, clock)
    one, two = gates.all
    try:
        imported(context, office)
        one.engine.run_once()
        assert gates.scan(one, "A-1") is Word.ADMIT
        gates.link()
        gates.soon(two, lambda: two.store.gate_records.guest("A-1"), "the list at the gate without a link")
        gates.soon(two, lambda: two.store.admitted("A-1"), "the passing")
        assert gates.scan(two, "A-1") is Word.USED
        assert gates.scan(two, "P-1") is Word.UNPAID
        assert gates.scan(two, "P-1", allow_unpaid=True) is Word.ADMIT
        assert gates.scan(two, "W-1") is Word.EXCHANGE_REQUIRED
        assert gates.scan(two, "W-1", hand_out="B-1") is Word.ADMIT
        gates.soon(one, lambda: one.store.admitted("W-1"), "the wristband's passing")
        assert gates.scan(one, "B-1") is Word.USED, "it stands for its ticket at the other gate too"
        cancel(context, "H-1", "Li Wei", "refunded")
        one.engine.run_once()
        assert gates.scan(one, "H-1") is Word.CANCELLED
        gates.soon(two, lambda: two.gate.etag() == one.gate.etag(), "the cancellation")
        assert gates.scan(two, "H-1") is Word.CANCELLED
        one.engine.run_once()
        apply_all(context)
        with context.engine.connect() as connection:
            admitted = connection.scalars(text("SELECT ticket_id FROM admission WHERE reason = ''")).all()
            poison = connection.scalars(text("SELECT detail FROM incident WHERE kind IN ('poison', 'fork')")).all()
        assert list(admitted) == ["A-1"] and list(poison) == []
    finally:
        for gate in gates.all:
            gate.close()


def test_apart_a_copy_comes_in_twice_and_both_tell_but_a_carnet_only_rides_what_each_was_lent(
    context: Context, url: str, office: Path, clock: SettableClock
) -> None:
    gates = Gates(context, url, office, clock, both=True)
    try:
        imported(context, office)
        for gate in gates.all:
            gate.engine.run_once()
        for gate in gates.all:  # apart
            assert gates.scan(gate, "A-1") is Word.ADMIT
            assert [gates.scan(gate, "K-1") for _ in range(3)] == [Word.ADMIT, Word.ADMIT, Word.NO_RIDES]
        gates.link()
        for gate in gates.all:
            gates.soon(gate, lambda gate=gate: contested(gate), "the copy")
            assert contested(gate) == ["A-1"], "four rides of four: nobody rode too much"
    finally:
        for gate in gates.all:
            gate.close()


def test_a_home_gate_decides_over_guests_alike(context: Context, url: str, office: Path, clock: SettableClock) -> None:
    gates = Gates(context, url, office, clock, home="G1")
    one, two = gates.all
    try:
        imported(context, office)
        one.engine.run_once()
        gates.link()
        gates.soon(two, lambda: two.store.gate_records.guest("A-1"), "the list at the gate without a link")
        assert gates.scan(two, "A-1") is Word.ADMIT, "its home gave it"
        assert gates.scan(one, "A-1") is Word.USED
        assert gates.scan(one, "H-1") is Word.ADMIT
        one.close()
        gates.all.remove(one)
        assert gates.scan(two, "P-1", allow_unpaid=True) is Word.WRONG_GATE, "its home is not reached"
        assert gates.scan(two, "K-1") is Word.ADMIT, "rides that were lent need no home"
    finally:
        for gate in gates.all:
            gate.close()


def contested(gate: GateTerminal) -> list[str]:
    return [event.ticket_id for _, event in gate.store.journal.events() if isinstance(event, AdmissionContested)]


def test_why_is_asked_by_the_code_of_another_system(
    context: Context, url: str, office: Path, clock: SettableClock
) -> None:
    gates = Gates(context, url, office, clock)
    try:
        imported(context, office)
        gates.one.engine.run_once()
        assert gates.scan(gates.one, "P-1") is Word.UNPAID
        assert not [event for _, event in gates.one.store.journal.events() if isinstance(event, Admitted)]
        config = office / "gate.toml"
        config.write_text(f'[terminal]\nfolder = "{office / "G1"}"\n')
        hour = datetime.fromtimestamp(gates.one.clock.now(), UTC).strftime("%H:%M")
        ran = CliRunner().invoke(why, ["--config", str(config), "--at", hour, "--code", "P-1"])
        assert ran.exit_code == 0, ran.output
        assert "G1  unpaid  ticket P-1" in ran.output and "the same; rule paid" in ran.output
    finally:
        for gate in gates.all:
            gate.close()
