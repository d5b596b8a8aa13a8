"""P4: records are stored as they are and acknowledged; what they mean is applied once, and nothing bad stops it."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import Engine, text

from central.context import Context
from central.inventory.check import inventory_faults
from central.inventory.grants import give
from central.journal import apply
from central.journal.upload import receive
from central.refusal import Refusal
from central.status import Status, incidents, look
from kiosk.domain.allotment import Gid, Grant
from kiosk.domain.events import (
    AdmissionAnnulled,
    Admitted,
    CellsReleased,
    Exited,
    PaymentApproved,
    PaymentRequested,
    PlacesFreed,
    PrintStarted,
    SaleClosed,
)
from sync.wire import AllotmentRequest, JournalBatch, Want
from tests.central.world import Terminal, cells, journey_of, open_railway


def figures(engine: Engine) -> Status:
    with engine.connect() as connection:
        return look(connection)


def newest_incidents(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return incidents(connection)


def selling_terminal(context: Context) -> tuple[Terminal, int, Gid, list[int]]:
    """A terminal with a lease of four second-class seats of tomorrow's T1."""
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "second", 0, 4, 0, 4),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    return terminal, train, grant.gid, sorted({place for _, place in cells(grant.blocks)})


def test_a_sale_becomes_a_ticket_and_its_cells_are_sold(context: Context) -> None:
    terminal, train, gid, places = selling_terminal(context)
    terminal.append(PaymentRequested(sale_id="s", attempt_id="a", amount_minor=1250, currency="EUR", means="card"))
    terminal.append(PaymentApproved(sale_id="s", attempt_id="a", reference="REF"))
    record = terminal.sell(train, places[0], gid, 1, 3)
    terminal.append(PrintStarted(sale_id="s", what="ticket", item_no=0, copy=0))
    ack = receive(context, *terminal.id, terminal.batch())
    assert (ack.accepted_seq, ack.head_hash, ack.forked) == (len(terminal.records), terminal.records[-1].hash, False)
    status = figures(context.engine)
    assert (status.sales, status.tickets, status.oversold, status.uncovered, status.unapplied) == (1, 1, 0, 0, 0)
    assert status.incidents == 0 and status.sound
    with context.engine.connect() as connection:
        ticket = connection.execute(text("SELECT * FROM ticket")).one()
        payment = connection.execute(text("SELECT state, reference FROM payment")).one()
    assert (ticket.seq, ticket.journey_id, ticket.place) == (record.seq, train, places[0])
    assert (ticket.from_segment, ticket.to_segment, ticket.price_minor, ticket.covered) == (1, 3, 1250, True)
    assert tuple(payment) == ("approved", "REF")


def test_stable_only_where_a_backup_exists(context: Context) -> None:
    open_railway(context)
    terminal = Terminal(context)
    assert receive(context, *terminal.id, terminal.batch()).stable_seq == 0
    backed = Context(context.engine, context.keys, context.now, stable_on_commit=True)
    assert receive(backed, *terminal.id, terminal.batch()).stable_seq == 1


def test_the_same_records_again_change_nothing(context: Context) -> None:
    terminal, train, gid, places = selling_terminal(context)
    terminal.sell(train, places[0], gid)
    first = receive(context, *terminal.id, terminal.batch())
    before = figures(context.engine)
    assert receive(context, *terminal.id, terminal.batch()) == first
    terminal.sell(train, places[1], gid)
    overlapping = receive(context, *terminal.id, terminal.batch(2))
    assert overlapping.accepted_seq == len(terminal.records)
    after = figures(context.engine)
    assert (before.tickets, after.tickets, after.duplicates) == (1, 2, 0)
    assert after.sound


def test_a_gap_names_the_record_central_waits_for(context: Context) -> None:
    open_railway(context)
    terminal = Terminal(context)
    for _ in range(5):
        terminal.append(PlacesFreed(sale_id="s", reason="cancelled"))
    receive(context, *terminal.id, terminal.batch(1, 2))
    with pytest.raises(Refusal) as refusal:
        receive(context, *terminal.id, terminal.batch(5))
    assert (refusal.value.status, refusal.value.problem.code, refusal.value.problem.expected_seq) == (409, "gap", 3)


def test_a_broken_chain_is_refused_before_anything_is_stored(context: Context) -> None:
    open_railway(context)
    terminal = Terminal(context)
    for _ in range(3):
        terminal.append(PlacesFreed(sale_id="s", reason="cancelled"))
    batch = terminal.batch()
    for field, value in (("body", "{}"), ("recorded_at_ms", 5), ("hash", "0" * 64), ("previous_hash", "zz")):
        changed = msgspec.structs.replace(batch.records[2], **{field: value})
        records = (*batch.records[:2], changed, *batch.records[3:])
        with pytest.raises(Refusal) as refusal:
            receive(context, *terminal.id, JournalBatch(*terminal.id, records))
        assert refusal.value.problem.code == "broken_chain"
    with pytest.raises(Refusal) as refusal:
        receive(context, *terminal.id, JournalBatch(*terminal.id, (batch.records[0], batch.records[2])))
    assert refusal.value.problem.code == "not_contiguous"
    assert figures(context.engine).records == 0


