"""One command from its first byte to its last: the terminal has the word until it says it has finished.

Everything it sends is acknowledged, what is asked twice is answered twice. What it means is told in the end (`End`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from devices.payment.zvt import fields, words
from devices.payment.zvt import messages as say
from devices.payment.zvt.apdu import Apdu, Garbled
from devices.payment.zvt.messages import Status
from kiosk.ports import Prompt, Tell, untold

LOOK_S = 0.1  # how soon a wish to stop is noticed
ANSWER_S = 5.0  # T3: until a command is acknowledged
STOP_S = 10.0  # from the wish to stop until the terminal has to have finished
FRAMES_MAX = 10_000  # of one command: a receipt is hundreds of lines at the most


class Line(Protocol):
    """What carries APDUs. OSError: it is gone; Garbled: what came is no ZVT."""

    def send(self, apdu: Apdu, *, again: bool = True) -> None: ...

    def receive(self, wait_s: float) -> Apdu | None: ...

    def close(self) -> None: ...


@dataclass
class End:
    """How a command ended. `refused`: at once, nothing was begun; `finished`: it said so; neither: nobody knows."""

    refused: int | None = None  # return code
    finished: bool = False
    aborted: int | None = None  # result code of an abort; None = it completed
    last: Apdu | None = None  # the completion
    statuses: list[Status] = field(default_factory=list)
    trouble: str = ""
    sent: bool = False  # the terminal may have heard of it

    @property
    def status(self) -> Status | None:
        return self.statuses[-1] if self.statuses else None

    @property
    def no(self) -> int | None:
        """The code with which the terminal said no; None = it did not."""
        return self.refused if self.refused is not None else self.aborted


Answer = Callable[[Status], Apdu | None]
"""What to say to a status information; None = nothing yet: the caller goes on with it later (`Held`)."""


def always_yes(status: Status) -> Apdu | None:
    return say.ACK


@dataclass
class Talk:
    """What is the same for every command at one terminal."""

    line: Line
    on_lines: Callable[[list[str]], None] = lambda lines: None
    answer_s: float = ANSWER_S
    stop_s: float = STOP_S

    def run(
        self,
        command: Apdu,
        wait_s: float,
        *,
        money: bool = False,
        tell: Tell = untold,
        answer: Answer = always_yes,
        stop: Callable[[], bool] = lambda: False,
    ) -> End:
        """Send a command and hear the terminal out. Never raises: a fault of the line is `trouble`.

        `money`: it is never sent a second time unless it was refused. With an `answer` of None it returns, not
        finished, with the status that waits for an answer as its last.
        """
        end = End()
        try:
            self.drain()
            end.sent = True
            self.line.send(command, again=not money)
            if self._acknowledged(end):
                self.hear(end, wait_s, tell=tell, answer=answer, stop=stop)
        except (OSError, Garbled) as fault:
            end.trouble = str(fault)
        return end

    def drain(self) -> None:
        """What an earlier command left on the line is acknowledged and forgotten."""
        for _ in range(FRAMES_MAX):
            left = self.line.receive(0.0)
            if left is None:
                return
            if left.control >> 8 not in (0x80, 0x84):
                self.line.send(say.ACK)

    def _acknowledged(self, end: End) -> bool:
        until = time.monotonic() + self.answer_s
        while (left_s := until - time.monotonic()) > 0:
            apdu = self.line.receive(left_s)
            if apdu is None:
                break
            if apdu.control in (0x8000, 0x8400):
                return True
            if apdu.control >> 8 == 0x84:
                end.refused = apdu.control & 0xFF
                return False
            self.line.send(say.ACK)  # the rest of what came before
        end.trouble = "the command was not acknowledged"
        return False

    def hear(
        self,
        end: End,
        wait_s: float,
        *,
        tell: Tell = untold,
        answer: Answer = always_yes,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """The terminal has the word; until it has finished, `answer` holds back, or the time is over."""
        until, stopping = time.monotonic() + wait_s, False
        for _ in range(FRAMES_MAX):
            while (apdu := self.line.receive(LOOK_S)) is None:
                late = time.monotonic() >= until
                if late and stopping:
                    end.trouble = "it did not finish in time"
                    return
                if (late or stop()) and not stopping:
                    stopping, until = True, time.monotonic() + self.stop_s
                    self.line.send(Apdu(say.STOP))
            if apdu.control >> 8 in (0x80, 0x84):
                continue  # it heard the wish to stop, or says a thing twice
            if not self._one(apdu, end, tell, answer) or end.finished:
                return
        end.trouble = "it talks without an end"

    def _one(self, apdu: Apdu, end: End, tell: Tell, answer: Answer) -> bool:
        """One message; False = the status waits for an answer."""
        match apdu.control:
            case say.STATUS:
                status = say.status_of(apdu)
                end.statuses.append(status)
                reply = answer(status)
                if reply is None:
                    return False
                self.line.send(reply)
            case say.STEP:
                self.line.send(say.ACK)
                code, own = say.step_of(apdu)
                what, text = words.step(code)
                tell(Prompt(what, own or text))
            case say.COMPLETION:
                self.line.send(say.ACK)
                end.finished, end.last = True, apdu
            case say.ABORT:
                self.line.send(say.ACK)
                end.finished, end.aborted = True, apdu.data[0] if apdu.data else 0xFF
            case say.PRINT_LINE:
                self.line.send(say.ACK)
                self.on_lines([apdu.data[1:].decode("cp437", "replace")])
            case say.PRINT_BLOCK:
                self.line.send(say.ACK)
                self.on_lines(_block(apdu))
            case _:
                self.line.send(say.NOT_POSSIBLE)
        return True


def _block(apdu: Apdu) -> list[str]:
    try:
        return say.lines_of(fields.read(apdu.data).get(say.CONTAINER, b""))
    except Garbled:
        return []
