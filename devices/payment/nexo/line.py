"""One HTTPS request to a terminal and its answer: certain whom it talks to, and within a time limit for all of it.

Nothing is sent twice by itself, and no redirection is followed: a financial message goes out once.
"""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PATH = "/nexo/"
CONNECT_TIMEOUT_S = 3.0
ANSWER_MAX = 1_000_000  # bytes


class LineFault(Exception):
    """The terminal answered nothing that can be used; it may have heard."""


class NotReached(Exception):
    """Nothing was sent: nobody is there, or not the terminal we know."""


@dataclass(frozen=True)
class Trust:
    """How the terminal proves itself: a certificate made by `ca_file` in one of `names`, or one certificate by
    its SHA-256 `fingerprint` (hex). Terminals are reached by address, so the address is no name of theirs."""

    ca_file: Path | None = None
    names: tuple[str, ...] = ()
    fingerprint: str = ""

    def context(self) -> ssl.SSLContext:
        """OSError or ssl.SSLError when the file cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        if self.fingerprint:
            context.verify_mode = ssl.CERT_NONE  # the fingerprint says it all
        else:
            context.load_verify_locations(self.ca_file)
        return context

    def check(self, link: ssl.SSLSocket) -> None:
        """NotReached unless it is the terminal we know."""
        if self.fingerprint:
            found = hashlib.sha256(link.getpeercert(binary_form=True) or b"").hexdigest()
            if found != self.fingerprint.replace(":", "").lower():
                raise NotReached(f"the terminal shows a certificate with fingerprint {found}, not the one it should")
            return
        shown = link.getpeercert() or {}
        subject: tuple[tuple[tuple[str, str], ...], ...] = shown.get("subject", ())  # type: ignore[assignment]
        also: tuple[tuple[str, str], ...] = shown.get("subjectAltName", ())  # type: ignore[assignment]
        names = {value for part in subject for key, value in part if key == "commonName"}
        names |= {value for kind, value in also if kind == "DNS"}
        if not names & set(self.names):
            raise NotReached(f"the terminal's certificate is for {', '.join(sorted(names))}, not {self.names[0]}")


class Line:
    """Where a terminal is reached; each request is a connection of its own."""

    def __init__(self, host: str, port: int, trust: Trust) -> None:
        self._host, self._port, self._trust = host, port, trust

    def connect(self) -> http.client.HTTPSConnection:
        """An open line to the terminal we know; nothing is sent yet."""
        try:
            # the context is made each time: a certificate file that is put in place later is found
            link = http.client.HTTPSConnection(
                self._host, self._port, timeout=CONNECT_TIMEOUT_S, context=self._trust.context()
            )
        except OSError as error:
            raise NotReached(f"the terminal's certificate file cannot be used: {error}") from None
        try:
            with _Until(CONNECT_TIMEOUT_S, link):
                link.connect()
                assert isinstance(link.sock, ssl.SSLSocket)
                self._trust.check(link.sock)
        except (OSError, ValueError) as error:  # ValueError: a name no device can have
            link.close()
            raise NotReached(str(error)) from None
        except NotReached:
            link.close()
            raise
        return link

    def ask(self, link: http.client.HTTPSConnection, body: bytes, timeout_s: float) -> bytes:
        """Send a request and read the answer whole; LineFault when that does not come in time."""
        until = time.monotonic() + timeout_s
        try:
            with _Until(timeout_s, link):
                link.sock.settimeout(timeout_s)
                link.request("POST", PATH, body, {"Content-Type": "application/json", "Connection": "close"})
                reply = link.getresponse()
                answer = reply.read(ANSWER_MAX + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = time.monotonic() >= until
            raise LineFault("no answer in time" if late else f"no answer: {error or type(error).__name__}") from None
        finally:
            link.close()
        if len(answer) > ANSWER_MAX:
            raise LineFault("the answer is too long")
        if reply.status != http.HTTPStatus.OK:
            raise LineFault(f"the terminal answers HTTP {reply.status}")
        return answer


class _Until:
    """Ends a line from outside when its time is over, however slowly it trickles."""

    def __init__(self, left_s: float, link: http.client.HTTPSConnection) -> None:
        self._link = link
        self._timer = threading.Timer(left_s, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        line = self._link.sock
        if line is not None:
            try:
                socket.socket.shutdown(line, socket.SHUT_RDWR)
            except OSError:
                return
