"""A delta leads to the very catalogue it was made for, whatever changed between the two."""

from __future__ import annotations

import random
from hashlib import sha256

import msgspec
import pytest

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.catalogue_delta import LISTS, CatalogueDelta, Edit, delta, etag_of, patched
from kiosk.domain.network import Journey, StopPlace
from tests.small_catalogue import small_catalogue


def over_the_wire(change: CatalogueDelta) -> CatalogueDelta:
    return msgspec.json.decode(msgspec.json.encode(change), type=CatalogueDelta)


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1501])
def test_an_etag_is_the_hash_of_the_whole_text(count: int) -> None:
    places = tuple(StopPlace(f"p{n}", f'"Ä" {n}', names={"zh-Hans": "站"}) for n in range(count))
    catalogue = msgspec.structs.replace(small_catalogue(version=7), stop_places=places)
    plain = msgspec.json.encode(msgspec.structs.replace(catalogue, version=0))
    assert etag_of(catalogue) == f'"{sha256(plain).hexdigest()[:32]}"'
    assert etag_of(msgspec.json.decode(msgspec.json.encode(catalogue), type=Catalogue)) == etag_of(catalogue)


def changed(before: Catalogue, chance: random.Random) -> Catalogue:
    """Something taken away, something new, something moved, in every list."""
    lists = {}
    for name in LISTS:
        items = list(getattr(before, name))
        for _ in range(chance.randint(0, 3)):
            if items:
                items.pop(chance.randrange(len(items)))
        if name == "stop_places":
            for n in range(chance.randint(0, 3)):
                items.insert(chance.randint(0, len(items)), StopPlace(f"new{n}-{chance.random()}", "New"))
        if name == "journeys":
            items += [Journey(chance.getrandbits(32), "r1", "2026-10-24") for _ in range(chance.randint(0, 3))]
        if chance.random() < 0.3:
            chance.shuffle(items)
        lists[name] = tuple(items)
    return msgspec.structs.replace(before, version=before.version + 1, **lists)


def test_whatever_changed_the_delta_leads_to_it() -> None:
    chance = random.Random(5)
    for _ in range(200):
        before = small_catalogue(version=1)
        after = changed(before, chance)
        change = over_the_wire(delta(before, after))
        assert patched(before, change) == after
        assert (change.from_etag, change.etag) == (etag_of(before), etag_of(after))


def test_what_stayed_is_not_sent() -> None:
    places = tuple(StopPlace(f"p{n}", f"Halt {n}") for n in range(5000))
    days = [tuple(Journey(100 * day + n, "r1", f"2026-10-{day}") for n in range(90)) for day in range(10, 26)]
    before = msgspec.structs.replace(
        small_catalogue(version=1), stop_places=places, journeys=tuple(each for day in days[:15] for each in day)
    )
    after = msgspec.structs.replace(before, version=2, journeys=tuple(each for day in days[1:] for each in day))
    change = delta(before, after)
    assert change.stop_places == (Edit(0, 5000),)
    assert change.journeys == (Edit(90, 14 * 90, days[15]),)
    assert len(msgspec.json.encode(change)) < len(msgspec.json.encode(after)) / 50


@pytest.mark.parametrize("edit", [Edit(0, 99999), Edit(-1, 1), Edit(5, -2), Edit(99999, 1)])
def test_a_delta_for_another_catalogue_is_no_way(edit: Edit[StopPlace]) -> None:
    catalogue = small_catalogue()
    with pytest.raises(ValueError, match="not there"):
        patched(catalogue, msgspec.structs.replace(delta(catalogue, catalogue), stop_places=(edit,)))
