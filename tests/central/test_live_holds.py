"""Live holds: exactly a party's places, all or none, once; and nothing for whoever may not have any."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import text

from central.context import Context
from central.enrolment import enrol, make_code
from central.inventory import live
from central.inventory.check import inventory_faults, oversold
from central.inventory.live import PLACES_MAX, Answer, Asked
from central.journal.upload import receive
from central.keys import Keys, raise_epoch
from central.recovery import open_epoch
from central.refusal import Refusal
from kiosk.domain.allotment import Gid, Grant
from kiosk.domain.events import CellsReleased, EpochAdopted
from sync.wire import AllotmentReply, EnrolRequest, HoldRequest
from tests.central.world import Terminal, cells, journey_of, open_railway
from tests.conftest import SettableClock


def party(terminal: Terminal, train: int, count: int, *, places: tuple[int, ...] = (), head: int = 0) -> HoldRequest:
    """`count` places in second class for the whole run."""
    return HoldRequest(train, "second", 0, 4, count, terminal.last_gid, head, places)


def ask(context: Context, terminal: Terminal, request: HoldRequest) -> AllotmentReply:
    """One request alone, as central's door lets it in."""
    live.check(request)
    (answer,) = live.hold(context, [Asked(*terminal.id, request)])
    if isinstance(answer, Refusal):
        raise answer
    return answer


def code_of(answer: Answer) -> str:
    assert isinstance(answer, Refusal)
    return answer.problem.code


def refused(context: Context, terminal: Terminal, request: HoldRequest) -> tuple[int, str]:
    with pytest.raises(Refusal) as refusal:
        ask(context, terminal, request)
    return refusal.value.status, refusal.value.problem.code


def places_of(grants: list[Grant]) -> set[int]:
    return {place for grant in grants for _, place in cells(grant.blocks)}


def leased(context: Context) -> int:
    """Cells of all leases."""
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == [] and oversold(connection) == 0
        rows = connection.scalars(text("SELECT cells FROM holding WHERE kind = 'LEASE'")).all()
    return sum(int.from_bytes(bytes(row)).bit_count() for row in rows)


