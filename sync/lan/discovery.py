"""Gates find each other: a signed beacon to a multicast group every two seconds, and whoever hears it may call.

A beacon is only an address. What it leads to must still prove itself (`sync.lan.session`), so a beacon that is repeated
from elsewhere costs a call that fails. Where multicast does not pass, peers are configured.

    KLANB1 <TCP port 2> <certificate 130> <issuer certificate 106> <signature 64 over all before it>
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature

from kiosk.domain.passages import Author
from sync.lan.calls import Address
from sync.lan.members import Members, NotAGate
from sync.lan.session import Credentials

log = logging.getLogger(__name__)

MAGIC = b"KLANB1"
BEACON_BYTES = len(MAGIC) + 2 + 130 + 106 + 64
EVERY_S = 2.0
CHECKED_A_SECOND = 50  # beacons of gates that are not linked; a flood costs no more than this
ADDRESSES_MAX = 3  # of one gate


def beacon(me: Credentials, port: int) -> bytes:
    body = MAGIC + struct.pack(">H", port) + me.certificate + me.issuer
    return body + me.sign(body)


def read_beacon(data: bytes, members: Members) -> tuple[Author, int]:
    """(who, TCP port). NotAGate for anything else."""
    if len(data) != BEACON_BYTES or not data.startswith(MAGIC):
        raise NotAGate("not a beacon")
    (port,) = struct.unpack_from(">H", data, len(MAGIC))
    member = members.shown(data[8:138], data[138:244])
    try:
        member.key.verify(data[-64:], data[:-64])
    except InvalidSignature:
        raise NotAGate("a beacon whose signature is not its gate's") from None
    if not port:
        raise NotAGate("a beacon without a port")
    return member.author, port


class Bucket:
    """So many a second, so many at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, 0.0

    def take(self, now: float, count: float = 1.0) -> bool:
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < count:
            return False
        self._left -= count
        return True


class Discovery(asyncio.DatagramProtocol):
    """The UDP side: `addresses` says where a gate was heard, newest first."""

    def __init__(self, members: Members, me: Callable[[], Credentials], linked: Callable[[], set[bytes]]) -> None:
        """`linked`: public parts of certificates that need no look, because a line to them stands."""
        self._members, self._me, self._linked = members, me, linked
        self._bucket = Bucket(CHECKED_A_SECOND, CHECKED_A_SECOND)
        self._transport: asyncio.DatagramTransport | None = None
        self.addresses: dict[Author, list[Address]] = {}
        self.fault = ""

    async def open(self, group: str, port: int, interface: str) -> None:
        """Listen to the group; without a network that has multicast, only configured peers are called."""
        self._group = (group, port)
        try:
            sock = multicast_socket(group, port, interface)
        except OSError as error:
            self.fault = f"no multicast on {interface or 'any interface'}: {error}"
            log.warning("gates are not found by themselves: %s", self.fault)
            return
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=sock)

    def send(self, tcp_port: int) -> None:
        if self._transport is not None:
            with contextlib.suppress(OSError):
                self._transport.sendto(beacon(self._me(), tcp_port), self._group)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if len(data) != BEACON_BYTES or data[8:138] in self._linked() or data[8:138] == self._me().certificate:
            return
        if not self._bucket.take(asyncio.get_running_loop().time()):
            return
        try:
            author, port = read_beacon(data, self._members)
        except NotAGate as fault:
            log.debug("a beacon from %s is passed by: %s", address[0], fault)
            return
        known = self.addresses.setdefault(author, [])
        heard = (address[0], port)
        if heard in known:
            return
        known.insert(0, heard)
        del known[ADDRESSES_MAX:]

    def error_received(self, error: Exception) -> None:
        self.fault = str(error)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def multicast_socket(group: str, port: int, interface: str) -> socket.socket:
    """Hears the group and sends to it, on one card; several programs of a machine may. OSError where that cannot be."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((group, port))
        own = socket.inet_aton(interface or "0.0.0.0")
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + own)
        if interface:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock
