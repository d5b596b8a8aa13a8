"""Guest lists and the plan at central: every mistake named, taken whole or not at all, told within a round."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from central.context import Context
from central.guests.files import BadList, read_list
from central.guests.office import NoGuest, Taken, batches, cancel, guests_of, take
from central.guests.plans import clear_plan, set_plan, shown_plan
from central.journal.upload import receive
from central.status import incidents
from kiosk.domain.events import AdmissionAnnulled, Admitted
from kiosk.domain.gate.plan import BadPlan
from kiosk.domain.gate.world import Medium, Ticket
from tests.central.test_feed import Reader
from tests.central.world import Terminal, open_railway

FESTIVAL = """code;holder;product;booking;status;persons;rides;valid_from;leases
F-1;Mara Lind;day;B100;;;;2026-09-22T10:00:00;
F-2;José Núñez;day;B100;pending;;;;
F-3;;carnet;B101;paid;;5;;North=3; South=2
F-4;Group of Ito;day;B102;paid;4;;;
"""


def written(folder: Path, text: str, name: str = "festival.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def taken(context: Context, path: Path, **how: Any) -> Taken:
    return take(context, path, read_list(path, media=how.pop("media", False)), **how)


def gate(context: Context) -> Reader:
    """Guests are for gates only."""
    return Reader(context, Terminal(context, "Reading gate", "gate").id[0])


def told(reader: Reader, topic: str) -> dict[str, Any]:
    return {
        change.key: None if change.body is None else msgspec.json.decode(change.body)
        for change in reader.go()
        if change.topic == topic
    }


def test_a_csv_of_another_system_is_taken_once_and_told_to_gates(context: Context, tmp_path: Path) -> None:
    reader = gate(context)
    reader.go()
    path = written(tmp_path, FESTIVAL.replace("North=3; South=2", '"North=3; South=2"'))
    first = taken(context, path)
    assert (first.new, first.changed, first.same, first.gone, first.missing) == (4, 0, 0, 0, 0)
    rows = told(reader, "guest")
    assert rows["F-1"] == {
        "code": "F-1", "holder": "Mara Lind", "product": "day", "booking": "B100", "valid_from": "2026-09-22T10:00:00Z",
    }  # fmt: skip
    assert rows["F-2"]["status"] == "pending" and rows["F-3"]["leases"] == {"North": 3, "South": 2}
    assert [msgspec.convert(each, Ticket).persons for each in rows.values()] == [1, 1, 1, 4]
    again = taken(context, path)
    assert (again.new, again.changed, again.same) == (0, 0, 4)
    assert told(reader, "guest") == {}, "what is as before is no news"


def test_importing_again_says_what_changed_and_takes_away_only_when_asked(context: Context, tmp_path: Path) -> None:
    reader = gate(context)
    taken(context, written(tmp_path, "code,holder\nA,Ann\nB,Bob\nC,Cid\n"))
    reader.go()
    path = written(tmp_path, "code,holder\nA,Anna\nB,Bob\nD,Dora\n")
    second = taken(context, path)
    assert (second.new, second.changed, second.same, second.missing, second.gone) == (1, 1, 1, 1, 0)
    assert "--replace-of festival" in " ".join(second.words())
    assert told(reader, "guest").keys() == {"A", "D"}
    third = taken(context, path, replace_of="festival")
    assert (third.new, third.same, third.gone, third.missing) == (0, 3, 1, 0)
    assert told(reader, "guest") == {"C": None}
    with pytest.raises(BadList, match="there are: festival"):
        taken(context, path, replace_of="other")


def test_what_was_cancelled_here_stays_so(context: Context, tmp_path: Path) -> None:
    reader = gate(context)
    path = written(tmp_path, "code,holder\nA,Ann\n")
    taken(context, path)
    assert "is cancelled" in cancel(context, "A", "Li Wei", "refunded")
    assert told(reader, "guest")["A"]["status"] == "cancelled"
    assert "was cancelled already, by Li Wei" in cancel(context, "A", "Li Wei", "refunded")
    again = taken(context, written(tmp_path, "code,holder,status\nA,Anna,paid\n"))
    assert again.cancelled == 1 and "stay so" in " ".join(again.words())
    assert told(reader, "guest")["A"] == {"code": "A", "holder": "Anna", "status": "cancelled"}
    with context.engine.connect() as connection:
        assert guests_of(connection, "festival")[0]["cancelled_by"] == "Li Wei"
        (batch,) = batches(connection)
        assert (batch.guests, batch.cancelled) == (1, 1)
    assert "counts again" in cancel(context, "A", "Li Wei", "a mistake", undo=True)
    assert "status" not in told(reader, "guest")["A"]
    with pytest.raises(NoGuest, match="no guest has the code 'Z'"):
        cancel(context, "Z", "Li Wei", "refunded")
    with pytest.raises(NoGuest, match="--who"):
        cancel(context, "A", " ", "refunded")


MISTAKES = [
    ("code,holdr\nA,Ann\n", "line 1: unknown column 'holdr'"),
    ("code,journey\nA,T1\n", "only a signed ticket says it"),
    ("ticket,holder\nA,Ann\n", "--column 'THEIR NAME=code'"),
    ("code,code\nA,B\n", "two columns are `code`"),
    ("code,persons\nA,two\n", "line 2: in persons: must be a whole number"),
    ("code,persons\nA,0\n", "line 2: `persons` = 0"),
    ("code,status\nA,payed\n", "line 2: in status: 'payed' is not known; did you mean `paid`?"),
    ("code,holder\nA,Ann\n\nA,Bob\n", "line 4: the code 'A' is already that of"),
    ("code,holder\nA,Ann,Lind\n", "line 2: 3 cells, the header has 2"),
    ("code,valid_from,valid_until\nA,2026-09-22T10:00:00,2026-09-21T10:00:00\n", "line 2: `valid_until` is before"),
    ("code,valid_from\nA,tomorrow\n", "line 2: in valid_from: that is not a time, such as"),
    ("code,companion_of\nA,Z\n", "line 2: `companion_of` names 'Z'"),
    ("code,companion_of\nA,A\n", "line 2: a ticket is neither its own companion"),
    ("code,rides,leases\nA,2,N=3\n", "line 2: `leases` give 3 rides to gates, the ticket has 2"),
    ("code,leases\nA,N\n", "line 2: `leases` in one cell looks like"),
    ("code\n0003010000000002\n", "line 2: the code 0003010000000002 looks like the id of a ticket of ours"),
    ("code\n" + "x" * 201 + "\n", "line 2: the code has 201 bytes; a gate keeps 200"),
    ("code,product\nA," + "x" * 65 + "\n", "line 2: `product` has 65 letters"),
    ("code\nT1:ABC\n", "is that of a signed ticket"),
    ("code,holder\n", "there is no ticket and no medium"),
    ('code,holder\nA,"Ann\n', "line 2: unexpected end of data"),
]


@pytest.mark.parametrize(("text", "words"), MISTAKES)
def test_every_mistake_is_named_and_nothing_is_taken(context: Context, tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadList) as refused:
        taken(context, written(tmp_path, text))
    assert words in str(refused.value) and "festival.csv" in str(refused.value)
    with context.engine.connect() as connection:
        assert batches(connection) == []


def test_a_file_that_is_no_text_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("code,holder\nA,Ann\nB,José\n".encode("latin-1"))
    with pytest.raises(BadList, match=r"old.csv, line 3: this is not UTF-8"):
        read_list(path)


def test_another_systems_header_is_named_and_the_rest_passed_by(context: Context, tmp_path: Path) -> None:
    path = written(tmp_path, "Ticket code\tAttendee\tShirt\nX1\tAnn\tM\n")
    found = read_list(path, {"ticket code": "code", "Attendee": "holder"}, others=True)
    assert take(context, path, found).new == 1
    with pytest.raises(BadList, match="no column 'Name', it has: Ticket code, Attendee, Shirt"):
        read_list(path, {"Ticket code": "code", "Name": "holder"}, others=True)


def test_a_code_is_of_one_list_and_of_one_kind(context: Context, tmp_path: Path) -> None:
    taken(context, written(tmp_path, "code\nA\nB\n"))
    with pytest.raises(BadList, match="already in the batch festival; import that batch anew"):
        taken(context, written(tmp_path, "code\nA\n", "vip.csv"))
    with pytest.raises(BadList, match="already that of a ticket of the batch festival"):
        taken(context, written(tmp_path, "code\nB\n", "bands.csv"), media=True)


def test_toml_says_tickets_and_media_by_their_words(context: Context, tmp_path: Path) -> None:
    reader = gate(context)
    text = """
    tickets = [{ code = "P", holder = "Ann", used = [{ at = 2026-09-21T10:00:00Z, list = "L1" }] },
               { code = "E", addon_of = "P", product = "parking" }]
    media = [{ code = "W1", tickets = ["P"] }, { code = "W2" }]
    """
    assert taken(context, written(tmp_path, text, "guests.toml")).new == 4
    rows = reader.go()
    media = {each.key: msgspec.json.decode(each.body or "", type=Medium) for each in rows if each.topic == "medium"}
    assert media["W1"].tickets == ("P",) and media["W2"].tickets == ()
    with pytest.raises(BadList, match=r"more.json, tickets 1: unknown key `holdr`.*did you mean `holder`"):
        taken(context, written(tmp_path, json.dumps({"tickets": [{"code": "Q", "holdr": "x"}]}), "more.json"))
    with pytest.raises(BadList, match="unknown key 'guests' at the top"):
        taken(context, written(tmp_path, "guests = []", "more.toml"))


def test_rows_add_to_tickets_that_were_sold_here(context: Context, tmp_path: Path) -> None:
    reader = gate(context)
    open_railway(context)
    path = written(tmp_path, "code,holder,text\n0003010000000002,Ann,Wheelchair\n")
    assert taken(context, path, to_tickets=True).new == 1
    assert told(reader, "guest")["0003010000000002"]["text"] == "Wheelchair"
    with pytest.raises(BadList, match="no ticket that was sold here has the code '7QK4-MX29'"):
        taken(context, written(tmp_path, "code\n7QK4-MX29\n", "x.csv"), to_tickets=True)


# what gates report


def gate_with(context: Context, *facts: Any) -> Terminal:
    gate = Terminal(context, f"G{len(facts)}-{id(facts)}", "gate")
    for fact in facts:
        gate.append(fact)
    receive(context, *gate.id, gate.batch())
    return gate


def noted(context: Context) -> list[str]:
    with context.engine.connect() as connection:
        return [line for line in incidents(connection) if "admitted_twice" in line]


def came(code: str, at: int, **more: Any) -> Admitted:
    return Admitted(ticket_id=code, journey_id=0, gate="North", at=at, **more)


def test_a_foreign_code_let_in_is_in_the_books_like_any_other(context: Context) -> None:
    gate_with(context, came("FÉ/1 x", 1_790_000_000))
    assert noted(context) == []
    gate_with(context, came("FÉ/1 x", 1_790_000_100))
    (line,) = noted(context)
    assert "FÉ/1 x" in line


def test_rides_of_a_carnet_at_gates_that_know_nothing_of_each_other(context: Context) -> None:
    gate_with(context, came("C", 1_790_000_000, of=3), came("C", 1_790_000_010, of=3, again=True))
    gate_with(context, came("C", 1_790_000_020, of=3))
    assert noted(context) == [], "three rides were bought"
    gate_with(context, came("C", 1_790_000_030, of=3))
    assert len(noted(context)) == 1
    gate = gate_with(context, came("D", 1_790_000_000, of=1))
    gate.append(AdmissionAnnulled(ticket_id="D", journey_id=0, gate="North", at=1_790_000_001, of_seq=2))
    gate.append(came("D", 1_790_000_002, of=1))
    receive(context, *gate.id, msgspec.structs.replace(gate.batch(), records=tuple(gate.records[2:])))
    assert len(noted(context)) == 1, "nobody had passed"


def test_a_wristband_handed_out_at_a_gate_stands_for_the_ticket_everywhere(context: Context, tmp_path: Path) -> None:
    taken(context, written(tmp_path, "code\nW1\nW2\n", "bands.csv"), media=True)
    reader = gate(context)
    reader.go()
    gate_with(context, came("F-1", 1_790_000_000, hand_out="W1"))
    assert told(reader, "medium") == {"W1": {"code": "W1", "tickets": ["F-1"]}}
    taken(context, written(tmp_path, "code,expires\nW1,2026-12-01T00:00:00\nW2,\n", "bands.csv"), media=True)
    assert told(reader, "medium")["W1"]["tickets"] == ["F-1"], "a new list takes no wristband off"


# the plan

PLAN = """
time_zone = "Europe/Berlin"
products = [{ id = "day" }]
lists = [{ id = "main", reentry = true }]
gates = [{ id = "North", list = "main" }]
"""


def test_the_plan_is_told_and_checked_as_at_a_gate(context: Context, tmp_path: Path) -> None:
    reader = Reader(context, Terminal(context, "North", "gate").id[0])
    reader.go()
    assert "1 lists, 1 gates" in set_plan(context, written(tmp_path, PLAN, "plan.toml"))
    assert told(reader, "plan")[""]["lists"] == [{"id": "main", "reentry": True}]
    assert "already" in set_plan(context, written(tmp_path, PLAN, "plan.toml"))
    assert told(reader, "plan") == {}
    wrong = PLAN.replace('list = "main"', 'list = "mian"').replace('"Europe/Berlin"', '"Berlin"')
    Terminal(context, "South", "gate")
    with pytest.raises(BadPlan) as refused:
        set_plan(context, written(tmp_path, wrong, "plan.toml"))
    words = str(refused.value)
    assert "plan.toml: gate North names the list mian" in words and "time_zone = 'Berlin'" in words
    assert "no gate 'South' that says which is its own" in words
    with pytest.raises(BadPlan, match=r"plan.toml: unknown key `lsits`; did you mean `lists`"):
        set_plan(context, written(tmp_path, "lsits = []", "plan.toml"))
    with pytest.raises(BadPlan, match="`tickets` is not for a plan"):
        set_plan(context, written(tmp_path, 'tickets = [{ code = "A" }]', "plan.toml"))
    with context.engine.connect() as connection:
        assert "reentry" in shown_plan(connection), "the one before stays"
    noted = taken(context, written(tmp_path, "code,product,valid_from\nA,vip,2026-09-22T10:00:00\n"))
    assert "no product 'vip'" in " ".join(noted.words())
    assert told(reader, "guest")["A"]["valid_from"] == "2026-09-22T10:00:00+02:00"
    clear_plan(context)
    assert told(reader, "plan") == {"": None}
