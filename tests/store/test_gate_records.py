"""A gate's records: taken whole or not at all, found by what people say, fetched anew when they are damaged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain.codes import human_code
from kiosk.domain.gate.figures import found_by
from kiosk.domain.gate.world import Medium, Ticket, World
from kiosk.domain.ticket import ticket_id
from kiosk.store.gate_record_rows import Booked
from kiosk.store.gate_records import KEPT_S, GateRecords
from kiosk.store.manifest import FREE, HELD_S, RECENT_S
from sync.wire import BookedRow, Change

KEY = bytes(range(32))
NOW = 1_790_000_000
SALE = "0199bbbb-0000-7000-8000-00000000000a"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[GateRecords]:
    records = GateRecords(tmp_path, KEY)
    yield records
    records.close()


def row(seq: int = 7, place: int | None = 3, holder: str = "", sale: str = SALE, covered: bool = True) -> BookedRow:
    return BookedRow(sale, 101, place, 1, 3, "second", "flex", "adult", 1, holder, covered)


def booked(seq: int = 7, *, terminal: int = 3, until: int = 0, **values: object) -> Change:
    return Change("booked", ticket_id(terminal, 1, seq), json(row(seq, **values)), until)  # type: ignore[arg-type]


def guest(code: str, until: int = 0, **values: object) -> Change:
    return Change("guest", code, json(Ticket(code=code, **values)), until)  # type: ignore[arg-type]


def gone(change: Change, until: int = 0) -> Change:
    return Change(change.topic, change.key, None, until)


def json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def codes(found: list[Booked | Ticket]) -> list[str]:
    return [each.ticket_id if isinstance(each, Booked) else each.code for each in found]


def test_a_ticket_is_known_by_id_code_and_sale_over_a_restart(records: GateRecords, tmp_path: Path) -> None:
    records.take(
        [booked(7), booked(9, place=4, holder="Åsa Łęcka"), booked(8, sale="another")], anew=True, cursor="1.5"
    )
    first = ticket_id(3, 1, 7)
    again = GateRecords(tmp_path, KEY)
    assert again.cursor == "1.5" and again.size() == 3
    assert again.booked(first) == row(7)
    assert again.booked(ticket_id(3, 1, 10)) is None and again.booked("nonsense") is None
    assert again.by_code(human_code(first).lower().replace("-", " ")) == [Booked(first, row(7))]
    assert codes([*again.of_sale(SALE)]) == [ticket_id(3, 1, 7), ticket_id(3, 1, 9)]
    assert codes([*again.of_sale("another")]) == [ticket_id(3, 1, 8)]
    assert again.by_product(101) == {"flex": 3}
    again.close()


def test_a_high_terminal_number_has_its_place_too(records: GateRecords) -> None:
    records.take([booked(7, terminal=65535, holder="Zoe")], anew=True)
    records.take([booked(8, terminal=65535, holder="Zoe")], anew=False)
    assert codes(records.find("zoe")) == [ticket_id(65535, 1, 7), ticket_id(65535, 1, 8)]
    assert records.booked(ticket_id(65535, 1, 8)) is not None


def test_a_place_is_sold_to_another_only_on_a_part_of_the_way(records: GateRecords) -> None:
    records.take([booked(7), booked(8, place=5, covered=False)], anew=True)
    ours = (101, 3, 1)
    assert records.sold_to_another(ours, 3, (0, 2), 99) and records.sold_to_another(ours, 3, (2, 4), 99)
    assert not records.sold_to_another(ours, 3, (0, 2), 7), "it is this one"
    assert not records.sold_to_another(ours, 3, (3, 4), 99), "the place is free by then"
    assert not records.sold_to_another((101, 4, 1), 3, (0, 2), 99), "another seller's lease decides"
    assert not records.sold_to_another((101, 3, 2), 3, (0, 2), 99)
    assert not records.sold_to_another(ours, 5, (0, 2), 99), "what was not leased makes nobody's lease used up"


def test_differences_are_taken_whole_or_not_at_all(records: GateRecords) -> None:
    records.take([booked(7, holder="Ann"), guest("A")], anew=True, cursor="1.5")

    def cut() -> Iterator[Change]:
        yield booked(8)
        yield gone(booked(7))
        raise LookupError

    for anew in (False, True):
        with pytest.raises(LookupError):
            records.take(cut(), anew=anew, cursor="1.6")
        assert records.cursor == "1.5" and records.booked(ticket_id(3, 1, 8)) is None
        assert codes(records.find("ann")) == [ticket_id(3, 1, 7)] and records.guest("A")
    for _ in range(2):  # the same again does the same
        records.take([booked(8, holder="Bob"), gone(booked(7)), gone(booked(77)), gone(guest("A"))], anew=False)
        assert codes(records.find("ann")) == [] and codes(records.find("bob")) == [ticket_id(3, 1, 8)]
        assert records.guest("A") is None and records.size() == 1


def test_everything_anew_leaves_nothing_of_before_and_one_file(records: GateRecords, tmp_path: Path) -> None:
    records.take([booked(7, holder="Ann"), guest("A"), Change("plan", "", json(World()))], anew=True, cursor="1.5")
    records.take([booked(8)], anew=True, cursor="2.1")
    assert records.size() == 1 and records.plan() is None and codes(records.find("ann")) == []
    assert [each.name for each in tmp_path.glob("gate-records*.db")] == [records.path.name]
    assert not [*tmp_path.glob("*.part")]
    again = GateRecords(tmp_path, KEY)
    assert again.cursor == "2.1"
    again.close()


def test_a_cut_between_two_files_leaves_the_newer_whole_one(tmp_path: Path) -> None:
    first = GateRecords(tmp_path, KEY)
    first.take([booked(7)], anew=True, cursor="1.5")
    old, content = first.path, first.path.read_bytes()
    first.take([booked(8)], anew=True, cursor="1.6")
    first.close()
    old.write_bytes(content)
    (tmp_path / "gate-records-9.part").write_bytes(b"half")
    again = GateRecords(tmp_path, KEY)
    assert again.cursor == "1.6" and not old.exists() and not [*tmp_path.glob("*.part")]
    again.close()


@pytest.mark.parametrize("at", [0.0, 0.1, 0.5, 0.9])
def test_damage_costs_a_download_and_nothing_else(tmp_path: Path, at: float) -> None:
    records = GateRecords(tmp_path, KEY)
    many = [booked(n, holder=f"Name {n}") for n in range(2, 2000)]
    records.take(many, anew=True, cursor="1.5")
    records.close()
    content = bytearray(records.path.read_bytes())
    content[int(len(content) * at) + 100 : int(len(content) * at) + 9000] = bytes(8900)
    records.path.write_bytes(content)
    again = GateRecords(tmp_path, KEY)
    for n in range(2, 2000):
        again.booked(ticket_id(3, 1, n))  # nothing raises: a gate goes on by what tickets prove
    again.find("name")
    again.take([gone(booked(n)) for n in range(2, 2000)], anew=False, cursor="1.6")
    assert again.cursor == "", "it is fetched anew"
    again.take(many, anew=True, cursor="1.7")
    assert again.size() == len(many) and again.cursor == "1.7"
    again.close()


def test_a_missing_file_and_a_wrong_key_mean_fetched_anew(tmp_path: Path) -> None:
    records = GateRecords(tmp_path, KEY)
    records.take([booked(7)], anew=True, cursor="1.5")
    records.close()
    other = GateRecords(tmp_path, bytes(32))
    assert other.cursor == "" and other.size() == 0
    other.close()


def test_it_lies_encrypted_and_a_name_that_is_over_is_gone(records: GateRecords, tmp_path: Path) -> None:
    records.take([booked(7, holder="Margarethe", until=NOW)], anew=True, cursor="1.5", told_at=NOW - 10)
    assert not any(b"Margarethe" in each.read_bytes() for each in tmp_path.iterdir())
    records.take([], anew=False, cursor="1.6", told_at=NOW - 5)
    assert codes(records.find("margar")) != []
    records.take([], anew=False, cursor="1.7", told_at=NOW + 1)
    assert codes(records.find("margar")) == [] and records.cursor == "1.7"


def test_far_from_central_names_go_too_and_a_wrong_clock_costs_a_download(records: GateRecords) -> None:
    records.take([booked(7, holder="Ann", until=NOW)], anew=True, cursor="1.5", told_at=NOW - 10)
    records.forget(NOW + KEPT_S - 1)
    assert records.find("ann") and records.cursor == "1.5"
    records.forget(NOW + KEPT_S + 1)
    assert not records.find("ann") and records.cursor == ""


def test_guests_that_vanish_at_once_count_on_until_staff_confirm(records: GateRecords) -> None:
    everybody = [guest(f"G{n:03}", holder=f"Guest {n}") for n in range(200)]
    records.take([*everybody, booked(7)], anew=True, cursor="1.5", now=NOW)
    change = [gone(each) for each in everybody[:60]]
    for _ in range(2):  # also when the round is repeated
        held = records.take([*change, guest("NEW")], anew=False, cursor="1.6", now=NOW + 60)
        assert records.guest("G000") is not None and records.guest("NEW") is not None
        assert codes(records.find("guest 59")) == ["G059"]
        assert records.held() == {"guest": 60}
    assert held == [], "they waited before"
    assert records.take([everybody[0]], anew=False, now=NOW + 61) == []
    assert records.held() == {"guest": 59}, "what comes back waits no longer"
    assert records.confirm() == 59 and records.held() == {}
    assert records.guest("G001") is None and records.guest("G000") is not None and codes(records.find("guest 59")) == []


def test_a_few_and_what_is_over_go_without_a_word(records: GateRecords) -> None:
    everybody = [guest(f"G{n:03}") for n in range(100)]
    records.take(everybody, anew=True, cursor="1.5", now=NOW)
    assert records.take([gone(each) for each in everybody[:FREE]], anew=False, now=NOW) == []
    assert records.take([gone(each, until=NOW) for each in everybody[20:90]], anew=False, now=NOW + 1) == []
    assert records.size() == 10


def test_a_list_anew_that_lost_most_guests_holds_them_for_a_while(records: GateRecords) -> None:
    everybody = [guest(f"G{n:03}") for n in range(100)]
    records.take(everybody, anew=True, cursor="1.5", now=NOW)
    held = records.take(everybody[:50], anew=True, cursor="2.1", now=NOW + 60)
    assert len(held) == 50 and records.held() == {"guest": 50} and records.guest("G099")
    assert records.take(everybody[:50], anew=True, cursor="2.2", now=NOW + 120) == []
    assert records.held() == {"guest": 50}
    records.take([], anew=False, cursor="2.3", now=NOW + 61 + HELD_S)
    assert records.held() == {} and records.guest("G099") is None
    records.take([], anew=True, cursor="2.4", now=NOW + 61 + HELD_S + RECENT_S + 1)
    assert records.size() == 0, "after so long all of it may be over"


def test_tickets_of_our_own_prove_themselves_and_never_wait(records: GateRecords) -> None:
    many = [booked(n) for n in range(2, 200)]
    records.take(many, anew=True, now=NOW)
    assert records.take([gone(each) for each in many], anew=False, now=NOW) == [] and records.size() == 0


def test_a_record_that_cannot_be_read_does_not_hold_up_the_others(records: GateRecords) -> None:
    bad = [Change("booked", "zz", "[]"), Change("guest", "B", '{"code":"B","new_rule":1}'), Change("plan", "", "[]")]
    bad += [Change("guest", "C", json(Ticket(code="D"))), Change("medium", "M", "{}"), Change("booked", "", None)]
    records.take([guest("B")], anew=True, cursor="1.5")
    records.take([*bad, booked(7)], anew=False, cursor="1.6")
    assert records.size() == 1 and records.cursor == "1.6"
    assert records.guest("B") is None, "what it was may be wrong by now"


def test_media_stand_for_guests(records: GateRecords) -> None:
    band = Medium(code="W1", tickets=("A", "X", "B"))
    plan = World(time_zone="Europe/Berlin")
    records.take(
        [guest("A"), guest("B"), Change("medium", "W1", json(band)), Change("plan", "", json(plan))], anew=True
    )
    assert records.medium("W1") == band and records.medium("W2") is None
    assert codes([*records.guests_of(band)]) == ["A", "B"]
    assert records.plan() == plan
    records.take([Change("plan", "", None)], anew=False)
    assert records.plan() is None


@pytest.mark.parametrize(
    ("said", "hit"),
    [
        ("MÜLLER", True), ("muller", True), ("üll", True), ("li  wei", True), ("伟", True), ("李伟", True),
        ("anna.m", True), ("@example", True), ("bk-77", True), ("BK77", True), ("qr 1", True), ("z", False),
        ("", False),
        ("  ", False), ("-", True), ('"', False), ("müllerin", False), ("*", False), ("bk-7 7", True),
    ],
)  # fmt: skip
def test_who_is_found(records: GateRecords, said: str, hit: bool) -> None:
    records.take(
        [
            guest("QR-1", holder="Anna Müller", email="anna.m@example.org", booking="BK-77"),
            guest("Q2", holder="Li Wei 李伟"),
        ],
        anew=True,
    )
    assert bool(records.find(said)) is hit


def test_a_part_of_a_code_finds_a_ticket_and_the_limit_holds(records: GateRecords) -> None:
    records.take([booked(n, holder="Ann") for n in range(2, 300)], anew=True)
    code = human_code(ticket_id(3, 1, 77))
    for said in (code, code.lower(), code[:6], code[2:], code.replace("-", ""), code.replace("-", " ")):
        assert ticket_id(3, 1, 77) in codes(records.find(said, 300)), said
    assert len(records.find("a", 50)) == 50


texts = st.text("abAB1 -.@é李", max_size=8)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])  # each makes a file
@given(st.lists(st.tuples(texts, texts, texts, texts), max_size=6), texts)
def test_it_finds_whom_the_rule_of_the_gate_finds(
    tmp_path_factory: pytest.TempPathFactory, people: list[tuple[str, str, str, str]], said: str
) -> None:
    guests = [
        Ticket(code=f"c{n}{a.strip()}", short_code=b.strip(), holder=c, booking=d)
        for n, (a, b, c, d) in enumerate(people)
    ]
    records = GateRecords(tmp_path_factory.mktemp("records"), KEY)
    try:
        records.take(
            [Change("guest", each.code, json(each)) for each in guests], anew=random.Random(said).random() < 0.5
        )
        wanted = found_by(World(tickets=tuple(guests)), " ".join(said.split()), {""})
        assert set(wanted) <= set(codes(records.find(said)))
    finally:
        records.close()
