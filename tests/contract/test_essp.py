"""The note validator's driver against the simulated one, whose ledger has every note that moved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.cash import essp
from devices.cash.essp import Conversation, KeyLost
from devices.cash.essp_key import FIXED_DEFAULT
from devices.cash.line import CashFault, CashRefused, Line
from devices.cash.validator import NoteEvent, Validator

from .cash_world import until
from .conftest import Device, Start


class Slot:
    """One validator and what it said."""

    def __init__(self, device: Device, fixed_key: int = FIXED_DEFAULT) -> None:
        self.device = device
        self.talk = Conversation(Line(device.ready["device"], 9600), fixed_key=fixed_key, timeout_s=0.1)
        self.notes = Validator(self.talk, "CNY")
        self.heard: list[NoteEvent] = []

    def listen(self, what: str, *, acknowledge: bool = True) -> NoteEvent:
        """Poll until it says this; every event is kept."""
        while True:
            for event in self.events(acknowledge=acknowledge):
                if event.what == what:
                    return event

    def events(self, *, acknowledge: bool = True) -> tuple[NoteEvent, ...]:
        found = self.notes.events()
        self.heard += found
        if acknowledge:
            self.notes.acknowledge()
        return found

    def ledger(self) -> list[tuple[str, int]]:
        return [(line["event"], line["value"]) for line in self.device.ledger("notes.jsonl")]

    def credits(self) -> list[int]:
        return [event.value for event in self.heard if event.what == "credit"]


def begun(shared: Start, *, plain: bool) -> Slot:
    device = shared("essp", "--move-s", "0.02", *(["--plain"] if plain else []))
    found = Slot(device, 0 if plain else FIXED_DEFAULT)
    found.notes.connect()
    assert device.order("state")["encrypted"] is not plain
    found.notes.accept(frozenset({1000, 2000}))
    return found


@pytest.fixture(params=["sealed", "plain"])
def either(request: pytest.FixtureRequest, shared: Start) -> Iterator[Slot]:
    found = begun(shared, plain=request.param == "plain")
    yield found
    found.notes.close()


@pytest.fixture
def slot(shared: Start) -> Iterator[Slot]:
    found = begun(shared, plain=False)
    yield found
    found.notes.close()


def test_a_note_is_drawn_in_held_and_credited_once(either: Slot) -> None:
    assert either.notes.pieces == {1: 100, 2: 500, 3: 1000, 4: 2000, 5: 5000, 6: 10000}
    assert either.device.order("insert", value=2000)["drawn_in"]
    assert either.listen("held").value == 2000
    assert either.listen("credit").value == 2000
    either.listen("stacked") if "stacked" not in [e.what for e in either.heard] else None
    either.events()
    assert either.credits() == [2000] and either.ledger() == [("in", 2000)]
    counters = either.notes.counters()
    assert counters is not None and counters.stacked == 1 and counters.rejected == 0


def test_a_held_note_goes_back_when_it_is_told(slot: Slot) -> None:
    slot.device.order("insert", value=1000)
    slot.listen("held")
    assert slot.notes.hold() and slot.notes.hold() and slot.notes.reject()
    slot.listen("rejected")
    assert slot.ledger() == [("returned", 1000)] and not slot.credits()
    assert not slot.notes.hold() and not slot.notes.reject()


def test_a_note_that_is_not_wanted_goes_back_by_itself(slot: Slot) -> None:
    slot.device.order("insert", value=10000)
    slot.listen("rejected")
    assert slot.ledger() == [("returned", 10000)]
    slot.notes.accept(frozenset())
    assert not slot.device.order("insert", value=1000)["drawn_in"]


@pytest.mark.parametrize("kind", ["silent", "garbage", "late"])
def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(either: Slot, kind: str) -> None:
    either.device.order("insert", value=2000)
    for _ in range(6):
        either.device.order("fault", kind=kind, s=0.15)
        either.events()
    until(lambda: either.events() == () or either.credits())
    assert either.credits() == [2000] and either.ledger() == [("in", 2000)]


def test_silence_is_a_fault_and_the_next_conversation_begins_anew(either: Slot) -> None:
    either.device.order("fault", kind="deaf", times=4)
    with pytest.raises(CashFault):
        either.events()
    with pytest.raises(KeyLost):
        either.events()
    either.notes.connect()
    either.events()


def test_trouble_is_told(slot: Slot) -> None:
    device = slot.device
    for order, what in (("fraud", "fraud"), ("full", "full"), ("box", "box_out"), ("open", "open")):
        device.order(order)
        slot.listen(what)
    device.order("open", on=False)
    device.order("box", out=False)
    slot.listen("box_in")


def test_a_jam_ends_when_it_is_cleared(slot: Slot) -> None:
    slot.device.order("jam", on=False)
    slot.device.order("insert", value=2000)
    slot.listen("held")
    slot.events()  # yes
    slot.device.order("jam", on=True)
    slot.listen("jam")
    slot.device.order("jam", on=False)
    until(lambda: slot.ledger() == [("returned", 2000)])
    assert not slot.credits()


def test_unplugged_and_plugged_in_again(slot: Slot) -> None:
    slot.device.order("unplug")
    with pytest.raises(CashFault):
        slot.events()
    slot.device.order("replug")
    slot.notes.connect()
    slot.notes.accept(frozenset({1000}))
    slot.device.order("insert", value=1000)
    slot.listen("credit")
    assert slot.credits() == [1000]


# what only a sealed conversation has


@pytest.fixture
def sealed(shared: Start) -> Iterator[Slot]:
    found = Slot(shared("essp", "--move-s", "0.02", "--escrow-s", "0.3"))
    found.notes.connect()
    found.notes.accept(frozenset({2000}))
    yield found
    found.notes.close()


def test_a_credit_nobody_acknowledged_is_told_again(sealed: Slot) -> None:
    sealed.device.order("insert", value=2000)
    sealed.listen("credit", acknowledge=False)
    assert sealed.listen("credit", acknowledge=False).value == 2000
    sealed.notes.connect()  # a program that died before it wrote it down
    assert sealed.listen("credit").value == 2000
    sealed.events()
    assert [event.what for event in sealed.events()] in ([], ["closed"])


def test_a_note_nobody_decides_on_goes_back_after_a_while(sealed: Slot) -> None:
    sealed.device.order("insert", value=2000)
    sealed.listen("held")
    assert sealed.notes.hold()
    until(lambda: sealed.device.order("state")["at"] == "")
    assert sealed.ledger() == [("returned", 2000)]


@pytest.mark.parametrize("at", ["held", "busy"])
def test_a_power_cut_says_where_the_note_went(sealed: Slot, at: str) -> None:
    sealed.device.order("insert", value=2000)
    sealed.listen("held")
    if at == "busy":
        sealed.listen("busy")
    sealed.device.order("power", on=False)
    with pytest.raises(CashFault):
        sealed.events()
    sealed.device.order("power", on=True)
    sealed.notes.connect()
    if at == "busy":
        assert sealed.listen("credit").value == 2000 and sealed.ledger() == [("in", 2000)]
    else:
        assert sealed.listen("returned").value == 2000 and sealed.ledger() == [("returned", 2000)]


def test_another_fixed_key_is_no_conversation(shared: Start) -> None:
    slot = Slot(shared("essp"), fixed_key=0x1111111111111111)
    with pytest.raises(CashFault):
        slot.notes.connect()
    slot.notes.close()


def test_a_device_without_keys_says_so(shared: Start) -> None:
    slot = Slot(shared("essp", "--plain"))
    with pytest.raises(CashRefused, match="does not know it"):
        slot.notes.connect()
    slot.notes.close()


def test_numbers_that_are_not_prime_are_refused(shared: Start) -> None:
    slot = Slot(shared("essp"), fixed_key=0)
    slot.talk.begin()
    with pytest.raises(CashRefused, match="out of range"):
        slot.talk.ask(essp.SET_GENERATOR, (15).to_bytes(8, "little"))
    with pytest.raises(CashRefused, match="failed"):
        slot.talk.ask(essp.KEY_EXCHANGE, (15).to_bytes(8, "little"))
    slot.notes.close()
