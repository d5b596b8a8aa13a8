"""`kiosk journal verify`: an edited, cut or rewritten journal is found, and an honest one never accused."""

from __future__ import annotations

import json
import random
import shutil
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from kiosk.app import identity
from kiosk.app.clock import TimeOrderedIds
from kiosk.app.main import main
from kiosk.domain.errors import StoreDamaged
from kiosk.store import database
from kiosk.store.counter import _text as counter_text
from kiosk.store.selling import ACCEPTED, PROOF
from kiosk.store.store import Store
from kiosk.store.verify import Verdict, verify
from sync.client import CentralClient
from sync.push import Push
from sync.wire import JournalBatch, Record
from tests.crash import edits
from tests.crash.outside import Listed
from tests.crash.shop import Shop
from tests.power.world import FixedClock
from tests.sync.scripted import ScriptedCentral

EDITS = 150  # `make crash` does 10,000


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> edits.Reference:
    return edits.make(tmp_path_factory.mktemp("right") / "terminal", seed=3)


@pytest.fixture
def folder(reference: edits.Reference, tmp_path: Path) -> Path:
    """A copy to do harm to."""
    return Path(shutil.copytree(reference.folder, tmp_path / "terminal"))


def look(folder: Path, reference: edits.Reference) -> Verdict:
    return verify(folder / "journal.db", reference.root_key)


def whats(found: Verdict) -> str:
    return " ".join(fault.what for fault in found.faults)


def put(folder: Path, statement: str, *values: str) -> None:
    db = database.connect(folder / "journal.db", (folder / "store.key").read_bytes())
    db.conn.execute(statement, values)
    db.close()


def forged(folder: Path, rows: list[Record], acknowledged: int) -> None:
    edits.write(folder, rows)
    edits.cover_up(folder, rows, acknowledged)


def test_an_honest_journal_is_whole_and_nothing_is_touched(reference: edits.Reference, folder: Path) -> None:
    before = {path.name: sha256(path.read_bytes()).digest() for path in folder.iterdir()}
    found = look(folder, reference)
    assert (found.faults, found.records) == ([], len(reference.records))
    assert 0 < found.acknowledged == reference.acknowledged < found.records
    assert {name: sha256((folder / name).read_bytes()).digest() for name in before} == before


def test_random_edits_by_hands_and_forgers_are_all_found(reference: edits.Reference, tmp_path: Path) -> None:
    results = [edits.one((reference, tmp_path / str(n), 7_000_000 + n)) for n in range(EDITS)]
    assert [wrong for result in results for wrong in result["wrong"]] == []
    assert {kind for result in results for kind in result["kinds"]} == {
        f"{who}: {kind}" for who in ("hand", "forger") for kind in edits.KINDS
    }


def test_without_centrals_word_forgers_would_go_unseen(reference: edits.Reference, folder: Path) -> None:
    """What makes the difference is the signature: the same forgery passes on a disk that never had one."""
    rows = list(reference.records)
    rows[20] = msgspec.structs.replace(rows[20], recorded_at_ms=1)
    rows = edits.chained(rows)
    forged(folder, rows, reference.acknowledged)
    assert "central signed for" in whats(look(folder, reference))
    put(folder, "DELETE FROM cursor WHERE name IN (?, ?)", PROOF, ACCEPTED)
    assert look(folder, reference).faults == []


def test_the_record_is_named_and_the_way_out(reference: edits.Reference, folder: Path) -> None:
    rows = list(reference.records)
    rows[16] = msgspec.structs.replace(rows[16], recorded_at_ms=1)
    edits.write(folder, rows)
    (fault,) = look(folder, reference).faults
    assert (fault.record, fault.what) == (
        17,
        f"Record 17 ({rows[16].kind}) is not as it was written, or not in its place.",
    )
    assert "enrol this terminal again" in fault.way_out


def test_a_tail_cut_behind_centrals_word_is_known_by_the_counter(reference: edits.Reference, folder: Path) -> None:
    edits.write(folder, reference.records[: reference.acknowledged + 1])
    assert "gone: this terminal acted on record" in whats(look(folder, reference))


