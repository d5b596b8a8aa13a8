"""A ccTalk coin acceptor: which coins it takes, and what came in, event by event.

It keeps its last five events and counts them from 1 to 255 and round again; 0 means that it has restarted. Who asks too
late finds a jump: then events are lost, which is said and never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devices.cash import cctalk
from devices.cash.cctalk import Bus
from devices.cash.line import CashFault, CashRefused

POSITIONS = 16
KEPT = 5  # events the device remembers
ROUND = 255

ERRORS = {
    1: "rejected", 2: "inhibited", 3: "several windows", 4: "wake-up timeout", 5: "validation timeout",
    6: "credit sensor timeout", 7: "sorter timeout", 8: "second coin too close", 9: "gate not ready",
    10: "credit sensor not ready", 11: "sorter not ready", 12: "rejected coin not cleared",
    13: "validation sensor not ready", 14: "credit sensor blocked", 15: "sorter blocked", 16: "credit sequence error",
    17: "coin going backwards", 18: "coin too fast", 19: "coin too slow", 20: "coin on a string",
    21: "timeout at the exit", 25: "slug", 26: "reject sensor blocked", 254: "return lever pressed", 255: "alarm",
}  # fmt: skip
FRAUD = frozenset({16, 17, 20, 25})
STUCK = frozenset({14, 15, 26})
_CURRENCIES = {
    "EU": "EUR", "GB": "GBP", "US": "USD", "CN": "CNY", "CH": "CHF", "JP": "JPY", "PL": "PLN", "CZ": "CZK", "SE": "SEK",
    "NO": "NOK", "DK": "DKK", "HU": "HUF", "AU": "AUD", "CA": "CAD", "IN": "INR", "TR": "TRY", "RO": "RON",
}  # fmt: skip


@dataclass(frozen=True)
class Coin:
    """One event: a coin taken (`value` > 0, `path` where it fell) or an `error` in words."""

    value: int = 0
    path: int = 0
    error: str = ""
    code: int = 0  # of the error


@dataclass(frozen=True)
class Heard:
    """What happened since the counter given, oldest first, and the counter now."""

    counter: int
    coins: tuple[Coin, ...] = ()
    lost: int = 0  # events nobody can tell any more
    restarted: bool = False  # it counts from 0 again


class CoinAcceptor:
    """`pieces`: value in minor units by coin position; {} = read them from the device."""

    def __init__(self, bus: Bus, address: int, currency: str, pieces: Mapping[int, int] | None = None) -> None:
        self._bus, self._address, self._currency = bus, address, currency
        self._told = dict(pieces or {})
        self.pieces: dict[int, int] = dict(self._told)

    def connect(self) -> str:
        """Ask who it is; fills `pieces`; returns its serial number."""
        self._bus.ask(self._address, cctalk.SIMPLE_POLL)
        if not self._told:
            self.pieces = self._read_pieces()
        try:
            return str(int.from_bytes(self._bus.ask(self._address, cctalk.SERIAL), "little"))
        except CashRefused:
            return "0"

    def close(self) -> None:
        self._bus.close()

    def about(self) -> str:
        """Maker, product and revision in its own words."""
        words = [self._bus.ask(self._address, header) for header in (cctalk.MAKER, cctalk.PRODUCT, cctalk.REVISION)]
        return " ".join(word.decode("ascii", "replace").strip() for word in words)

    def accept(self, values: frozenset[int]) -> None:
        """Take coins of these values and return all others; none = closed."""
        bits = sum(1 << position - 1 for position, value in self.pieces.items() if value in values)
        self._bus.ask(self._address, cctalk.INHIBIT, bits.to_bytes(2, "little"))
        self._bus.ask(self._address, cctalk.MASTER_INHIBIT, bytes((1 if bits else 0,)))

    def send_to(self, value: int, path: int) -> None:
        """Let coins of a value fall down this path of the sorter."""
        for position, worth in self.pieces.items():
            if worth == value:
                self._bus.ask(self._address, cctalk.SORTER_PATH, bytes((position, path)))

    def heard(self, since: int | None) -> Heard:
        """What happened since the counter we saw last; None = only where it stands now."""
        answer = self._bus.ask(self._address, cctalk.CREDITS)
        if len(answer) != 1 + 2 * KEPT:
            raise CashFault(f"the coin acceptor's events make no sense: {answer.hex(' ')}")
        counter = answer[0]
        pairs = [(answer[1 + 2 * n], answer[2 + 2 * n]) for n in range(KEPT)]  # the newest first
        if since is None:
            return Heard(counter)
        restarted = counter < since and (counter == 0 or not _wrapped(since, counter))
        new = counter if restarted or since == 0 else (counter - since) % ROUND
        coins = tuple(self._coin(*pair) for pair in reversed(pairs[: min(new, KEPT)]))
        return Heard(counter, coins, max(0, new - KEPT), restarted)

    def accepted_total(self) -> int | None:
        """Coins it took in all its life; None when it does not count them."""
        try:
            return int.from_bytes(self._bus.ask(self._address, cctalk.ACCEPT_COUNT), "little")
        except CashRefused:
            return None

    def trouble(self) -> str:
        """ "" or what is wrong with it, in words."""
        if (state := self._bus.ask(self._address, cctalk.STATUS)[:1]) not in (b"\0", b""):
            return {1: "the return lever is pressed", 2: "a coin on a string"}.get(state[0], f"status {state[0]}")
        fault = self._bus.ask(self._address, cctalk.SELF_CHECK)[:1]
        return "" if fault in (b"\0", b"") else f"self-check fault {fault[0]}"

    def _coin(self, a: int, b: int) -> Coin:
        if a:
            return Coin(self.pieces.get(a, 0), b, "" if a in self.pieces else f"coin {a} has no value here")
        return Coin(error=ERRORS.get(b, f"error {b}"), code=b) if b else Coin()

    def _read_pieces(self) -> dict[int, int]:
        found = {}
        for position in range(1, POSITIONS + 1):
            try:
                name = self._bus.ask(self._address, cctalk.COIN_ID, bytes((position,)))
            except CashRefused:
                continue
            value, currency = read_coin_id(name)
            if value and currency == self._currency:
                found[position] = value
        return found


def _wrapped(since: int, counter: int) -> bool:
    """A small number after a great one: round the corner, not a restart."""
    return since > ROUND - 64 and counter <= 64


def read_coin_id(name: bytes) -> tuple[int, str]:
    """("EU100A") -> (100, "EUR"); (0, "") when the position is empty or the name unknown. K and M stand for a point
    and thousands or millions: "2K5" = 2500."""
    text = name.decode("ascii", "replace")
    value, currency = text[2:5], _CURRENCIES.get(text[:2], "")
    if len(text) != 6 or not currency:
        return 0, ""
    for letter, times in (("K", 1000), ("M", 1_000_000)):
        if letter in value:
            whole, _, part = value.partition(letter)
            if (whole + part).isdecimal():
                return int(whole or 0) * times + int(part or 0) * times // 10 ** len(part), currency
    return (int(value), currency) if value.isdecimal() else (0, "")
