"""Rule P1: give cells from the pool to one incarnation of one terminal, in one transaction, signed.

The answer lists every grant after the terminal's last one, so a lost answer heals with the next request; what the
terminal has not heard of yet counts as in its hands, so asking twice does not lease twice. How many places it gets is
central's decision (`central.inventory.policy`); what a terminal wants is where it sells and the most it has use for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, text

from central.context import Context
from central.inventory.book import Book, Inventory
from central.inventory.contact import Contact, heard
from central.inventory.fill import fill
from central.inventory.issue import issue, store
from central.inventory.outlook import Machine, Outlook
from central.inventory.sought import sought_of
from central.inventory.targets import Goal, Target, hints
from central.keys import Keys
from central.refusal import Refusal
from kiosk.domain.allotment import Gid, SignedGrant
from kiosk.domain.protocol.ownership import POOL
from sync.wire import AllotmentReply, AllotmentRequest, Recall, Want

WANTS_MAX = 5000
JOURNEYS_MAX = 600  # planned in one request, in the order of the wants: as many as a terminal asks for at once
LOOK_EVERY_S = 120.0  # at what a terminal holds, whether some of it is of more use elsewhere
LOOK_MAX = 40  # journeys looked at, the nearest


def give(context: Context, terminal_id: int, incarnation: int, request: AllotmentRequest) -> AllotmentReply:
    """Answer one request for places. Nothing leaves before the commit."""
    if len(request.wants) > WANTS_MAX:
        raise Refusal(413, "too_large", f"at most {WANTS_MAX} wants in one request, this has {len(request.wants)}")
    now = context.now()
    with context.engine.begin() as connection:
        _lock_terminal(connection, terminal_id, incarnation, request.head)
        looks = _call(connection, terminal_id, now)
        if connection.scalar(text("SELECT recovering_since FROM meta")):
            # P11: central may have forgotten grants. The new epoch is all it says until it knows them again.
            return AllotmentReply(grants=(), epoch=context.keys.epoch)
        unheard = _grants_after(connection, terminal_id, incarnation, request.last_gid)
        wants = dict(islice(_group(request.wants).items(), JOURNEYS_MAX))
        held = _nearest_held(connection, terminal_id, incarnation, now) if looks else []
        held += [each for each in sought_of(connection, terminal_id, incarnation, now) if each not in held]
        outlook = Outlook(connection, {*wants, *held}, now)
        machine = outlook.machines.get(terminal_id)
        given: list[tuple[Inventory, list[int]]] = []
        recalls: tuple[Recall, ...] = ()
        book = None
        if machine is not None:
            goals = {journey_id: _goals(outlook, machine, journey_id, wants[journey_id], now) for journey_id in wants}
            book = Book(connection, (journey_id for journey_id, found in goals.items() if found))
            for journey_id, found in goals.items():
                inventory = book.get(journey_id)
                if inventory is not None and any(masks := _fill(inventory, terminal_id, incarnation, found)):
                    given.append((inventory, masks))
            more = {inventory.journey_id for inventory, _ in given}
            recalls = hints(outlook, machine, [each for each in held if each not in more], now)
        fresh = _record(connection, context.keys, terminal_id, incarnation, given)
        if book is not None:
            book.write()
    return AllotmentReply(grants=(*unheard, *fresh), epoch=context.keys.epoch, recalls=recalls)


def _call(connection: Connection, terminal_id: int, now: float) -> bool:
    """Note that the terminal called; True when it is time to look at what it holds."""
    row = connection.execute(
        text("SELECT last_at, observed_s, dark_s, outages, recalled_at FROM contact WHERE terminal_id = :terminal"),
        {"terminal": terminal_id},
    ).one_or_none()
    known = None if row is None else Contact(row.last_at, row.observed_s, row.dark_s, row.outages)
    looks = row is None or not 0 <= now - row.recalled_at < LOOK_EVERY_S
    fresh = heard(known, now)
    connection.execute(
        text(
            "INSERT INTO contact (terminal_id, last_at, observed_s, dark_s, outages, recalled_at) "
            "VALUES (:terminal, :last_at, :observed_s, :dark_s, :outages, :now) ON CONFLICT (terminal_id) DO UPDATE "
            "SET last_at = EXCLUDED.last_at, observed_s = EXCLUDED.observed_s, dark_s = EXCLUDED.dark_s, "
            "outages = EXCLUDED.outages, "
            "recalled_at = CASE WHEN :looks THEN EXCLUDED.recalled_at ELSE contact.recalled_at END"
        ),
        {"terminal": terminal_id, "now": now, "looks": looks, **fresh._asdict()},
    )
    return looks


def _nearest_held(connection: Connection, terminal_id: int, incarnation: int, now: float) -> list[int]:
    """Journeys of which the terminal holds places, the earliest to end first."""
    rows = connection.scalars(
        text(
            "SELECT j.id FROM journey j JOIN (SELECT DISTINCT journey_id FROM holding WHERE kind = 'LEASE' "
            "AND terminal_id = :terminal AND incarnation = :incarnation) h ON h.journey_id = j.id "
            "WHERE j.ends_at > :now ORDER BY j.ends_at LIMIT :most"
        ),
        {"terminal": terminal_id, "incarnation": incarnation, "now": int(now), "most": LOOK_MAX},
    )
    return list(rows)


def _goals(outlook: Outlook, machine: Machine, journey_id: int, wants: list[Want], now: float) -> list[Goal]:
    """What the terminal should get of one journey; [] also for what is not on sale and what makes no sense."""
    facts = outlook.journeys.get(journey_id)
    if facts is None or not facts.on_sale or facts.ends_at <= now:
        return []
    found = []
    for want in wants:
        sense = 0 <= want.from_call < want.to_call <= facts.segments and want.free_in_hand < want.target
        if sense and facts.layout.class_masks.get(want.place_class):
            target = Target(outlook, facts, want.place_class, now, (machine.terminal_id, want.from_call))
            goal = target.goal(machine, want.to_call, want.target)
            found += [goal] if goal is not None else []
    return found


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


def _group(wants: Iterable[Want]) -> dict[int, list[Want]]:
    grouped: dict[int, list[Want]] = defaultdict(list)
    for want in wants:
        grouped[want.journey_id].append(want)
    return grouped


def _fill(inventory: Inventory, terminal_id: int, incarnation: int, goals: list[Goal]) -> list[int]:
    """Cells for one journey's goals, as masks; of the pool and the holdings as they are under the lock."""
    held = [0] * inventory.segments
    for owner in inventory.owners("LEASE"):
        if (owner.terminal_id, owner.incarnation) == (terminal_id, incarnation):
            held = [a | b for a, b in zip(held, inventory.held(owner), strict=True)]
    pool, taken = list(inventory.held(POOL)), [0] * inventory.segments
    for goal in goals:
        mask = inventory.layout.class_masks[goal.place_class]
        here = [(cells & mask).bit_count() for cells in pool]
        stays = [max(leave, have - most) for leave, have, most in zip(goal.leave, here, goal.most, strict=True)]
        part = fill(pool, held, inventory.layout, mask, goal.from_call, goal.places, stays)
        taken = [a | b for a, b in zip(taken, part, strict=True)]
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
