"""Live holds: places for parties that stand before a terminal, each all or none, many in one transaction.

A live hold is a small grant (P1) and goes its way: taken over (P2), sold (P3), and what is not sold comes back by a
record (P5). Requests that came together share locks, statements and the commit; each is judged alone, in order, and
one that is refused has moved nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, text

from central.callers import refuse_out_of_service
from central.context import Context
from central.inventory.book import Book, Inventory
from central.inventory.cells import free_throughout, from_blocks
from central.inventory.grants import check_seller, unknown_grant
from central.inventory.issue import Fresh, issue, store
from central.inventory.quotas import kept_for_others
from central.inventory.sought import seek
from central.refusal import Refusal
from kiosk.domain.allotment import Gid, Grant, SignedGrant
from kiosk.domain.protocol.ownership import POOL
from kiosk.domain.segments import choose_places
from sync.wire import AllotmentReply, HoldRequest

PLACES_MAX = 50  # of one request
PARTY_S = 1800  # a terminal that lost the answer or itself gives the places back then at the latest (P6)
_BIGINT = 1 << 63


class Asked(NamedTuple):
    """A request and who sent it."""

    terminal_id: int
    incarnation: int
    request: HoldRequest


Answer = AllotmentReply | Refusal
Given = tuple[Gid, SignedGrant]


def check(request: HoldRequest) -> None:
    """What no journey could give is refused before it shares a transaction with others; Refusal 422."""
    last, numbers = request.last_gid, (request.journey_id, request.head, request.last_gid.n)
    if not all(0 <= number < _BIGINT for number in numbers) or not 0 <= last.epoch < 1 << 31:
        raise Refusal(422, "bad_hold", "a number of this request is out of range")
    places = request.places
    if not 1 <= request.count <= PLACES_MAX or (places and len(set(places)) != request.count):
        raise Refusal(422, "bad_hold", f"a hold is for 1 to {PLACES_MAX} different places; ask for the rest in another")


def hold(context: Context, asked: Sequence[Asked]) -> list[Answer]:
    """Answer requests that passed `check`, in their order. Nothing leaves before the commit."""
    with context.engine.begin() as connection:
        sellers = _lock_sellers(connection, asked)
        heard = _heard(connection, asked)
        if heard[0].recovering_since:
            # P11: central may have forgotten grants. The new epoch is all it says until it knows them again.
            return [AllotmentReply(grants=(), epoch=context.keys.epoch) for _ in asked]
        book = Book(connection, (each.request.journey_id for each in asked), pool_only=True)
        kept: dict[tuple[int, str, str], tuple[int, ...]] = {}
        if heard[0].quotas:
            kept = kept_for_others(connection, (_quota_key(each, sellers) for each in asked), context.now())
        given: dict[tuple[int, int], list[Given]] = defaultdict(list)  # in this transaction, by terminal
        fresh: list[Fresh] = []
        answers: list[Answer] = []
        missed: list[HoldRequest] = []
        numbers = sorted(each.number for each in heard)
        for number, each, stored in zip(numbers, asked, (each.grants for each in heard), strict=True):
            mine = given[each[:2]]
            try:
                unheard = _unheard(each, sellers, stored) + mine
                inventory = _on_sale(context, book, each.request)
                masks = _choose(inventory, each.request, [signed for _, signed in unheard])
                _keep_quotas(inventory, each.request, masks, kept.get(_quota_key(each, sellers), ()))
            except Refusal as refusal:
                answers.append(refusal)
                if refusal.problem.code == "no_places" and not each.request.places:
                    missed.append(each.request)
                continue
            if any(masks):
                until = int(context.now()) + PARTY_S
                fresh.append(issue(context.keys, number, *each[:2], inventory, masks, until))
                mine.append((fresh[-1].gid, fresh[-1].signed))
                unheard.append(mine[-1])
            answers.append(AllotmentReply(tuple(signed for _, signed in unheard), context.keys.epoch))
        store(connection, fresh)
        book.write()
        if missed:
            seek(connection, missed, context.now())
    return answers


def _quota_key(asked: Asked, sellers: dict[tuple[int, int], Row[Any]]) -> tuple[int, str, str]:
    return asked.request.journey_id, asked.request.place_class, sellers[asked[:2]].role


def _keep_quotas(inventory: Inventory, request: HoldRequest, masks: Sequence[int], kept: Sequence[int]) -> None:
    """Refusal when a quota of another channel would lose places that are not released yet."""
    mask = inventory.layout.class_masks[request.place_class]
    for pool, wish, keep in zip(inventory.held(POOL), masks, kept, strict=False):
        if wish and (pool & mask).bit_count() - wish.bit_count() < keep:
            raise _no_places(request)


def _lock_sellers(connection: Connection, asked: Sequence[Asked]) -> dict[tuple[int, int], Row[Any]]:
    """Numbers of a terminal's grants are in the order of their commits. In one order: nobody waits in a circle."""
    sellers = sorted({each[:2] for each in asked})
    rows = connection.execute(
        text(
            "SELECT i.terminal_id, i.incarnation, i.forked, i.head_seq, i.revoked_from, t.role, "
            "i.incarnation = t.incarnation AS newest FROM incarnation i JOIN terminal t ON t.id = i.terminal_id "
            "WHERE (i.terminal_id, i.incarnation) IN "
            "(SELECT * FROM unnest(CAST(:terminals AS int[]), CAST(:incarnations AS int[]))) "
            "ORDER BY i.terminal_id, i.incarnation FOR NO KEY UPDATE OF i"
        ),
        {"terminals": [seller[0] for seller in sellers], "incarnations": [seller[1] for seller in sellers]},
    )
    return {(row.terminal_id, row.incarnation): row for row in rows}


