"""Bytes to and from a printer on a serial line (RS-232, or USB as a virtual port)."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import serial  # type: ignore[import-untyped]

from devices.printer.transport import Closing

FLOWS = {"dsrdtr": "dsrdtr", "rtscts": "rtscts", "xonxoff": "xonxoff", "none": ""}
_PIECE = 1024  # bytes written under one time limit
_WHY = {errno.ENOENT: "is not there", errno.EACCES: "may not be used by this user"}
_BITS = 10  # on the line for a byte


class SerialLink(Closing):
    """An open line. A slow one gets the time its bytes need besides the time limit."""

    def __init__(self, device: str, baud: int, flow: str, timeout_s: float) -> None:
        self._timeout_s, self._piece_s = timeout_s, _PIECE * _BITS / baud
        self._kept = bytearray()
        try:
            self._line = serial.Serial(
                device, baud, timeout=timeout_s, write_timeout=timeout_s + self._piece_s,
                **({FLOWS[flow]: True} if FLOWS[flow] else {}),
            )  # fmt: skip
        except OSError as error:
            why = _WHY.get(error.errno or 0) or ("is no serial line" if "ioctl" in str(error) else f"({error})")
            raise OSError(f"{device} {why}") from None

    def __enter__(self) -> SerialLink:
        return self

    def close(self) -> None:
        self._line.close()

    def send(self, data: bytes) -> None:
        with _faults():
            for at in range(0, len(data), _PIECE):
                self._line.write(data[at : at + _PIECE])

    def byte(self, wait_s: float | None = None) -> int:
        if not self._kept:
            with _faults():
                self._line.timeout = self._timeout_s if wait_s is None else max(wait_s, 0.001)
                self._kept += self._line.read(1)
                self._kept += self._line.read(self._line.in_waiting)
            if not self._kept:
                raise TimeoutError("no answer in time")
        return self._kept.pop(0)

    def forget(self) -> None:
        self._kept.clear()
        with _faults():
            self._line.reset_input_buffer()


@contextmanager
def _faults() -> Iterator[None]:
    """A line that goes away while it is used also raises errors of the terminal layer, which are no OSError."""
    try:
        yield
    except serial.SerialTimeoutException:
        raise TimeoutError("the printer takes no data") from None
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"the line is gone: {error}") from None
