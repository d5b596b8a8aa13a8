"""The world outside the terminal, which no crash of it can undo: money taken, paper out, words said to people.

Whoever writes here is a device or a passenger. Two ways to remember: in memory shared with the process that kills
(`Shared`: no system call, so that injected faults and counts concern the store alone), or by a write into a file that
a recorder of system calls sees in order between the store's own (`Written`).
"""

from __future__ import annotations

import json
import mmap
import os
from pathlib import Path
from typing import Any, Protocol

from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import Bitmap, ChargeRequest, PaymentOutcome, Tell, untold
from tests.power.world import Acquirer, Paper

Note = dict[str, Any]


class Outside(Protocol):
    """Remembers facts in order; a fact is there as soon as `note` is past its last step."""

    def note(self, **fact: Any) -> None: ...

    def facts(self) -> list[Note]: ...


class Shared:
    """Facts in anonymous shared memory: they outlive the process that wrote them."""

    def __init__(self, size: int = 1 << 22) -> None:
        self._memory = mmap.mmap(-1, size)
        # One machine word, stored at once: `struct.pack_into` clears and fills byte by byte, and a kill in between
        # would take everything back.
        self._end = memoryview(self._memory)[:8].cast("Q")
        self._end[0] = 8

    def note(self, **fact: Any) -> None:
        body = json.dumps(fact).encode() + b"\n"
        end = self._end[0]
        self._memory[end : end + len(body)] = body
        self._end[0] = end + len(body)  # last: half a fact is none

    def facts(self) -> list[Note]:
        return [json.loads(line) for line in self._memory[8 : self._end[0]].splitlines()]

    def close(self) -> None:
        self._end.release()
        self._memory.close()


class Written:
    """Facts as lines of a file, one write each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, **fact: Any) -> None:
        os.write(self._file, json.dumps(fact).encode() + b"\n")

    def facts(self) -> list[Note]:
        return [json.loads(line) for line in self._path.read_bytes().splitlines()]


class Listed:
    """Facts in a list, continued from those of an earlier life."""

    def __init__(self, earlier: list[Note]) -> None:
        self._facts = list(earlier)

    def note(self, **fact: Any) -> None:
        self._facts.append(fact)

    def facts(self) -> list[Note]:
        return self._facts


class Reader(Acquirer):
    """A payment terminal whose book is outside."""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside
        for fact in outside.facts():
            if fact["is"] == "charged":
                self.charged[fact["attempt"]] = fact["amount"]
            elif fact["is"] == "refused":
                self.refused.add(fact["attempt"])

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        # Noted also when the attempt is known: a second charge must be seen, whatever becomes of this process.
        is_ = "refused" if self.mood == "decline" else "charged"
        self._outside.note(**{"is": is_}, attempt=request.attempt_id, amount=request.amount_minor)
        return super().charge(request, tell)


class Tray(Paper):
    """A printer whose paper is outside."""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside
        self._sale = ""

    def draw(self, sale: Sale, page: PageJob) -> Bitmap:
        self._sale = sale.sale_id
        return super().draw(sale, page)

    def print(self, page: Bitmap) -> str:
        mood = self.moods.pop(0) if self.moods else "print"
        if mood == "refuse":
            raise PrinterFault("the cover is open")
        what, item, copy = self.next
        self._outside.note(**{"is": "page"}, sale=self._sale, what=what, item=item, copy=copy)
        if mood == "tear":
            raise PrintUncertain("the printer hung up in the middle")
        return "status"
