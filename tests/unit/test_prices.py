"""Who travels and what it costs: riders the tariff says little about, times of day, zones."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kiosk.domain.fares import FareProduct, FareRuleV1, LegRule, Tariff, Timeframe
from kiosk.services.prices import rider_categories
from tests.small_catalogue import small_catalogue, tariff
from tests.unit.seller import DAY, Terminal


def test_who_travels_when_the_tariff_says_little() -> None:
    assert [each.id for each in rider_categories(Tariff())] == ["adult"]
    reduced = msgspec.structs.replace(
        tariff(), categories=tuple(each for each in tariff().categories if each.id == "child") * 2
    )
    assert [each.id for each in rider_categories(reduced)] == ["adult", "child"]
    named = msgspec.structs.replace(
        tariff(), categories=tuple(msgspec.structs.replace(each, default=False) for each in tariff().categories)
    )
    assert [each.id for each in rider_categories(named)] == ["adult", "child"]


def test_reduced_riders_without_a_price_of_their_own_pay_the_full_one(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    plain = Tariff(
        version=1,
        products=(FareProduct("second", "Second", 700, "EUR"),),
        categories=tariff().categories,
        rules_v1=(FareRuleV1("second"),),
    )
    terminal.store.replace(small_catalogue(version=2, tariff=plain), "2")
    assert terminal.quote("second", adult=1, child=1).prices_minor == (700, 700)
    terminal.store.close()


def test_times_of_day_have_their_own_price(tmp_path: Path) -> None:
    """Fares v2: peak until 10:00 on Saturday only; the cache must not mix it with the rest."""
    terminal = Terminal(tmp_path)
    timed = Tariff(
        version=2,
        products=(FareProduct("second", "Second", 900, "EUR"), FareProduct("second-peak", "Second", 1200, "EUR")),
        has_priority=True,
        leg_rules=(
            LegRule("", "second"),
            LegRule("", "second-peak", from_timeframe="peak", priority=1),
        ),
        timeframes=(Timeframe("peak", 0, 10 * 3600, "saturday"),),
        service_days={"saturday": (DAY,)},
    )
    terminal.store.replace(small_catalogue(version=2, tariff=timed), "2")

    def cheapest(origin: str, day: str) -> dict[str, int | None]:
        found = terminal.search.departures(origin, "e", day, 0)
        return {each.service_journey_id: each.price_from_minor for each in found}

    assert cheapest("a", DAY) == {"t1": 1200, "t2": 900, "night": 900}
    assert cheapest("a", "2026-10-25") == {"t1": 900, "t2": 900, "night": 900}
    # Friday's night train leaves c at 00:30 on Saturday: in the peak; Saturday's on Sunday: not
    assert cheapest("c", DAY)["night"] == 1200
    assert cheapest("c", "2026-10-25")["night"] == 900
    terminal.store.close()


def test_a_quays_own_zone_counts(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    quays = tuple(
        msgspec.structs.replace(quay, zone_id="far") if quay.stop_place_id == "e" else quay
        for quay in small_catalogue().quays
    )
    zoned = Tariff(
        version=1,
        products=(FareProduct("second", "Second", 700, "EUR"), FareProduct("second-far", "Second", 1900, "EUR")),
        rules_v1=(
            FareRuleV1("second", origin_zone="1", destination_zone="3"),
            FareRuleV1("second-far", origin_zone="1", destination_zone="far"),
        ),
    )
    terminal.store.replace(small_catalogue(version=2, quays=quays, tariff=zoned), "2")
    prices = {each.number: each.price_from_minor for each in terminal.search.departures("a", "e", DAY, 0)}
    assert prices == {"IC 1": 1900, "IC 2": 700, "NJ 9": 700}  # only IC 1 states its quay
    terminal.store.close()


def test_zones_on_the_way_decide_the_price(tmp_path: Path) -> None:
    """Fares v1 `contains`: all zones of the ride, and no others."""
    terminal = Terminal(tmp_path)
    zoned = Tariff(
        version=1,
        products=(FareProduct("second-two", "Second", 500, "EUR"), FareProduct("second-three", "Second", 800, "EUR")),
        rules_v1=(
            FareRuleV1("second-two", contains=("1", "2")),
            FareRuleV1("second-three", contains=("1", "2", "3")),
        ),
    )
    terminal.store.replace(small_catalogue(version=2, tariff=zoned), "2")

    def price(destination: str) -> int | None:
        return terminal.departure("t1", "a", destination).price_from_minor

    assert (price("b"), price("c"), price("d"), price("e")) == (None, 500, 500, 800)
    terminal.store.close()
