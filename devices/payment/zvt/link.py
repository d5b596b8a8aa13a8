"""The way to a terminal: opened when it is needed, registered, and opened again after either side was away."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.payment.zvt import messages as say
from devices.payment.zvt import words
from devices.payment.zvt.apdu import Apdu, Garbled
from devices.payment.zvt.messages import Status
from devices.payment.zvt.serial_line import BAUD, SerialLine
from devices.payment.zvt.session import ANSWER_S, STOP_S, End, Line, Talk
from devices.payment.zvt.tcp import PORT, TcpLine

log = logging.getLogger(__name__)

QUERY_S = 15.0
REVERSAL_S = 60.0
FRESH_S = 2.0  # a line that has just carried an answer is not tried before money is asked for
NOT_REGISTERED, WAIT, RECEIVER_BUSY = 0x6B, 0x9C, 0xA0
BUSY = (WAIT, RECEIVER_BUSY)


class Unknown(Exception):
    """The terminal does not say; the message is why."""


class Refused(OSError):
    """The terminal is there and does not register us; `code` is why."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the terminal does not register us: {words.result(code)}")
        self.code = code


def opener(address: str, answer_s: float = ANSWER_S) -> Callable[[], Line]:
    """Opens "HOST", "HOST:PORT" or a serial "/dev/ttyUSB0", "/dev/ttyUSB0@115200"."""
    if address.startswith("/"):
        device, _, baud = address.partition("@")
        return lambda: SerialLine(device, int(baud or BAUD), answer_s)
    host, _, port = address.rpartition(":")
    return lambda: TcpLine(host, int(port)) if host else TcpLine(address, PORT)


@dataclass(frozen=True)
class Settings:
    """How a terminal is spoken to. `receipts`: it hands its receipts to us instead of printing them."""

    password: str = field(default="000000", repr=False)
    currency: str = "EUR"
    receipts: bool = True
    answer_s: float = ANSWER_S  # until a command is acknowledged
    stop_s: float = STOP_S  # until it has stopped when it is told to
    query_s: float = QUERY_S  # until a question is answered
    reversal_s: float = REVERSAL_S  # until it has given money back


@dataclass
class Link:
    """One terminal; its caller sees to it that one thread at a time uses it."""

    open_line: Callable[[], Line]
    settings: Settings
    on_lines: Callable[[list[str]], None] = lambda lines: None
    _talk: Talk | None = field(default=None, init=False)
    _proved_at: float = field(default=0.0, init=False)  # monotonic s of the last answer on this line
    _known: Status | None = field(default=None, init=False)

    def talk(self) -> Talk:
        """Connected and registered. OSError when that is not to be had."""
        if self._talk is None:
            try:
                talk = Talk(self.open_line(), self.on_lines, self.settings.answer_s, self.settings.stop_s)
            except Garbled as fault:
                raise OSError(str(fault)) from None
            try:
                self._register(talk)
            except BaseException:
                talk.line.close()
                raise
            self._talk = talk
        return self._talk

    def _register(self, talk: Talk) -> None:
        settings = self.settings
        command = say.registration(settings.password, settings.currency, receipts=settings.receipts)
        end = talk.run(command, settings.query_s)
        if end.no is not None:
            raise Refused(end.no)
        if not end.finished:
            raise OSError(end.trouble)
        self._proved_at = time.monotonic()

    def ask(self, command: Apdu) -> End:
        """A question, not about money: asked once more on a fresh line when the old one turns out to be dead, or the
        terminal has forgotten us. Never raises."""
        end = End()
        for was_open in (self._talk is not None, False):
            try:
                end = self.talk().run(command, self.settings.query_s)
            except Refused as refusal:
                return End(refused=refusal.code)
            except OSError as fault:
                return End(trouble=str(fault))
            if not end.trouble and end.no != NOT_REGISTERED:
                self._proved_at = time.monotonic()
                return end
            self.hang_up()
            if not was_open:
                break
        return end

    def live(self) -> Talk:
        """A line that carries: OSError otherwise. Nothing that is sent on it later goes into the void unnoticed."""
        if self._talk is None or time.monotonic() - self._proved_at > FRESH_S:
            self.state()
        return self.talk()

    def state(self) -> int:
        """How it is (words.STATES). OSError: it is away; its being busy is a state too."""
        end = self.ask(say.status_enquiry(self.settings.password))
        if end.no is not None:
            return end.no
        if end.last is None:
            raise OSError(end.trouble or "it does not say how it is")
        try:
            return say.state_of(end.last)
        except Garbled as fault:
            raise OSError(str(fault)) from None

    def note(self, status: Status | None) -> None:
        """Its last transaction, as it has just told; None = something else may have become the last."""
        self._known = status

    def known(self) -> Status | None:
        """Its last transaction without asking: a terminal with a printer prints each receipt it repeats. Only while
        the line it told it on carries."""
        return self._known

    def last(self) -> Status:
        """Its last transaction, asked for; or the totals of a day without any. Unknown when it does not say."""
        end = self._quietly(say.with_password(say.REPEAT, self.settings.password))
        told = [each for each in end.statuses if each.receipt is not None and each.totals is None]
        if end.finished and end.aborted is None and told:
            self.note(told[-1])
            return told[-1]
        if end.trouble or end.no in BUSY:
            raise Unknown(end.trouble or "the terminal is busy")
        asked = self.ask(say.with_password(say.TOTALS, self.settings.password))
        counted = [each for each in asked.statuses if each.totals is not None]
        if asked.finished and asked.aborted is None and counted and counted[-1].is_empty_day:
            return counted[-1]
        raise Unknown(asked.trouble or "the terminal does not repeat its last receipt")

    def _quietly(self, command: Apdu) -> End:
        """What it prints is a copy of what it has printed before."""
        hear, self.on_lines = self.on_lines, lambda lines: None
        if self._talk is not None:
            self._talk.on_lines = self.on_lines
        try:
            return self.ask(command)
        finally:
            self.on_lines = hear
            if self._talk is not None:
                self._talk.on_lines = hear

    def stop_what_runs(self) -> None:
        """A payment of an earlier life of this program may still wait for a card. Best effort."""
        self.hang_up()
        try:
            line = self.open_line()
            try:
                line.send(Apdu(say.STOP))
                line.receive(self.settings.answer_s)
            finally:
                line.close()
        except (OSError, Garbled) as fault:
            log.info("the terminal could not be told to stop: %s", fault)

    def hang_up(self) -> None:
        talk, self._talk = self._talk, None
        self._known = None
        if talk is not None:
            talk.line.close()
