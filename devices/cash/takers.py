"""What takes money, a coin acceptor or a note validator: every piece is in the book before the next is asked for.

What a device counted and nobody heard of is a doubt in the book, never a guess.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from devices.cash import coins as coin_words
from devices.cash.book import Book
from devices.cash.coins import CoinAcceptor, Heard
from devices.cash.line import CashFault
from devices.cash.validator import NoteEvent, Validator

log = logging.getLogger(__name__)

QUIET_S = 0.4  # a coin needs so long from the slot past the sensor
REST_S = 1.0
POLL_S = 0.02  # a validator speaks only when it is asked; a note is quick
COUNT_S = 0.1  # between two looks at its counters
NOTE_S = 15.0  # longest way of a note
COMPARE_TRIES = 20  # coins may fall all the time while the slot is open
MISSING_MAX = 10_000  # a greater difference is another device, not missing money


class Coins:
    """The coin acceptor with the book. `recycling`: hopper address by the sorter path that leads there."""

    def __init__(self, device: CoinAcceptor, book: Book, recycling: Mapping[int, int]) -> None:
        self._device, self._book, self._recycling = device, book, recycling
        self._serial = ""
        self._open: frozenset[int] | None = None  # None = not known
        self._routes: dict[int, int] = {}
        self.trouble = ""

    box_out = False

    @property
    def answers(self) -> bool:
        return bool(self._serial)

    @property
    def values(self) -> frozenset[int]:
        return frozenset(self._device.pieces.values())

    def route(self, value: int, path: int) -> None:
        """Let coins of a value fall down this path of the sorter from now on."""
        if self._routes.get(value) != path:
            self._device.send_to(value, path)
            self._routes[value] = path

    def close(self) -> None:
        self._device.close()

    def begin(self) -> None:
        """Connect where that is needed and hear what happened meanwhile; CashFault when it is silent."""
        if not self._serial:
            serial = self._device.connect()
            self._open = None
            self._routes.clear()
            known = self._book.state.coins
            if known is not None and known[0] != serial:
                self._book.doubt("another coin acceptor stands there; what the one before took last is not known")
            if known is None or known[0] != serial:
                self._book.coins(serial, self._device.heard(None).counter, self._device.accepted_total())
            self._serial = serial
        self.trouble = ""
        self.settle()
        self.trouble = self.trouble or self._device.trouble()

    def settle(self) -> None:
        """Hear the last of it, and compare the life-long count; a coin may fall between the two questions."""
        self.poll()
        for _ in range(COMPARE_TRIES):
            known = self._book.state.coins
            assert known is not None
            counted = self._device.accepted_total()
            if not self.poll():
                self._book.coins(self._serial, known[1], self._missing(known[2], counted))
                break

    def accept(self, values: frozenset[int]) -> None:
        """Open for these values and no others."""
        if values != self._open:
            self._open = None
            self._device.accept(values)
            self._open = values

    def poll(self) -> bool:
        """Book what came in; True when something happened."""
        known = self._book.state.coins
        assert known is not None
        try:
            heard = self._device.heard(known[1])
            if not (heard.coins or heard.lost or heard.restarted):
                return False
            self._note(heard)
        except CashFault:
            self._serial = ""
            raise
        return True

    def _note(self, heard: Heard) -> None:
        if heard.restarted:
            log.warning("the coin acceptor has restarted")
            self._open = None
            self._routes.clear()
        for place, coin in enumerate(heard.coins, 1 - len(heard.coins)):
            event = (heard.counter + place - 1) % coin_words.ROUND + 1 if heard.counter else 0
            if coin.value:
                self._book.coin(coin.value, self._recycling.get(coin.path, 0), event)
            elif coin.code in coin_words.FRAUD:
                self.trouble = coin.error
                log.warning("the coin acceptor reports fraud: %s", coin.error)
            elif coin.error and not coin.code:
                self._book.doubt(f"a coin was taken whose value is not known: {coin.error}")
            elif coin.code in coin_words.STUCK:
                self.trouble = coin.error
        known = self._book.state.coins
        assert known is not None
        total = known[2]
        if total is None and (heard.lost or heard.restarted):
            self._book.doubt(f"the coin acceptor forgot {heard.lost or 'its'} events, coins may be among them")
        self._book.coins(known[0], heard.counter, total)
        if heard.lost or heard.restarted:
            self._book.coins(known[0], heard.counter, self._missing(total, self._device.accepted_total()))

    def _missing(self, expected: int | None, counted: int | None) -> int | None:
        """Its life-long count tells of coins whose events are gone."""
        if counted is not None and expected is not None:
            missing = (counted - expected) % (1 << 24)
            if 0 < missing < MISSING_MAX:
                self._book.doubt(f"{missing} coins were taken that nobody heard of")
        return counted


class Notes:
    """The note validator with the book."""

    def __init__(self, device: Validator, book: Book) -> None:
        self._device, self._book = device, book
        self._serial = ""
        self._open: frozenset[int] | None = None
        self.held = 0  # value of the note that waits for a yes
        self.moving = False  # a note is under way
        self.full = self.box_out = False
        self.trouble = ""
        self._repeats = False  # the next credit may be one that is in the book already

    @property
    def answers(self) -> bool:
        return bool(self._serial)

    def close(self) -> None:
        self._device.close()

    @property
    def values(self) -> frozenset[int]:
        return frozenset() if self.full or self.box_out else frozenset(self._device.pieces.values())

    def begin(self) -> None:
        """Connect where that is needed, hear what happened meanwhile, compare its life-long count."""
        if not self._serial:
            self._serial, self._open = self._device.connect(), None
            self._device.reject()  # a note that an earlier life of this program left waiting: a poll would take it
            self.held = 0
            known = self._book.state.notes
            if known is not None and known[0] != self._serial:
                self._book.doubt("another note validator stands there; what the one before took last is not known")
            if known is None or known[0] != self._serial:
                counters = self._device.counters()
                self._book.notes(self._serial, counters.stacked if counters else None)
            self._repeats = True
        self.trouble = ""
        self.settle(time.monotonic() + NOTE_S)

    def accept(self, values: frozenset[int]) -> None:
        """Open for these values and no others; a note that waits goes back when they are none."""
        if self.held and not values:
            self.give_back()
        if values != self._open:
            self._open = None
            self._device.accept(values)
            self._open = values

    def poll(self) -> bool:
        """Book what came in; takes a held note. True when something happened."""
        try:
            events = self._device.events()
            self.held, self.moving = 0, False
            for event in events:
                self._note(event)
            self._device.acknowledge()
            self._repeats = False
        except CashFault:
            self._serial = ""
            raise
        return bool(events)

    def give_back(self) -> None:
        """The held note goes back to the passenger."""
        self._device.reject()
        self.held, self.moving = 0, True

    def settle(self, until: float) -> None:
        """Poll until no note is under way, then compare the count; a jam is not waited for."""
        while True:
            if self.held:
                self.give_back()
            self.poll()
            if not self.moving or self.trouble:
                break
            if time.monotonic() > until:
                self.trouble = "a note does not come to rest"
                break
            time.sleep(POLL_S)
        if not self.moving:
            self._compare()

    def _known_already(self) -> bool:
        """A credit right after a new beginning: we may have died between writing it down and saying so. Its count
        tells, once the note has come to rest in the box."""
        until = time.monotonic() + REST_S
        while True:
            counters, known = self._device.counters(), self._book.state.notes
            if counters is None or known is None or known[1] is None:
                self._book.doubt("the note validator may have told of a note twice")
                return True
            if counters.stacked > known[1]:
                return False
            if time.monotonic() > until:
                return True
            time.sleep(COUNT_S)

    def _compare(self) -> None:
        counters, known = self._device.counters(), self._book.state.notes
        if counters is None or known is None:
            return
        serial, expected = known
        if expected is not None and 0 < (missing := (counters.stacked - expected) % (1 << 32)) < MISSING_MAX:
            self._book.doubt(f"{missing} notes fell into the cash box that nobody heard of")
        self._book.notes(serial, counters.stacked)

    def _note(self, event: NoteEvent) -> None:
        match event.what:
            case "credit" if self._repeats and self._known_already():
                log.info("a note of %d was told of again", event.value)
            case "credit":
                self._book.note(event.value)
            case "unknown":
                self._book.doubt("a note of unknown value fell into the cash box")
            case "held":
                self.held = event.value
                self.moving = True
            case "reading" | "busy" | "rejecting":
                self.moving = True
            case "jam":
                self.trouble, self.moving = "a note is jammed", True
            case "restarted":
                log.warning("the note validator has restarted")
                self._open = None
            case "box_out":
                self.box_out = True
                self._book.emptied()
            case _:
                self._state(event)

    def _state(self, event: NoteEvent) -> None:
        match event.what:
            case "fraud":
                self.trouble = "somebody tampers with it"
                log.warning("the note validator reports fraud")
            case "full":
                self.full = True
                log.warning("the cash box of the note validator is full")
            case "box_in":
                self.box_out = self.full = False
            case "open":
                self.trouble = "its note path is open"
            case _:
                pass
