"""Voided tickets (P12): by whom, since which version of the revocation list, and whether the money went back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from kiosk.domain.events import AnyEvent, RefundPaid, TicketIssued, TicketVoided


class Voids:
    """The voids that some records of one incarnation speak of."""

    def __init__(
        self, connection: Connection, terminal_id: int, incarnation: int, events: Sequence[tuple[int, AnyEvent]]
    ) -> None:
        self._connection = connection
        self._who = {"terminal": terminal_id, "incarnation": incarnation}
        self._seqs: dict[tuple[str, int], int] = {}
        self._by: dict[int, str] = {}
        self._added: list[tuple[int, str, int, str]] = []
        self._paid: list[int] = []
        sales = sorted({e.sale_id for _, e in events if isinstance(e, TicketVoided | RefundPaid)})
        issued = [seq for seq, event in events if isinstance(event, TicketIssued)]
        if sales:
            rows = connection.execute(
                text(f"SELECT sale_id, item_no, seq FROM ticket WHERE {_WHO} AND sale_id = ANY(:sales)"),
                {**self._who, "sales": sales},
            )
            self._seqs = {(row.sale_id, row.item_no): row.seq for row in rows}
        if sales or issued:
            rows = connection.execute(
                text(f"SELECT seq, by FROM void WHERE {_WHO} AND seq = ANY(:seqs)"),
                {**self._who, "seqs": [*self._seqs.values(), *issued]},
            )
            self._by = {row.seq: row.by for row in rows}

    def issued(self, sale_id: str, item_no: int, seq: int) -> bool:
        """A ticket of these records; True when it was voided before central (again) heard of it."""
        self._seqs[sale_id, item_no] = seq
        return seq in self._by

    def seq_of(self, sale_id: str, item_no: int) -> int | None:
        return self._seqs.get((sale_id, item_no))

    def knows(self, seq: int) -> bool:
        """It is void already, whoever did it."""
        return seq in self._by

    def add(self, seq: int, by: str, epoch: int, reason: str) -> bool:
        """False when central voided it as well: the money may have gone back twice."""
        if seq not in self._by:
            self._by[seq] = by
            self._added.append((seq, by, epoch, reason))
        return self._by[seq] == by

    def paid(self, seq: int) -> None:
        self._paid.append(seq)

    def write(self) -> None:
        if self._added:
            version = next_version(self._connection)
            self._connection.execute(
                text(
                    "INSERT INTO void (terminal_id, incarnation, seq, version, epoch, by, reason, voided_at) "
                    "VALUES (:terminal, :incarnation, :seq, :version, :epoch, :by, :reason, now()) "
                    "ON CONFLICT DO NOTHING"
                ),
                [
                    {**self._who, "seq": seq, "by": by, "epoch": epoch, "reason": reason[:200], "version": version}
                    for seq, by, epoch, reason in self._added
                ],
            )
        if self._paid:
            self._connection.execute(
                text(f"UPDATE void SET refunded = true WHERE {_WHO} AND seq = ANY(:seqs)"),
                {**self._who, "seqs": self._paid},
            )


_WHO = "terminal_id = :terminal AND incarnation = :incarnation"


def next_version(connection: Connection) -> int:
    """Of the revocation list; the row's lock makes order of versions = order of commits, so no gate skips one."""
    return int(
        connection.scalar(
            text("UPDATE meta SET revocation_version = revocation_version + 1 RETURNING revocation_version")
        )
        or 0
    )
