"""Rule P1: give cells from the pool to one incarnation of one terminal, in one transaction, signed.

The answer lists every grant after the terminal's last one, so a lost answer heals with the next request; what the
terminal has not heard of yet counts as in its hands, so asking twice does not lease twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, text

from central.context import Context
from central.inventory.book import Book, Inventory
from central.inventory.cells import free_throughout, from_blocks
from central.inventory.choose import choose
from central.inventory.issue import issue, store
from central.keys import Keys
from central.refusal import Refusal
from kiosk.domain.allotment import Gid, Grant, SignedGrant
from kiosk.domain.protocol.ownership import POOL
from sync.wire import AllotmentReply, AllotmentRequest, Want

WANTS_MAX = 5000


def give(context: Context, terminal_id: int, incarnation: int, request: AllotmentRequest) -> AllotmentReply:
    """Answer one request for places. Nothing leaves before the commit."""
    if len(request.wants) > WANTS_MAX:
        raise Refusal(413, "too_large", f"at most {WANTS_MAX} wants in one request, this has {len(request.wants)}")
    with context.engine.begin() as connection:
        _lock_terminal(connection, terminal_id, incarnation, request.head)
        if connection.scalar(text("SELECT recovering_since FROM meta")):
            # P11: central may have forgotten grants. The new epoch is all it says until it knows them again.
            return AllotmentReply(grants=(), epoch=context.keys.epoch)
        unheard = _grants_after(connection, terminal_id, incarnation, request.last_gid)
        share = _selling_terminals(connection) + 1  # one more than there are: a reserve stays in the pool
        book = Book(connection, (want.journey_id for want in request.wants))
        waiting = _by_journey(unheard)
        given: list[tuple[Inventory, list[int]]] = []
        for journey_id, wants in _group(request.wants).items():
            inventory = book.get(journey_id)
            if inventory is None or not inventory.on_sale or inventory.ends_at <= context.now():
                continue
            masks = _fill(inventory, wants, waiting.get(journey_id, []), share)
            if any(masks):
                given.append((inventory, masks))
        fresh = _record(connection, context.keys, terminal_id, incarnation, given)
        book.write()
    return AllotmentReply(grants=(*unheard, *fresh), epoch=context.keys.epoch)


def _lock_terminal(connection: Connection, terminal_id: int, incarnation: int, head: int) -> None:
    """Grants of one terminal are numbered one after the other: order of numbers = order of commits."""
    row = connection.execute(
        text(
            "SELECT i.forked, i.head_seq, i.incarnation = t.incarnation AS newest FROM incarnation i "
            "JOIN terminal t ON t.id = i.terminal_id "
            "WHERE i.terminal_id = :terminal AND i.incarnation = :incarnation FOR NO KEY UPDATE OF i"
        ),
        {"terminal": terminal_id, "incarnation": incarnation},
    ).one()
    check_seller(row, head)


def check_seller(row: Row[Any], head: int) -> None:
    """May this incarnation get places? `row`: forked, newest, head_seq; `head`: as the request told it, 0 = not."""
    if row.forked:
        raise Refusal(403, "forked", "this terminal's journal exists twice; enrol it anew before it may sell again")
    if not row.newest:
        raise Refusal(403, "superseded", "this terminal was enrolled anew elsewhere; this incarnation may not sell")
    if 0 < head < row.head_seq:
        raise Refusal(
            409,
            "behind",
            f"central has {row.head_seq} records of this terminal, its journal ends at {head}: a copied or restored "
            "disk, which gets no places; enrol it anew",
        )


def _grants_after(connection: Connection, terminal_id: int, incarnation: int, last: Gid) -> list[SignedGrant]:
    keys = {"terminal": terminal_id, "incarnation": incarnation, "epoch": last.epoch, "n": last.n}
    if last > Gid(0, 0):
        known = connection.scalar(
            text(
                "SELECT 1 FROM grant_given WHERE (epoch, n) = (:epoch, :n) "
                "AND terminal_id = :terminal AND incarnation = :incarnation"
            ),
            keys,
        )
        if known is None:
            raise unknown_grant(last)
    rows = connection.execute(
        text(
            "SELECT body, signature FROM grant_given WHERE terminal_id = :terminal AND incarnation = :incarnation "
            "AND (epoch, n) > (:epoch, :n) ORDER BY epoch, n"
        ),
        keys,
    )
    return [SignedGrant(row.body, row.signature) for row in rows]


def unknown_grant(last: Gid) -> Refusal:
    """The terminal holds a grant that this database has never seen."""
    return Refusal(
        409,
        "unknown_grant",
        f"central does not know grant {last.epoch}.{last.n}: its database is older than this terminal's; "
        "central must recover before it may grant",
    )


def _selling_terminals(connection: Connection) -> int:
    found = connection.scalar(
        text(
            "SELECT count(*) FROM terminal t JOIN incarnation i ON i.terminal_id = t.id "
            "AND i.incarnation = t.incarnation WHERE t.role <> 'gate' AND i.revoked_from IS NULL AND NOT i.forked"
        )
    )
    return max(1, int(found or 0))


def _group(wants: Iterable[Want]) -> dict[int, list[Want]]:
    grouped: dict[int, list[Want]] = defaultdict(list)
    for want in wants:
        grouped[want.journey_id].append(want)
    return grouped


def _by_journey(grants: list[SignedGrant]) -> dict[int, list[Grant]]:
    found: dict[int, list[Grant]] = defaultdict(list)
    for signed in grants:
        grant = msgspec.json.decode(signed.body, type=Grant)
        found[grant.journey_id].append(grant)
    return found


def _fill(inventory: Inventory, wants: list[Want], waiting: list[Grant], share: int) -> list[int]:
    """Cells for one journey's wants, as masks; the pool in memory is already without them for the next want."""
    taken = [0] * inventory.segments
    pool = list(inventory.held(POOL))
    full = inventory.layout.full_mask
    unheard = [from_blocks(grant.blocks, inventory.segments, full) for grant in waiting]
    for want in wants:
        first, last = want.from_call, want.to_call
        class_mask = inventory.layout.class_masks.get(want.place_class, 0)
        if not class_mask or not 0 <= first < last <= inventory.segments:
            continue
        candidates = free_throughout(pool, first, last) & class_mask
        on_the_way = sum((free_throughout(masks, first, last) & class_mask).bit_count() for masks in unheard)
        missing = want.target - want.free_in_hand - on_the_way
        count = min(missing, max(1, candidates.bit_count() // share))
        if count <= 0 or not candidates:
            continue
        busy_before = ~pool[first - 1] if first else 0
        chosen = choose(candidates, busy_before, inventory.layout, count)
        for segment in range(first, last):
            pool[segment] &= ~chosen
            taken[segment] |= chosen
    return taken


def _record(
    connection: Connection,
    keys: Keys,
    terminal_id: int,
    incarnation: int,
    given: list[tuple[Inventory, list[int]]],
) -> list[SignedGrant]:
    """Number, sign and store the grants, and move their cells from the pool to the terminal."""
    if not given:
        return []
    numbers = connection.scalars(
        text("SELECT nextval('grant_number') FROM generate_series(1, :count)"), {"count": len(given)}
    ).all()
    fresh = [
        issue(keys, number, terminal_id, incarnation, inventory, masks)
        for number, (inventory, masks) in zip(sorted(numbers), given, strict=True)
    ]
    store(connection, fresh)
    return [each.signed for each in fresh]
