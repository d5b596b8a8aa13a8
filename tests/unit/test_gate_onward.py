"""Riding on beyond the ticket: the stops with their fares, what the gate asks for, and what is recorded of it."""

from __future__ import annotations

from kiosk.domain.events import Admitted
from kiosk.domain.gate.grounds import decided, unpacked
from kiosk.domain.gate.railway import Journey
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import World
from kiosk.store.explained import explained
from tests.gate_world import T1, GateWorld


def last_admitted(world: GateWorld) -> Admitted:
    return [event for _, event in world.store.journal.events() if isinstance(event, Admitted)][-1]


def test_the_stops_after_the_end_each_with_its_fare(world: GateWorld) -> None:
    stops = world.gate.beyond(world.central.seller.sell(to_call=2))
    ride = world.gate._presenter.ride(T1)
    assert ride is not None
    assert [each.id for each in stops] == [each.id for each in ride.stop_places[3:]]
    assert all(each.fare_due > 0 for each in stops)
    assert [each.arrives_at for each in stops] == [ride.arrives_at(number) for number in range(3, 3 + len(stops))]
    assert world.gate.beyond(world.central.seller.sell(to_call=len(ride.stop_places) - 1)) == ()
    assert world.gate.beyond("no ticket") == ()


def test_who_rides_on_pays_first_and_it_is_on_record(world: GateWorld) -> None:
    text = world.central.seller.sell(to_call=2)
    stop = world.gate.beyond(text)[-1]
    asked = world.gate.scan(text, Scan(alight=stop.id, persons=0))
    assert asked.reason is Word.WRONG_PLACE and asked.decision.fare_due == stop.fare_due
    less = world.gate.scan(text, Scan(alight=stop.id, persons=0, fare_paid=stop.fare_due - 1, by="Li Wei (7)"))
    assert less.reason is Word.WRONG_PLACE
    assert world.gate.scan(text, Scan(alight=stop.id, persons=0, fare_paid=stop.fare_due, by="Li Wei (7)")).admitted
    fact = last_admitted(world)
    assert (fact.alight, fact.fare_minor, fact.by) == (stop.id, stop.fare_due, "Li Wei (7)")
    newest = next(explained(world.folder, 0, 2e9))
    assert decided(unpacked(newest.grounds)).decision.word is Word.ADMIT, "decided again from the record"


def test_without_it_the_ticket_is_good_to_its_end(world: GateWorld) -> None:
    text = world.central.seller.sell(to_call=2)
    stop = world.gate.beyond(text)[0]
    assert world.gate.scan(text, Scan(alight=stop.id, persons=0)).reason is Word.WRONG_PLACE
    assert world.gate.scan(text, Scan(persons=0)).admitted
    assert last_admitted(world).fare_minor == 0


def test_what_the_plan_says_of_a_fare_stands(world: GateWorld) -> None:
    text = world.central.seller.sell(to_call=2)
    end, stop = "c", world.gate.beyond(text)[0]
    ride = world.gate._presenter.ride(T1)
    assert ride is not None
    world.gate = world.make_gate(plan=World(journeys=(Journey(id=ride.name, fares={f"{end}-{stop.id}": 77}),)))
    assert world.gate.beyond(text)[0].fare_due == 77
    assert world.gate.scan(text, Scan(alight=stop.id, persons=0)).decision.fare_due == 77


def test_before_the_ticket_begins_the_fare_is_said_and_paid(world: GateWorld) -> None:
    text = world.central.seller.sell(from_call=1, to_call=2)
    asked = world.gate.scan(text)
    assert asked.reason is Word.WRONG_PLACE and asked.decision.fare_due > 0
    paid = Scan(fare_paid=asked.decision.fare_due, persons=0, by="Li Wei (7)")
    assert world.gate.scan(text, paid).admitted
    assert last_admitted(world).fare_minor == asked.decision.fare_due
