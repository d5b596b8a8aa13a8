"""Bytes to and from a printer through a device node (/dev/usb/lp0, /dev/lp0), or into a plain file."""

from __future__ import annotations

import os
import select
import stat

from devices.printer.transport import UNASKED_MAX, Closing, TalksOnAndOn, deadline, left_s


class FileLink(Closing):
    """An open node. A plain file takes everything and answers nothing, so a page into one is never proven by it."""

    def __init__(self, path: str, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY)
        self._plain = stat.S_ISREG(os.fstat(self._file).st_mode)
        self._kept = bytearray()

    def __enter__(self) -> FileLink:
        return self

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def send(self, data: bytes) -> None:
        rest, until = memoryview(data), deadline(self._timeout_s)
        while rest:
            if not select.select([], [self._file], [], left_s(until))[1]:
                raise TimeoutError("the printer takes no data")
            try:
                rest = rest[os.write(self._file, rest[:4096]) :]
            except BlockingIOError:
                continue
            until = deadline(self._timeout_s)

    def byte(self, wait_s: float | None = None) -> int:
        if self._plain:
            raise TimeoutError("a plain file does not answer")
        until = deadline(self._timeout_s if wait_s is None else max(wait_s, 0.001))
        while not self._kept:
            if not select.select([self._file], [], [], left_s(until))[0]:
                raise TimeoutError("no answer in time")
            try:
                found = os.read(self._file, 256)
            except BlockingIOError:
                continue
            if not found:  # usblp says so while the printer has nothing to say
                select.select([], [], [], min(0.01, left_s(until)))
            self._kept += found
        return self._kept.pop(0)

    def forget(self) -> None:
        self._kept.clear()
        for _ in range(UNASKED_MAX // 256):
            if self._plain or not select.select([self._file], [], [], 0)[0]:
                return
            try:
                if not os.read(self._file, 256):
                    return
            except BlockingIOError:
                return
        raise TalksOnAndOn
