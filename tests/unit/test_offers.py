"""Prices by rider, quotes with best-fit or chosen places, the coach plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.domain.errors import NoFare, NoPlaces, WrongState
from kiosk.domain.offers import Traveller
from tests.small_catalogue import small_catalogue, tariff
from tests.unit.seller import ALL, T1, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.store.close()


def test_prices_start_with_the_default_category(terminal: Terminal) -> None:
    departure = terminal.departure()
    second = terminal.offers.prices(departure, terminal.offer(departure, "second"))
    assert [(each.category.id, each.price_minor) for each in second] == [("adult", 3000), ("child", 1500)]
    first = terminal.offers.prices(departure, terminal.offer(departure, "first"))
    assert [(each.category.id, each.price_minor) for each in first] == [("adult", 5000), ("child", 5000)]


def test_a_childs_own_product_is_found_beside_the_adults(terminal: Terminal) -> None:
    bus = terminal.departure("flags", "a", "d")
    single = terminal.offers.prices(bus, terminal.offer(bus, "single"))
    assert [(each.category.id, each.price_minor) for each in single] == [("adult", 300), ("child", 140)]
    quote = terminal.offers.quote(bus, terminal.offer(bus, "single"), [Traveller("adult", 1), Traveller("child", 2)])
    assert quote.prices_minor == (300, 140, 140)
    assert quote.product_ids == ("single", "child-single", "child-single")
    assert (quote.places, quote.total_minor) == ((), 580)


def test_a_quote_seats_the_party_together_and_adds_up(terminal: Terminal) -> None:
    quote = terminal.quote("second", adult=2, child=1)
    assert len(set(quote.places)) == 3
    assert all(2 <= place <= 9 for place in quote.places)
    assert quote.categories == ("adult", "adult", "child")
    assert quote.prices_minor == (3000, 3000, 1500)
    assert (quote.total_minor, quote.currency) == (7500, "EUR")
    assert terminal.quote("second", adult=2).adjacent


def test_best_fit_takes_the_gap_nobody_else_can_use(terminal: Terminal) -> None:
    """Place 4 is only free from b to d: a ride from b to d takes it."""
    hole = 1 << 4
    terminal.held[T1] = [ALL & ~hole, ALL, ALL, ALL & ~hole]
    departure = terminal.departure("t1", "b", "d")
    quote = terminal.offers.quote(departure, terminal.offer(departure, "second"), [Traveller("adult", 1)])
    assert quote.places == (4,)


def test_chosen_places_are_kept_or_refused_by_number(terminal: Terminal) -> None:
    assert terminal.quote("second", (2, 3), adult=2).places == (2, 3)
    assert terminal.quote("second", (2, 3), adult=2).adjacent
    assert not terminal.quote("second", (2, 5), adult=2).adjacent
    terminal.held[T1][2] &= ~(1 << 3)
    with pytest.raises(NoPlaces, match="place 1B is not free"):
        terminal.quote("second", (2, 3), adult=2)
    with pytest.raises(NoPlaces, match="place 1A is not free"):
        terminal.quote("second", (0, 2), adult=2)  # a first class place for the price of second
    with pytest.raises(NoPlaces, match="place 77 is not free"):
        terminal.quote("second", (77,), adult=1)
    with pytest.raises(NoPlaces, match="place -1 is not free"):
        terminal.quote("second", (-1,), adult=1)
    with pytest.raises(NoPlaces, match="2 travellers need 2 different places, 1 are chosen"):
        terminal.quote("second", (2, 2), adult=2)
    with pytest.raises(NoPlaces, match="1 travellers need 1 different places, 2 are chosen"):
        terminal.quote("second", (2, 4), adult=1)


def test_only_what_is_in_hand_is_sold(terminal: Terminal) -> None:
    with pytest.raises(NoPlaces, match="First class on IC 1 has 2 places left here, not 3"):
        terminal.quote("first", adult=3)
    terminal.held.clear()
    with pytest.raises(NoPlaces, match="0 places left here"):
        terminal.quote("first", adult=1)
    assert terminal.quote  # the price is still known
    departure = terminal.departure()
    assert terminal.offers.prices(departure, departure.classes[0])[0].price_minor == 3000


def test_a_grant_for_fewer_segments_than_the_timetable_has_sells_nothing(terminal: Terminal) -> None:
    terminal.held[T1] = [ALL, ALL]
    assert [offer.left for offer in terminal.departure().classes] == [0, 0]
    with pytest.raises(NoPlaces):
        terminal.quote("second", adult=1)


@pytest.mark.parametrize("party", [{}, {"adult": 0}, {"adult": 10}, {"adult": 5, "child": 5}])
def test_a_party_has_one_to_nine_travellers(terminal: Terminal, party: dict[str, int]) -> None:
    with pytest.raises(WrongState, match="1 to 9 travellers"):
        terminal.quote("second", **party)


def test_an_unknown_rider_has_no_fare(terminal: Terminal) -> None:
    with pytest.raises(NoFare, match="no rider category pirate; it has adult, child"):
        terminal.quote("second", pirate=1)


def test_an_offer_the_tariff_does_not_have_is_no_fare(terminal: Terminal) -> None:
    departure = terminal.departure()
    ghost = msgspec.structs.replace(departure.classes[0], place_class="ghost", name="Ghost class")
    with pytest.raises(NoFare, match="Ghost class"):
        terminal.offers.quote(departure, ghost, [Traveller("adult", 1)])


def test_a_departure_that_left_the_catalogue_is_said(terminal: Terminal) -> None:
    departure = terminal.departure()
    terminal.store.replace(small_catalogue(version=2, journeys=small_catalogue().journeys[12:]), "2")
    with pytest.raises(NoFare, match="IC 1 at 08:00 is no longer on sale"):
        terminal.offers.quote(departure, departure.classes[0], [Traveller("adult", 1)])


def test_the_price_of_a_quote_is_that_of_the_tariff_now_on_sale(terminal: Terminal) -> None:
    departure = terminal.departure()
    dearer = msgspec.structs.replace(
        tariff(),
        products=tuple(msgspec.structs.replace(p, amount_minor=p.amount_minor + 100) for p in tariff().products),
    )
    terminal.store.replace(small_catalogue(version=2, tariff=dearer), "2")
    quote = terminal.offers.quote(departure, departure.classes[0], [Traveller("adult", 1)])
    assert quote.total_minor == 3100


def test_the_sale_ends_before_the_train_leaves(terminal: Terminal) -> None:
    departure = terminal.departure()
    terminal.time = departure.departs_at - 61.0
    terminal.quote("second", adult=1)
    terminal.time = departure.departs_at - 60.0
    with pytest.raises(NoPlaces, match="the sale for IC 1 at 08:00 has ended"):
        terminal.quote("second", adult=1)


def test_the_plan_shows_every_place_of_a_coach(terminal: Terminal) -> None:
    terminal.held[T1][1] &= ~(1 << 3)
    plan = terminal.offers.plan(T1, 0, 4, 1)
    assert [(each.index, each.number, each.state) for each in plan] == [
        (2, "1A", "free"),
        (3, "1B", "taken"),
        (4, "1C", "free"),
        (5, "1D", "free"),
        (6, "2A", "free"),
        (7, "2B", "free"),
        (8, "2C", "free"),
        (9, "2D", "kept"),
    ]
    assert terminal.offers.plan(T1, 2, 4, 1)[1].state == "free"  # free again after the segment it is taken on
    coaches = terminal.offers.coaches(T1, 0, 4)
    assert [(each.number, each.place_class, each.free, each.total) for each in coaches] == [
        ("1", "first", 2, 2),
        ("2", "second", 7, 8),
    ]
    assert [each.coach for each in terminal.offers.coaches(T1, 0, 4, "second")] == [1]
    assert terminal.offers.plan(999, 0, 1, 0) == terminal.offers.coaches(999, 0, 1) == []


def test_standing_places_of_a_hall_are_counted(terminal: Terminal) -> None:
    show = next(each for each in terminal.search.events() if each.journey_id == 206)
    assert show.left == 5
    quote = terminal.offers.quote(show, show.classes[0], [Traveller("adult", 4)])
    assert (len(quote.places), quote.total_minor, quote.adjacent) == (4, 10_000, True)
