"""What the terminal does not control, as protocols: every call blocks, and every call has a time limit.

A driver turns library errors into the errors of `kiosk.domain.errors`; it keeps no money state;
`close()` may be called twice. The contract suites in tests/contract run on every implementation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Bitmap:
    """A page for paper: 1 bit a dot, 1 = black, rows padded to whole bytes, most significant bit left."""

    width: int  # dots, a multiple of 8
    height: int  # dots
    rows: bytes  # height * width // 8 bytes


@dataclass(frozen=True)
class PrinterStatus:
    """What the printer says of itself; `online` False also when it does not answer."""

    online: bool
    paper_out: bool = False
    paper_low: bool = False
    cover_open: bool = False
    error: str = ""  # cutter, overheated ... in the driver's words

    @property
    def ready(self) -> bool:
        return self.online and not (self.paper_out or self.cover_open or self.error)


class TicketPrinter(Protocol):
    """Puts one page on paper."""

    def status(self) -> PrinterStatus:
        """Ask now; never raises: silence is `online=False`."""
        ...

    def print(self, page: Bitmap) -> str:
        """Print and cut; returns the proof ("status" or "process_id").

        PrinterFault: nothing of this page is on paper. PrintUncertain: nobody knows.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class ChargeRequest:
    """attempt_id is the idempotency key; the terminal answers the same for the same key."""

    attempt_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Approved:
    reference: str
    card: str = ""  # masked


@dataclass(frozen=True)
class Declined:
    """No money moved. reason: declined, cancelled, not_started, amount ..."""

    reason: str


@dataclass(frozen=True)
class Unresolved:
    """An answer, not an exception: nobody knows (yet) whether money moved."""

    reason: str


PaymentOutcome = Approved | Declined | Unresolved


class PaymentTerminal(Protocol):
    """Takes money. No method ever raises for a fault of the link: that is Unresolved."""

    def ready(self) -> bool:
        """Can it take a payment now?"""
        ...

    def charge(self, request: ChargeRequest) -> PaymentOutcome:
        """At most one charge for an attempt_id, ever."""
        ...

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        """What became of an earlier charge; never charges. Unknown to the terminal = Declined("not_started")."""
        ...

    def cancel(self, attempt_id: str) -> None:
        """Ask to abort a charge that is waiting for the card; the charge() call answers."""
        ...

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        """Give money back; request.attempt_id is the refund's own key."""
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
