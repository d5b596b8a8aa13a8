"""From one catalogue to the next without sending what stayed: each list as runs of the old one and new items.

The day's roll of a big network changes a few per mille of it. A delta is only a short way to say the next catalogue:
what it leads to is proven by that catalogue's etag, and where anything does not fit the whole is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Line, Quay, ServiceJourney, StopPlace

T = TypeVar("T", bound=msgspec.Struct)
LISTS = ("stop_places", "quays", "lines", "service_journeys", "journeys", "layouts")
_PORTION = 500  # items encoded at once: others must get their turn in between


class Edit(msgspec.Struct, Generic[T], frozen=True, array_like=True):
    """`count` items of the old list from `at` on, then the new ones."""

    at: int
    count: int
    new: tuple[T, ...] = ()


class CatalogueDelta(msgspec.Struct, frozen=True):
    """How the catalogue with `from_etag` becomes the one with `etag`."""

    from_etag: str
    etag: str
    head: Catalogue  # the new one without its lists
    stop_places: tuple[Edit[StopPlace], ...] = ()
    quays: tuple[Edit[Quay], ...] = ()
    lines: tuple[Edit[Line], ...] = ()
    service_journeys: tuple[Edit[ServiceJourney], ...] = ()
    journeys: tuple[Edit[Journey], ...] = ()
    layouts: tuple[Edit[Layout], ...] = ()


def etag_of(catalogue: Catalogue) -> str:
    """Names the content, whatever version it is published under: of the SHA-256 of its JSON with version 0."""
    digest = sha256()
    for portion in _json(msgspec.structs.replace(catalogue, version=0)):
        digest.update(portion)
    return f'"{digest.hexdigest()[:32]}"'


def _json(catalogue: Catalogue) -> Iterator[bytes]:
    """Byte for byte what encoding it at once would give."""
    for number, field in enumerate(catalogue.__struct_fields__):
        yield (b"," if number else b"{") + msgspec.json.encode(field) + b":"
        value = getattr(catalogue, field)
        if field not in LISTS:
            yield msgspec.json.encode(value)
            continue
        yield b"["
        for at in range(0, len(value), _PORTION):
            yield (b"," if at else b"") + msgspec.json.encode(value[at : at + _PORTION])[1:-1]
        yield b"]"
    yield b"}"


def head_of(catalogue: Catalogue) -> Catalogue:
    """The catalogue without its lists; the tariff stays."""
    return msgspec.structs.replace(catalogue, **dict.fromkeys(LISTS, ()))


def delta(old: Catalogue, new: Catalogue) -> CatalogueDelta:
    """What to send to whoever has the old one."""
    edits = {name: _edits(getattr(old, name), getattr(new, name)) for name in LISTS}
    return CatalogueDelta(etag_of(old), etag_of(new), head_of(new), **edits)


def patched(old: Catalogue, change: CatalogueDelta) -> Catalogue:
    """The next catalogue; ValueError when the delta does not fit this one. Compare its etag before it is believed."""
    lists: dict[str, Any] = {}
    for name in LISTS:
        had: Sequence[Any] = getattr(old, name)
        found: list[Any] = []
        for edit in getattr(change, name):
            if edit.at < 0 or edit.count < 0 or edit.at + edit.count > len(had):
                raise ValueError(f"the delta speaks of {name} that are not there")
            found += had[edit.at : edit.at + edit.count]
            found += edit.new
        lists[name] = tuple(found)
    return msgspec.structs.replace(change.head, **lists)


def _edits(old: Sequence[T], new: Sequence[T]) -> tuple[Edit[T], ...]:
    where = {msgspec.json.encode(item): at for at, item in enumerate(old)}
    edits: list[Edit[T]] = []
    at = count = 0
    fresh: list[T] = []
    for item in new:
        known = where.get(msgspec.json.encode(item))
        if known is None:
            fresh.append(item)
        elif not fresh and count and known == at + count:
            count += 1
        else:
            if count or fresh:
                edits.append(Edit(at, count, tuple(fresh)))
            at, count, fresh = known, 1, []
    if count or fresh:
        edits.append(Edit(at, count, tuple(fresh)))
    return tuple(edits)
