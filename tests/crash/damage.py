"""Damaged files of a terminal: found at the start or when read, or shown to be without harm; never silent.

What opens without a word must say exactly what the undamaged store says. One thing is allowed beside: records at the
very end may be gone if nothing outside ever followed from them (the counter is the witness); then a recovery must make
good for them like after a crash before they were written. A journal that was refused is salvaged, and that must come
up to a prefix of what was there, and go on selling only if nothing with an effect is missing.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.allotment import Block
from kiosk.domain.errors import StoreDamaged, StoreFault
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.manifest import FILE as MANIFEST
from kiosk.store.manifest import KeptManifest, ManifestStore
from kiosk.store.salvage import salvage
from sync.wire import GateManifest, LeaseRow, Record
from tests.crash.harm import harm
from tests.crash.harness import Options, Result, keep_evidence, spread, workshop
from tests.crash.outside import Listed, Note
from tests.crash.shop import Shop, audit
from tests.power.world import FixedClock
from tests.small_catalogue import small_catalogue

JOURNAL, LOG, COUNTER, KEY = "journal.db", "journal.db-wal", "counter-5.1", "store.key"
CATALOGUE, CATALOGUE_LOG = "catalogue.db", "catalogue.db-wal"
SHARES = {JOURNAL: 34, LOG: 30, COUNTER: 8, KEY: 6, CATALOGUE: 10, CATALOGUE_LOG: 4, MANIFEST: 8}
FILES, FILES_QUICK = 1000, 100


@dataclass(frozen=True)
class Reference:
    """A terminal's folder as it should be, what it says when it is read, and what happened outside."""

    folder: Path
    older: Path
    records: list[Record]
    tables: dict[str, list[tuple[Any, ...]]]
    acted: tuple[int, int]
    facts: list[Note]
    catalogue: dict[str, list[tuple[Any, ...]]]
    manifest: KeptManifest


def run(options: Options) -> Result:
    """1,000 damaged files of stores that were closed and of stores that were cut off while they sold."""
    files = FILES_QUICK if options.quick else FILES
    with workshop() as folder:
        references = [_reference(folder / name, options.seed, closed=name == "closed") for name in ("closed", "cut")]
        chance = random.Random(options.seed)
        jobs = []
        for number in range(files):
            name = chance.choices(list(SHARES), list(SHARES.values()))[0]
            with_log = name in (LOG, CATALOGUE_LOG) or chance.random() < 0.5
            jobs.append((references[with_log], folder / str(number), name, options.seed * 1_000_003 + number))
        return spread("damage", one, jobs, options)


def one(job: tuple[Reference, Path, str, int]) -> Result:
    """Damage one file of a copy and see what the program makes of it."""
    reference, folder, name, seed = job
    shutil.copytree(reference.folder, folder)
    kind = harm(folder / name, random.Random(seed), reference.older / name)
    try:
        if name == MANIFEST:
            outcome = _manifest(reference, folder)
        elif name in (CATALOGUE, CATALOGUE_LOG):
            outcome = _catalogue(reference, folder)
        else:
            outcome = _store(reference, folder, name)
    except Exception as error:  # not a refusal with a way out: the program would have crashed
        outcome = f"WRONG {type(error).__name__}: {error}"
    wrong = []
    if outcome.startswith("WRONG"):
        wrong = [f"seed {seed}, {reference.folder.name} {name}, {kind}: {outcome}"]
        keep_evidence(f"damage-{seed}", folder, reference.facts)
    shutil.rmtree(folder)
    return {"files": 1, "outcomes": {name: {outcome.split(":")[0]: 1}}, "wrong": wrong}


def _store(reference: Reference, folder: Path, name: str) -> str:
    try:
        shop = Shop(folder, Listed(reference.facts))
    except StoreFault:
        return _after_refusal(reference, folder)
    try:
        records = shop.store.journal._records_after(0, 1_000_000)
        same = records == reference.records and shop.store.tables() == reference.tables
        acted = (shop.store.counter.value, shop.store.counter.sent)
    except StoreDamaged:
        return "found when read"
    finally:
        shop.close()
    # At a start the counter comes to cover all that is there; an older one is without harm beside a whole journal.
    if acted != (max(reference.acted[0], len(records)), reference.acted[1]) and name != COUNTER:
        return f"WRONG the counter says {acted} and was {reference.acted}, silently"
    if same:
        return "without harm"
    if records != reference.records[: len(records)] or len(records) < reference.acted[0]:
        return f"WRONG silent: {len(records)} records of {len(reference.records)}, acted on {acted[0]}"
    return _cut_back(reference, folder, len(records), "cut back, nothing had followed")


