"""`kiosk gate why` over the life of a machine: earlier lives, and what salvage could not place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.events import TicketLookedUp
from kiosk.domain.gate.words import Word
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.keys import KEY_FILE
from kiosk.store.pages import PAGE, records_in
from kiosk.store.salvage import salvage
from kiosk.store.store import open_store
from tests.gate_world import berlin
from tests.unit.test_gate_plan import Scene, ask


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def test_why_reads_journals_that_were_set_aside(scene: Scene) -> None:
    early, late = scene.sell(), scene.sell(seat=2)
    assert scene.scan(early) is Word.ADMIT
    scene.close()
    scene.store = open_store(  # the machine is enrolled anew
        scene.folder, terminal_id=20, incarnation=2, epoch=1, clock=scene.clock, ids=TimeOrderedIds()
    )
    scene.catalogue = CatalogueStore(scene.folder, scene.store.key)
    scene.gate = scene.make_gate()
    scene.clock.time = berlin("2026-10-23T07:50") + 7
    assert scene.scan(late) is Word.ADMIT
    ran = ask(scene, "--at", "07:30")
    assert ran.exit_code == 0 and "of journal-20.1.db" in ran.output, ran.output
    assert "of journal" not in ask(scene, "--at", "07:50").output


def test_why_reads_what_salvage_could_not_place(scene: Scene) -> None:
    texts = [scene.sell(seat=seat) for seat in range(1, 7)]
    for number, text in enumerate(texts):
        scene.clock.time = berlin("2026-10-23T07:30") + 60 * number
        assert scene.scan(text) is Word.ADMIT
    scene.store.journal.append(*(TicketLookedUp(gate="Gate 5", at=1, text="x" * 40) for _ in range(60)))
    scene.clock.time += 60
    last = scene.sell(seat=7)
    assert scene.scan(last) is Word.ADMIT
    scene.close()
    path = scene.folder / "journal.db"
    key = (scene.folder / KEY_FILE).read_bytes()
    found = {record.seq: record for record in records_in(path, key)}
    gone = max(found) - 30
    raw = path.read_bytes()
    alone, damaged = scene.folder / "alone.db", bytearray(raw)
    for at in range(PAGE, len(raw), PAGE):  # every copy of a record before the last ones is lost
        alone.write_bytes(bytes(at) + raw[at : at + PAGE] + bytes(len(raw) - at - PAGE))
        if gone in {record.seq for record in records_in(alone, key)}:
            damaged[at : at + PAGE] = bytes(PAGE)
    alone.unlink()
    path.write_bytes(damaged)
    left = {record.seq for record in records_in(path, key)}
    assert gone not in left and {max(found), max(found) - 1} <= left
    result = salvage(scene.folder, 20, 1, scene.clock, TimeOrderedIds())
    assert result.unplaced >= 2
    scene._open()
    ran = ask(scene, "--at", "07:36")
    assert ran.exit_code == 0, ran.output
    assert "damaged-" in ran.output and "decided again: the same" in ran.output
    assert "damaged-" not in ask(scene, "--at", "07:30").output, "what was placed is read from the journal in use"