class Heard(NamedTuple):
    """What central knows of a request before it looks at the journey, under the lock of its terminal."""

    recovering_since: int  # 0 = it is whole
    quotas: bool  # there are any at all
    number: int  # of the grant it may become
    grants: list[Given]  # the last one its terminal has, if we know it, and every later one


def _heard(connection: Connection, asked: Sequence[Asked]) -> list[Heard]:
    found: list[Heard] = []
    for row in connection.execute(
        text(
            "WITH a AS MATERIALIZED (SELECT *, nextval('grant_number') AS number FROM unnest("
            "CAST(:terminals AS int[]), CAST(:incarnations AS int[]), CAST(:epochs AS int[]), CAST(:ns AS bigint[])) "
            "WITH ORDINALITY AS asked (terminal_id, incarnation, epoch, n, no)) "
            "SELECT m.recovering_since, EXISTS (SELECT 1 FROM quota) AS quotas, a.no, a.number, "
            "g.epoch, g.n, g.body, g.signature FROM meta m CROSS JOIN a LEFT JOIN grant_given g "
            "ON (g.terminal_id, g.incarnation) = (a.terminal_id, a.incarnation) AND (g.epoch, g.n) >= (a.epoch, a.n) "
            "ORDER BY a.no, g.epoch, g.n"
        ),
        {
            "terminals": [each.terminal_id for each in asked],
            "incarnations": [each.incarnation for each in asked],
            "epochs": [each.request.last_gid.epoch for each in asked],
            "ns": [each.request.last_gid.n for each in asked],
        },
    ):
        if row.no > len(found):
            found.append(Heard(row.recovering_since, row.quotas, row.number, []))
        if row.n is not None:
            found[-1].grants.append((Gid(row.epoch, row.n), SignedGrant(row.body, row.signature)))
    return found


def _unheard(asked: Asked, sellers: dict[tuple[int, int], Row[Any]], stored: list[Given]) -> list[Given]:
    """Grants of before this transaction that the terminal does not have; Refusal when it may not get any."""
    seller, last = sellers[asked[:2]], asked.request.last_gid
    refuse_out_of_service(seller.role, revoked=seller.revoked_from is not None)
    check_seller(seller, asked.request.head)
    if last > Gid(0, 0) and (not stored or stored[0][0] != last):
        raise unknown_grant(last)
    return [each for each in stored if each[0] > last]


def _on_sale(context: Context, book: Book, request: HoldRequest) -> Inventory:
    inventory = book.get(request.journey_id)
    if inventory is None or not inventory.on_sale or inventory.ends_at <= context.now():
        raise Refusal(409, "not_on_sale", f"journey {request.journey_id} is not on sale; fetch the catalogue")
    if not inventory.layout.class_masks.get(request.place_class) or not (
        0 <= request.from_call < request.to_call <= inventory.segments
    ):
        raise Refusal(
            409,
            "not_on_sale",
            f"journey {request.journey_id} has no {request.place_class!r} from call {request.from_call} to "
            f"{request.to_call}; fetch the catalogue",
        )
    return inventory


def _choose(inventory: Inventory, request: HoldRequest, unheard: Sequence[SignedGrant]) -> list[int]:
    """Cells of the pool that are still missing, as masks: none when what is on the way will do."""
    first, last = request.from_call, request.to_call
    class_mask = inventory.layout.class_masks[request.place_class]
    coming = _coming(inventory, unheard)
    pool = inventory.held(POOL)
    masks = [0] * inventory.segments
    if request.places:
        wish = _mask(request.places, class_mask)
        for segment in range(first, last):
            masks[segment] = wish & ~coming[segment]
            if masks[segment] & ~pool[segment]:
                raise _no_places(request)
        return masks
    count = request.count - (free_throughout(coming, first, last) & class_mask).bit_count()
    if count > 0:
        chosen = choose_places(pool, inventory.layout, request.place_class, first, last, count)
        if not chosen:
            raise _no_places(request)
        for segment in range(first, last):
            masks[segment] = _mask(chosen, class_mask)
    return masks


def _coming(inventory: Inventory, unheard: Sequence[SignedGrant]) -> list[int]:
    """Cells of the journey that are on their way to the terminal."""
    coming = [0] * inventory.segments
    for signed in unheard:
        grant = msgspec.json.decode(signed.body, type=Grant)
        if grant.journey_id == inventory.journey_id:
            masks = from_blocks(grant.blocks, inventory.segments, inventory.layout.full_mask)
            coming = [a | b for a, b in zip(coming, masks, strict=True)]
    return coming


def _mask(places: Sequence[int], class_mask: int) -> int:
    mask = 0
    for place in places:
        if not 0 <= place < class_mask.bit_length() or not class_mask >> place & 1:
            raise Refusal(409, "not_on_sale", f"place {place} is not of this class; fetch the catalogue")
        mask |= 1 << place
    return mask


def _no_places(request: HoldRequest) -> Refusal:
    return Refusal(
        409,
        "no_places",
        f"{request.count} places of {request.place_class!r} are not free on journey {request.journey_id} from call "
        f"{request.from_call} to {request.to_call}",
    )
