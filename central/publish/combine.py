"""Several sources as one network for one window of operating days; contradictions are refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from central.publish.source import Source
from kiosk.domain.errors import KioskError
from kiosk.domain.fares import RiderCategory, Tariff
from kiosk.domain.network import days, service_day_start

T = TypeVar("T")


class PublishRefused(KioskError):
    """The import does not fit what is there; nothing was changed."""


class Dated(msgspec.Struct, frozen=True):
    """A journey to be: a service journey on one day."""

    service_journey_id: str
    operating_day: str
    segments: int
    layout_id: str
    ends_at: int  # unix s
    line_id: str = ""
    stops: tuple[str, ...] = ()  # stop places of its calls; of reserved journeys only
    departs: tuple[int, ...] = ()  # unix s, of every call but the last


def combine(sources: Sequence[Source]) -> Source:
    """One source of all; the first one names the operator, the time zone and the currency."""
    if not sources:
        raise PublishRefused("nothing was imported yet: kiosk central import-gtfs FEED")
    first = sources[0]
    for other in sources[1:]:
        for what in ("timezone", "currency"):
            if getattr(other, what) != getattr(first, what):
                raise PublishRefused(
                    f"{other.name} has {what} {getattr(other, what)}, {first.name} has {getattr(first, what)}: "
                    "one catalogue has one; import it into another central"
                )
    patterns = tuple(pattern for source in sources for pattern in source.patterns)
    pattern_of: dict[str, int] = {}
    offset = 0
    for source in sources:
        pattern_of |= {each: index + offset for each, index in source.pattern_of.items()}
        offset += len(source.patterns)
    return Source(
        name=first.name,
        operator=first.operator,
        timezone=first.timezone,
        currency=first.currency,
        languages=tuple(dict.fromkeys(each for source in sources for each in source.languages)),
        attribution="\n".join(dict.fromkeys(source.attribution for source in sources if source.attribution)),
        stop_places=_union("stop place", sources, lambda source: source.stop_places),
        quays=_union("quay", sources, lambda source: source.quays),
        lines=_union("line", sources, lambda source: source.lines),
        service_journeys=_union("service journey", sources, lambda source: source.service_journeys),
        layouts=_union("layout", sources, lambda source: source.layouts),
        tariff=_tariff([source.tariff for source in sources]),
        patterns=patterns,
        pattern_of=pattern_of,
    )


def dated(source: Source, window_from: str, window_days: int) -> list[Dated]:
    """Every journey of the window, in order of day and service journey."""
    window = days(window_from, window_days)
    starts = {day: service_day_start(day, source.timezone) for day in window}
    in_window = [[day for day in window if day in pattern] for pattern in map(frozenset, source.patterns)]
    found = []
    for service_journey in source.service_journeys:
        segments = len(service_journey.calls) - 1
        if not 1 <= segments <= 254:
            raise PublishRefused(
                f"service journey {service_journey.id} has {len(service_journey.calls)} calls; 2 to 255 are possible"
            )
        last_s = service_journey.calls[-1].arrival_s
        reserved = service_journey.calls if service_journey.layout_id else ()
        stops = tuple(call.stop_place_id for call in reserved)
        pattern = source.pattern_of.get(service_journey.id)
        for day in in_window[pattern] if pattern is not None else ():
            zero = starts[day]
            departs = tuple(zero + call.departure_s for call in reserved[:-1])
            ends_at, line_id = zero + last_s, service_journey.line_id
            found.append(
                Dated(service_journey.id, day, segments, service_journey.layout_id, ends_at, line_id, stops, departs)
            )
    found.sort(key=lambda each: (each.operating_day, each.service_journey_id))
    return found


def _union(what: str, sources: Sequence[Source], part: Callable[[Source], Iterable[T]]) -> tuple[T, ...]:
    """All parts; the same id may come twice only with the same content."""
    found: dict[str, tuple[str, T]] = {}
    for source in sources:
        for each in part(source):
            each_id: str = each.id  # type: ignore[attr-defined]
            known = found.setdefault(each_id, (source.name, each))
            if known[1] != each:
                raise PublishRefused(
                    f"{what} {each_id!r} is in {known[0]} and, differently, in {source.name}; give it another id in one"
                )
    return tuple(each for _, each in found.values())


def _tariff(tariffs: Sequence[Tariff]) -> Tariff:
    """One tariff: products, categories and rules side by side. Their ids keep them apart."""
    first = tariffs[0]
    for other in tariffs[1:]:
        other = _with_our_default(first, other)
        first = Tariff(
            version=max(first.version, other.version),
            products=_merged("fare product", first.products, other.products, lambda p: (p.id, p.category_id, p.medium)),
            categories=_categories(first.categories, other.categories),
            rules_v1=(*first.rules_v1, *(rule for rule in other.rules_v1 if rule not in first.rules_v1)),
            leg_rules=(*first.leg_rules, *other.leg_rules),
            has_priority=first.has_priority or other.has_priority,
            transfer_rules=(*first.transfer_rules, *other.transfer_rules),
            timeframes=(*first.timeframes, *other.timeframes),
            service_days={**first.service_days, **other.service_days},
            transfers_v1={**first.transfers_v1, **other.transfers_v1},
            transfer_durations_v1={**first.transfer_durations_v1, **other.transfer_durations_v1},
        )
    return first


def _with_our_default(ours: Tariff, theirs: Tariff) -> Tariff:
    """Who pays the full fare is one category: two under two names would stand side by side on the screen, and the
    fares of the second would be for nobody, since a fare is offered for what the default rider pays."""
    our_default, their_default = _default(ours), _default(theirs)
    if our_default is None or their_default is None or not _ages_meet(our_default, their_default):
        return theirs
    if their_default.id in {each.id for each in ours.categories}:
        return theirs
    return msgspec.structs.replace(
        theirs,
        categories=tuple(each for each in theirs.categories if each is not their_default),
        products=tuple(
            msgspec.structs.replace(each, category_id=our_default.id) if each.category_id == their_default.id else each
            for each in theirs.products
        ),
    )


def _default(tariff: Tariff) -> RiderCategory | None:
    """Who pays the full fare, as the terminal finds it: the one marked, else the one called adult."""
    named = (each for each in tariff.categories if "adult" in (each.id.lower(), each.name.lower()))
    return next((each for each in tariff.categories if each.default), None) or next(named, None)


def _ages_meet(one: RiderCategory, other: RiderCategory) -> bool:
    """False when nobody can be both, as adults and seniors; an age that is not stated excludes nobody."""
    ends = (one.max_age, other.min_age), (other.max_age, one.min_age)
    return all(last < 0 or first < 0 or first <= last for last, first in ends)


def _merged(what: str, ours: tuple[T, ...], theirs: tuple[T, ...], key: Callable[[T], object]) -> tuple[T, ...]:
    known = {key(each): each for each in ours}
    for each in theirs:
        if known.setdefault(key(each), each) != each:
            raise PublishRefused(f"{what} {key(each)} is in two sources with different content; rename it in one")
    return tuple(known.values())


def _categories(ours: tuple[RiderCategory, ...], theirs: tuple[RiderCategory, ...]) -> tuple[RiderCategory, ...]:
    """The first source's words win for a category both know; there is one default."""
    known = {each.id: each for each in ours}
    has_default = any(each.default for each in ours)
    for each in theirs:
        if each.id not in known:
            known[each.id] = msgspec.structs.replace(each, default=each.default and not has_default)
    return tuple(known.values())
