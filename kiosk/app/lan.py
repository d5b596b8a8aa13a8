"""Wiring of the network of gates: the store's facts, the certificates, the lines, and what the screen may know."""

from __future__ import annotations

from kiosk.app.config import LanSection
from kiosk.app.identity import Identity
from kiosk.domain.passages import Author
from kiosk.ports import Clock
from kiosk.services.gate import Gate
from kiosk.services.neighbours import Neighbour, Neighbours
from kiosk.store.network import admitted_at, contested_since
from kiosk.store.network_memory import NetworkMemory
from kiosk.store.store import Store
from sync.lan.engine import Lan, LanSettings
from sync.lan.gossip import Gossip
from sync.lan.ledger import Ledger
from sync.lan.members import Members
from sync.lan.passing import Passing
from sync.lan.session import Credentials
from sync.lists import Lists

ANY = "any"


def settings_of(section: LanSection) -> LanSettings:
    """From the configuration; every address was checked there."""
    peers = [peer.strip().rpartition(":") for peer in section.peers.split(",") if peer.strip()]
    return LanSettings(
        interface="" if section.interface == ANY else section.interface,
        group=section.group,
        port=section.port,
        peers=tuple((host, int(port)) for host, _, port in peers),
    )


class Network:
    """The gate's part in the network of gates."""

    def __init__(
        self, section: LanSection, identity: Identity, store: Store, gate: Gate, lists: Lists, clock: Clock
    ) -> None:
        reply = identity.reply
        me = Author(reply.terminal_id, reply.incarnation)
        members = Members(bytes.fromhex(reply.root_key), reply.tenant, gate.trust, clock)
        passing = Passing(lists, lambda: _age_s(gate, clock), lambda: self.lan.poke())
        ledger = Ledger(NetworkMemory(store, me), me, identity.sign, members.get, clock)
        gossip = Gossip(ledger, reply.name, passing.about)
        self._store, self._lists = store, lists
        self.lan = Lan(
            gossip,
            members,
            lambda: _credentials(identity),
            me,
            settings_of(section),
            (passing,),
            refused=lambda: {word.value: count for word, count in ledger.refused.items()},
        )

    def start(self) -> None:
        self._store.journal.listeners.append(self.lan.poke)
        self.lan.start()

    def stop(self) -> None:
        self.lan.stop()

    def neighbours(self, since: int) -> Neighbours:
        """Who is there, with counts since a unix second."""
        state = self.lan.state
        return Neighbours(
            on=True,
            others=tuple(
                Neighbour(
                    name=other.name or f"{other.author.terminal_id}",
                    linked=other.linked,
                    admitted=admitted_at(self._store, other.author, since),
                    age_s=other.age_s,
                )
                for other in state.others
            ),
            contested=contested_since(self._store, since),
            fault=self._lists.forked or state.fault,
        )


def _age_s(gate: Gate, clock: Clock) -> float | None:
    checked = gate.checked_at()
    return None if checked is None else clock.now() - checked


def _credentials(identity: Identity) -> Credentials:
    reply = identity.reply
    return Credentials(bytes.fromhex(reply.certificate), bytes.fromhex(reply.issuer_certificate), identity.sign)
