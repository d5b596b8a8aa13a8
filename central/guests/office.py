"""Guest lists in central's books: taken over whole or not at all, again without doubling, taken back by code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row, text

from central.context import Context
from central.guests.checks import body_of, mistakes_of, renamed, resolved, until_of
from central.guests.files import BadList, GuestList
from central.guests.plans import plan_in_force
from central.publish.published import newest_catalogue
from kiosk.domain.codes import human_code_of, is_ticket_id
from kiosk.domain.errors import KioskError
from kiosk.domain.ticket import ticket_id

IMPORT_LOCK = 7_226_105_130
CHUNK = 20_000  # rows of one statement


class NoGuest(KioskError):
    """No guest has this code, or not so."""


class Taken(NamedTuple):
    """What an import did."""

    batch: str
    new: int
    changed: int
    same: int
    gone: int
    missing: int  # of the batch, and not in the file; they stay
    cancelled: int  # in the file, and cancelled here: they stay so
    notes: tuple[str, ...] = ()

    def words(self) -> list[str]:
        lines = [f"batch {self.batch}: {self.new} new, {self.changed} changed, {self.gone} gone, {self.same} as before"]
        if self.missing:
            lines.append(
                f"{self.missing} of the batch are not in the file and stay; "
                f"`--replace-of {self.batch}` takes them away, `guests cancel` cancels one"
            )
        if self.cancelled:
            lines.append(f"{self.cancelled} were cancelled here and stay so, whatever the file says")
        return [*lines, *self.notes]


def take(
    context: Context, path: Path, found: GuestList, *, batch: str = "", replace_of: str = "", to_tickets: bool = False
) -> Taken:
    """All of it in one transaction. BadList: nothing."""
    name = replace_of or batch or path.stem
    with context.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})
        if replace_of and not _batches(connection, replace_of):
            have = ", ".join(each.name for each in _batches(connection)) or "none yet"
            raise BadList([f"there is no batch {replace_of!r} to replace; there are: {have}"])
        mistakes: list[str] = []
        if to_tickets:
            found, mistakes = _to_tickets(connection, found)
        mistakes += mistakes_of(found, lambda codes: _known(connection, codes), to_tickets=to_tickets)
        found, more = resolved(found, time_zone(connection))
        mistakes += more + _elsewhere(connection, found, name)
        if mistakes:
            raise BadList(mistakes)
        connection.execute(
            text(
                "INSERT INTO guest_batch (name, file, imported_at) VALUES (:name, :file, to_timestamp(:now)) "
                "ON CONFLICT (name) DO UPDATE SET file = EXCLUDED.file, imported_at = EXCLUDED.imported_at"
            ),
            {"name": name, "file": path.name, "now": context.now()},
        )
        tickets = [(each.row.code, body_of(each.row), until_of(each.row)) for each in found.tickets]
        media = [(each.row.code, body_of(each.row), until_of(each.row)) for each in found.media]
        counts = [
            _put(connection, table, rows, name, replace=bool(replace_of))
            for table, rows in (("guest", tickets), ("medium", media))
        ]
        new, changed, gone, missing = (sum(each) for each in zip(*counts, strict=True))
        cancelled = _count_cancelled(connection, [code for code, _, _ in tickets])
        notes = _notes(connection, found)
    same = len(tickets) + len(media) - new - changed
    return Taken(name, new, changed, same, gone, missing, cancelled, notes)


def time_zone(connection: Connection) -> ZoneInfo:
    """Of times without an offset: the plan's, else the catalogue's."""
    plan, catalogue = plan_in_force(connection), newest_catalogue(connection)
    if plan is not None and plan.time_zone != "UTC":
        return ZoneInfo(plan.time_zone)
    return ZoneInfo(catalogue.timezone if catalogue is not None else "UTC")


def _put(
    connection: Connection, table: str, rows: Sequence[tuple[str, str, int]], batch: str, *, replace: bool
) -> tuple[int, int, int, int]:
    """(new, changed, gone, missing). A row that is as before is not touched: gates hear nothing of it."""
    new = changed = 0
    connection.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS told_code (code text) ON COMMIT DROP"))
    connection.execute(text("DELETE FROM told_code"))
    for begin in range(0, len(rows), CHUNK):
        codes, bodies, untils = (list(column) for column in zip(*rows[begin : begin + CHUNK], strict=True))
        values = {"codes": codes, "bodies": bodies, "untils": untils, "batch": batch}
        fresh = (
            "FROM unnest(CAST(:codes AS text[]), CAST(:bodies AS text[]), CAST(:untils AS bigint[])) "
            "AS fresh (code, body, until) "
        )
        changed += connection.execute(
            text(
                f"UPDATE {table} t SET body = fresh.body, until = fresh.until {fresh} "
                "WHERE t.code = fresh.code AND t.body <> fresh.body"
            ),
            values,
        ).rowcount
        new += connection.execute(
            text(
                f"INSERT INTO {table} (code, batch, body, until) SELECT code, :batch, body, until {fresh} "
                "ON CONFLICT (code) DO NOTHING"
            ),
            values,
        ).rowcount
        connection.execute(text("INSERT INTO told_code SELECT unnest(CAST(:codes AS text[]))"), {"codes": codes})
    connection.execute(text("ANALYZE told_code"))
    where = "t.batch = :batch AND NOT EXISTS (SELECT 1 FROM told_code o WHERE o.code = t.code)"
    if replace:
        return (
            new,
            changed,
            connection.execute(text(f"DELETE FROM {table} t WHERE {where}"), {"batch": batch}).rowcount,
            0,
        )
    missing = connection.scalar(text(f"SELECT count(*) FROM {table} t WHERE {where}"), {"batch": batch})
    return new, changed, 0, int(missing or 0)


def _elsewhere(connection: Connection, found: GuestList, batch: str) -> list[str]:
    """Codes that belong to another batch, or to a medium where a ticket is meant."""
    where = {row.code: at for at, row in found.tickets} | {row.code: at for at, row in found.media}
    guests = {each.row.code for each in found.tickets}
    mistakes = []
    for table, kind in (("guest", "ticket"), ("medium", "medium")):
        rows = connection.execute(
            text(f"SELECT code, batch FROM {table} WHERE code = ANY(:codes) ORDER BY code"), {"codes": list(where)}
        )
        for code, other in rows:
            if (code in guests) != (table == "guest"):
                mistakes.append(f"{where[code]}: the code {code!r} is already that of a {kind} of the batch {other}")
            elif other != batch:
                mistakes.append(
                    f"{where[code]}: the code {code!r} is already in the batch {other}; import that batch anew "
                    f"with --replace-of {other}, or leave the code out here"
                )
    return mistakes


def _known(connection: Connection, codes: Iterable[str]) -> set[str]:
    rows = connection.scalars(text("SELECT code FROM guest WHERE code = ANY(:codes)"), {"codes": list(codes)})
    return set(rows)


def _to_tickets(connection: Connection, found: GuestList) -> tuple[GuestList, list[str]]:
    """Codes of tickets that were sold here, as people read them or as ids, become ids."""
    typed = {each.row.code: human_code_of(each.row.code) for each in found.tickets}
    sold = connection.execute(
        text("SELECT code, terminal_id, incarnation, seq FROM ticket WHERE code = ANY(:codes)"),
        {"codes": sorted({each for each in typed.values() if each})},
    )
    ids: dict[str, list[str]] = {}
    for code, terminal_id, incarnation, seq in sold:
        ids.setdefault(code, []).append(ticket_id(terminal_id, incarnation, seq))
    mistakes, names = list[str](), dict[str, str]()
    for where, row in found.tickets:
        their = [row.code] if is_ticket_id(row.code) else ids.get(typed[row.code] or "", [])
        if len(their) == 1:
            names[row.code] = their[0]
        elif their:
            mistakes.append(
                f"{where}: {row.code} is the code of several tickets; name one by its id: {', '.join(their)}"
            )
        else:
            mistakes.append(
                f"{where}: no ticket that was sold here has the code {row.code!r}, or its sale has not come up"
            )
    return renamed(found, names), mistakes


def _count_cancelled(connection: Connection, codes: list[str]) -> int:
    wanted = text("SELECT count(*) FROM guest WHERE cancelled_at IS NOT NULL AND code = ANY(:codes)")
    return int(connection.scalar(wanted, {"codes": codes}) or 0)


def _notes(connection: Connection, found: GuestList) -> tuple[str, ...]:
    """Not wrong, but likely a slip."""
    plan = plan_in_force(connection)
    if plan is None or not plan.products:
        return ()
    known = {each.id for each in plan.products}
    unknown = sorted({each.row.product for each in found.tickets if each.row.product} - known)
    return tuple(
        f"the plan of the gates has no product {each!r}: it is on no list that names products" for each in unknown
    )


# one guest


def cancel(context: Context, code: str, who: str, reason: str, *, undo: bool = False) -> str:
    """A guest's ticket counts no more, whatever a later import says; `undo`: it counts again."""
    if not who.strip() or not reason.strip():
        raise NoGuest("a cancellation needs --who and --reason: they stay in the books")
    with context.engine.begin() as connection:
        row = connection.execute(
            text("SELECT code, batch, body, cancelled_at, cancelled_by FROM guest WHERE code = :code"), {"code": code}
        ).one_or_none()
        if row is None:
            raise NoGuest(f"no guest has the code {code!r}; `kiosk central guests list` shows them")
        if undo != (row.cancelled_at is not None):
            return f"{code} ({row.batch}) is not cancelled" if undo else _said(row)
        connection.execute(
            text(
                "UPDATE guest SET cancelled_at = to_timestamp(:at), cancelled_by = :who, cancel_reason = :reason "
                "WHERE code = :code"
            ),
            {"at": None if undo else context.now(), "who": who, "reason": reason, "code": code},
        )
    holder = msgspec.json.decode(row.body, type=dict[str, Any]).get("holder", "")
    name = f"{code} ({', '.join(filter(None, (holder, row.batch)))})"
    return f"{name} counts again" if undo else f"{name} is cancelled; gates hear of it within their next round"