def _cut_back(reference: Reference, folder: Path, head: int, outcome: str) -> str:
    """A journal that ends earlier must still be able to make good everything that happened outside."""
    facts = [fact for fact in reference.facts if fact["is"] != "promised" or fact["seq"] <= head]
    found = audit(folder, Listed(facts))
    return f"WRONG {outcome}, but {'; '.join(found.wrong)}" if found.wrong else outcome


def _after_refusal(reference: Reference, folder: Path) -> str:
    """Refused at the start: is there a way back, and does it claim no more than it has?"""
    try:
        result = salvage(folder, 5, 1, FixedClock(), TimeOrderedIds())
    except StoreFault:
        return "found at the start, beyond help"
    if result.locked:
        try:
            Shop(folder, Listed([])).close()
        except StoreDamaged:
            return "found at the start, salvaged, locked"
        return f"WRONG salvaged, to be locked ({result.locked}), and open"
    if result.head < reference.acted[0]:
        return f"WRONG salvaged up to {result.head} and not locked, but {reference.acted[0]} was acted on"
    return _cut_back(reference, folder, result.head, "found at the start, salvaged, sells on")


def _catalogue(reference: Reference, folder: Path) -> str:
    key = (folder / KEY).read_bytes()
    try:
        store = CatalogueStore.open(folder, key)
    except StoreFault as fault:
        return f"WRONG the catalogue is only a copy and must open anew: {fault}"
    try:
        found = _dump(store)
    except StoreDamaged:
        store.close()
        # Whoever met it may go on without a catalogue, and the next start has to find the damage too.
        store = CatalogueStore.open(folder, key)
        anew = store.info() is None
        store.close()
        return "found when read, fetched anew" if anew else "WRONG found when read, and kept for ever"
    anew = store.info() is None and store.etag() == ""
    store.close()
    if found == reference.catalogue:
        return "without harm"
    if anew:
        return "found at the start, fetched anew"
    # Which destinations are popular is a hint; the rest must be one whole catalogue with its own etag.
    if {**found, "destination_use": 0} == {**reference.catalogue, "destination_use": 0}:
        return "cut back, nothing had followed"
    return "WRONG silent: another catalogue"


def _dump(store: CatalogueStore) -> dict[str, Any]:
    with store._borrow() as db:
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in sorted(db.table_names())}


def _manifest(reference: Reference, folder: Path) -> str:
    kept = ManifestStore(folder).load()
    if kept is None:
        return "found at the start, fetched anew"
    return "without harm" if kept == reference.manifest else "WRONG silent: another manifest"


def _reference(folder: Path, seed: int, *, closed: bool) -> Reference:
    """A terminal that sold for a while, and its files from the middle of that time."""
    outside = Listed([])
    chance = random.Random(seed + closed)
    life = folder / "life"
    for sales in (25, 9):  # few enough that the second log is not folded into the file yet: all of it counts
        shop = Shop(life, outside)
        for _ in range(sales):
            shop.sell(chance)
        if not (folder / "older").exists():
            shop.close()
            shutil.copytree(life, folder / "older")
    catalogue = CatalogueStore.open(life, shop.store.key)
    catalogue.replace(small_catalogue(), "etag-1")
    for each in ("a", "b", "c") * 3:
        catalogue.note_sale(each, "d")
    dumped = _dump(catalogue)
    manifest = KeptManifest(_manifest_of_a_gate(), "etag-9", 1_790_000_000)
    ManifestStore(life).keep(manifest)
    records, tables = shop.store.journal._records_after(0, 1_000_000), shop.store.tables()
    acted = (shop.store.counter.value, shop.store.counter.sent)
    if closed:
        shop.close()
        catalogue.close()
    shutil.copytree(life, folder / "as-it-was", ignore=shutil.ignore_patterns("*-shm"))
    if not closed:
        shop.close()
        catalogue.close()
    return Reference(folder / "as-it-was", folder / "older", records, tables, acted, outside.facts(), dumped, manifest)


def _manifest_of_a_gate() -> GateManifest:
    revoked = tuple(f"{n:016x}" for n in range(40))
    lease = LeaseRow(1000, 5, 1, (Block.of(0, 2, 0xFF),))
    return GateManifest(3, 1, ("ab" * 60,), ("cd" * 60,), revoked, 9, ((5, 1, 1_790_000_000),), (lease,))
