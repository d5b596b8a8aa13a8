"""The statements that bring a batch of effects to the tables, in the order they must run."""

from __future__ import annotations

from sqlalchemy import TextClause, text

_WHO = "{0}.terminal_id = :terminal AND {0}.incarnation = :incarnation"
_ROWS = "json_to_recordset(CAST(:rows AS json)) AS fresh"


def _insert(table: str, columns: dict[str, str], conflict: str) -> TextClause:
    """Rows of this incarnation; `columns` with their types."""
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    names = ", ".join(columns)
    return text(
        f"INSERT INTO {table} (terminal_id, incarnation, {names}) SELECT :terminal, :incarnation, "
        f"{', '.join('fresh.' + name for name in columns)} FROM {_ROWS} ({typed}) ON CONFLICT {conflict}"
    )


# Each takes all rows of a batch as one JSON list, `rows`. In this order: a sale before its outcome, a payment before
# what became of it. No two rows of a list have the same key.
STATEMENTS = {
    "adopted": text(
        "UPDATE incarnation i SET adopted_epoch = greatest(adopted_epoch, fresh.epoch) "
        f"FROM {_ROWS} (epoch int) WHERE {_WHO.format('i')}"
    ),
    "remembered": text(
        "INSERT INTO grant_given (epoch, n, terminal_id, incarnation, journey_id, body, signature) "
        f"SELECT fresh.epoch, fresh.n, :terminal, :incarnation, j.id, fresh.body, fresh.signature FROM {_ROWS} "
        "(epoch int, n bigint, journey bigint, body text, signature text) JOIN journey j ON j.id = fresh.journey "
        "ON CONFLICT DO NOTHING"
    ),
    "accepted": text(
        f"UPDATE grant_given g SET accepted_seq = fresh.seq FROM {_ROWS} (epoch int, n bigint, seq bigint) "
        f"WHERE g.epoch = fresh.epoch AND g.n = fresh.n AND {_WHO.format('g')} AND g.accepted_seq IS NULL"
    ),
    "sale": _insert(
        "sale",
        {"sale_id": "text", "held_seq": "bigint", "items": "text", "currency": "text", "outcome": "text"},
        "(terminal_id, incarnation, sale_id) DO UPDATE SET held_seq = EXCLUDED.held_seq, "
        "items = EXCLUDED.items, currency = EXCLUDED.currency, outcome = EXCLUDED.outcome",
    ),
    "outcome": text(
        f"UPDATE sale s SET outcome = fresh.outcome FROM {_ROWS} (sale_id text, outcome text) "
        f"WHERE {_WHO.format('s')} AND s.sale_id = fresh.sale_id"
    ),
    "payment": _insert(
        "payment",
        {
            "attempt_id": "text", "sale_id": "text", "amount_minor": "bigint", "currency": "text", "means": "text",
            "state": "text", "reference": "text",
        },
        "(terminal_id, incarnation, attempt_id) DO UPDATE SET state = EXCLUDED.state, reference = EXCLUDED.reference "
        "WHERE EXCLUDED.state <> 'requested'",
    ),
    "paid": text(
        f"UPDATE payment p SET state = fresh.state, reference = fresh.reference "
        f"FROM {_ROWS} (attempt_id text, state text, reference text) "
        f"WHERE {_WHO.format('p')} AND p.attempt_id = fresh.attempt_id"
    ),
    "ticket": _insert(
        "ticket",
        {
            "seq": "bigint", "sale_id": "text", "item_no": "int", "journey_id": "bigint", "place": "int",
            "from_segment": "int", "to_segment": "int", "place_class": "text", "product_id": "text",
            "category_id": "text", "price_minor": "bigint", "currency": "text", "issued_at": "bigint", "code": "text",
            "covered": "boolean", "persons": "int", "holder": "text",
        },
        "DO NOTHING",
    ),
    "admission": _insert(
        "admission",
        {"seq": "bigint", "ticket_id": "text", "reason": "text", "gate": "text", "at": "bigint", "persons": "int",
         "list": "text"},
        "DO NOTHING",
    ),
    "handed": _insert(
        "medium_handed", {"seq": "bigint", "medium": "text", "ticket_id": "text"}, "DO NOTHING"
    ),
    "annulled": text(
        f"UPDATE admission a SET reason = 'annulled' FROM {_ROWS} (of_seq bigint) "
        f"WHERE {_WHO.format('a')} AND a.seq = fresh.of_seq AND a.reason = ''"
    ),
}  # fmt: skip
