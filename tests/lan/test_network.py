"""Gates on real sockets: they find each other, tell at once, catch up after a cut, and agree on what is contested."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.domain.events import AdmissionContested
from sync.lan.engine import LanSettings, LanState
from tests.conftest import SettableClock
from tests.lan.world import LOOPBACK, LanGate, Network, ticket

SOON_S = 20.0


@pytest.fixture
def network(tmp_path: Path, clock: SettableClock) -> Iterator[Network]:
    network = Network(tmp_path, clock)
    yield network
    network.close()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        return int(sock.getsockname()[1])


def by_multicast(network: Network) -> None:
    settings = LanSettings(interface=LOOPBACK, port=free_port(), tcp_port=0)
    for gate in network.gates:
        gate.open(settings)


def by_peers(gates: list[LanGate]) -> None:
    """Each calls those before it."""
    peers: list[tuple[str, int]] = []
    for gate in gates:
        lan = gate.open(LanSettings(interface=LOOPBACK, group="", tcp_port=0, peers=tuple(peers)))
        peers.append((LOOPBACK, lan.state.port))


def until(gate: LanGate, reached: Callable[[LanState], bool]) -> None:
    assert gate.lan is not None
    assert gate.lan.wait_for(reached, SOON_S), gate.lan.state


def linked(count: int) -> Callable[[LanState], bool]:
    return lambda state: sum(other.linked for other in state.others) == count


def test_gates_find_each_other_and_tell_at_once(network: Network) -> None:
    by_multicast(network)
    for gate in network.gates:
        until(gate, linked(2))
    first, *others = network.gates
    begin = time.monotonic()
    first.admit(ticket(1))
    for gate in others:
        until(gate, lambda state, gate=gate: gate.knows(ticket(1)))  # type: ignore[misc]
    assert time.monotonic() - begin < SOON_S
    until(others[0], lambda state: all(each.age_s is not None for each in state.others))
    state = others[0].lan.state  # type: ignore[union-attr]
    assert {each.name for each in state.others} == {"G20", "G22"}


def test_where_multicast_does_not_pass_peers_are_configured(network: Network) -> None:
    by_peers(network.gates)
    for gate in network.gates:
        until(gate, linked(2))


def test_what_was_admitted_apart_is_told_after_the_merge_and_reported_once_everywhere(network: Network) -> None:
    a, b, c = network.gates
    for number in range(150):
        a.admit(ticket(number), at=1_790_000_000 + number)
    b.admit(ticket(7), at=1_790_000_003)
    c.admit(ticket(7), at=1_790_000_500)
    by_peers(network.gates)
    for gate in network.gates:
        until(gate, lambda state, gate=gate: len(reports(gate)) == 2 and gate.knows(ticket(149)))  # type: ignore[misc]
    found = [reports(gate) for gate in network.gates]
    assert found[0] == found[1] == found[2] == {(20, ticket(7), "G20"), (22, ticket(7), "G22")}
    assert {gate.store.admitted(ticket(7)) for gate in network.gates} == {("G21", 1_790_000_003)}
    for gate in network.gates:
        assert gate.store.examine() == [] and gate.ledger.settle() == 0


def reports(gate: LanGate) -> set[tuple[int, str, str]]:
    found = [event for _, event in gate.store.journal.events() if isinstance(event, AdmissionContested)]
    assert len(found) == len({(each.terminal_id, each.incarnation, each.seq) for each in found}), "each once"
    return {(each.terminal_id, each.ticket_id, each.gate) for each in found}


def test_a_gate_that_restarts_still_knows_and_passes_on_what_it_heard(network: Network) -> None:
    a, b, c = network.gates
    a.admit(ticket(1))
    by_peers([a, b])
    until(b, lambda state: b.knows(ticket(1)))
    a.stop()
    b.restart()
    by_peers([b, c])
    until(c, lambda state: c.knows(ticket(1)))
    a.admit(ticket(2))
    assert not c.knows(ticket(2))
    until(c, lambda state: any(each.author == a.author and not each.linked for each in state.others))
