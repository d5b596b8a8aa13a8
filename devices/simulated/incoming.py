"""Bytes of a command that may not be whole yet."""

from __future__ import annotations


class NeedMore(Exception):
    """The command is not complete yet."""


class Incoming:
    """What has come in; asking for what has not raises NeedMore."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def _byte(self, at: int) -> int:
        if at >= len(self._buffer):
            raise NeedMore
        return self._buffer[at]

    def _short(self, at: int) -> int:
        return self._byte(at) + 256 * self._byte(at + 1)

    def _bytes(self, at: int, count: int) -> bytes:
        if at + count > len(self._buffer):
            raise NeedMore
        return bytes(self._buffer[at : at + count])

    def _until_nul(self, at: int) -> int:
        """Length of the command that ends with the next NUL."""
        end = self._buffer.find(0, at)
        if end < 0:
            raise NeedMore
        return end + 1
