"""Run central: the HTTP server, the work left over from before, the window that rolls on every day."""

from __future__ import annotations

import json
import logging
import signal
import socket
import threading
from types import FrameType

import click
import uvicorn

from central.api.app import make_app
from central.context import Context
from central.feed import bring_up
from central.inventory.learn import learn_demand
from central.journal.apply import apply_all
from central.publish.publish import roll_window
from kiosk.domain.errors import KioskError

HOUSEKEEPING_S = 3600.0
log = logging.getLogger(__name__)


class PortTaken(KioskError):
    """Somebody listens there already."""


class _Server(uvicorn.Server):
    """Says when it is ready: one line of JSON for whoever started it."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            click.echo(json.dumps({"ready": True, "url": self._url}))


def serve(context: Context, host: str, port: int) -> None:
    """Until SIGTERM or SIGINT; requests in flight are answered first."""
    listener = _listen(host, port)
    address = listener.getsockname()
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    config = uvicorn.Config(
        make_app(context),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        server_header=False,
        proxy_headers=False,
    )
    server = _Server(config, f"http://{shown}:{address[1]}")
    ended = threading.Event()
    housekeeping = threading.Thread(target=_housekeeping, args=(context, ended), name="housekeeping")
    # uvicorn raises the signal again when it is done; ours then does nothing, so that the caller can clean up.
    before = {number: signal.signal(number, _nothing) for number in (signal.SIGTERM, signal.SIGINT)}
    keep_house(context)
    housekeeping.start()
    try:
        server.run(sockets=[listener])
    finally:
        ended.set()
        housekeeping.join()
        listener.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def keep_house(context: Context) -> None:
    """What is due now and then: records not applied yet, the window of operating days, demand learned from sales,
    the feed of changes."""
    for task in (apply_all, roll_window, learn_demand, bring_up):
        try:
            task(context)
        except Exception:
            log.exception("%s failed; it is tried again within the hour", task.__name__)


def _housekeeping(context: Context, ended: threading.Event) -> None:
    while not ended.wait(HOUSEKEEPING_S):
        keep_house(context)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # asyncio sends at once (TCP_NODELAY) only on sockets that say they are TCP: without it an answer waits 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise PortTaken(f"cannot listen on {host}: {error}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port") from None
    return listener


def _nothing(number: int, frame: FrameType | None) -> None:
    """The signal did its work in uvicorn."""
