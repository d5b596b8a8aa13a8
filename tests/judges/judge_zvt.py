"""Wireshark reads a whole day at a ZVT terminal: every message well-formed, and the amounts are the acquirer's.

The day is played by our driver and the simulated terminal through a recorder, over TCP and over a serial line; what
went over the line is written as a capture file. Wireshark 4.0 does not know four of the commands (status enquiry,
repeat receipt, turnover totals, the register's abort): their answers it reads, the commands themselves it leaves alone.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from devices.payment.zvt.link import Settings
from devices.payment.zvt.terminal import ZvtPayment
from kiosk.app.children import Child, Control
from kiosk.ports import Approved, ChargeRequest, Declined
from tests.judges.judge import Disagrees, Judge, agree, needs
from tests.judges.line import SerialTap

PORT = 20007
UNKNOWN = {0x0501, 0x0620, 0x0610, 0x06B0}
MONEY = {0x0601: "charge", 0x0630: "reversal", 0x0631: "refund"}
ISSUED_NOT = "0x66"  # the register's no: the goods were not issued


class Tap:
    """Stands between two ends of TCP and keeps what passes, in order: (connection, from the register, bytes)."""

    def __init__(self, port: int) -> None:
        self.passed: list[tuple[int, bool, bytes]] = []
        self._to = port
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        for number in range(1_000):
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            for source, target, register in ((near, far, True), (far, near, False)):
                thread = threading.Thread(target=self._carry, args=(source, target, number, register), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _carry(self, source: socket.socket, target: socket.socket, number: int, register: bool) -> None:
        try:
            while data := source.recv(65_536):
                with self._lock:
                    self.passed.append((number, register, data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()

    def close(self) -> None:
        self._door.close()

    def messages(self) -> list[tuple[int, bool, bytes]]:
        """One by one, in the order in which they ended: what was sent together comes apart."""
        found: list[tuple[int, bool, bytes]] = []
        open_: dict[tuple[int, bool], bytes] = {}
        for number, register, data in self.passed:
            left = open_.get((number, register), b"") + data
            while len(left) >= 3 and len(left) >= (size := _size(left)):
                found.append((number, register, left[:size]))
                left = left[size:]
            open_[number, register] = left
        agree({b""}, set(open_.values()) or {b""}, "bytes that are no message")
        return found


def _size(message: bytes) -> int:
    return 3 + message[2] if message[2] != 0xFF else 5 + message[3] + 256 * message[4] if len(message) > 4 else 5


def capture(path: Path, passed: list[tuple[int, bool, bytes]]) -> None:
    """A capture file of raw IPv4 packets: what passed, each piece a segment of its connection."""
    sequence: dict[tuple[int, bool], int] = {}
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101))
        for moment, (number, register, data) in enumerate(passed):
            ports = (40_000 + number, PORT) if register else (PORT, 40_000 + number)
            mine = sequence.get((number, register), 1)
            theirs = sequence.get((number, not register), 1)
            sequence[number, register] = mine + len(data)
            tcp = struct.pack(">HHIIBBHHH", *ports, mine, theirs, 0x50, 0x18, 65_000, 0, 0) + data
            ip = struct.pack(
                ">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), moment & 0xFFFF, 0, 64, 6, 0, b"\x7f\0\0\1", b"\x7f\0\0\1"
            )
            file.write(struct.pack("<IIII", 1_700_000_000 + moment, 0, len(ip + tcp), len(ip + tcp)) + ip + tcp)


def read(path: Path, *options: str) -> list[dict[str, list[str]]]:
    """What tshark says of each packet: field -> its values."""
    fields = [
        "zvt.control_field", "zvt.ccrc", "zvt.aprc", "zvt.amount", "zvt.result_code", "zvt.length_field",
        "zvt.serial_char", "tcp.srcport", "_ws.malformed", "_ws.expert.message",
    ]  # fmt: skip
    call = ["tshark", "-r", str(path), *options, "-T", "json", "-n", *(f"-e{name}" for name in fields)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise Disagrees(f"tshark: {done.stderr.strip()[-300:]}")
    found: list[dict[str, list[str]]] = [packet["_source"].get("layers", {}) for packet in json.loads(done.stdout)]
    for number, packet in enumerate(found, 1):
        for name in ("_ws.malformed", "_ws.expert.message"):
            if name in packet:
                raise Disagrees(f"packet {number}: {packet[name]}")
    return found


@contextmanager
def terminal(folder: Path, *arguments: str) -> Iterator[tuple[dict[str, Any], Control]]:
    child = Child(
        "zvt", "devices.simulated.zvt", "--ledger", str(folder / "ledger.jsonl"), "--tap-s", "0", "--again-s", "0.1",
        *arguments, log=folder / "zvt.log",
    )  # fmt: skip
    with ExitStack() as stack:
        stack.callback(child.stop)
        ready = child.wait_ready(30)
        control = Control(int(ready["control"]))
        stack.callback(control.close)
        yield ready, control


def day(payment: ZvtPayment, control: Control) -> None:
    """Everything that can happen at a terminal in a day."""

    def pay(key: str, amount: int) -> Approved | Declined:
        request = ChargeRequest(key, amount, "EUR", payment.mark())
        paid = payment.charge(request)
        if isinstance(paid, Approved) and paid.provisional:
            paid = payment.confirm(request, paid.reference)
        if not isinstance(paid, Approved | Declined):
            raise Disagrees(f"the day did not come about: {paid}")
        return paid

    def back(key: str, amount: int, of: Approved | Declined) -> None:
        assert isinstance(of, Approved)
        payment.refund(ChargeRequest(key, amount, "EUR", payment.mark(), of.reference), of.reference)

    def cancelled() -> None:
        request = ChargeRequest("gone", 999, "EUR", payment.mark())
        thread = threading.Thread(target=payment.charge, args=(request,))
        thread.start()
        until(lambda: control.ask(do="state")["waiting"])
        payment.cancel("gone")
        thread.join(20)

    def slow() -> None:
        request = ChargeRequest("slow", 4321, "EUR", payment.mark())
        paid = payment.charge(request)
        assert isinstance(paid, Approved)
        begun = time.monotonic()
        until(lambda: time.monotonic() - begun > 1.8)  # the terminal is told to ask again
        payment.confirm(request, paid.reference)

    payment.ready()
    first = pay("a", 1250)
    pay("b", 99_300)
    control.ask(do="decline", code=0x78)
    pay("c", 700)
    control.ask(do="wait")
    cancelled()
    slow()
    control.ask(do="partial", n=100)
    pay("d", 5000)
    unissued = ChargeRequest("e", 2600, "EUR", payment.mark())
    paid = payment.charge(unissued)
    assert isinstance(paid, Approved)
    back("back-e", 2600, paid)
    back("back-a", 1250, first)
    back("again-a", 1250, first)
    control.ask(do="forget")
    later = pay("f", 3_141_59)
    closed = payment.end_of_day()
    agree((True, 3, 99_300 + 4321 + 3_141_59), (closed.ok, closed.count, closed.sum_minor), "the day's totals")
    pay("g", 1)
    back("part-f", 59, later)


def until(met: Callable[[], object]) -> None:
    ticks, deadline = threading.Event(), time.monotonic() + 20
    while not met():
        if time.monotonic() > deadline:
            raise Disagrees("the day stood still")
        ticks.wait(0.01)


def driver(address: str) -> ZvtPayment:
    return ZvtPayment(address, 20.0, settings=Settings(answer_s=4.0), card_refunds=True)


def booked(packets: list[dict[str, list[str]]]) -> list[tuple[str, int]]:
    """What tshark's reading says was booked: command by command, its last good amount, and a no to it."""
    found: list[tuple[str, int]] = []
    doing, amounts, undone = "", [], False
    for packet in packets:
        control = int(packet.get("zvt.control_field", ["0"])[0], 16)
        if control in MONEY:
            doing, amounts, undone = MONEY[control], [], False
        elif control == 0x040F and packet.get("zvt.result_code") == ["0x00"]:
            amounts.append(int(packet["zvt.amount"][0]))
        elif packet.get("zvt.aprc") == [ISSUED_NOT]:
            undone = True
        elif control in (0x060F, 0x061E):
            if doing and amounts:
                found.append((doing, amounts[-1]))
                found += [("reversal", amounts[-1])] if undone else []
            doing = ""
    return found