def test_a_whole_older_disk_is_found_when_central_is_asked(reference: edits.Reference, folder: Path) -> None:
    """Everything on it fits, its own older word of central too."""
    db = database.connect(folder / "journal.db", (folder / "store.key").read_bytes())
    kept = db.execute("SELECT value FROM cursor WHERE name = ?", [PROOF]).fetchone()[0]
    db.close()
    older = reference.records[: reference.acknowledged - 5]
    forged(folder, older, 0)
    put(folder, "DELETE FROM cursor WHERE name IN (?, ?)", PROOF, ACCEPTED)
    assert look(folder, reference).faults == []
    found = verify(folder / "journal.db", reference.root_key, asked=kept)
    assert f"Records {len(older) + 1} to {reference.acknowledged} are gone, which central signed for." in whats(found)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM cursor WHERE name = 'push.proof'", "its signed word on that is not here"),
        ("UPDATE cursor SET value = replace(value, '\"accepted_seq', '\"x') WHERE name = 'push.proof'", "read|carry"),
        ("UPDATE cursor SET value = '9999' WHERE name = 'push.accepted_seq'", "it had 9999 already"),
        ("UPDATE cursor SET value = 'many' WHERE name = 'push.accepted_seq'", "is not a number"),
        ("UPDATE cursor SET value = '3 ' || hex(zeroblob(32)) WHERE name = 'verified'", "the last start found whole"),
        ("UPDATE cursor SET value = '9999' WHERE name = 'acted'", "The counter is an old one"),
        ("DELETE FROM identity", "does not say whose journal it is"),
        ("UPDATE identity SET incarnation = 2", "not as it was written"),
        ("DROP TRIGGER journal_is_not_cut", "guards"),
        ("UPDATE takings SET amount_minor = amount_minor - 1", "Table takings is not what the records say: 2 rows"),
        ("DELETE FROM ticket WHERE item_no = 1", "Table ticket"),
    ],
)
def test_marks_and_tables_are_held_against_the_records(
    reference: edits.Reference, folder: Path, statement: str, words: str
) -> None:
    put(folder, statement)
    found = look(folder, reference)
    assert any(word in whats(found) for word in words.split("|")), found.faults


def test_a_word_signed_by_somebody_else_is_not_centrals(reference: edits.Reference, folder: Path) -> None:
    central = ScriptedCentral()
    shop = Shop(folder, Listed([]))
    shop.store.set_cursors({ACCEPTED: "0", PROOF: ""})
    reply = msgspec.structs.replace(central.enrolment(), terminal_id=5)
    client = CentralClient(central.url, reply=reply, sign=central.terminal_key.sign)
    central.answer = lambda method, path, body: central.acknowledge(msgspec.json.decode(body, type=JournalBatch))
    Push(client, shop.store, 5, 1).run()
    client.close()
    central.close()
    shop.close()
    assert verify(folder / "journal.db", reply.root_key).faults == []
    assert "central's kept acknowledgement cannot be read" in whats(look(folder, reference))


def test_a_counter_that_is_gone_broken_or_old_is_missed(reference: edits.Reference, folder: Path) -> None:
    path = folder / "counter-5.1"
    for content, words in (
        (b"nonsense", "missing or cannot be read"),
        (counter_text(3, 3), "The counter is an old one: it says 3"),
        (counter_text(9999, 9999), "acted on record 9999"),
    ):
        path.write_bytes(content)
        assert words in whats(look(folder, reference))
    path.unlink()
    assert "missing or cannot be read" in whats(look(folder, reference))
    assert not path.exists()


def test_a_store_that_does_not_open_any_more_can_be_looked_at(reference: edits.Reference, folder: Path) -> None:
    """Locked by its counter, or with pages of noise: there is an answer with a way out, never a trace."""
    (folder / "counter-5.1").write_bytes(counter_text(9999, 9999))
    with pytest.raises(StoreDamaged):
        Store(folder, 5, 1, FixedClock(), TimeOrderedIds())
    assert look(folder, reference).faults
    raw = bytearray((folder / "journal.db").read_bytes())
    chance = random.Random(1)
    for page in range(0, len(raw), 4096):
        damaged = bytes(raw[:page]) + chance.randbytes(4096) + bytes(raw[page + 4096 :])
        (folder / "journal.db").write_bytes(damaged)
        fault = look(folder, reference).faults[0]
        assert fault.way_out
    (folder / "journal.db").unlink()
    assert "no such" in whats(look(folder, reference)) or "unable to open" in whats(look(folder, reference))


