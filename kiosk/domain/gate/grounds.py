"""What one decision looked at, small enough for the record; the same decision can be made from it again.

It is a world of one ticket and the scan, in the form of the written cases: `kiosk gate decide` plays it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from kiosk.domain.gate.choice import clean, named
from kiosk.domain.gate.form import Form, Mode
from kiosk.domain.gate.judge import Judged, judge
from kiosk.domain.gate.railway import Call
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.world import Passage, World

Row = TypeVar("Row")


class Grounds(Form, frozen=True, kw_only=True):
    """`seen`: the passages known then, in their order."""

    world: World
    scan: Scan
    at: datetime
    mode: Mode = "local"
    inside: int = 0
    seen: tuple[Passage, ...] = ()


_decoder = msgspec.json.Decoder(Grounds)


def packed(grounds: Grounds) -> str:
    """For the record: JSON without what is as usual."""
    return msgspec.json.encode(grounds).decode()


def unpacked(text: str) -> Grounds:
    """ValueError: not the grounds of a decision, or of a later version."""
    return _decoder.decode(text)


def decided(grounds: Grounds) -> Judged:
    """The decision, now or from its record: by the same rules, so the same verdict."""
    return judge(grounds.world, grounds.scan, grounds.at, mode=grounds.mode, inside=grounds.inside, seen=grounds.seen)


def grounds_of(
    world: World, scan: Scan, at: datetime, *, mode: Mode, inside: int, seen: Iterable[Passage], code: str
) -> Grounds:
    """Only what concerns this ticket: its relatives, its product, the lists, its train, this gate."""
    media = tuple(each for each in world.media if code in each.tickets or each.code in (scan.scan, scan.hand_out))
    kin = {code, clean(scan.scan), *(each for medium in media for each in medium.tickets)}
    kin |= {each.code for each in world.tickets if each.addon_of in kin}
    if scan.source == "typed":
        kin |= {each.code for each in named(world, scan.scan)}
    kin |= _on_the_same_place(world, kin)
    tickets = tuple(msgspec.structs.replace(each, used=()) for each in world.tickets if each.code in kin)
    kin |= {each.companion_of for each in tickets}
    journeys = {scan.journey, *(each.journey for each in tickets)}
    instead = tuple(each for each in world.delays if each.journey in journeys)
    keys = {each.key for each in tickets}
    places = {(each.seller, each.place) for each in tickets}
    return Grounds(
        world=msgspec.structs.replace(
            world,
            tickets=tickets,
            media=media,
            journeys=tuple(each for each in world.journeys if each.id in journeys),
            delays=instead,
            certificates=_those(world.certificates, lambda each: each.key in keys),
            leases=_those(world.leases, lambda each: each.journey in journeys and (each.seller, each.place) in places),
            revoked=tuple(each for each in world.revoked if each in kin),
            blocked=tuple(each for each in world.blocked if each in kin),
        ),
        scan=scan,
        at=at,
        mode=mode,
        inside=inside,
        seen=tuple(each for each in seen if each.ticket in kin),
    )


def _those(rows: tuple[Row, ...] | None, wanted: Callable[[Row], bool]) -> tuple[Row, ...] | None:
    return None if rows is None else tuple(filter(wanted, rows))


def _on_the_same_place(world: World, codes: set[str]) -> set[str]:
    places = {(each.journey, each.place) for each in world.tickets if each.code in codes and each.place}
    return {each.code for each in world.tickets if (each.journey, each.place) in places}


def light(world: World) -> World:
    """The same for the rules, smaller for the record: times only of the calls that a decision can look at, and no
    more of people than that a ticket is named."""
    plain = (
        msgspec.structs.replace(each, holder="", email="", named=each.named or bool(each.holder))
        for each in world.tickets
    )
    world = msgspec.structs.replace(world, tickets=tuple(plain))
    ticket = world.tickets[0] if world.tickets else None
    if ticket is None or not world.journeys:
        return world
    stops = {each.stop for each in world.gates[:1]} | {ticket.origin, ticket.destination}
    journeys = tuple(
        msgspec.structs.replace(
            journey, calls=tuple(call if call.stop in stops else Call(stop=call.stop) for call in journey.calls)
        )
        for journey in world.journeys
    )
    return msgspec.structs.replace(world, journeys=journeys)
