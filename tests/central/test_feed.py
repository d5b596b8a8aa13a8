"""The feed of changes: what is committed late is told late, never skipped and never twice."""

from __future__ import annotations

import random
import threading

import msgspec
import psycopg
import pytest
from sqlalchemy import text

from central.context import Context
from central.enrolment import revoke
from central.feed import PAGE, TOLD_S, bring_up, changes
from central.gate import manifest
from central.inventory.grants import give
from central.journal.upload import receive
from central.keys import raise_epoch
from central.refusal import Refusal
from central.voiding import pending, void
from kiosk.domain.allotment import Block, Gid
from kiosk.domain.events import CellsReleased, TicketVoided
from kiosk.services.differences import applied
from sync.wire import AllotmentRequest, Change, Changes, Want
from tests.central.world import Terminal, journey_of, open_railway
from tests.conftest import SettableClock


class Reader:
    """A terminal that keeps what it read."""

    def __init__(self, context: Context, gate_id: int = 0) -> None:
        self.context, self.gate_id = context, gate_id
        self.cursor = "0.0"
        self.state: dict[tuple[str, str], str] = {}
        self.read: list[Change] = []

    def page(self, begin: str = "") -> Changes:
        return changes(self.context, self.cursor, begin, self.gate_id)

    def go(self) -> list[Change]:
        """Everything that is new; taken over whole."""
        found, reply = [], self.page()
        found += reply.changes
        while reply.more:
            reply = self.page(reply.cursor)
            found += reply.changes
        for change in found:
            if change.body is None:
                self.state.pop((change.topic, change.key), None)
            else:
                self.state[change.topic, change.key] = change.body
        self.cursor = reply.cursor
        self.read += found
        return found

    def topics(self) -> list[tuple[str, str]]:
        return [(each.topic, each.key) for each in self.go()]


def voids(connection: psycopg.Connection, first: int, count: int, terminal: int = 9) -> None:
    """As voiding does it, without a journal: rows of the list that nobody has seen before."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO void (terminal_id, incarnation, seq, version, epoch, by, voided_at) "
            "VALUES (%s, 1, %s, 0, 1, 'central', now())",
            [(terminal, seq) for seq in range(first, first + count)],
        )


def plain(context: Context) -> psycopg.Connection:
    return psycopg.connect(context.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


def test_a_transaction_that_commits_late_is_told_late(context: Context) -> None:
    reader = Reader(context)
    reader.go()
    slow, fast = plain(context), plain(context)
    voids(slow, 1, 1)  # it has its place in every table, and is not committed
    voids(fast, 2, 1)
    fast.commit()
    assert reader.topics() == [("revoked_ticket", "0009010000000002")]
    assert reader.topics() == []
    slow.commit()
    assert reader.topics() == [("revoked_ticket", "0009010000000001")]
    assert reader.topics() == []
    voids(slow, 3, 1)
    slow.rollback()
    assert reader.topics() == []
    slow.close()
    fast.close()


EACH = 200  # rows of a writer at least
ROUNDS = 20  # that bring something, while they write


class Writers:
    """Eight sessions that commit at once, and some of what they do not at all, until the readers have seen enough."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.failures: list[BaseException] = []
        self.enough = threading.Event()
        self.turn = threading.Semaphore(0)  # a commit more, beyond the rows each writes at least
        self.wrote: dict[int, int] = {}  # rows by writer
        self._at_work = 8
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(8)]
        for thread in self._threads:
            thread.start()

    @property
    def at_work(self) -> bool:
        with self._lock:
            return self._at_work > 0

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def watch(self, reader: Reader) -> None:
        """Read as long as somebody writes."""
        try:
            while self.at_work:
                reader.go()
        except BaseException as failure:
            self.failures.append(failure)
            self.enough.set()

    def _write(self, number: int) -> None:
        try:
            with plain(self._context) as connection:
                self._commit(connection, number)
        except BaseException as failure:
            self.failures.append(failure)
            self.enough.set()
        finally:
            with self._lock:
                self._at_work -= 1

    def _commit(self, connection: psycopg.Connection, number: int) -> None:
        chance = random.Random(number)
        first = 1
        while first <= EACH or not self.enough.is_set():
            if first > EACH and not self.turn.acquire(timeout=0.1):
                continue  # readers that have to share a core would never come to an end
            count = chance.randint(1, 10)
            voids(connection, first, count, terminal=100 + number)
            if chance.random() < 0.1:
                connection.rollback()
            else:
                connection.commit()
                first += count
        self.wrote[number] = first - 1


