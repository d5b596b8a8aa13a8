"""The errors a person can meet, as a tree.

KioskError                 everything below; the message names the thing and the way out
├── NoPlaces               the places asked for are not (or no longer) in this terminal's hands
├── NoFare                 no fare rule matches: the price is unknown, which is not "free"
├── WrongState             the verb does not fit the state of the sale
├── StoreFault             the disk or the database refused: selling stops before harm
│   ├── StoreFull          no space left, or a read-only file system
│   └── StoreDamaged       wrong key, broken file or broken hash chain
├── CatalogueRefused       a catalogue that shrank suddenly or does not fit this program
├── CentralFault           talking to central failed
│   ├── CentralUnreachable no link, no answer, or an answer that is not central's
│   └── CentralRefused     central answered no, with its reason
├── DeviceFault            a device is not usable now; a retry is meaningful
│   ├── PrinterFault       nothing (of this page) is on paper
│   ├── PrintUncertain     cut off midway: nobody knows what is on paper
│   └── ReaderFault        no picture from the camera or no data from the scanner
└── BadTicket              the scanned code is not a ticket of ours, or a broken one
"""

from __future__ import annotations


class KioskError(Exception):
    """Base of every error with a message for a person."""


class NoPlaces(KioskError):
    """The places asked for are not in this terminal's hands."""


class NoFare(KioskError):
    """No fare rule matches."""


class WrongState(KioskError):
    """The verb does not fit the state of the sale."""


class StoreFault(KioskError):
    """The disk or the database refused."""


class StoreFull(StoreFault):
    """No space left, or a read-only file system."""


class StoreDamaged(StoreFault):
    """Wrong key, broken file or broken hash chain."""


class CatalogueRefused(KioskError):
    """A catalogue that must not be taken over as it is."""


class CentralFault(KioskError):
    """Talking to central failed."""


class CentralUnreachable(CentralFault):
    """No link, no answer, or an answer that is not central's. `retry_after_s`: what the answer asked for, if any."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class CentralRefused(CentralFault):
    """Central answered no, with its reason: the Problem's `code` for programs, the message for people."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        expected_seq: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.expected_seq = expected_seq  # with code "gap": the seq central waits for
        self.retry_after_s = retry_after_s


class DeviceFault(KioskError):
    """A device is not usable now; a retry is meaningful."""


class PrinterFault(DeviceFault):
    """Nothing of this page is on paper."""


class PrintUncertain(DeviceFault):
    """Cut off midway: nobody knows what is on paper."""


class ReaderFault(DeviceFault):
    """No picture from the camera, or no data from the scanner."""


class BadTicket(KioskError):
    """The scanned code is not a ticket of ours, or a broken one."""