def test_a_party_gets_its_places_together_for_its_ride_and_not_one_cell_more(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    (grant,) = terminal.accept(ask(context, terminal, HoldRequest(train, "second", 1, 3, 4, Gid(0, 0))).grants)
    places = sorted(places_of([grant]))
    assert places == list(range(places[0], places[0] + 4)) and places[0] // 10 == places[-1] // 10
    assert {segment for segment, _ in cells(grant.blocks)} == {1, 2}
    assert grant.live and grant.not_after == context.now() + live.PARTY_S, "it says what it is for, and ends soon"
    assert leased(context) == 8


def test_all_or_none(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    first, second = Terminal(context, "K1"), Terminal(context, "K2")
    first.accept(ask(context, first, party(first, train, 15)).grants)
    before = leased(context)
    assert refused(context, second, party(second, train, 6)) == (409, "no_places")
    assert leased(context) == before == 60
    assert len(places_of(second.accept(ask(context, second, party(second, train, 5)).grants))) == 5
    assert refused(context, first, party(first, train, 1)) == (409, "no_places")
    assert leased(context) == 80, "the class is given to its last place"


def test_exactly_the_places_that_were_named(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    first, second = Terminal(context, "K1"), Terminal(context, "K2")
    (grant,) = first.accept(ask(context, first, party(first, train, 3, places=(11, 17, 23))).grants)
    assert places_of([grant]) == {11, 17, 23}
    assert refused(context, second, party(second, train, 2, places=(12, 17))) == (409, "no_places"), "17 is taken"
    (grant,) = second.accept(ask(context, second, party(second, train, 2, places=(12, 18))).grants)
    assert places_of([grant]) == {12, 18}
    for place in (3, 30, 10**6, -1):
        assert refused(context, second, party(second, train, 1, places=(place,))) == (409, "not_on_sale"), place
    assert leased(context) == 20


def test_places_of_others_on_another_stretch_do_not_matter(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    first, second = Terminal(context, "K1"), Terminal(context, "K2")
    for terminal, stretch in ((first, (0, 2)), (second, (2, 4))):
        request = HoldRequest(train, "second", *stretch, 1, Gid(0, 0), 0, (15,))
        assert places_of(terminal.accept(ask(context, terminal, request).grants)) == {15}
    for stretch in ((0, 1), (1, 3), (3, 4)):
        request = HoldRequest(train, "second", *stretch, 1, first.last_gid, 0, (15,))
        assert refused(context, first, request) == (409, "no_places")
    assert leased(context) == 4


def test_a_lost_answer_asked_again_is_the_same_grant_and_not_a_second_one(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    request = party(terminal, train, 4)
    lost = ask(context, terminal, request)
    assert ask(context, terminal, request) == lost
    assert leased(context) == 16
    terminal.accept(lost.grants)
    (fresh,) = ask(context, terminal, party(terminal, train, 4)).grants
    assert fresh not in lost.grants, "the next party gets its own"
    assert leased(context) == 32


def test_what_is_on_its_way_counts_and_only_the_rest_is_added(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    lost = ask(context, terminal, party(terminal, train, 2, places=(11, 12)))
    answer = ask(context, terminal, party(terminal, train, 3, places=(11, 12, 13)))
    assert answer.grants[:1] == lost.grants and len(answer.grants) == 2
    first, second = terminal.accept(answer.grants)
    assert (places_of([first]), places_of([second])) == ({11, 12}, {13})


def test_two_requests_of_one_terminal_in_one_transaction_are_one_after_the_other(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal, other = Terminal(context, "K1"), Terminal(context, "K2")
    request, theirs = party(terminal, train, 4), party(other, train, 17)
    first, second, third, fourth = live.hold(
        context,
        [
            Asked(*terminal.id, request),
            Asked(*terminal.id, request),
            Asked(*other.id, theirs),
            Asked(*other.id, party(other, train, 16)),
        ],
    )
    assert first == second and isinstance(first, AllotmentReply) and len(first.grants) == 1
    assert code_of(third) == "no_places", "refused alone, the others are served"
    assert isinstance(fourth, AllotmentReply) and len(places_of(other.accept(fourth.grants))) == 16
    assert leased(context) == 80


def test_what_is_not_sold_comes_back_by_the_terminals_word_and_goes_out_again(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    first, second = Terminal(context, "K1"), Terminal(context, "K2")
    (grant,) = first.accept(ask(context, first, party(first, train, 20)).grants)
    assert refused(context, second, party(second, train, 1)) == (409, "no_places")
    first.append(CellsReleased(journey_id=train, gid=grant.gid, blocks=grant.blocks, reason="left"))
    receive(context, *first.id, first.batch())
    assert leased(context) == 0
    assert len(places_of(second.accept(ask(context, second, party(second, train, 20)).grants))) == 20


def test_a_forked_a_superseded_and_a_restored_terminal_get_nothing(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    forked, old, behind = (Terminal(context, name) for name in ("K1", "K2", "K3"))
    with context.engine.begin() as connection:
        connection.execute(
            text("UPDATE incarnation SET forked = true WHERE terminal_id = :terminal"), {"terminal": forked.id[0]}
        )
    code, _ = make_code(context, "K2", "kiosk")
    enrol(context, EnrolRequest(code, "11" * 32), "127.0.0.1")
    behind.append(EpochAdopted(epoch=1))
    receive(context, *behind.id, behind.batch())
    assert refused(context, forked, party(forked, train, 1)) == (403, "forked")
    assert refused(context, old, party(old, train, 1)) == (403, "superseded")
    assert refused(context, behind, party(behind, train, 1, head=1)) == (409, "behind")
    assert leased(context) == 0
    assert ask(context, behind, party(behind, train, 1, head=2)).grants


def test_a_gate_a_revoked_terminal_and_an_unknown_grant_get_nothing(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    gate, revoked, stranger = Terminal(context, "G1", "gate"), Terminal(context, "K1"), Terminal(context, "K2")
    with context.engine.begin() as connection:
        connection.execute(
            text("UPDATE incarnation SET revoked_from = 1 WHERE terminal_id = :terminal"), {"terminal": revoked.id[0]}
        )
    assert refused(context, gate, party(gate, train, 1)) == (403, "gate_sells_nothing")
    assert refused(context, revoked, party(revoked, train, 1)) == (403, "revoked")
    stranger.last_gid = Gid(1, 77)
    assert refused(context, stranger, party(stranger, train, 1)) == (409, "unknown_grant")
    assert leased(context) == 0
    other = Terminal(context, "K3")
    (theirs,) = other.accept(ask(context, other, party(other, train, 1)).grants)
    stranger.last_gid = Gid(0, 0)
    (mine,) = stranger.accept(ask(context, stranger, party(stranger, train, 1)).grants)
    assert theirs.gid < mine.gid
    stranger.last_gid = theirs.gid
    assert refused(context, stranger, party(stranger, train, 1)) == (409, "unknown_grant"), "another terminal's"


def test_central_that_came_back_older_grants_nothing_until_it_knows(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    receive(context, *terminal.id, terminal.batch())
    folder = context.keys.folder
    raise_epoch(folder, context.now())
    context = replace(context, keys=Keys(folder, context.now()))
    open_epoch(context)
    assert ask(context, terminal, party(terminal, train, 1)) == AllotmentReply(grants=(), epoch=2)
    assert leased(context) == 0
    terminal.append(EpochAdopted(epoch=2))
    receive(context, *terminal.id, terminal.batch())
    (signed,) = ask(context, terminal, party(terminal, train, 1)).grants
    assert msgspec.json.decode(signed.body, type=Grant).gid.epoch == 2


@pytest.mark.parametrize(
    "change",
    [
        {"count": 0},
        {"count": -1},
        {"count": PLACES_MAX + 1},
        {"count": 3, "places": (11, 12)},
        {"count": 2, "places": (11, 11)},
        {"journey_id": 1 << 63},
        {"head": -1},
        {"last_gid": Gid(-1, 0)},
        {"last_gid": Gid(1 << 31, 0)},
        {"last_gid": Gid(1, 1 << 63)},
    ],
    ids=str,
)
def test_what_no_journey_could_give_is_refused_at_the_door(change: dict[str, object]) -> None:
    request = HoldRequest(1, "second", 0, 4, 2, Gid(1, 1))
    live.check(request)
    with pytest.raises(Refusal) as refusal:
        live.check(msgspec.structs.replace(request, **change))
    assert (refusal.value.status, refusal.value.problem.code) == (422, "bad_hold")


def test_a_journey_that_is_not_on_sale_gives_nothing(context: Context, clock: SettableClock) -> None:
    catalogue = open_railway(context)
    train, bus = journey_of(catalogue, "T1"), journey_of(catalogue, "B1")
    terminal = Terminal(context)
    good = party(terminal, train, 1)
    for change in (
        {"journey_id": 999_999},
        {"journey_id": bus},
        {"place_class": "third"},
        {"place_class": ""},
        {"from_call": 4},
        {"from_call": 3, "to_call": 3},
        {"from_call": -1},
        {"to_call": 5},
    ):
        request = msgspec.structs.replace(good, **change)
        assert refused(context, terminal, request) == (409, "not_on_sale"), change
    with context.engine.begin() as connection:
        connection.execute(text("UPDATE journey SET on_sale = false WHERE id = :train"), {"train": train})
    assert refused(context, terminal, good) == (409, "not_on_sale")
    with context.engine.begin() as connection:
        connection.execute(text("UPDATE journey SET on_sale = true WHERE id = :train"), {"train": train})
    clock.forward(86_400)
    assert refused(context, terminal, good) == (409, "not_on_sale"), "it has run"
    assert leased(context) == 0
