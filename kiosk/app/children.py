"""Start, watch and stop helper processes (central, simulators) of the demonstration and the tour."""

from __future__ import annotations

import ctypes
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from kiosk.domain.errors import KioskError

_PR_SET_PDEATHSIG = 1


class ChildFailed(KioskError):
    """A helper process did not start or ended too early; the message ends with its last words."""


def _die_with_parent() -> None:
    """In the child, before it starts: end politely when the parent is gone, however it went (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end_on_sigterm() -> None:
    """Let SIGTERM end this program like an exit, so that its children are stopped in order."""

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)


class Child:
    """One process. `wait_ready` returns the fields of its ready line (a JSON object with "ready")."""

    def __init__(self, name: str, *arguments: str, log: Path, environment: dict[str, str] | None = None) -> None:
        self.name = name
        self._log_path = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log.open("ab")
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
            preexec_fn=_die_with_parent,
            env={**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"},
        )
        threading.Thread(target=self._read, name=f"{name} output", daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def wait_ready(self, timeout_s: float = 60.0) -> dict[str, Any]:
        """Wait for the ready line; ChildFailed with the log's end when it does not come."""
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            if line.startswith("{"):
                fields: dict[str, Any] = json.loads(line)
                if fields.get("ready"):
                    return fields
        raise ChildFailed(f"{self.name} did not get ready; {self._log_path} ends with:\n{self.last_words()}")

    def last_words(self) -> str:
        """The end of its log."""
        self._log.flush()
        return "\n".join(self._log_path.read_text(errors="replace").splitlines()[-12:])

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL: the power cut of a process."""
        if self.alive:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._close()

    def stop(self, timeout_s: float = 15.0) -> None:
        """SIGTERM, then SIGKILL when that does not help."""
        if self.alive:
            self.process.terminate()
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self._close()

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()


class Control:
    """A JSON-lines control socket (TCP port or Unix path): one request, one answer."""

    def __init__(self, address: int | Path, timeout_s: float = 60.0) -> None:
        if isinstance(address, int):
            self._socket = socket.create_connection(("127.0.0.1", address), timeout=timeout_s)
        else:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(timeout_s)
            self._socket.connect(str(address))
        self._file = self._socket.makefile("rw", encoding="utf-8")

    def ask(self, **message: Any) -> dict[str, Any]:
        """Send one object, return the answer; an answer with "error" is raised as KioskError."""
        self._file.write(json.dumps(message, ensure_ascii=False) + "\n")
        self._file.flush()
        line = self._file.readline()
        if not line:
            raise KioskError(f"the other side closed the control socket after {message}")
        answer: dict[str, Any] = json.loads(line)
        if answer.get("error"):
            raise KioskError(f"{message}: {answer['error']}")
        return answer

    def close(self) -> None:
        self._file.close()
        self._socket.close()