def test_a_forked_journal_is_kept_and_freezes_the_terminal(context: Context) -> None:
    terminal, train, gid, places = selling_terminal(context)
    receive(context, *terminal.id, terminal.batch())
    copied = list(terminal.records)
    terminal.sell(train, places[0], gid)
    receive(context, *terminal.id, terminal.batch())
    honest = list(terminal.records)
    terminal.records = copied  # the copied disk goes its own way
    terminal.sell(train, places[1], gid)
    ack = receive(context, *terminal.id, terminal.batch(2))
    assert ack.forked and ack.accepted_seq == len(honest) and ack.head_hash == honest[-1].hash
    with context.engine.connect() as connection:
        kept = connection.execute(text("SELECT seq, hash FROM fork_record ORDER BY seq")).all()
    assert [tuple(row) for row in kept] == [(3, terminal.records[2].hash), (4, terminal.records[3].hash)]
    with pytest.raises(Refusal) as refusal:
        give(context, *terminal.id, AllotmentRequest((), terminal.last_gid))
    assert refusal.value.problem.code == "forked"
    terminal.records = honest  # the first branch is still taken: those sales happened
    terminal.sell(train, places[2], gid)
    ack = receive(context, *terminal.id, terminal.batch(5))
    assert ack.forked and ack.accepted_seq == len(terminal.records)
    status = figures(context.engine)
    assert (status.forks, status.tickets) == (1, 2)
    assert "fork" in " ".join(newest_incidents(context.engine))


def test_a_copy_that_starts_right_after_our_head_is_a_fork_too(context: Context) -> None:
    open_railway(context)
    terminal = Terminal(context)
    receive(context, *terminal.id, terminal.batch())
    terminal.records = []
    terminal.append_raw("TerminalEnrolled", '{"kind":"TerminalEnrolled","terminal_id":1,"incarnation":1,"epoch":9}')
    terminal.append(PlacesFreed(sale_id="s", reason="cancelled"))
    ack = receive(context, *terminal.id, terminal.batch(2))
    assert ack.forked and ack.accepted_seq == 1


def test_bad_records_are_acknowledged_kept_and_passed_by(context: Context) -> None:
    terminal, train, gid, places = selling_terminal(context)
    bad = [
        terminal.append_raw("TicketIssued", "this is not JSON"),
        terminal.append_raw(
            "TicketIssued", '{"kind":"TicketIssued","sale_id":"s","item_no":0,"payload":"00","code":"x"}'
        ),
        terminal.append_raw("SaleClosed", '{"kind":"PlacesFreed","sale_id":"s","reason":"cancelled"}'),
        terminal.append_raw(
            "PaymentRequested",
            '{"kind":"PaymentRequested","sale_id":"s","attempt_id":"a","amount_minor":9223372036854775808,'
            '"currency":"EUR","means":"card"}',
        ),
        terminal.append_raw("GrantAccepted", '{"kind":"GrantAccepted","grant":{"body":"?","signature":""}}'),
    ]
    newer = terminal.append_raw("LoyaltyPointsEarned", '{"kind":"LoyaltyPointsEarned","points":3}')
    terminal.sell(train, places[0], gid)
    ack = receive(context, *terminal.id, terminal.batch())
    assert ack.accepted_seq == len(terminal.records)
    with context.engine.connect() as connection:
        states = {row.seq: row.state for row in connection.execute(text("SELECT seq, state FROM raw_journal"))}
        assert inventory_faults(connection) == []
    assert {states[record.seq] for record in bad} == {"POISON"}
    assert states[newer.seq] == "UNKNOWN"
    assert states[len(terminal.records)] is None
    status = figures(context.engine)
    assert (status.tickets, status.unapplied, status.uncovered) == (1, 6, 0)
    noted = " ".join(newest_incidents(context.engine))
    assert "poison" in noted and "LoyaltyPointsEarned" in noted


