"""The engine's own behaviour: order, faults, waiting, telling, ending."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk.domain.errors import CatalogueRefused, CentralRefused, CentralUnreachable
from kiosk.domain.events import Admitted
from kiosk.store.store import Store
from sync.backoff import Backoff
from sync.client import CentralClient
from sync.engine import Engine, Step, SyncState
from sync.push import Push
from sync.session import AbortableSession
from sync.wire import JournalBatch
from tests.conftest import SettableClock
from tests.sync.proxy import Proxy
from tests.sync.scripted import ScriptedCentral

LONG_S = 3600.0  # a wait no test sits out


class Doing:
    """A step that runs a function."""

    def __init__(self, what: Callable[[], bool]) -> None:
        self.run = what


class EmptyOutbox:
    backlog = 0
    forked = ""


def engine_of(clock: SettableClock, *steps: Step, **options: object) -> Engine:
    values = {"backoff": Backoff(1, first_s=LONG_S, longest_s=LONG_S), "interval_s": LONG_S, **options}
    return Engine(steps, EmptyOutbox(), clock, **values)  # type: ignore[arg-type]


def raising(error: Exception) -> Step:
    def run() -> bool:
        raise error

    return Doing(run)


def test_steps_run_in_order_and_no_answer_ends_the_cycle(clock: SettableClock) -> None:
    done: list[str] = []
    engine = engine_of(
        clock,
        Doing(lambda: bool(done.append("first"))),
        raising(CentralUnreachable("no answer from central")),
        Doing(lambda: bool(done.append("never"))),
    )
    state = engine.run_once()
    assert done == ["first"]
    assert (state.online, state.last_error, state.last_contact) == (False, "no answer from central", 0.0)


def test_centrals_no_to_one_step_does_not_stop_the_others(clock: SettableClock) -> None:
    done: list[str] = []
    engine = engine_of(
        clock,
        raising(CentralRefused("busy", "not now")),
        raising(CatalogueRefused("too small")),
        Doing(lambda: bool(done.append("last"))),
    )
    state = engine.run_once()
    assert done == ["last"]
    assert (state.online, state.last_error) == (True, "not now; too small")
    assert state.last_contact == clock.now()


def test_a_mistake_in_a_step_is_told_and_survived(clock: SettableClock) -> None:
    done: list[str] = []
    engine = engine_of(clock, raising(ZeroDivisionError("ours")), Doing(lambda: bool(done.append("last"))))
    assert "ZeroDivisionError" in engine.run_once().last_error
    assert done == ["last"]


def test_news_make_the_next_cycle_follow_at_once(clock: SettableClock) -> None:
    left = [True, True, False]
    engine = engine_of(clock, Doing(lambda: left.pop(0) if left else False))
    engine.start()
    try:
        assert engine.wait_for(lambda state: state.cycles == 3, 30)
    finally:
        assert engine.stop(30)
    assert left == []


def test_a_poke_ends_the_waiting_after_a_fault(clock: SettableClock) -> None:
    reachable = threading.Event()

    def run() -> bool:
        if not reachable.is_set():
            raise CentralUnreachable("cut")
        return False

    engine = engine_of(clock, Doing(run))
    engine.start()
    try:
        assert engine.wait_for(lambda state: state.last_error == "cut", 30)
        reachable.set()
        engine.poke()
        assert engine.wait_for(lambda state: state.online, 30)
        assert engine.state.cycles == 2
    finally:
        assert engine.stop(30)


def test_loss_and_return_are_told_once_each(clock: SettableClock) -> None:
    told: list[bool] = []
    faults: list[Exception] = []

    def run() -> bool:
        if faults:
            raise faults[0]
        return False

    engine = engine_of(clock, Doing(run), on_change=lambda state: told.append(state.online))
    engine.run_once()
    engine.run_once()
    faults.append(CentralUnreachable("cut"))
    for _ in range(3):
        engine.run_once()
    faults.clear()
    for _ in range(3):
        engine.run_once()
    assert told == [True, False, True]


def test_a_failing_link_is_retried_after_growing_waits_or_what_central_asks(clock: SettableClock) -> None:
    fault = CentralUnreachable("cut")
    engine = engine_of(clock, Doing(lambda: raise_(fault)), backoff=Backoff(1, first_s=1.0, longest_s=60.0))
    waits = [engine._cycle() for _ in range(8)]
    assert all(low <= wait <= 2 * low for wait, low in zip(waits[:6], (0.5, 1, 2, 4, 8, 16), strict=True))
    assert max(waits) <= 60
    fault = CentralUnreachable("busy", retry_after_s=300)
    assert engine._cycle() == 300


def raise_(error: Exception) -> bool:
    raise error


def test_stop_does_not_wait_for_an_answer_that_never_comes(clock: SettableClock, scripted: ScriptedCentral) -> None:
    """A central that accepts the connection and then says nothing for ten minutes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        session = AbortableSession()
        client = CentralClient(
            f"http://127.0.0.1:{silent.getsockname()[1]}",
            timeout_s=600,
            reply=scripted.enrolment(),
            sign=scripted.terminal_key.sign,
            session=session,
        )
        engine = engine_of(clock, Doing(lambda: bool(client.health())), abort=session.abort)
        engine.start()
        accepted, _ = silent.accept()
        with accepted:
            assert accepted.recv(4) == b"GET "
            assert engine.stop(60)
        assert not engine.state.online
        client.close()


def test_a_sale_goes_up_when_the_link_returns(
    clock: SettableClock, scripted: ScriptedCentral, terminal_store: Store, tmp_path: Path
) -> None:
    """Through a real link process: cut, lost answers, healed. Every record arrives, and is stored once."""
    stored: dict[int, str] = {}

    def central(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        batch = msgspec.json.decode(body, type=JournalBatch)
        for record in batch.records:
            assert stored.setdefault(record.seq, record.hash) == record.hash
        return scripted.acknowledge(batch)

    scripted.answer = central
    link = Proxy(int(scripted.url.rpartition(":")[2]), tmp_path)
    client = CentralClient(link.url, timeout_s=10, reply=scripted.enrolment(), sign=scripted.terminal_key.sign)
    push = Push(client, terminal_store, 14, 1)
    told: list[SyncState] = []
    engine = Engine(
        [push],
        push,
        clock,
        backoff=Backoff(1, first_s=LONG_S, longest_s=LONG_S),
        interval_s=LONG_S,
        on_change=told.append,
    )

    def sell(ticket: int) -> None:
        terminal_store.journal.append(Admitted(ticket_id=f"{ticket:016x}", journey_id=1, gate="G", at=1))
        engine.poke()

    try:
        engine.start()
        assert engine.wait_for(lambda state: state.online, 30)
        link.order("cut")
        sell(1)
        assert engine.wait_for(lambda state: not state.online and state.backlog == 1, 30)
        assert stored == {}
        link.order("drop_replies")
        sell(2)
        assert engine.wait_for(lambda state: state.backlog == 2, 30)
        assert sorted(stored) == [1, 2]  # it arrived; the terminal does not know
        assert not engine.state.online
        link.order("heal")
        engine.poke()
        assert engine.wait_for(lambda state: state.online and state.backlog == 0, 30)
    finally:
        assert engine.stop(30)
        client.close()
        link.close()
    assert sorted(stored) == [1, 2]
    assert [state.online for state in told] == [True, False, True]
