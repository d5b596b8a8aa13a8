"""Wiring of the network of gates: the store's facts, the certificates, the lines, and what the screen may know."""

from __future__ import annotations

from concurrent.futures import CancelledError
from datetime import UTC, datetime

from kiosk.app.config_lan import LanSection
from kiosk.app.identity import Identity
from kiosk.domain.gate.presented import Presented
from kiosk.domain.gate.world import Passage
from kiosk.domain.passages import Author
from kiosk.ports import Clock
from kiosk.services.figures import OthersFigures
from kiosk.services.gate import Gate
from kiosk.services.neighbours import Neighbour, Neighbours
from kiosk.store.network import contested_since
from kiosk.store.network_memory import NetworkMemory
from kiosk.store.store import Store
from sync.lan.engine import Lan, LanSettings
from sync.lan.gossip import Gossip
from sync.lan.home import Home
from sync.lan.ledger import Ledger
from sync.lan.members import Members
from sync.lan.passing import Passing
from sync.lan.session import Credentials
from sync.lists import Lists

ANY = "any"
ASK_S = 0.8  # for the home's answer, while the holder stands there


def settings_of(section: LanSection) -> LanSettings:
    """From the configuration; every address was checked there."""
    peers = [peer.strip().rpartition(":") for peer in section.peers.split(",") if peer.strip()]
    return LanSettings(
        interface="" if section.interface == ANY else section.interface,
        group=section.group,
        port=section.port,
        peers=tuple((host, int(port)) for host, _, port in peers),
    )


def homes_of(section: LanSection) -> dict[int, str]:
    """Gate group -> name of the gate that decides over it; 0 = over all others."""
    pairs = (pair.partition("=") for pair in section.homes.split(",") if pair.strip())
    homes = {int(group): name.strip() for group, _, name in pairs}
    return homes | ({0: section.home} if section.home else {})


class Network:
    """The gate's part in the network of gates."""

    def __init__(
        self, section: LanSection, identity: Identity, store: Store, gate: Gate, lists: Lists, clock: Clock
    ) -> None:
        reply = identity.reply
        me = Author(reply.terminal_id, reply.incarnation)
        members = Members(bytes.fromhex(reply.root_key), reply.tenant, gate.trust, clock)
        passing = Passing(lists, lambda: _age_s(gate, clock), lambda: self.lan.poke())
        memory = NetworkMemory(store, me)
        ledger = Ledger(memory, me, identity.sign, members.get, clock)
        self._home = Home(memory, clock)
        self.me = reply.name
        self._homes = homes_of(section)
        self._figures = OthersFigures(store)
        gossip = Gossip(ledger, reply.name, passing.about)
        self._store, self._lists = store, lists
        self.lan = Lan(
            gossip,
            members,
            lambda: _credentials(identity),
            me,
            settings_of(section),
            (passing, self._home),
            refused=lambda: {word.value: count for word, count in ledger.refused.items()},
        )

        self._home.send, self._home.author_of = self.lan.send, self.lan.author_of

    def start(self) -> None:
        self._store.journal.listeners.append(self.lan.poke)
        self.lan.start()

    def stop(self) -> None:
        self.lan.stop()

    # homes

    @property
    def has_homes(self) -> bool:
        return bool(self._homes)

    def of(self, group: int) -> str:
        """Name of the gate that decides over tickets of a gate group; "" = whichever they come to."""
        return self._homes.get(group, "") or self._homes.get(0, "")

    def ask(self, home: str, presented: Presented) -> tuple[bool, Passage | None] | None:
        """(given, by whom it was used if not); None: the home does not answer in time."""
        ticket = presented.ticket
        way = (ticket.coach << 10 | ticket.seat, ticket.from_call, ticket.to_call) if ticket else (0, 0, 0)
        question = self._home.ask(home, presented.code, presented.journey_id, *way, ASK_S)
        try:
            answer = self.lan.submit(question).result(2 * ASK_S)
        except (TimeoutError, RuntimeError, CancelledError):
            return None
        if answer is None:
            return None
        used = Passage(ticket=presented.code, at=datetime.fromtimestamp(answer.at, UTC), gate=answer.gate)
        return answer.given, None if answer.given else used

    # for the screen

    def neighbours(self, since: int) -> Neighbours:
        """Who is there, with counts since a unix second."""
        state, figures = self.lan.state, self._figures.since(since)
        return Neighbours(
            on=True,
            others=tuple(
                Neighbour(
                    name=other.name or f"{other.author.terminal_id}",
                    linked=other.linked,
                    admitted=sum(each.entered for each in figures.get(other.author, ())),
                    age_s=other.age_s,
                    products=figures.get(other.author, ()),
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