def _said(row: Row[Any]) -> str:
    return f"{row.code} ({row.batch}) was cancelled already, by {row.cancelled_by}"


def _batches(connection: Connection, name: str | None = None) -> list[Row[Any]]:
    where = "" if name is None else "WHERE b.name = :name "
    rows = connection.execute(
        text(
            "SELECT b.name, b.file, b.imported_at, "
            "(SELECT count(*) FROM guest g WHERE g.batch = b.name) AS guests, "
            "(SELECT count(*) FROM medium m WHERE m.batch = b.name) AS media, "
            "(SELECT count(*) FROM guest g WHERE g.batch = b.name AND g.cancelled_at IS NOT NULL) AS cancelled "
            f"FROM guest_batch b {where}ORDER BY b.name"
        ),
        {"name": name},
    )
    return list(rows.all())


class Batch(msgspec.Struct, frozen=True):
    """One imported list."""

    name: str
    file: str
    imported_at: datetime
    guests: int
    media: int
    cancelled: int

    def line(self) -> str:
        at = self.imported_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        gone = f", {self.cancelled} cancelled" if self.cancelled else ""
        return f"{self.name:20} {self.guests} tickets{gone}, {self.media} media, from {self.file} at {at}"


def batches(connection: Connection) -> list[Batch]:
    return [Batch(**row._mapping) for row in _batches(connection)]


def guests_of(connection: Connection, batch: str) -> list[dict[str, Any]]:
    """Tickets of a batch as they were imported, with what became of them. NoGuest: there is no such batch."""
    if not _batches(connection, batch):
        raise NoGuest(f"there is no batch {batch!r}; `kiosk central guests list` names them")
    rows = connection.execute(
        text("SELECT body, cancelled_by, cancelled_at FROM guest WHERE batch = :batch ORDER BY code"), {"batch": batch}
    )
    found = []
    for row in rows:
        raw: dict[str, Any] = msgspec.json.decode(row.body)
        if row.cancelled_at is not None:
            raw |= {"status": "cancelled", "cancelled_by": row.cancelled_by}
        found.append(raw)
    return found
