"""Wiring of a gate: what every terminal has, a camera instead of printer and payment, lists instead of places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from devices.camera.reader import CameraReader
from devices.reader.typed import TypedScans
from kiosk.app.config import Config
from kiosk.app.gateplan import load_plan
from kiosk.app.lan import Network
from kiosk.app.lane import lane_of
from kiosk.app.printers import width_dots
from kiosk.app.scanpay import reader_of
from kiosk.app.wiring import Terminal
from kiosk.domain.certificate import SCOPE_GATE
from kiosk.ports import CodeReader
from kiosk.services.badges import Badges
from kiosk.services.disruptions import Disruptions
from kiosk.services.gate import Gate
from kiosk.services.staff import Staff
from kiosk.store.manifest import ManifestStore
from kiosk.store.shelf import Shelf
from sync.client import CentralClient
from sync.engine import Step
from sync.lists import Lists
from sync.pull import PullGate
from ui.gate import SIZES, GateServices, run_gate
from ui.paper import PaperRenderer
from ui.stage import ScreenOptions


class GateTerminal(Terminal):
    """A terminal that lets people in and sells nothing."""

    sync_every_s = 5.0  # a revocation should be here in seconds, and a question that brings nothing is small

    def steps(self, client: CentralClient) -> list[Step]:
        reply = self.identity.reply
        self.gate = Gate(
            self.store,
            self.catalogue,
            ManifestStore(self.config.folder),
            self.clock,
            name=reply.name,
            stop_place_id=reply.stop_place_id,
            tenant=reply.tenant,
            root_key=bytes.fromhex(reply.root_key),
            opens_before_min=self.config.gate.opens_before_min,
            grace_min=self.config.gate.grace_min,
            group=self.config.gate.group,
            plan=load_plan(self.config.gate.plan_file, reply.name),
            delays_of=Disruptions(self.config.gate.disruptions_file, self.clock).of,
        )
        gate, folder = self.gate, self.config.folder
        self.lists = Lists(
            bytes.fromhex(reply.root_key),
            gate.kept,
            gate.take_manifest,
            gate.confirm,
            Shelf(folder, self.store.key),
            self.clock,
            self.store.gate_records,
        )
        self.network = self._network()
        return [PullGate(client, gate.etag, gate.take_manifest, gate.confirm, gate.kept, self.clock, self.lists)]

    def _network(self) -> Network | None:
        """The other gates, where the configuration names a network."""
        if not self.config.lan.interface:
            return None
        network = Network(self.config.lan, self.identity, self.store, self.gate, self.lists, self.clock)
        self.gate.neighbours = network.neighbours
        if network.has_homes:
            self.gate.homes = network
        self._closing.callback(network.stop)
        return network

    def badges(self) -> Badges:
        """Badges of the printer that every terminal may have."""
        renderer, width = PaperRenderer(self.config.ticket.own_layouts), width_dots(self.config)
        draw = lambda page: renderer.render(page, width)  # noqa: E731
        return Badges(self.store, self.printer, draw, self.clock, self.gate.name)

    def _life(self) -> tuple[int, int]:
        """A certificate from before gates had a scope of their own is renewed at once."""
        return super()._life() if self._certificate().scope & SCOPE_GATE else (0, 0)


def run_gate_terminal(config: Config, *, drive: Path | None) -> int:
    """Open the gate; returns the exit status."""
    terminal = GateTerminal(config, PaperRenderer())
    lane = lane_of(config.lane, terminal.gate)
    try:
        typed = TypedScans() if config.scanner.source == "keyboard" else None
        services = GateServices(
            gate=terminal.gate,
            readers=readers_of(config, typed),
            catalogue=terminal.catalogue,
            clock=terminal.clock,
            online=lambda: terminal.engine.state.online,
            store=terminal.store,
            staff=Staff(config.folder, terminal.clock),
            stop_place_id=terminal.identity.reply.stop_place_id,
            lane=lane,
            passengers=config.lane.passengers or config.checkin.on,
            answered=config.checkin.on,
            badges=terminal.badges() if config.checkin.on and config.checkin.badges else None,
            typed=typed.feed if typed else None,
        )
        options = ScreenOptions(
            shape=config.screen.shape,
            width_mm=config.screen.width_mm,
            size=SIZES[config.screen.shape],
            drive=str(drive) if drive else "",
        )
        terminal.engine.start()
        if terminal.network is not None:
            terminal.network.start()
        return run_gate(services, options)
    finally:
        if lane is not None:
            lane.close()
        terminal.close()


def readers_of(config: Config, typed: TypedScans | None) -> tuple[Callable[[], CodeReader], ...]:
    """The camera and the scanner, as far as there are any: what either reads is judged alike."""
    camera, scanner = config.camera.source, reader_of(config, typed)
    readers: list[Callable[[], CodeReader]] = []
    if camera or scanner is None:
        readers.append(lambda: CameraReader(camera))
    if scanner is not None:
        readers.append(scanner)
    return tuple(readers)
