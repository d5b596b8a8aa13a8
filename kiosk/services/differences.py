"""From changes to what a gate believes: pure, and the same for a first fetch and for the next difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kiosk.domain.allotment import Block
from kiosk.domain.certificate import key_id
from kiosk.store.manifest import FREE, HELD_S, RECENT_S, SHARE, Held, KeptManifest
from sync.wire import Change, GateManifest, LeaseRow

BEGINNING = "0.0"
_TABLES = ("certificate", "issuer", "revoked_ticket", "revoked_incarnation", "lease")
_blocks: msgspec.json.Decoder[tuple[Block, ...]] = msgspec.json.Decoder(tuple[Block, ...])

Tables = dict[str, dict[str, Any]]  # by topic and key, as the manifest holds them


def is_cursor(words: str) -> bool:
    """<epoch>.<feed_seq>, and not the etag of a list that came whole."""
    epoch, dot, seq = words.partition(".")
    return bool(dot) and epoch.isdecimal() and seq.isdecimal()


def parts(cursor: str) -> tuple[int, int]:
    """(epoch, feed_seq)."""
    epoch, _, seq = cursor.partition(".")
    return int(epoch), int(seq)


def applied(before: GateManifest | None, changes: Iterable[Change], epoch: int, version: int) -> GateManifest:
    """The list after these changes. ValueError for a change that cannot be read."""
    tables = tables_of(before)
    revocations = _apply(tables, changes, before.revocation_version if before else 0)
    return _manifest(tables, revocations, epoch, version)


def guarded(
    kept: KeptManifest | None, changes: Sequence[Change], cursor: str, now: int, *, anew: bool
) -> tuple[GateManifest, tuple[Held, ...]]:
    """The list to keep, and what central took away but staff must confirm: so much at once may be a mistake.

    What is added or changed counts at once, so a new revocation never waits. `anew`: the changes are everything there
    is. ValueError for a change that cannot be read.
    """
    before = tables_of(kept.manifest if kept else None)
    waiting = {(each.topic, each.key): each.until for each in kept.held if each.until > now} if kept else {}
    told = {(each.topic, each.key): each.until for each in changes}
    over = {(each.topic, each.key) for each in kept.held} - waiting.keys() - told.keys() if kept else set()
    tables = tables_of(None) if anew else {topic: dict(rows) for topic, rows in before.items()}
    revocations = _apply(tables, changes, 0 if anew or kept is None else kept.manifest.revocation_version)
    for topic, key in over:
        tables[topic].pop(key, None)
    waiting = {each: until for each, until in waiting.items() if each not in told}
    for topic, rows in before.items():
        gone = [key for key in rows if key not in tables[topic] and (topic, key) not in over]
        if anew:  # nobody says since when it is not missed; what is old by now may all be over
            old = kept is None or now - kept.taken_at > RECENT_S
            missed = {} if old else {key: now + HELD_S for key in gone}
            too_much = len(tables[topic]) < len(rows) * (1 - SHARE)
        else:
            missed = {key: told[topic, key] or now + HELD_S for key in gone if not 0 < told[topic, key] <= now}
            too_much = len(missed) > len(rows) * SHARE
        if too_much and len(missed) > FREE:
            waiting |= {(topic, key): until for key, until in missed.items()}
    for topic, key in waiting:
        if key in before[topic]:
            tables[topic].setdefault(key, before[topic][key])
    epoch, seq = parts(cursor)
    held = tuple(Held(topic, key, until) for (topic, key), until in sorted(waiting.items()))
    return _manifest(tables, revocations, epoch, seq), held


def without(kept: KeptManifest) -> KeptManifest:
    """Staff confirm: what central took away is gone."""
    tables = tables_of(kept.manifest)
    for each in kept.held:
        tables[each.topic].pop(each.key, None)
    old = kept.manifest
    fresh = _manifest(tables, old.revocation_version, old.epoch, old.version)
    return msgspec.structs.replace(kept, manifest=fresh, held=())


def _apply(tables: Tables, changes: Iterable[Change], revocations: int) -> int:
    for change in changes:
        if change.topic == "revocations":
            revocations = int(change.body or 0)
        elif change.topic in tables:
            if change.body is None:
                tables[change.topic].pop(change.key, None)
            else:
                tables[change.topic][change.key] = _value(change.topic, change.key, change.body)
    return revocations


def _manifest(tables: Tables, revocations: int, epoch: int, version: int) -> GateManifest:
    leases: Iterable[LeaseRow] = tables["lease"].values()
    return GateManifest(
        version=version,
        epoch=epoch,
        certificates=tuple(sorted(tables["certificate"].values())),
        issuer_certificates=tuple(tables["issuer"].values()),
        revoked_tickets=tuple(sorted(tables["revoked_ticket"])),
        revocation_version=revocations,
        revoked_incarnations=tuple(sorted(tables["revoked_incarnation"].values())),
        leases=tuple(sorted(leases, key=lambda row: (row.journey_id, row.terminal_id, row.incarnation))),
    )


def tables_of(manifest: GateManifest | None) -> Tables:
    """The list by topic and key."""
    if manifest is None:
        return {topic: {} for topic in _TABLES}
    return {
        "certificate": {key_id(bytes.fromhex(each)).hex(): each for each in manifest.certificates},
        "issuer": {key_id(bytes.fromhex(each)).hex(): each for each in manifest.issuer_certificates},
        "revoked_ticket": {each: each for each in manifest.revoked_tickets},
        "revoked_incarnation": {f"{each[0]}.{each[1]}": each for each in manifest.revoked_incarnations},
        "lease": {f"{each.journey_id}.{each.terminal_id}.{each.incarnation}": each for each in manifest.leases},
    }


def _value(topic: str, key: str, body: str) -> Any:
    if topic == "revoked_ticket":
        return key
    if topic == "revoked_incarnation":
        return (*map(int, key.split(".")), int(body))
    if topic == "lease":
        journey_id, terminal_id, incarnation = map(int, key.split("."))
        return LeaseRow(journey_id, terminal_id, incarnation, _blocks.decode(body))
    return body
