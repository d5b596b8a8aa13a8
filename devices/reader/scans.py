"""From what a scanner sends to the frames every reader yields."""

from __future__ import annotations

import time

import numpy as np

from kiosk.ports import Code, Frame

SCAN_LENGTH_MAX = 4096
_NO_PICTURE = np.zeros((8, 8, 3), np.uint8)


class Lines:
    """Cuts a stream of bytes into scans: CR, LF or both end one. What is longer than any code is dropped whole."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> list[str]:
        """The scans that `data` completes."""
        found = []
        for byte in data:
            if byte in b"\r\n":
                if self._held and not self._too_long:
                    found.append(self._held.decode("utf-8", "replace"))
                self._held.clear()
                self._too_long = False
            elif len(self._held) == SCAN_LENGTH_MAX:
                self._too_long = True
            else:
                self._held.append(byte)
        return found


def frame_of(text: str, reader: str) -> Frame:
    """A frame without a picture; scanners do not say which kind of code they read."""
    return Frame(_NO_PICTURE, (Code("", text, (), reader),), time.monotonic())