def test_a_kind_this_program_learnt_later_is_applied_at_the_next_start(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, train, gid, places = selling_terminal(context)
    terminal.sell(train, places[0], gid)
    monkeypatch.setattr(apply, "KNOWN_KINDS", apply.KNOWN_KINDS - {"TicketIssued"})
    receive(context, *terminal.id, terminal.batch())
    assert (figures(context.engine).tickets, figures(context.engine).unapplied) == (0, 1)
    monkeypatch.undo()
    apply.apply_all(context)
    assert (figures(context.engine).tickets, figures(context.engine).unapplied) == (1, 0)
    assert figures(context.engine).sound


def test_a_sale_outside_its_lease_is_kept_and_reported(context: Context) -> None:
    terminal, train, gid, places = selling_terminal(context)
    thief = Terminal(context, "K2")
    thief.sell(train, places[0], gid)
    receive(context, *thief.id, thief.batch())
    terminal.sell(train, places[0], gid)
    receive(context, *terminal.id, terminal.batch())
    status = figures(context.engine)
    assert (status.tickets, status.uncovered, status.oversold) == (2, 1, 1)
    assert not status.sound
    assert "sold_outside_lease" in newest_incidents(context.engine)[0]
    assert status.inventory_faults == (), "the bitmaps follow the leases, the tickets tell the truth"


def test_a_cell_sold_after_its_release_is_reported(context: Context) -> None:
    terminal, train, gid, places = selling_terminal(context)
    with context.engine.connect() as connection:
        body = connection.scalar(text("SELECT body FROM grant_given"))
    grant = msgspec.json.decode(body or "", type=Grant)
    terminal.append(CellsReleased(journey_id=train, gid=gid, blocks=grant.blocks))
    terminal.sell(train, places[0], gid)
    receive(context, *terminal.id, terminal.batch())
    status = figures(context.engine)
    assert (status.tickets, status.uncovered) == (1, 1)


def test_a_ticket_without_its_sale_and_an_unlimited_one(context: Context) -> None:
    catalogue = open_railway(context)
    bus = journey_of(catalogue, "B1")
    terminal = Terminal(context)
    terminal.issue("unknown", bus, 0, 0, 0, 1)
    receive(context, *terminal.id, terminal.batch())
    status = figures(context.engine)
    assert (status.tickets, status.uncovered, status.oversold) == (1, 0, 0)
    assert "ticket_without_sale" in newest_incidents(context.engine)[0]


def test_the_second_admission_of_a_ticket_is_reported(context: Context) -> None:
    open_railway(context)
    gate_a, gate_b = Terminal(context, "G1", "gate"), Terminal(context, "G2", "gate")
    for gate in (gate_a, gate_b):
        gate.append(Admitted(ticket_id="0001010000000005", journey_id=1, gate=gate.reply.name, at=1_790_000_000))
        receive(context, *gate.id, gate.batch())
    assert figures(context.engine).admissions == 2
    assert [line for line in newest_incidents(context.engine) if "admitted_twice" in line]


def test_an_admission_that_was_annulled_or_that_the_rules_allow_is_no_second_one(context: Context) -> None:
    open_railway(context)
    gate = Terminal(context, "G1", "gate")
    first = {"ticket_id": "0001010000000005", "journey_id": 1, "gate": "G1", "at": 1_790_000_000}
    gate.append(Admitted(**first))
    gate.append(AdmissionAnnulled(**{**first, "of_seq": len(gate.records)}))
    receive(context, *gate.id, gate.batch())
    assert (figures(context.engine).admissions, figures(context.engine).refusals) == (0, 0)
    gate.append(Admitted(**first))
    gate.append(Exited(**first))
    gate.append(Admitted(**first, again=True))
    gate.append(Admitted(**first, override="used", role="supervisor", reason="left a bag"))
    receive(context, *gate.id, gate.batch())
    assert figures(context.engine).admissions == 3
    assert not [line for line in newest_incidents(context.engine) if "admitted_twice" in line]


def test_a_sale_rests_with_its_outcome(context: Context) -> None:
    terminal, train, gid, places = selling_terminal(context)
    terminal.sell(train, places[0], gid)
    with context.engine.connect() as connection:
        assert connection.execute(text("SELECT outcome FROM sale")).all() == []
    sale_id = f"sale-{len(terminal.records) - 2}"
    terminal.append(SaleClosed(sale_id=sale_id, outcome="delivered"))
    receive(context, *terminal.id, terminal.batch())
    with context.engine.connect() as connection:
        assert connection.execute(text("SELECT outcome FROM sale")).scalars().all() == ["delivered"]


def test_a_long_journal_in_full_batches(context: Context) -> None:
    terminal, train, gid, places = selling_terminal(context)
    for number in range(1200):
        terminal.append(
            PaymentRequested(sale_id="s", attempt_id=f"a{number}", amount_minor=1, currency="EUR", means="card")
        )
    terminal.sell(train, places[0], gid)
    for first in range(1, len(terminal.records) + 1, 500):
        ack = receive(context, *terminal.id, terminal.batch(first, first + 499))
    assert ack.accepted_seq == len(terminal.records)
    status = figures(context.engine)
    assert (status.records, status.unapplied, status.tickets) == (len(terminal.records), 0, 1)
    with pytest.raises(Refusal) as refusal:
        receive(context, *terminal.id, terminal.batch(1, 501))
    assert refusal.value.status == 413


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\\",
        "\\.",
        "\\N",
        "a\tb\nc\rd\r\n",
        "\\t\\\\n\\",
        "\b\f\v\x7f\x1f",
        "李伟 🎫 \u2028 ü",
        '{"a":"\\u0000\\n"}',
        "\n\\.\n",
    ],
)
def test_a_record_is_stored_to_the_letter(context: Context, body: str) -> None:
    terminal = Terminal(context)
    for text_ in (body, "plain", body):
        terminal.append_raw(f"Odd {body}", text_)
    receive(context, *terminal.id, terminal.batch())
    with context.engine.connect() as connection:
        rows = connection.execute(text("SELECT kind, body, hash, recorded_at_ms FROM raw_journal ORDER BY seq")).all()
    told = [(each.kind, each.body, each.hash, each.recorded_at_ms) for each in terminal.records]
    assert [tuple(row) for row in rows] == told