def test_eight_writers_and_two_readers_nothing_skipped_nothing_twice(context: Context) -> None:
    reader, other, rounds = Reader(context), Reader(context), 0
    writers = Writers(context)
    beside = threading.Thread(target=writers.watch, args=(other,))
    beside.start()
    try:
        while rounds < ROUNDS and not writers.failures:
            rounds += bool(reader.go())
            writers.turn.release(4)
    finally:
        writers.enough.set()
        writers.join()
        beside.join()
    assert writers.failures == [] and rounds == ROUNDS
    late = Reader(context)
    for each in (reader, other, late):
        each.go()
    wanted = {f"{100 + number:04x}01{seq:010x}" for number in range(8) for seq in range(1, writers.wrote[number] + 1)}
    for each in (reader, other, late):
        told = [change.key for change in each.read if change.topic == "revoked_ticket"]
        assert len(told) == len(set(told)), "told twice"
        assert set(told) == wanted, "skipped"


def test_the_feed_from_the_beginning_is_the_gates_list(context: Context, clock: SettableClock) -> None:
    """Two ways to the same: the whole list, and all changes one after the other, at any moment."""
    train = journey_of(open_railway(context), "T1")
    reader = Reader(context)
    terminals = [Terminal(context, f"K{n}") for n in range(3)]
    kept = applied(None, [], context.keys.epoch, 0)

    def compare() -> None:
        nonlocal kept
        whole, _ = manifest(context, "")
        assert whole is not None
        fresh = reader.go()
        kept = applied(kept, fresh, context.keys.epoch, whole.version)
        assert kept == msgspec.structs.replace(whole, version=kept.version)
        again = Reader(context)
        assert applied(None, again.go(), context.keys.epoch, whole.version) == kept

    compare()
    reply = give(context, *terminals[0].id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminals[0].accept(reply.grants)
    compare()
    mask = next(block.mask for block in grant.blocks)
    places = [place for place in range(mask.bit_length()) if mask >> place & 1]
    terminals[0].sell(train, places[0], grant.gid)
    receive(context, *terminals[0].id, terminals[0].batch())
    compare()
    assert reader.go() == [], "a sale of leased cells is no news for a gate"
    terminals[0].append(CellsReleased(journey_id=train, gid=grant.gid, blocks=(Block.of(0, 4, 1 << places[1]),)))
    receive(context, *terminals[0].id, terminals[0].batch())
    compare()
    revoke(context, "K1")
    compare()
    sale = "sale-2"
    terminals[0].append(TicketVoided(sale_id=sale, item_no=0, refund_id="r", amount_minor=1250))
    receive(context, *terminals[0].id, terminals[0].batch())
    compare()
    assert kept.revoked_tickets and kept.revoked_incarnations and kept.leases and kept.revocation_version == 1
    clock.forward(3 * 86_400)
    bring_up(context)
    compare()
    assert kept.leases == () and kept.revoked_tickets == ()


def test_a_new_catalogue_and_a_new_terminal_are_told(context: Context) -> None:
    reader = Reader(context)
    reader.go()
    catalogue = open_railway(context)
    (change,) = (each for each in reader.go() if each.topic == "catalogue")
    assert msgspec.json.decode(change.body or "")["version"] == catalogue.version
    terminal = Terminal(context)
    (change,) = reader.go()
    assert (change.topic, change.body) == ("certificate", terminal.reply.certificate)


def test_pages_have_a_limit_and_lead_to_the_same(context: Context) -> None:
    connection = plain(context)
    voids(connection, 1, 2 * PAGE + 10)
    connection.commit()
    connection.close()
    reader = Reader(context)
    first = reader.page()
    assert first.more and len(first.changes) == PAGE
    assert len([key for topic, key in reader.topics() if topic == "revoked_ticket"]) == 2 * PAGE + 10


@pytest.mark.parametrize("cursor", ["2.1", "1.999999", "7.1"])
def test_a_cursor_that_leads_nowhere_says_so(context: Context, cursor: str) -> None:
    Reader(context).go()
    with pytest.raises(Refusal) as refused:
        changes(context, cursor)
    assert (refused.value.status, refused.value.problem.code) == (409, "must_refetch")
    with pytest.raises(Refusal):
        changes(context, "0.0", cursor)


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", "-1.5", "1.5.5", "1.5 ", "9" * 30 + ".1"])
def test_what_is_no_cursor_is_refused(context: Context, cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        changes(context, cursor)
    assert refused.value.status == 400


def test_a_new_epoch_makes_everybody_fetch_anew(context: Context, clock: SettableClock) -> None:
    reader = Reader(context)
    Terminal(context)
    reader.go()
    raise_epoch(context.keys.folder, clock.now())
    after = Context(context.engine, type(context.keys)(context.keys.folder, clock.now()), clock.now)
    with pytest.raises(Refusal, match="throw away what was downloaded"):
        changes(after, reader.cursor)
    assert changes(after, "0.0").cursor.startswith("2.")


def test_who_was_away_for_long_fetches_anew_others_do_not(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    away, here, latest = Reader(context), Reader(context), Reader(context)
    away.go()
    terminal = Terminal(context)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    here.go()
    (grant,) = terminal.accept(reply.grants)
    terminal.append(CellsReleased(journey_id=train, gid=grant.gid, blocks=grant.blocks))
    receive(context, *terminal.id, terminal.batch())
    assert any(each.body is None for each in here.go())
    latest.go()
    clock.forward(TOLD_S + 86_400)
    bring_up(context)
    for reader in (here, latest):
        reader.go()
    with pytest.raises(Refusal, match="ask from"):
        away.go()
    away.cursor = "0.0"
    assert all(each.topic != "lease" for each in away.go())


def test_cells_of_a_void_wait_for_what_gates_hold_not_for_what_they_were_sent(context: Context) -> None:
    """P12: reading a page is not yet knowing; the cursor a gate comes back with is."""
    train = journey_of(open_railway(context), "T1")
    gate, terminal = Terminal(context, "G1", "gate"), Terminal(context)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    mask = next(block.mask for block in grant.blocks)
    ticket = terminal.sell(train, mask.bit_length() - 1, grant.gid)
    batch = msgspec.structs.replace(terminal.batch(), head=len(terminal.records))
    receive(context, *terminal.id, batch)
    reader = Reader(context, gate.id[0])
    reader.go()
    void(context, f"CODE-{ticket.seq}", "asked for")

    def waiting() -> int:
        with context.engine.connect() as connection:
            return pending(connection)

    first = reader.page()
    assert first.changes and waiting() == 1
    reader.page(first.cursor)
    reader.page(first.cursor)
    assert waiting() == 1, "read to the end, and nothing of it is known to be on the gate's disk"
    reader.go()
    assert waiting() == 1
    reader.go()
    assert waiting() == 0


def test_marks_that_nobody_left_are_found_by_the_comparison(context: Context) -> None:
    reader = Reader(context)
    reader.go()
    with context.engine.begin() as connection:
        connection.execute(text("ALTER TABLE void DISABLE TRIGGER feed_void"))
    connection = plain(context)
    voids(connection, 5, 1)
    connection.commit()
    connection.close()
    assert reader.go() == []
    bring_up(context)
    assert reader.topics() == [("revoked_ticket", "0009010000000005")]