def test_a_terminal_that_sells_is_not_accused(reference: edits.Reference, folder: Path) -> None:
    shop = Shop(folder, Listed([]))
    try:
        for _ in range(5):
            shop.sell()
            found = look(folder, reference)
            assert (found.faults, found.records) == ([], shop.store.journal.head()[0])
    finally:
        shop.close()


def test_a_folder_that_cannot_be_written_is_read_from_a_copy(
    reference: edits.Reference, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(folder, Listed([]))  # its log is not folded into the file yet
    shop.sell()
    monkeypatch.setattr(database.os, "access", lambda path, mode: False)
    found = look(folder, reference)
    assert (found.faults, found.records) == ([], shop.store.journal.head()[0])
    shop.close()


def test_a_start_after_an_edit_refuses_and_the_command_says_where(reference: edits.Reference, folder: Path) -> None:
    done = command(folder, "verify")
    assert done.exit_code == 1 and "Who this terminal is cannot be read" in done.output  # no identity yet
    enrolled(folder, reference)
    done = command(folder, "verify")
    result = json.loads(done.output.splitlines()[-1])
    assert done.exit_code == 0 and result["ok"] and result["journals"][0]["chain_records_per_s"] > 0
    rows = list(reference.records)
    rows[30] = msgspec.structs.replace(rows[30], body="{}")
    edits.write(folder, rows)
    done = command(folder, "verify")
    result = json.loads(done.output.splitlines()[-1])
    assert done.exit_code == 1 and not result["ok"]
    assert [fault["record"] for fault in result["journals"][0]["faults"]] == [31]
    assert "FAULT Record 31" in done.output


def test_the_command_salvages_a_damaged_journal(reference: edits.Reference, folder: Path) -> None:
    enrolled(folder, reference)
    raw = bytearray((folder / "journal.db").read_bytes())
    raw[100] ^= 1
    (folder / "journal.db").write_bytes(raw)
    assert command(folder, "verify").exit_code == 1
    done = command(folder, "salvage")
    assert done.exit_code == 0 and f"whole up to record {len(reference.records)}" in done.output
    assert "What central last said to this terminal cannot be read. It must not sell" in done.output
    assert "this terminal acted on record" in command(folder, "verify").output  # the lock


def test_the_command_asks_central_now(reference: edits.Reference, folder: Path) -> None:
    central = ScriptedCentral()
    reply = msgspec.structs.replace(central.enrolment(), terminal_id=5)
    identity.save(folder, reply)
    (folder / identity.KEY_FILE).write_bytes(central.terminal_key.private_bytes_raw())
    put(folder, "DELETE FROM cursor WHERE name IN (?, ?)", PROOF, ACCEPTED)  # signed by a central of another test
    head = reference.records[-1]
    (folder / "counter-5.1").write_bytes(counter_text(head.seq, head.seq))  # all of it was sent
    try:
        for seq, hash_, forked, words in (
            (head.seq, head.hash, False, '"ok": true'),
            (head.seq, "ab" * 32, False, f"Record {head.seq} is not the one central signed for"),
            (head.seq + 3, "ab" * 32, False, f"Records {head.seq + 1} to {head.seq + 3} are gone"),
            (head.seq, head.hash, True, "Central has two histories of this terminal"),
        ):
            central.answer = lambda method, path, body, said=(seq, hash_, forked): central.acknowledge(
                msgspec.json.decode(body, type=JournalBatch), accepted_seq=said[0], head_hash=said[1], forked=said[2]
            )
            done = command(folder, "verify", "--ask", url=central.url)
            assert words in done.output and (done.exit_code == 0) == (words == '"ok": true')
    finally:
        central.close()


def enrolled(folder: Path, reference: edits.Reference) -> None:
    central = ScriptedCentral()
    reply = msgspec.structs.replace(central.enrolment(), terminal_id=5, root_key=reference.root_key)
    identity.save(folder, reply)
    (folder / identity.KEY_FILE).write_bytes(central.terminal_key.private_bytes_raw())
    central.close()


def command(folder: Path, what: str, *options: str, url: str = "http://127.0.0.1:8700") -> Result:
    config = folder.parent / "terminal.toml"
    config.write_text(f'[terminal]\nfolder = "{folder}"\n[central]\nurl = "{url}"\n')
    return CliRunner().invoke(main, ["journal", what, "--config", str(config), *options])
