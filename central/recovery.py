"""P8 and P11 on the database: terminals that are given up, and central coming back as an older self."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from central.context import Context
from central.incidents import note
from central.inventory.book import Book
from central.journal.voids import next_version
from central.registry import Enrolled, Voided
from kiosk.domain.errors import KioskError
from kiosk.domain.protocol import recovery
from sync.chain import GENESIS

log = logging.getLogger(__name__)


class OlderThanItself(KioskError):
    """The database and what lies outside it do not belong to the same time."""


class NoSuchTerminal(KioskError):
    """Nobody of that name was enrolled."""


def open_epoch(context: Context) -> None:
    """At start: is this the database that was used last? A new epoch begins the recovery."""
    with context.engine.begin() as connection:
        found = int(connection.scalar(text("SELECT epoch FROM meta FOR UPDATE")) or 1)
        if found > context.keys.epoch:
            raise OlderThanItself(
                f"this database was used in epoch {found}, the key folder says {context.keys.epoch}: an old key folder "
                "was put back. Put the newest one back, or run: kiosk central failover"
            )
        if found < context.keys.epoch:
            _begin(connection, context)
        elif missing := _unknown(connection, context):
            raise OlderThanItself(
                f"the registry knows terminal {missing[0].terminal_id}.{missing[0].incarnation}, this database does "
                "not: it was restored to an older state. Nothing is granted from it before: kiosk central failover"
            )


def _begin(connection: Connection, context: Context) -> None:
    epoch = context.keys.epoch
    unfinished = int(connection.scalar(text("SELECT recovering_since FROM meta")) or 0)
    connection.execute(
        text("UPDATE meta SET epoch = :epoch, recovering_since = :since"),
        {"epoch": epoch, "since": recovery.began(epoch, unfinished)},
    )
    for entry in _unknown(connection, context):
        _remember(connection, entry)
    lost = connection.execute(
        text(
            "SELECT i.terminal_id, i.incarnation FROM incarnation i JOIN terminal t ON t.id = i.terminal_id "
            "WHERE i.incarnation < t.incarnation AND i.lost_epoch = 0"
        )
    ).all()
    for row in lost:
        lose(connection, epoch, row.terminal_id, row.incarnation)
    voids = [entry for entry in context.registry.entries() if isinstance(entry, Voided)]
    if voids:
        version = next_version(connection)
        connection.execute(
            text(
                "INSERT INTO void (terminal_id, incarnation, seq, version, epoch, by, reason, voided_at, refund_id) "
                "VALUES (:terminal, :incarnation, :seq, :version, :epoch, 'central', :reason, to_timestamp(:at), "
                ":refund) ON CONFLICT DO NOTHING"
            ),
            [
                {
                    "terminal": void.terminal_id,
                    "incarnation": void.incarnation,
                    "seq": void.seq,
                    "version": version,
                    "epoch": void.epoch,
                    "reason": void.reason,
                    "at": void.voided_at,
                    "refund": void.refund_id,
                }
                for void in voids
            ],
        )
    note(connection, "failover", f"epoch {epoch} begins; nothing is granted until the terminals have answered")
    log.warning("epoch %d: recovery begins", epoch)


def _unknown(connection: Connection, context: Context) -> list[Enrolled]:
    known = {tuple(row) for row in connection.execute(text("SELECT terminal_id, incarnation FROM incarnation"))}
    entries = [entry for entry in context.registry.entries() if isinstance(entry, Enrolled)]
    return [entry for entry in entries if (entry.terminal_id, entry.incarnation) not in known]


def _remember(connection: Connection, entry: Enrolled) -> None:
    who = {"terminal": entry.terminal_id, "incarnation": entry.incarnation}
    connection.execute(
        text(
            "INSERT INTO terminal (id, name, role, stop_place_id, incarnation) OVERRIDING SYSTEM VALUE "
            "VALUES (:terminal, :name, :role, :place, :incarnation) "
            "ON CONFLICT (id) DO UPDATE SET incarnation = greatest(terminal.incarnation, EXCLUDED.incarnation)"
        ),
        {**who, "name": entry.name, "role": entry.role, "place": entry.stop_place_id},
    )
    connection.execute(text("SELECT setval(pg_get_serial_sequence('terminal', 'id'), (SELECT max(id) FROM terminal))"))
    connection.execute(
        text(
            "INSERT INTO incarnation (terminal_id, incarnation, public_key, machine, enrolled_at, head_hash) "
            "VALUES (:terminal, :incarnation, :key, :machine, :at, :genesis)"
        ),
        {
            **who,
            "key": bytes.fromhex(entry.public_key),
            "machine": entry.machine,
            "at": datetime.fromtimestamp(entry.enrolled_at, UTC),
            "genesis": GENESIS,
        },
    )


def end_when_over(context: Context) -> bool:
    """After records came in: has everybody answered who can? Then places are granted again."""
    with context.engine.begin() as connection:
        row = connection.execute(text("SELECT epoch, recovering_since FROM meta FOR UPDATE")).one()
        epoch = row.epoch
        if not row.recovering_since:
            return False
        witnesses = census(connection)
        if not recovery.over(witnesses, epoch):
            return False
        if recovery.in_doubt(witnesses, epoch, row.recovering_since):
            _doubt(connection, context, epoch)
        connection.execute(text("UPDATE meta SET recovering_since = 0"))
        note(connection, "recovered", f"epoch {epoch}: every terminal that can answer has; places are granted again")
    log.warning("epoch %d: recovery is over", epoch)
    return True


def census(connection: Connection) -> list[recovery.Witness]:
    """Every incarnation that may hold cells."""
    return [
        recovery.Witness(row.adopted_epoch, row.lost_epoch)
        for row in connection.execute(
            text(
                "SELECT i.adopted_epoch, i.lost_epoch FROM incarnation i JOIN terminal t ON t.id = i.terminal_id "
                "WHERE t.role <> 'gate'"
            )
        )
    ]


def waited_for(connection: Connection) -> list[str]:
    """Terminals whose answer a recovery still needs, by name."""
    rows = connection.scalars(
        text(
            "SELECT t.name FROM incarnation i JOIN terminal t ON t.id = i.terminal_id CROSS JOIN meta m "
            "WHERE m.recovering_since > 0 AND t.role <> 'gate' AND i.lost_epoch = 0 "
            "AND i.adopted_epoch < m.epoch ORDER BY t.name"
        )
    )
    return list(rows)


def _doubt(connection: Connection, context: Context, epoch: int) -> None:
    """P11: of departures that are still open, whatever looks free may be in hands nobody can ask."""
    found = connection.scalars(
        text("SELECT id FROM journey WHERE layout_digest IS NOT NULL AND ends_at > :now ORDER BY id"),
        {"now": int(context.now())},
    ).all()
    book = Book(connection, found)
    for journey_id in found:
        inventory = book.get(journey_id)
        assert inventory is not None
        inventory.doubt(epoch)
    book.write()
    connection.execute(
        text("UPDATE journey SET doubt_epoch = :epoch WHERE id = ANY(:ids)"), {"epoch": epoch, "ids": list(found)}
    )
    note(connection, "doubt", f"epoch {epoch}: {len(found)} open departures keep only what is surely free")


def lose_by_name(context: Context, name: str) -> str:
    """The operator's word for P8; says how many cells are stranded by it."""
    with context.engine.begin() as connection:
        row = connection.execute(
            text("SELECT id, incarnation FROM terminal WHERE name = :name AND incarnation > 0"), {"name": name}
        ).one_or_none()
        if row is None:
            raise NoSuchTerminal(f"no enrolled terminal is called {name!r}")
        lose(connection, context.keys.epoch, row.id, row.incarnation)
        journeys = connection.scalar(
            text(
                "SELECT count(DISTINCT journey_id) FROM holding WHERE kind = 'STRANDED' AND terminal_id = :terminal "
                "AND incarnation = :incarnation"
            ),
            {"terminal": row.id, "incarnation": row.incarnation},
        )
    return f"places of {journeys} journeys that {name} held are stranded until it turns up again"


def lose(connection: Connection, epoch: int, terminal_id: int, incarnation: int) -> None:
    """P8: this incarnation is given up; cells not known as sold or returned are STRANDED."""
    changed = connection.execute(
        text(
            "UPDATE incarnation SET lost_epoch = :epoch WHERE terminal_id = :terminal AND incarnation = :incarnation "
            "AND lost_epoch = 0"
        ),
        {"epoch": epoch, "terminal": terminal_id, "incarnation": incarnation},
    )
    if not changed.rowcount:
        return
    journeys = connection.scalars(
        text(
            "SELECT DISTINCT journey_id FROM holding WHERE kind = 'LEASE' AND terminal_id = :terminal "
            "AND incarnation = :incarnation"
        ),
        {"terminal": terminal_id, "incarnation": incarnation},
    ).all()
    book = Book(connection, journeys)
    for journey_id in journeys:
        inventory = book.get(journey_id)
        if inventory is not None:
            inventory.lose(terminal_id, incarnation)
    book.write()
