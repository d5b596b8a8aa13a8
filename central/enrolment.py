"""Rule P0: a terminal trades a one-time code and the proof of a key for its identity.

Codes are kept as hashes, work once, expire, and guessing is limited by address. Asking again with the same code and
the same key is the same enrolment: an answer may get lost. Every new enrolment is a new incarnation.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, text

from central import certificates
from central.context import Context
from central.publish.published import newest_catalogue
from central.recovery import lose
from central.refusal import Refusal
from central.registry import Enrolled, Role
from kiosk.domain.codes import enrolment_code, enrolment_code_is_typed_right, normalise
from kiosk.domain.errors import KioskError
from sync.chain import GENESIS
from sync.wire import EnrolReply, EnrolRequest

TRIES_MAX = 10  # wrong codes from one address
TRIES_WINDOW_S = 600
INCARNATION_MAX = 255


class EnrolmentImpossible(KioskError):
    """The operator asked for a terminal that cannot be."""


def make_code(context: Context, name: str, role: str, stop_place: str = "", valid_s: int = 86400) -> tuple[str, str]:
    """A one-time code for the terminal `name` (made when unknown), and where it stands in words.

    Earlier unused codes of the terminal stop working; the terminal itself goes on until the new code is used.
    """
    if not name.strip():
        raise EnrolmentImpossible("a terminal needs a name, such as K14")
    with context.engine.begin() as connection:
        stop_place_id, stop_place_name = _stop_place(connection, stop_place)
        terminal_id = connection.scalar(
            text(
                "INSERT INTO terminal (name, role, stop_place_id) VALUES (:name, :role, :place) "
                "ON CONFLICT (name) DO UPDATE SET role = EXCLUDED.role, stop_place_id = EXCLUDED.stop_place_id "
                "RETURNING id"
            ),
            {"name": name.strip(), "role": role, "place": stop_place_id},
        )
        connection.execute(
            text("DELETE FROM enrolment_code WHERE terminal_id = :terminal AND used_at IS NULL"),
            {"terminal": terminal_id},
        )
        code = enrolment_code(secrets.token_bytes(16))
        connection.execute(
            text("INSERT INTO enrolment_code (code_hash, terminal_id, expires_at) VALUES (:hash, :terminal, :expires)"),
            {
                "hash": _hash(code),
                "terminal": terminal_id,
                "expires": _time(context) + timedelta(seconds=valid_s),
            },
        )
    return code, stop_place_name


def enrol(context: Context, request: EnrolRequest, address: str) -> EnrolReply:
    """Exchange a code; every refusal says what to do, and counts against guessing."""
    _limit(context, address)
    public_key = _public_key(request.public_key)
    try:
        with context.engine.begin() as connection:
            reply = _enrol(connection, context, request, public_key)
    except Refusal:
        # In a transaction of its own: the refused one is rolled back.
        with context.engine.begin() as connection:
            connection.execute(
                text("DELETE FROM enrolment_failure WHERE failed_at < :since"),
                {"since": _time(context) - timedelta(seconds=TRIES_WINDOW_S)},
            )
            connection.execute(
                text("INSERT INTO enrolment_failure (address, failed_at) VALUES (:address, :now)"),
                {"address": address, "now": _time(context)},
            )
        raise
    # Before the terminal hears of it: a failover must not forget who may hold places.
    context.registry.append(
        Enrolled(
            reply.terminal_id,
            reply.incarnation,
            reply.name,
            cast(Role, reply.role),
            reply.stop_place_id,
            public_key.hex(),
            request.machine[:500],
            int(context.now()),
        )
    )
    return reply


def _enrol(connection: Connection, context: Context, request: EnrolRequest, public_key: bytes) -> EnrolReply:
    if not enrolment_code_is_typed_right(request.code):
        raise Refusal(
            403, "mistyped_code", "this code has a typing mistake: compare it with the operator's, sign by sign"
        )
    code_hash = _hash(request.code)
    row = connection.execute(
        text(
            "SELECT c.code_hash, c.expires_at, c.incarnation AS used_incarnation, t.id, t.name, t.role, "
            "t.stop_place_id, t.incarnation, m.tenant FROM enrolment_code c JOIN terminal t ON t.id = c.terminal_id "
            "CROSS JOIN meta m WHERE c.code_hash = :hash FOR UPDATE OF c, t"
        ),
        {"hash": code_hash},
    ).one_or_none()
    if row is None or not hmac.compare_digest(bytes(row.code_hash), code_hash):
        raise Refusal(403, "unknown_code", "central does not know this code: ask the operator for a new one")
    if row.used_incarnation is not None:
        return _again(connection, context, row, public_key)
    if row.expires_at <= _time(context):
        raise Refusal(403, "expired_code", "this code is too old: ask the operator for a new one")
    if row.incarnation >= INCARNATION_MAX:
        raise Refusal(409, "worn_out", f"terminal {row.name} was enrolled 255 times; enrol it under a new name")
    incarnation = row.incarnation + 1
    if row.incarnation:
        lose(connection, context.keys.epoch, row.id, row.incarnation)  # P9: the life before is over
    _store(connection, context, row.id, incarnation, public_key, request.machine)
    connection.execute(
        text("UPDATE enrolment_code SET used_at = :now, incarnation = :incarnation WHERE code_hash = :hash"),
        {"now": _time(context), "incarnation": incarnation, "hash": code_hash},
    )
    return _reply(context, row, incarnation, certificates.issue(connection, context, row.id, incarnation))


def _again(connection: Connection, context: Context, row: Row[tuple[object, ...]], public_key: bytes) -> EnrolReply:
    """The code was used: fine for the very same key as long as nothing newer was enrolled."""
    known = connection.scalar(
        text("SELECT public_key FROM incarnation WHERE terminal_id = :terminal AND incarnation = :incarnation"),
        {"terminal": row.id, "incarnation": row.used_incarnation},
    )
    if known is None or bytes(known) != public_key or row.incarnation != row.used_incarnation:
        raise Refusal(403, "used_code", "this code was already used: ask the operator for a new one")
    found = certificates.newest(connection, row.id, row.used_incarnation)
    assert found is not None
    return _reply(context, row, row.used_incarnation, found[0])


def _store(
    connection: Connection, context: Context, terminal_id: int, incarnation: int, public_key: bytes, machine: str
) -> None:
    connection.execute(
        text(
            "INSERT INTO incarnation (terminal_id, incarnation, public_key, machine, enrolled_at, head_hash) "
            "VALUES (:terminal, :incarnation, :key, :machine, :now, :genesis)"
        ),
        {
            "terminal": terminal_id,
            "incarnation": incarnation,
            "key": public_key,
            "machine": machine[:500].replace("\x00", ""),
            "now": _time(context),
            "genesis": GENESIS,
        },
    )
    connection.execute(
        text("UPDATE terminal SET incarnation = :incarnation WHERE id = :terminal"),
        {"terminal": terminal_id, "incarnation": incarnation},
    )


def _reply(context: Context, row: Row[tuple[object, ...]], incarnation: int, certificate: bytes) -> EnrolReply:
    return EnrolReply(
        terminal_id=row.id,
        incarnation=incarnation,
        epoch=context.keys.epoch,
        role=row.role,
        name=row.name,
        stop_place_id=row.stop_place_id,
        certificate=certificate.hex(),
        issuer_certificate=context.keys.issuer_certificate.hex(),
        root_key=context.keys.root_public.hex(),
        tenant=row.tenant,
    )


def _limit(context: Context, address: str) -> None:
    with context.engine.connect() as connection:
        tries = connection.scalar(
            text("SELECT count(*) FROM enrolment_failure WHERE address = :address AND failed_at > :since"),
            {"address": address, "since": _time(context) - timedelta(seconds=TRIES_WINDOW_S)},
        )
    if tries is not None and tries >= TRIES_MAX:
        minutes = TRIES_WINDOW_S // 60
        message = f"too many wrong codes from this address: wait {minutes} minutes, then try a new code"
        raise Refusal(429, "too_many_tries", message, retry_after_s=TRIES_WINDOW_S)


def _public_key(text_hex: str) -> bytes:
    try:
        key = bytes.fromhex(text_hex)
        Ed25519PublicKey.from_public_bytes(key)
    except ValueError:
        raise Refusal(400, "bad_key", "public_key must be an Ed25519 public key of 64 hex digits") from None
    return key


def _stop_place(connection: Connection, wanted: str) -> tuple[str, str]:
    """(id, name) of a stop place given by id, code or name; ("", "anywhere") for none."""
    if not wanted:
        return "", "anywhere"
    catalogue = newest_catalogue(connection)
    if catalogue is None:
        raise EnrolmentImpossible(f"there is no catalogue yet to find {wanted!r} in: import a feed first")
    low = wanted.casefold()
    found = [place for place in catalogue.stop_places if place.id == wanted] or [
        place
        for place in catalogue.stop_places
        if low in (place.code.casefold(), place.name.casefold(), *(n.casefold() for n in place.names.values()))
    ]
    if not found:
        near = [place.name for place in catalogue.stop_places if low in place.name.casefold()][:5]
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise EnrolmentImpossible(f"no stop place has the id, code or name {wanted!r}{hint}")
    if len(found) > 1:
        ids = ", ".join(place.id for place in found[:5])
        raise EnrolmentImpossible(f"{len(found)} stop places are called {wanted!r}; give one of their ids: {ids}")
    return found[0].id, found[0].name


def _hash(code: str) -> bytes:
    return sha256(b"KENROL1" + normalise(code).encode()).digest()


def _time(context: Context) -> datetime:
    return datetime.fromtimestamp(context.now(), UTC)


def revoke(context: Context, name: str) -> str:
    """Take the newest incarnation of a terminal out of service from now on; returns what was done."""
    with context.engine.begin() as connection:
        row = connection.execute(
            text(
                "UPDATE incarnation i SET revoked_from = coalesce(i.revoked_from, :now) FROM terminal t "
                "WHERE t.id = i.terminal_id AND t.incarnation = i.incarnation AND t.name = :name "
                "RETURNING i.terminal_id, i.incarnation"
            ),
            {"now": int(context.now()), "name": name},
        ).one_or_none()
    if row is None:
        raise EnrolmentImpossible(f"no enrolled terminal is called {name!r}")
    return f"{name} (terminal {row.terminal_id}.{row.incarnation}) is out of service; gates know when they next sync"