def ledger(folder: Path) -> list[tuple[str, int]]:
    lines = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    return [(line["do"], line["amount_minor"]) for line in lines if line["do"] in MONEY.values()]


def _control(message: bytes) -> int:
    return int.from_bytes(message[:2], "big")


def _tcp(folder: Path) -> str:
    with terminal(folder, "--unattended") as (ready, control):
        tap = Tap(ready["port"])
        payment = driver(f"127.0.0.1:{tap.port}")
        try:
            day(payment, control)
        finally:
            payment.close()
            tap.close()
    messages = tap.messages()
    capture(folder / "day.pcap", messages)
    packets = read(folder / "day.pcap", "-d", f"tcp.port=={PORT},zvt")
    agree(len(messages), len(packets), "messages")
    known = 0
    for (_, _, message), packet in zip(messages, packets, strict=True):
        read_as = packet.get("zvt.control_field") or packet.get("zvt.ccrc")
        ours = _control(message)
        if read_as is None:
            agree(True, ours in UNKNOWN, f"{ours:04X} is a message tshark does not know")
            continue
        known += 1
        agree(ours if ours >> 8 not in (0x80, 0x84) else ours >> 8, int(read_as[0], 16), "the kind of a message")
        agree(len(message) - (3 if len(message) < 258 else 5), int(packet["zvt.length_field"][0]), "its length")
    agree(ledger(folder), booked(packets), "what was booked")
    return (
        f"{known} of {len(packets)} messages of a day well-formed, {len(ledger(folder))} bookings as the acquirer has"
    )


def _serial(folder: Path) -> str:
    """The same day over a serial line. Wireshark does not undouble the DLE, so blocks with one are compared by what is
    before it."""
    with terminal(folder, "--unattended", "--serial", str(folder / "far")) as (_, control):
        tap = SerialTap(folder / "near", folder / "far")
        payment = driver(str(folder / "near"))
        try:
            day(payment, control)
        finally:
            payment.close()
            tap.close()
    path = folder / "day.pcap"
    pieces = tap.pieces()
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 147))
        for moment, piece in enumerate(pieces):
            file.write(struct.pack("<IIII", 1_700_000_000 + moment, 0, len(piece), len(piece)) + piece)
    packets = read(path, "-o", 'uat:user_dlts:"User 0 (DLT=147)","zvt","0","","0",""')
    agree(len(pieces), len(packets), "blocks and acknowledgements")
    for number, packet in enumerate(packets):
        agree(True, "zvt.serial_char" in packet, f"piece {number} is serial ZVT")
    plain = sum(b"\x10" not in piece[2:-4] for piece in pieces if len(piece) > 1)
    answers = sum(len(piece) == 1 for piece in pieces)
    agree(len(pieces) - answers, answers, "every block is acknowledged once")
    return f"{len(pieces) - answers} blocks with their acknowledgements, {plain} of them read whole"


JUDGES = (
    Judge("zvt: a day over TCP, tshark", needs("tshark"), _tcp),
    Judge("zvt: a day over a serial line, tshark", needs("tshark"), _serial),
)
