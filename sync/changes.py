"""From changes to what a gate believes: pure, and the same for a first fetch and for the next difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kiosk.domain.allotment import Block
from kiosk.domain.certificate import key_id
from sync.wire import Change, GateManifest, LeaseRow

BEGINNING = "0.0"
_TABLES = ("certificate", "issuer", "revoked_ticket", "revoked_incarnation", "lease")
_blocks: msgspec.json.Decoder[tuple[Block, ...]] = msgspec.json.Decoder(tuple[Block, ...])

Tables = dict[str, dict[str, Any]]  # by topic and key, as the manifest holds them


def is_cursor(words: str) -> bool:
    """<epoch>.<feed_seq>, and not the etag of a list that came whole."""
    epoch, dot, seq = words.partition(".")
    return bool(dot) and epoch.isdecimal() and seq.isdecimal()


def seq_of(cursor: str) -> int:
    return int(cursor.partition(".")[2])


def applied(before: GateManifest | None, changes: Iterable[Change], epoch: int, version: int) -> GateManifest:
    """The list after these changes. ValueError for a change that cannot be read."""
    tables = tables_of(before)
    revocations = before.revocation_version if before else 0
    for change in changes:
        if change.topic == "revocations":
            revocations = int(change.body or 0)
        elif change.topic in tables:
            if change.body is None:
                tables[change.topic].pop(change.key, None)
            else:
                tables[change.topic][change.key] = _value(change.topic, change.key, change.body)
    return GateManifest(
        version=version,
        epoch=epoch,
        certificates=tuple(sorted(tables["certificate"].values())),
        issuer_certificates=tuple(tables["issuer"].values()),
        revoked_tickets=tuple(sorted(tables["revoked_ticket"])),
        revocation_version=revocations,
        revoked_incarnations=tuple(sorted(tables["revoked_incarnation"].values())),
        leases=tuple(
            sorted(tables["lease"].values(), key=lambda row: (row.journey_id, row.terminal_id, row.incarnation))
        ),
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
