"""Two at once: on one outbox, and for one terminal at central. Rows 7 and 11 of `test_known_losses`."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
from sqlalchemy import event, text

from central.context import Context
from central.inventory import live
from central.inventory.grants import give
from central.status import look
from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.allotment import Grant
from kiosk.domain.events import Admitted
from kiosk.store.store import open_store
from sync.wire import AllotmentRequest, HoldRequest, Want
from tests.central.world import Terminal as CentralTerminal
from tests.central.world import journey_of, open_railway
from tests.conftest import SettableClock
from tests.sync.lives import at_central


def test_7_a_second_program_does_not_get_the_outbox(tmp_path: Path, clock: SettableClock) -> None:
    store = open_store(tmp_path, terminal_id=5, incarnation=1, epoch=1, clock=clock, ids=TimeOrderedIds())
    program = (
        "import sys; from pathlib import Path; from kiosk.app.clock import SystemClock, TimeOrderedIds\n"
        "from kiosk.store.store import Store\n"
        "Store(Path(sys.argv[1]), 5, 1, SystemClock(), TimeOrderedIds())"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60)
    store.close()
    assert done.returncode == 1 and "in use by another program; a terminal runs once" in done.stderr


def test_7_one_outbox_sent_by_four_at_once(context: Context, url: str) -> None:
    """Four processes with the same records and the same key: every record is there once."""
    open_railway(context)
    who = CentralTerminal(context)
    for number in range(120):
        who.append(Admitted(ticket_id=f"{number:016x}", journey_id=1, gate="G", at=number))
    batches = [msgspec.json.encode(who.batch(1, last)).decode() for last in (30, 60, 121)]
    job = json.dumps([url, msgspec.json.encode(who.reply).decode(), who.key.private_bytes_raw().hex(), batches])
    program = (
        "import json, sys, msgspec\n"
        "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey\n"
        "from sync.client import CentralClient\n"
        "from sync.wire import EnrolReply, JournalBatch\n"
        "url, reply, key, batches = json.loads(sys.stdin.read())\n"
        "sign = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key)).sign\n"
        "client = CentralClient(url, timeout_s=60, reply=msgspec.json.decode(reply, type=EnrolReply), sign=sign)\n"
        "for batch in batches:\n"
        "    ack = client.journal(msgspec.json.decode(batch, type=JournalBatch))\n"
        "    assert not ack.forked\n"
    )
    command = [sys.executable, "-c", program]
    senders = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for sender in senders:
        assert sender.stdin is not None
        sender.stdin.write(job)
        sender.stdin.close()
    for sender in senders:
        assert sender.stderr is not None
        words = sender.stderr.read()
        sender.stderr.close()
        assert sender.wait(60) == 0, words
    with context.engine.connect() as connection:
        status = look(connection)
    assert (status.records, status.admissions, status.duplicates, status.forks) == (121, 120, 0, 0)
    assert at_central(context, who.id) == (121, who.records[-1].hash)


def test_11_a_grant_that_commits_late_is_not_skipped(context: Context, clock: SettableClock) -> None:
    """Numbers of grants come from a sequence, and a terminal reads "after the last one I have"."""
    train = journey_of(open_railway(context), "T1")
    who = CentralTerminal(context)
    arrived, go = threading.Event(), threading.Event()
    replies = []

    @event.listens_for(context.engine, "commit")
    def hold_the_first(connection: object) -> None:
        if threading.current_thread().name == "late":
            arrived.set()
            assert go.wait(60)

    def late() -> None:
        request = HoldRequest(train, "first", 0, 4, 2, who.last_gid)
        replies.extend(live.hold(context, [live.Asked(*who.id, request)]))

    def quick() -> None:
        want = Want(train, "second", 0, 4, 0, 3)
        replies.append(give(context, *who.id, AllotmentRequest((want,), who.last_gid)))

    threads = [threading.Thread(target=late, name="late"), threading.Thread(target=quick)]
    threads[0].start()
    assert arrived.wait(60), "its number is taken, its commit is not done"
    threads[1].start()
    while threads[1].is_alive() and not waiting(context):
        pass
    assert replies == [], "the second waits for the first: no number overtakes a commit"
    go.set()
    for thread in threads:
        thread.join(60)
    event.remove(context.engine, "commit", hold_the_first)
    grants = sorted(
        {msgspec.json.decode(each.body, type=Grant).gid: each for reply in replies for each in reply.grants}.items()
    )
    assert len(grants) == 2
    assert len(who.accept(tuple(signed for _, signed in grants))) == 2
    second = next(reply for reply in replies if len(reply.grants) == 2)
    assert {msgspec.json.decode(each.body, type=Grant).gid for each in second.grants} == {gid for gid, _ in grants}


def waiting(context: Context) -> bool:
    """Does a session wait for a lock?"""
    with context.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
