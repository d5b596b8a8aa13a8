"""The statements that bring a batch of effects to the tables, in the order they must run."""

from __future__ import annotations

from sqlalchemy import text

_WHO = "terminal_id = :terminal AND incarnation = :incarnation"
# In this order: a sale before its outcome, a payment before what became of it.
STATEMENTS = {
    "adopted": text(f"UPDATE incarnation SET adopted_epoch = greatest(adopted_epoch, :epoch) WHERE {_WHO}"),
    "remembered": text(
        "INSERT INTO grant_given (epoch, n, terminal_id, incarnation, journey_id, body, signature) "
        "SELECT :epoch, :n, :terminal, :incarnation, id, :body, :signature FROM journey WHERE id = :journey "
        "ON CONFLICT DO NOTHING"
    ),
    "accepted": text(
        f"UPDATE grant_given SET accepted_seq = :seq WHERE epoch = :epoch AND n = :n AND {_WHO} "
        "AND accepted_seq IS NULL"
    ),
    "sale": text(
        "INSERT INTO sale (terminal_id, incarnation, sale_id, held_seq, items, currency) "
        "VALUES (:terminal, :incarnation, :sale, :seq, :items, :currency) "
        "ON CONFLICT (terminal_id, incarnation, sale_id) DO UPDATE SET held_seq = EXCLUDED.held_seq, "
        "items = EXCLUDED.items, currency = EXCLUDED.currency, outcome = ''"
    ),
    "outcome": text(f"UPDATE sale SET outcome = :outcome WHERE {_WHO} AND sale_id = :sale"),
    "payment": text(
        "INSERT INTO payment (terminal_id, incarnation, attempt_id, sale_id, amount_minor, currency, means, state) "
        "VALUES (:terminal, :incarnation, :attempt, :sale, :amount, :currency, :means, 'requested') "
        "ON CONFLICT DO NOTHING"
    ),
    "paid": text(f"UPDATE payment SET state = :state, reference = :reference WHERE {_WHO} AND attempt_id = :attempt"),
    "ticket": text(
        "INSERT INTO ticket (terminal_id, incarnation, seq, sale_id, item_no, journey_id, place, from_segment, "
        "to_segment, place_class, product_id, category_id, price_minor, currency, issued_at, code, covered) "
        "VALUES (:terminal, :incarnation, :seq, :sale_id, :item_no, :journey_id, :place, :from_segment, :to_segment, "
        ":place_class, :product_id, :category_id, :price_minor, :currency, :issued_at, :code, :covered) "
        "ON CONFLICT DO NOTHING"
    ),
    "admission": text(
        "INSERT INTO admission (terminal_id, incarnation, seq, ticket_id, reason, gate, at) "
        "VALUES (:terminal, :incarnation, :seq, :ticket, :reason, :gate, :at) ON CONFLICT DO NOTHING"
    ),
}
