"""The plan of all gates in central's books."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from central.context import Context
from central.guests.files import BadList
from kiosk.domain.gate.plan import BadPlan, kept_plan, plan_of
from kiosk.domain.gate.world import World


def read_plan(path: Path) -> dict[str, Any]:
    """TOML or JSON; BadPlan names the file and what is wrong."""
    try:
        raw_text = path.read_text(encoding="utf-8")
        raw = json.loads(raw_text) if path.suffix.casefold() == ".json" else tomllib.loads(raw_text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, json.JSONDecodeError) as fault:
        raise BadPlan([f"{path}: {fault}"]) from fault
    if not isinstance(raw, dict):
        raise BadPlan([f"{path}: a plan is a table"])
    return raw


def set_plan(context: Context, path: Path) -> str:
    """The same checks as at a gate with its own file, and every gate that is enrolled must find itself in it."""
    raw = read_plan(path)
    with context.engine.begin() as connection:
        try:
            plan = plan_of(raw, _gates(connection))
        except BadPlan as fault:
            raise BadPlan([f"{path}: {mistake}" for mistake in fault.mistakes]) from fault
        body = msgspec.json.encode(plan).decode()
        before = connection.scalar(text("SELECT body FROM gate_plan"))
        if before == body:
            return f"the gates have this plan already ({path.name})"
        connection.execute(
            text(
                "INSERT INTO gate_plan (body, file, set_at) VALUES (:body, :file, to_timestamp(:now)) "
                "ON CONFLICT (one) DO UPDATE SET body = EXCLUDED.body, file = EXCLUDED.file, set_at = EXCLUDED.set_at"
            ),
            {"body": body, "file": path.name, "now": context.now()},
        )
    return (
        f"the plan is {path.name}: {len(plan.lists)} lists, {len(plan.gates)} gates, {len(plan.products)} products; "
        "gates take it within their next round, but those with a file of their own ([gate] plan)"
    )


def clear_plan(context: Context) -> str:
    with context.engine.begin() as connection:
        gone = connection.execute(text("DELETE FROM gate_plan")).rowcount
    return "the gates have no plan of central's any more" if gone else "there was no plan"


def shown_plan(connection: Connection) -> str:
    """As JSON, the form it is told in; "" = there is none."""
    return str(connection.scalar(text("SELECT body FROM gate_plan")) or "")


def plan_in_force(connection: Connection) -> World | None:
    body = shown_plan(connection)
    try:
        return kept_plan(body) if body else None
    except BadPlan as fault:
        raise BadList([f"the plan in the books cannot be read by this version; set it anew:\n{fault}"]) from fault


def _gates(connection: Connection) -> list[str]:
    """Names of the gates that are in service."""
    rows = connection.scalars(
        text(
            "SELECT DISTINCT t.name FROM terminal t JOIN incarnation i ON i.terminal_id = t.id "
            "AND i.incarnation = t.incarnation WHERE t.role = 'gate' AND i.revoked_from IS NULL ORDER BY 1"
        )
    )
    return list(rows)
