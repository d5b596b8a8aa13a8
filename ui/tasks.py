"""Blocking work off the UI thread, its outcome back on it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

Done = Callable[[Any], None]
Failed = Callable[[BaseException], None]


class Tasks(QObject):
    """Submits work to an executor; `done` and `failed` run on the thread this object lives on (the UI's).

    The signal is queued because executor threads emit it and this object receives it.
    """

    _finished = Signal(object)
    _told = Signal(object)

    def __init__(self, executor: Executor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = executor
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self._call, Qt.ConnectionType.QueuedConnection)

    @classmethod
    def single(cls, name: str, parent: QObject | None = None) -> Tasks:
        """One thread, so the work of this queue happens one after another."""
        return cls(ThreadPoolExecutor(max_workers=1, thread_name_prefix=name), parent)

    def run(self, work: Callable[[], Any], done: Done, failed: Failed) -> None:
        """Queue `work`. After `close` nothing is accepted and nothing is delivered."""
        if self._closed:
            return
        future = self._executor.submit(work)
        future.add_done_callback(lambda f: self._hand_over((f, done, failed)))

    def tell(self, on_ui_thread: Callable[[], None]) -> None:
        """From any thread: have this called on the UI thread."""
        if not self._closed:
            self._told.emit(on_ui_thread)

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self, *, wait: bool = True) -> None:
        """Let running work end, drop what waits."""
        self._closed = True
        self._executor.shutdown(wait=wait, cancel_futures=True)

    def _hand_over(self, outcome: tuple[Future[Any], Done, Failed]) -> None:
        if not self._closed:
            self._finished.emit(outcome)

    @Slot(object)
    def _deliver(self, outcome: tuple[Future[Any], Done, Failed]) -> None:
        future, done, failed = outcome
        if self._closed or future.cancelled():
            return
        error = future.exception()
        if error is None:
            done(future.result())
        else:
            failed(error)

    @Slot(object)
    def _call(self, on_ui_thread: Callable[[], None]) -> None:
        if not self._closed:
            on_ui_thread()
