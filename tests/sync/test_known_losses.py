"""What others lost, and that it cannot happen here: one row for each loss, with the tests that show it.

Issues of PouchDB, cht-core, Litestream, Odoo, libpretixsync, Eventra, pretixSCAN and others; the rows name them.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from central.context import Context
from central.inventory.check import inventory_faults
from central.postgres import EmbeddedPostgres
from central.recovery import waited_for
from central.status import look
from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.allotment import Grant
from kiosk.services.gate import Gate
from kiosk.store.manifest import ManifestStore
from kiosk.store.store import open_store
from tests.central.test_recovery import Backup
from tests.central.world import Terminal as CentralTerminal
from tests.central.world import open_railway, railway
from tests.conftest import SettableClock
from tests.gate_world import DAY, GateWorld, Seller, berlin
from tests.power.world import PowerCut
from tests.sync.attacked import World, attacked
from tests.sync.gateway import Gateway
from tests.sync.lives import STEPS, Life, at_central, cut_at
from tests.sync.terminal import Terminal

HERE = "tests.sync.test_known_losses"
AT_ONCE, RESTORED = "tests.sync.test_losses_at_once", "tests.sync.test_losses_restored"
ROWS: dict[int, tuple[str, list[str]]] = {
    1: (
        "pouchdb#1240: a checkpoint ahead of what was stored",
        [
            f"{HERE}.test_1_no_cursor_is_ahead_of_its_data",
        ],
    ),
    2: (
        "cht-core#8093: central came back older, clients kept their checkpoints",
        [
            f"{HERE}.test_2_a_central_of_an_hour_ago_hears_all_of_it_again",
            "tests.central.test_recovery.test_an_older_database_grants_nothing_until_the_terminals_have_sent_what_it_forgot",
        ],
    ),
    3: (
        "litestream#781: nothing arrives after a restore",
        [
            f"{RESTORED}.test_3_the_first_record_after_a_restore_arrives",
        ],
    ),
    4: (
        "litestream#752: a backup that cannot be restored",
        [
            f"{RESTORED}.test_4_a_backup_that_was_cut_off_harms_nobody",
        ],
    ),
    5: (
        "litestream#771: what was needed was purged",
        [
            f"{HERE}.test_5_nothing_is_ever_purged_from_a_journal",
            "tests.store.test_journal.test_the_journal_cannot_be_edited_in_place",
        ],
    ),
    6: (
        "odoo#125037: a number used again is dropped as a duplicate",
        [
            "tests.central.test_journal.test_a_forked_journal_is_kept_and_freezes_the_terminal",
            "tests.sync.test_push.test_another_history_at_central_stops_selling_for_good",
        ],
    ),
    7: (
        "odoo#152259: two programs upload one queue",
        [
            f"{AT_ONCE}.test_7_a_second_program_does_not_get_the_outbox",
            f"{AT_ONCE}.test_7_one_outbox_sent_by_four_at_once",
            "tests.sync.test_with_central.test_two_engines_on_one_outbox_do_no_harm",
        ],
    ),
    8: (
        "odoo#288974: an interrupted sync forgets",
        [
            "tests.sync.test_cut_anywhere.test_every_cut_is_no_link_and_costs_nothing",
        ],
    ),
    9: (
        "libpretixsync: deleted on 4xx; the answer lost after the commit",
        [
            "tests.sync.test_wrong_answers.test_what_is_not_centrals_is_no_link",
            "tests.sync.test_wrong_answers.test_a_no_of_central_itself_deletes_nothing",
            "tests.sync.test_with_central.test_a_lost_answer_repeats_the_upload_and_not_the_sale",
        ],
    ),
    10: (
        "Eventra#11074: a key to tell duplicates by that was null; told before it was kept",
        [
            f"{HERE}.test_10_no_key_against_duplicates_may_be_null",
            "tests.unit.test_gate_service.test_the_record_is_on_disk_before_the_verdict",
            "tests.power.test_crash_quick.test_a_small_share_of_everything",
        ],
    ),
    11: (
        "a sequence read as a cursor: who commits late is skipped",
        [
            f"{AT_ONCE}.test_11_a_grant_that_commits_late_is_not_skipped",
            "tests.central.test_feed.test_a_transaction_that_commits_late_is_told_late",
        ],
    ),
    12: (
        "a secure element that acknowledged and never gave back",
        [
            f"{RESTORED}.test_12_what_was_acknowledged_can_be_read_back",
            "tests.store.test_journal_verify.test_an_honest_journal_is_whole_and_nothing_is_touched",
        ],
    ),
    13: (
        "pretixscan-ios#34: other rules without a link",
        [
            f"{HERE}.test_13_a_gate_decides_alike_with_and_without_a_link",
        ],
    ),
}


@pytest.mark.parametrize("number", range(1, 14))
def test_every_known_loss_has_its_tests(number: int) -> None:
    _, tests = ROWS[number]
    assert tests
    for name in tests:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function)), name


@pytest.fixture(scope="module")
def world(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacked(server, tmp_path_factory.mktemp("losses"), "losses") as world:
        yield world


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("step", STEPS)
def test_1_no_cursor_is_ahead_of_its_data(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, nth: int, after: bool
) -> None:
    who = CentralTerminal(world.context, f"L{world.number()}")
    life = Life(who, world.url, tmp_path, world.clock, world.train)
    with monkeypatch.context() as patch:
        done = cut_at(patch, step, nth, after=after)
        with contextlib.suppress(PowerCut):
            life.cycle()
        assert done or nth > 1, "a step that is never made"
    life.close()

    life = Life(who, world.url, tmp_path, world.clock, world.train)
    try:
        head, _ = life.store.journal.head()
        assert life.push.accepted_seq <= at_central(world.context, who.id)[0] <= head
        info = life.catalogue.info()
        assert (life.catalogue.etag() != "") == (info is not None)
        network = life.catalogue.network()
        if info is not None:
            assert network is not None and len(network.stop_place_by_id) == 5
        granted = [fact.grant for _, fact in life.store.journal.events() if type(fact).__name__ == "GrantAccepted"]
        gids = [msgspec.json.decode(each.body, type=Grant).gid for each in granted]
        assert life.store.last_gid == max(gids, default=life.store.last_gid) and len(set(gids)) == len(gids)
        life.cycle()
        assert life.catalogue.info() is not None and life.store.free(world.train)
        assert at_central(world.context, who.id) == life.store.journal.head()
        assert life.push.backlog == 0 and life.store.examine() == []
    finally:
        life.close()
    with world.context.engine.connect() as connection:
        assert inventory_faults(connection) == []


def test_2_a_central_of_an_hour_ago_hears_all_of_it_again(
    context: Context, url: str, serve: Callable[[Context], str], tmp_path: Path, clock: SettableClock
) -> None:
    """An hour of sales was acknowledged and then forgotten; the cursors of the terminals lie beyond what is there."""
    open_railway(context, railway(seats=60))
    line = Gateway(url)
    shops = [Terminal(context, line.url, tmp_path / name, clock, name) for name in ("K1", "K2")]
    try:
        settle(shops)
        kept = Backup(context)
        clock.forward(3600)
        for shop in shops:
            shop.sell(2)
            shop.sell(1)
        settle(shops)
        before = [shop.push.accepted_seq for shop in shops]
        older = kept.restore()
        line.target = serve(older)
        shops[0].sell(1)  # nobody has told it yet
        while True:
            settle(shops)
            with older.engine.connect() as connection:
                if not waited_for(connection):
                    break
        settle(shops)
        assert [shop.push.accepted_seq > seq for shop, seq in zip(shops, before, strict=True)] == [True, True]
        with older.engine.connect() as connection:
            status = look(connection)
        assert (status.tickets, status.duplicates, status.oversold, status.uncovered) == (7, 0, 0, 0)
        assert (status.forks, status.unapplied, status.inventory_faults) == (0, 0, ())
        for shop in shops:
            assert shop.store.epoch == 2 and shop.push.forked == ""
            assert at_central(older, shop.store._identity) == shop.store.journal.head()
        assert shops[1].sell(2).stage == "issued"
    finally:
        for shop in shops:
            shop.close()
        line.close()


def settle(shops: list[Terminal]) -> None:
    """Cycles until nothing is left to send; so many that an idle terminal asks, too."""
    for shop in shops:
        quiet = 0
        while quiet < 3:
            state = shop.engine.run_once()
            assert state.online, state.last_error
            quiet = quiet + 1 if not state.backlog and shop.store.journeys_held() else 0


def test_5_nothing_is_ever_purged_from_a_journal(world: World) -> None:
    """The simplest retention there is: what central acknowledged, stable or not, can all be sent again."""
    store, push = world.seller.store, world.seller.push
    push.run()
    store.set_cursors({"push.accepted_seq": "0"})
    push.run()
    assert push.backlog == 0 and store.journal.verify()[0] == store.journal.head()[0]
    world.check()


def test_10_no_key_against_duplicates_may_be_null(context: Context) -> None:
    """In PostgreSQL two rows with a null in a unique key are two rows."""
    query = text(
        "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) "
        "WHERE i.indisunique AND i.indpred IS NULL AND NOT a.attnotnull"
    )
    keyed = text("SELECT count(*) FROM pg_index WHERE indrelid = 'raw_journal'::regclass AND indisunique")
    with context.engine.connect() as connection:
        assert connection.scalar(keyed)
        assert connection.execute(query).all() == []


def test_13_a_gate_decides_alike_with_and_without_a_link(tmp_path: Path) -> None:
    """One table of codes: before a gate that has just heard central, and before one that has only its disk."""
    verdicts = []
    scene = GateWorld(tmp_path / "gate", SettableClock(berlin("2026-10-23T07:30")))
    seller, other = scene.central.seller, scene.central.other
    stranger = Seller(scene.central, 9)
    revoked = seller.ticket()
    codes = [
        seller.sell(), seller.sell(seat=2), other.sell(seat=3), stranger.sell(), seller.sell(journey_id=102),
        seller.sell(tenant=9), seller.sell(from_call=1), seller.sell(valid_from_min=-1, valid_for_min=1),
        seller.sell(issued=scene.central.now - 9 * DAY), seller.sell_unreserved(), seller.sell()[:-4] + "0000", "junk",
    ]  # fmt: skip
    listed = scene.central.manifest(revoked_tickets=(revoked.ticket_id,), revocation_version=1)
    scene.gate.take_manifest(listed, '"1"')
    for linked in (True, False):
        folder = tmp_path / f"gate-{linked}"
        folder.mkdir()
        manifests = ManifestStore(folder)
        if linked:
            scene.gate.confirm()
        else:
            scene.restart()
        with_store = Gate(
            open_store(folder, terminal_id=30, incarnation=1, epoch=1, clock=scene.clock, ids=TimeOrderedIds()),
            scene.catalogue, manifests, scene.clock, name="G", stop_place_id="a", tenant=scene.central.tenant,
            root_key=scene.central.root_key, opens_before_min=60,
        )  # fmt: skip
        kept = scene.gate.kept()
        assert kept is not None
        with_store.take_manifest(kept.manifest, kept.etag)
        verdicts.append([with_store.scan(code).reason for code in codes])
        with_store._store.close()
    scene.close()
    assert verdicts[0] == verdicts[1]
    assert len(set(verdicts[0])) >= 7, "the table has many answers"
