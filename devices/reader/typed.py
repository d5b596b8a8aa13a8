"""A scanner that types, as a reader: whoever sees the keys feeds whole scans, whoever waits gets them as frames."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator

from devices.reader.scans import frame_of
from kiosk.ports import Frame

_LOOK_EVERY_S = 0.2  # how soon `close` is noticed


class TypedScans:
    """One for a terminal. `reader()` is opened by who waits for a code; what comes while nobody waits is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: list[TypedReader] = []

    def feed(self, text: str) -> None:
        """A whole scan came in; from any thread."""
        with self._lock:
            for reader in self._readers:
                reader.scans.put(text)

    def reader(self) -> TypedReader:
        with self._lock:
            self._readers.append(reader := TypedReader(self))
        return reader

    def gone(self, reader: TypedReader) -> None:
        with self._lock, contextlib.suppress(ValueError):
            self._readers.remove(reader)


class TypedReader:
    """A CodeReader."""

    def __init__(self, scans: TypedScans) -> None:
        self._all, self.scans = scans, queue.Queue[str]()
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        while not self._closed.is_set():
            with contextlib.suppress(queue.Empty):
                yield frame_of(self.scans.get(timeout=_LOOK_EVERY_S), "keyboard")

    def close(self) -> None:
        """From any thread: the iteration ends."""
        self._closed.set()
        self._all.gone(self)
