"""Keeps a gate and the others of its network together, on a thread of its own; letting people in never waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from kiosk.domain.errors import KioskError, StoreFault
from kiosk.domain.passages import Author
from sync.lan.calls import Address, Calls
from sync.lan.discovery import EVERY_S, Bucket, Discovery
from sync.lan.gossip import HAVE_EVERY_S, Gossip, Out
from sync.lan.line import Line, dial, listen
from sync.lan.members import Members
from sync.lan.session import Credentials
from sync.lan.settings import LanSettings as LanSettings
from sync.lan.settings import LanState as LanState
from sync.lan.wire import Message

log = logging.getLogger(__name__)
T = TypeVar("T")

CALLERS_A_SECOND, CALLERS_AT_ONCE = 20, 16  # handshakes of whoever calls
LINES_MAX = 64


class Part(Protocol):
    """Something that is talked about over the lines, on the engine's thread."""

    def heard(self, line: int, message: Message, now: float) -> list[Out]: ...

    def left(self, line: int) -> None: ...

    def tick(self, now: float) -> list[Out]: ...


class Lan:
    """`start()` and forget; `poke()` after an admission; `stop()` at the end."""

    def __init__(
        self,
        gossip: Gossip,
        members: Members,
        me: Callable[[], Credentials],
        author: Author,
        settings: LanSettings,
        parts: Sequence[Part] = (),
        refused: Callable[[], dict[str, int]] = dict,
    ) -> None:
        self._gossip, self._members, self._me, self._author = gossip, members, me, author
        self._settings, self._parts, self._refused = settings, parts, refused
        self._lines: dict[int, Line] = {}
        self._numbers = itertools.count(1)
        self._found = Discovery(members, me, lambda: set())
        self._callers = Bucket(CALLERS_A_SECOND, CALLERS_AT_ONCE)
        self._shaking = 0
        self._calls = Calls(author, settings.peers)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._changed = threading.Condition()
        self._state = LanState(fault="not started")

    # from other threads

    @property
    def state(self) -> LanState:
        return self._state

    def start(self, timeout_s: float = 5.0) -> None:
        """Begin, on an own thread; returns when the gate can be called, or it is known why not."""
        self._thread = threading.Thread(target=self._run, name="lan", daemon=True)
        self._thread.start()
        self._ready.wait(timeout_s)

    def poke(self) -> None:
        """Facts of this gate became durable: tell them now."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._news)

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run something on the engine's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def author_of(self, line: int) -> Author | None:
        """Who is at the other end."""
        return self._lines[line].member.author if line in self._lines else None

    def wait_for(self, reached: Callable[[LanState], bool], timeout_s: float) -> bool:
        """Block until the state is as wished; False when it is not in time."""
        with self._changed:
            return self._changed.wait_for(lambda: reached(self._state), timeout_s)

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End; False = still at it."""
        if self._thread is None:
            self._loop.close()
            return True
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # the thread

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._main())
        except Exception as fault:  # whatever it is, gates go on alone
            log.exception("the network of gates ended")
            self._tell(fault=repr(fault))
        finally:
            self._loop.close()
            self._ready.set()

    async def _main(self) -> None:
        settings = self._settings
        try:
            server = await self._server()
        except OSError as error:
            self._tell(fault=f"other gates cannot call: {error}")
            log.error("other gates cannot call this one: %s", error)
            self._ready.set()
            await self._ending.wait()
            return
        self._port = server.sockets[0].getsockname()[1]
        if settings.group:
            await self._found.open(settings.group, settings.port, settings.interface)
        self._tell()
        self._ready.set()
        try:
            self._keep(self._every(HAVE_EVERY_S, self._tick))
            self._keep(self._every(EVERY_S, lambda: self._found.send(self._port)))
            self._keep(self._every(0.25, self._call_others))
            await self._ending.wait()
        finally:
            await self._end(server)

    async def _server(self) -> asyncio.Server:
        settings = self._settings
        host, port = settings.interface or "0.0.0.0", settings.port if settings.tcp_port is None else settings.tcp_port
        try:
            return await asyncio.start_server(self._called, host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not settings.group:
                raise
            log.warning("port %d is taken by another program; beacons name another one", port)
            return await asyncio.start_server(self._called, host, 0)

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        self._found.close()
        for line in self._lines.values():
            line.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # transports close in the next round

    def _keep(self, work: Coroutine[Any, Any, Any]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _every(self, seconds: float, do: Callable[[], object]) -> None:
        while True:
            try:
                do()
            except Exception:  # a mistake of ours in one round must not end the talk for good
                log.exception("a round of the network of gates failed")
            await asyncio.sleep(seconds)

    # calls

    def _call_others(self) -> None:
        if len(self._lines) < LINES_MAX:
            linked = {line.member.author for line in self._lines.values()}
            for address in self._calls.due(linked, self._found.addresses, self._loop.time()):
                self._keep(self._dial(address))

    async def _dial(self, address: Address) -> None:
        try:
            line = await dial(address, self._me(), self._members)
        except (OSError, KioskError) as fault:
            log.debug("%s:%d: %s", *address, fault)
            return
        finally:
            self._calls.ended(address)
        if self._calls.answered(address, line.member.author):
            await self._talk(line)
        else:
            line.close()

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shaking >= CALLERS_AT_ONCE or not self._callers.take(self._loop.time()):
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._shaking += 1
        try:
            line = await listen(reader, writer, self._me(), self._members)
        except (OSError, KioskError) as fault:
            log.info("a caller is not talked to: %s", fault)
            return
        except asyncio.CancelledError:
            return
        finally:
            self._shaking -= 1
        if line.member.author == self._author:
            line.close()
            return
        with contextlib.suppress(asyncio.CancelledError):
            await self._talk(line)

    # lines

    async def _talk(self, line: Line) -> None:
        """Until the line ends. Of two lines between the same gates, that which the lower number dialed stays."""
        author = line.member.author
        twin = next((number for number, each in self._lines.items() if each.member.author == author), None)
        lower = self._author < author
        if twin is not None:
            if line.dialed != lower and self._lines[twin].dialed == lower:
                line.close()
                return
            self._lines[twin].close()
        number = next(self._numbers)
        self._lines[number] = line
        self.send(self._gossip.joined(number, author, self._loop.time()))
        self._tell()
        try:
            while True:
                message = await line.receive()
                if message is not None:
                    self._hear(number, message)
        except (OSError, KioskError) as fault:
            log.info("the line to gate %d.%d ended: %s", *author, fault)
        finally:
            line.close()
            del self._lines[number]
            for part in (self._gossip, *self._parts):
                part.left(number)
            self._tell()

    def _hear(self, number: int, message: Message) -> None:
        now = self._loop.time()
        for part in (self._gossip, *self._parts):
            try:
                self.send(part.heard(number, message, now))
            except StoreFault as fault:  # nothing was kept; the others tell it again
                log.warning("what another gate told is not kept: %s", fault)
        self._tell()

    def send(self, out: list[Out]) -> None:
        """On the engine's thread only."""
        for number, message in out:
            if (line := self._lines.get(number)) is not None:
                line.send(message)

    def _news(self) -> None:
        try:
            self.send(self._gossip.news(self._loop.time()))
        except StoreFault as fault:
            log.warning("other gates are not told yet: %s", fault)

    def _tick(self) -> None:
        for line in self._lines.values():
            if self._members.revoked(line.member.author):
                line.close()
        now = self._loop.time()
        for part in (self._gossip, *self._parts):
            self.send(part.tick(now))
        self._news()
        self._tell()

    def _tell(self, fault: str = "") -> None:
        others = tuple(self._gossip.others(self._loop.time()))
        state = LanState(others, getattr(self, "_port", 0), fault or self._found.fault, self._refused())
        with self._changed:
            self._state = state
            self._changed.notify_all()
