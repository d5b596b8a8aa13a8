"""What the terminal does not control, as protocols: every call blocks, and every call has a time limit.

A driver turns library errors into the errors of `kiosk.domain.errors`; it keeps no money state;
`close()` may be called twice. The contract suites in tests/contract run on every implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from kiosk.domain.money import Pieces as Pieces


@dataclass(frozen=True)
class Source:
    """What a bitmap was drawn from, for a target that sets its own type (PDF); `name` is good for a file."""

    page: Any
    language: str
    name: str


@dataclass(frozen=True)
class Bitmap:
    """A page for paper: 1 bit a dot, 1 = black, rows padded to whole bytes, most significant bit left."""

    width: int  # dots, a multiple of 8
    height: int  # dots
    rows: bytes  # height * width // 8 bytes
    source: Source | None = None


@dataclass(frozen=True)
class PrinterStatus:
    """What the printer says of itself; `online` False also when it does not answer.

    `told` False: it takes pages but never says how it is; nothing may be concluded from the rest.
    """

    online: bool
    paper_out: bool = False
    paper_low: bool = False
    cover_open: bool = False
    error: str = ""  # cutter, overheated ... in the driver's words
    told: bool = True

    @property
    def ready(self) -> bool:
        return self.online and not (self.paper_out or self.cover_open or self.error)


class TicketPrinter(Protocol):
    """Puts one page on paper."""

    def status(self) -> PrinterStatus:
        """Ask now; never raises: silence is `online=False`."""
        ...

    def print(self, page: Bitmap) -> str:
        """Print and cut; returns what proves it: "process_id", "status", "realtime", "host_status", "spooler", "file",
        or "sent" (nothing does: the printer never answers).

        PrinterFault: nothing of this page is on paper. PrintUncertain: nobody knows.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class ChargeRequest:
    """attempt_id is the idempotency key; the terminal answers the same for the same key.

    `mark` is what `PaymentTerminal.mark` said before the intent was written. `presented` is the code a passenger
    held to the reader (wallet, voucher); it is never kept. `offline_ok` forbids where a terminal can be told so.
    """

    attempt_id: str
    amount_minor: int
    currency: str
    mark: str = ""
    refund_of: str = ""  # the reference of the charge this gives back; "" = a charge
    presented: str = field(default="", repr=False)
    about: str = ""  # what staff call the sale, for whoever must find the money by it
    offline_ok: bool = False  # the terminal may approve it without its bank


@dataclass(frozen=True)
class Approved:
    """Exactly the amount asked for was taken (or given back). Cash says which pieces moved."""

    reference: str
    card: str = ""  # masked
    provisional: bool = False  # undone by the other side unless confirmed
    pieces: Pieces = ()
    short_minor: int = 0  # change that could not be given: owed to the passenger
    offline: bool = False  # the terminal decided alone and will tell its bank later
    stored: int = -1  # so many such approvals the terminal still keeps, this one among them; -1 = it does not say


@dataclass(frozen=True)
class Declined:
    """No money moved, or all of it is back with the passenger. reason: declined, cancelled, not_started, amount ..."""

    reason: str
    pieces: Pieces = ()


@dataclass(frozen=True)
class Unresolved:
    """An answer, not an exception: nobody knows (yet) whether money moved."""

    reason: str


PaymentOutcome = Approved | Declined | Unresolved


@dataclass(frozen=True)
class Prompt:
    """What the passenger is to do now, while `charge` blocks.

    what: card, pin, remove_card, wait, qr (`text` is the code's content, shown until paid), code (the passenger's is to
    be held to the reader), cash (`in_minor` is in,
    `left_minor` is still to be put in), change (`left_minor` is being paid out).
    """

    what: str
    text: str = ""
    left_minor: int = 0
    in_minor: int = 0
    accepts: tuple[int, ...] = ()  # notes and coins that are taken now; those whose change cannot be given are not
    kept: bool = False  # what is put in is not given back after a stop


Tell = Callable[[Prompt], None]


def untold(prompt: Prompt) -> None:
    """Nobody looks."""


class PaymentTerminal(Protocol):
    """Takes money by one means. No method ever raises for a fault of the link: that is Unresolved."""

    exclusive: bool
    """True: it knows only its latest payment, so no other may start while one is open (card terminals, cash)."""

    def ready(self) -> bool:
        """Can it take a payment now?"""
        ...

    def mark(self) -> str:
        """What it knows before a charge (last receipt number, counters), kept with the intent so that `outcome_of`
        can tell whether anything happened since; "" when it keeps attempts by their id. DeviceFault when silent."""
        ...

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        """At most one charge for an attempt_id, ever."""
        ...

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        """What became of an earlier charge or refund; never charges. Unknown to the other side =
        Declined("not_started"): a charge only when it can no longer happen; a refund may then be asked for again
        under the same key."""
        ...

    def cancel(self, attempt_id: str) -> None:
        """Ask to abort a charge that is waiting for the passenger; the charge() call answers."""
        ...

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        """The goods are issued: a provisional approval becomes final. Declined = it was undone meanwhile."""
        ...

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        """Give money back (a reversal where the whole is still reversible); request.attempt_id is the refund's own
        key, asked for with `outcome_of` like a charge."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Code:
    """One code in one frame."""

    symbology: str  # "QRCode", "Aztec" ...
    text: str
    corners: tuple[tuple[int, int], ...] = ()
    reader: str = ""  # zxing or zbar


@dataclass(frozen=True)
class Frame:
    """A camera picture and the codes in it. `image` is a numpy array height x width x 3, BGR, uint8."""

    image: Any
    codes: tuple[Code, ...] = ()
    taken_at: float = field(default=0.0)  # monotonic s


class CodeReader(Protocol):
    """Camera or scanner."""

    def frames(self) -> Iterator[Frame]:
        """Frames as they come, each with its codes; ReaderFault when the source is gone.

        A finite source (file, folder) ends the iteration.
        """
        ...

    def close(self) -> None: ...


class Turnstile(Protocol):
    """A lane. `open_once` is for one thread; the others may come from any."""

    def open_once(self, seconds: float) -> str:
        """Let one person through, for so long at most: turned, not turned, unknown (it cannot tell) or free (it stands
        open). DeviceFault when it could not be opened or released."""
        ...

    def emergency(self, on: bool) -> None:
        """Free passage until it is taken back; DeviceFault when it did not obey."""
        ...

    def close(self) -> None: ...


class Clock(Protocol):
    """Time. `now` is unix seconds, may jump; `monotonic` never goes back."""

    def now(self) -> float: ...

    def monotonic(self) -> float: ...


class Ids(Protocol):
    """Makes unique, time-ordered ids (UUIDv7 text)."""

    def next(self) -> str: ...


class Renderer(Protocol):
    """Draws a paper page; the only implementation is in ui (QPainter shapes every script)."""

    def render(self, page: Any, width_dots: int) -> Bitmap: ...


Role = Literal["kiosk", "counter", "gate"]
