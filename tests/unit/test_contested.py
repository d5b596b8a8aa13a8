"""Which entries were too many, from the set of facts alone: once reported, an entry stays so however the set grows."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.events import AdmissionAnnulled, Admitted
from kiosk.domain.gate.guests import CODE_MAX, ID_MAX
from kiosk.domain.passages import Author, Passage, contested
from sync.lan.facts import _at
from sync.lan.wire import BODY_MAX

NORTH, SOUTH = Author(20, 1), Author(21, 1)


def came(author: Author, seq: int, at: int, **more: Any) -> Passage:
    fact = Admitted(ticket_id="K", journey_id=0, gate=f"G{author.terminal_id}", at=at, **more)
    return Passage(author, seq, fact)


def late(passages: list[Passage]) -> list[tuple[Author, int]]:
    return [(each.author, each.seq) for _, each in contested(passages)]


def test_of_single_entries_every_later_one() -> None:
    assert late([came(NORTH, 2, 100), came(SOUTH, 2, 50), came(SOUTH, 9, 300, again=True)]) == [(NORTH, 2)]


def test_of_a_carnet_only_what_goes_beyond() -> None:
    rides = [came(NORTH, 2, 100, of=3), came(NORTH, 3, 110, of=3, again=True), came(SOUTH, 2, 105, of=3)]
    assert late(rides) == []
    more = came(SOUTH, 3, 120, of=3, again=True)
    assert late([*rides, more]) == [(SOUTH, 3)]
    undone = Passage(NORTH, 4, AdmissionAnnulled(ticket_id="K", journey_id=0, gate="G20", at=111, of_seq=3))
    assert late([*rides, more, undone]) == []


def test_heads_of_a_group_at_two_gates() -> None:
    assert late([came(NORTH, 2, 100, of=5, persons=3), came(SOUTH, 2, 101, of=5, persons=2)]) == []
    assert late([came(NORTH, 2, 100, of=5, persons=5), came(SOUTH, 2, 101, of=5, persons=1)]) == [(SOUTH, 2)]


def test_each_list_counts_for_itself() -> None:
    assert late([came(NORTH, 2, 100, list="main"), came(SOUTH, 2, 101, list="lunch")]) == []
    assert late([came(NORTH, 2, 100, list="main"), came(SOUTH, 2, 101)]) == [(SOUTH, 2)], "no list is every list"


entries = st.builds(
    came,
    st.sampled_from([NORTH, SOUTH]),
    st.integers(2, 40),
    st.integers(0, 20),
    of=st.sampled_from([0, 0, 2, 3]),
    again=st.booleans(),
    persons=st.integers(1, 2),
    list=st.sampled_from(["", "main", "lunch"]),
)


@given(st.lists(entries, max_size=8, unique_by=lambda each: (each.author, each.seq)), st.data())
def test_what_is_contested_stays_so(passages: list[Passage], data: st.DataObject) -> None:
    some = data.draw(st.sets(st.sampled_from(range(len(passages)))) if passages else st.just(set()))
    assert set(late([passages[each] for each in some])) <= set(late(passages))


def test_a_gate_can_tell_of_a_foreign_code_and_of_no_other_text() -> None:
    def told(code: str, **more: Any) -> int | None:
        fact = Admitted(ticket_id=code, journey_id=0, gate="North", at=7, **more)
        return _at(msgspec.json.encode(fact).decode())

    assert told("FÉ/1 x") == 7 and told("K", of=5, hand_out="BAND 1") == 7
    for code in ("", "a\nb", "é" * 121):
        assert told(code) is None
    assert told("K", of=-1) is None and told("K", hand_out="x" * 241) is None


def test_the_longest_codes_and_names_fit_into_what_gates_tell_each_other() -> None:
    fact = Admitted(
        ticket_id='"' * CODE_MAX, journey_id=4294967295, gate="界" * 64, at=1 << 39, place=65535, from_call=255,
        to_call=255, persons=10000, list="界" * ID_MAX, override="rule_not_understood", role="supervisor",
        reason="Phone or paper fails, holder is known", by="界" * 40, product="界" * ID_MAX, of=10000,
        hand_out='"' * CODE_MAX, again=True,
    )  # fmt: skip
    assert len(msgspec.json.encode(fact)) <= BODY_MAX
