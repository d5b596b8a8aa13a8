"""`kiosk journal`: is it what was written, and back to its last good record when it is damaged."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from kiosk.app import identity
from kiosk.app.identity import Identity, NotEnrolled
from kiosk.store import past
from kiosk.store.verify import JOURNAL, Verdict
from kiosk.store.verify import verify as look
from sync.client import CentralClient
from sync.wire import JournalBatch


def verify(folder: Path, *, ask: str = "") -> int:
    """Print what was found in the terminal's journal and those of its earlier lives, one JSON object last; status 1 on
    any fault. Changes nothing; the terminal may be open meanwhile. `ask`: address of central; "" = it is not asked."""
    root_key = asked = ""
    try:
        who = identity.load(folder)
        root_key = who.reply.root_key
        asked = _ask(ask, who) if ask else ""
    except NotEnrolled as fault:
        click.echo(f"Who this terminal is cannot be read: {fault}")
    paths = [path for path in sorted(folder.glob("journal-*.db")) if past.NAME.fullmatch(path.name)]
    verdicts = []
    for path in [*paths, folder / JOURNAL]:
        verdicts.append(look(path, root_key, asked=asked if path.name == JOURNAL else ""))
        _say(verdicts[-1])
    ok = not any(verdict.faults for verdict in verdicts)
    click.echo(json.dumps({"ok": ok, "journals": [_as_json(verdict) for verdict in verdicts]}, ensure_ascii=False))
    return 0 if ok else 1


def _ask(url: str, who: Identity) -> str:
    """Central's signed word as of now. CentralUnreachable, CentralRefused."""
    client = CentralClient(url, reply=who.reply, sign=who.sign)
    try:
        client.journal(JournalBatch(who.reply.terminal_id, who.reply.incarnation, ()))
        return client.proof
    finally:
        client.close()


def _say(found: Verdict) -> None:
    who = f"{found.path.name}, terminal {found.terminal_id}.{found.incarnation}"
    reach = (
        f"central signed for {found.acknowledged}" if found.acknowledged else "central has signed for none of them yet"
    )
    click.echo(f"{who}: {found.records} records, {reach}")
    if found.selling_stopped:
        click.echo(f"  selling has stopped: {found.selling_stopped}")
    for fault in found.faults:
        click.echo(f"  FAULT {fault.what}")
        click.echo(f"        {fault.way_out}")


def _as_json(found: Verdict) -> dict[str, object]:
    return {
        "file": found.path.name,
        "terminal": f"{found.terminal_id}.{found.incarnation}",
        "records": found.records,
        "acknowledged": found.acknowledged,
        "selling_stopped": found.selling_stopped,
        "faults": [asdict(fault) for fault in found.faults],
        "chain_records_per_s": round(found.records / found.chain_s) if found.chain_s else 0,
        "tables_records_per_s": round(found.records / found.tables_s) if found.tables_s else 0,
    }


def salvage(folder: Path) -> str:
    """Put a good journal in the place of a damaged one; says what came of it."""
    from kiosk.app.clock import SystemClock, TimeOrderedIds
    from kiosk.store import salvage as work

    reply = identity.load(folder).reply
    done = work.salvage(folder, reply.terminal_id, reply.incarnation, SystemClock(), TimeOrderedIds())
    lines = [f"The journal is whole up to record {done.head}; what was found is kept in {done.kept}."]
    if done.unplaced:
        lines.append(f"{done.unplaced} genuine records lie behind a gap; they are only in the kept files.")
    if done.locked:
        lines.append(
            f"{done.locked} It must not sell: enrol this terminal again (kiosk enrol); nothing else is needed."
        )
    else:
        lines.append("Nothing that had an effect is missing: the terminal may be opened.")
    return "\n".join(lines)
