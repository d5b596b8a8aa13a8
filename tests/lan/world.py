"""Gates of one network: keys under one root, real stores, real lines on the loopback."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.domain.certificate import SCOPE_GATE, TerminalCertificate, issue_terminal
from kiosk.domain.events import Admitted
from kiosk.domain.gate.held import Trust
from kiosk.domain.passages import Author
from kiosk.ports import Clock
from kiosk.services.trust import trust_of
from kiosk.store.network_memory import NetworkMemory
from kiosk.store.store import Store, open_store
from sync.lan.engine import Lan, LanSettings
from sync.lan.gossip import Gossip
from sync.lan.ledger import Ledger
from sync.lan.members import Members
from sync.lan.session import Credentials
from tests.gate_world import DAY, Central, Ids

LOOPBACK = "127.0.0.1"


class GateKey:
    """What a gate got when it was enrolled."""

    def __init__(self, central: Central, terminal_id: int, incarnation: int = 1, scope: int = SCOPE_GATE) -> None:
        self.author = Author(terminal_id, incarnation)
        self.key = Ed25519PrivateKey.generate()
        self.certificate = issue_terminal(
            TerminalCertificate(
                tenant=central.tenant,
                terminal_id=terminal_id,
                incarnation=incarnation,
                not_before=central.now - DAY,
                not_after=central.now + 9 * DAY,
                public_key=self.key.public_key().public_bytes_raw(),
                scope=scope,
            ),
            central.issuer,
        )
        self.credentials = Credentials(self.certificate, central.issuer_certificate, self.key.sign)


class LanGate:
    """One gate with its store; `lan` is None until `open`."""

    def __init__(self, central: Central, folder: Path, clock: Clock, key: GateKey, trust: Trust) -> None:
        self.central, self.folder, self.clock, self.key, self.trust = central, folder, clock, key, trust
        self.author = key.author
        self.name = f"G{key.author.terminal_id}"
        self.lan: Lan | None = None
        self._open_store()

    def _open_store(self) -> None:
        terminal_id, incarnation = self.author
        self.store: Store = open_store(
            self.folder, terminal_id=terminal_id, incarnation=incarnation, epoch=1, clock=self.clock, ids=Ids()
        )
        self.memory = NetworkMemory(self.store, self.author)
        self.members = Members(self.central.root_key, self.central.tenant, lambda: self.trust, self.clock)
        self.ledger = Ledger(self.memory, self.author, self.key.key.sign, self.members.get, self.clock)
        self.gossip = Gossip(self.ledger, self.name, lambda now: ("", "", -1))

    def open(self, settings: LanSettings) -> Lan:
        self.lan = Lan(self.gossip, self.members, lambda: self.key.credentials, self.author, settings)
        self.store.journal.listeners.append(self.lan.poke)
        self.lan.start()
        return self.lan

    def admit(self, ticket_id: str, at: int = 0) -> None:
        self.store.journal.append(
            Admitted(ticket_id=ticket_id, journey_id=1, gate=self.name, at=at or int(self.clock.now()))
        )

    def knows(self, ticket_id: str) -> bool:
        return self.store.admitted(ticket_id) is not None

    def restart(self) -> None:
        self.close()
        self._open_store()

    def stop(self) -> None:
        if self.lan is not None:
            assert self.lan.stop()
            self.lan = None

    def close(self) -> None:
        self.stop()
        self.store.close()


class Network:
    """Some gates of one operator."""

    def __init__(self, folder: Path, clock: Clock, count: int = 3) -> None:
        self.central = Central(int(clock.now()))
        self.keys = [GateKey(self.central, 20 + number) for number in range(count)]
        certificates = [self.central.seller.certificate, self.central.other.certificate]
        certificates += [key.certificate for key in self.keys]
        manifest = self.central.manifest(certificates=tuple(each.hex() for each in certificates))
        self.manifest = manifest
        trust = trust_of(manifest, Ed25519PublicKey.from_public_bytes(self.central.root_key))
        self.gates = [
            LanGate(self.central, folder / str(key.author.terminal_id), clock, key, trust) for key in self.keys
        ]

    def close(self) -> None:
        for gate in self.gates:
            gate.close()


def ticket(number: int) -> str:
    return f"{(3 << 48) | (1 << 40) | number:016x}"
