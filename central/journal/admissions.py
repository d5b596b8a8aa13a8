"""What a gate's facts do to the books: who came in, how often, and which medium was handed out.

A foreign code is as good as a ticket's id here; what it stands for is in the guest lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from kiosk.domain import events as facts
from kiosk.domain.events import AnyEvent

Row = dict[str, Any]
Incident = tuple[str, str, int, int, int]


class Admissions:
    """Of some records of one gate, in order; into `rows` and `incidents`, which the caller writes."""

    def __init__(
        self,
        connection: Connection,
        events: Sequence[tuple[int, AnyEvent]],
        rows: dict[str, dict[Any, Row]],
        incidents: list[Incident],
        gate: tuple[int, int],
    ) -> None:
        self._rows, self._incidents, self._gate = rows, incidents, gate
        self._admitted = _known(connection, events)

    def admit(self, seq: int, event: facts.Admitted) -> None:
        key = (event.ticket_id, event.list)
        before = self._admitted.get(key, 0)
        beyond = before + event.persons > event.of if event.of else before > 0 and not event.again
        if beyond and not event.override:
            self._incidents.append(("admitted_twice", f"ticket {event.ticket_id} at {event.gate}", *self._gate, seq))
        self._admitted[key] = before + event.persons
        self._add(seq, event, "", event.persons, event.list)
        if event.hand_out:
            self._rows["handed"][seq] = {"seq": seq, "medium": event.hand_out, "ticket_id": event.ticket_id}

    def annul(self, seq: int, event: facts.AdmissionAnnulled) -> None:
        """Nobody passed after all, so the ticket's next admission is its first."""
        row = self._rows["admission"].get(event.of_seq)
        for key in [key for key in self._admitted if key[0] == event.ticket_id]:
            before = self._admitted.pop(key)
            if row is not None:
                self._admitted[key] = max(before - (row["persons"] if row["list"] == key[1] else 0), 0)
        self._rows["annulled"][event.of_seq] = {"of_seq": event.of_seq}

    def contested(self, seq: int, event: facts.AdmissionContested) -> None:
        """Every gate that knows reports it; it is noted once, about the admission that was not the first."""
        detail = f"ticket {event.ticket_id} at {event.gate}, at {event.at}"
        self._incidents.append(("admission_contested", detail, event.terminal_id, event.incarnation, event.seq))

    def refuse(self, seq: int, event: facts.AdmissionRefused) -> None:
        self._add(seq, event, event.reason or "unknown", 1, "")

    def _add(
        self, seq: int, event: facts.Admitted | facts.AdmissionRefused, reason: str, persons: int, passing: str
    ) -> None:
        about = {"ticket_id": event.ticket_id, "gate": event.gate, "at": event.at}
        self._rows["admission"][seq] = {"seq": seq, "reason": reason, "persons": persons, "list": passing, **about}


def _known(connection: Connection, events: Sequence[tuple[int, AnyEvent]]) -> dict[tuple[str, str], int]:
    """Heads or rides that each ticket of these let in before, on each list."""
    wanted = [event.ticket_id for _, event in events if isinstance(event, facts.Admitted)]
    if not wanted:
        return {}
    rows = connection.execute(
        text(
            "SELECT ticket_id, list, sum(persons) FROM admission WHERE ticket_id = ANY(:tickets) AND reason = '' "
            "GROUP BY 1, 2"
        ),
        {"tickets": wanted},
    )
    return {(ticket, passing): int(persons) for ticket, passing, persons in rows}
