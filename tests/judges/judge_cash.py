"""Cash: the serialport project's ccTalk parser cuts our bus into our frames; a foreign SSP host takes a note at our
validator, and both sides open each other's sealed packets."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from devices.cash import cctalk, essp
from devices.cash.cctalk import Bus
from devices.cash.coins import CoinAcceptor
from devices.cash.essp_key import FIXED_DEFAULT, Key
from devices.cash.hopper import Hopper
from devices.cash.line import Line
from kiosk.app.children import Child, Control
from tests.judges.judge import Disagrees, Judge, agree, needs, node

HERE = Path(__file__).parent
SIMULATED = "devices.simulated."


class Tapped(Line):
    """A line that keeps every byte of both directions."""

    def __init__(self, address: str) -> None:
        super().__init__(address, 9600)
        self.kept: list[bytes] = []
        self._answer = b""

    def read(self, count: int, until: float) -> bytes:
        self.kept.append(found := super().read(count, until))
        return found


def _cctalk(folder: Path) -> str:
    """A day at the bus: coins in, coins out, every question once; the bus echoes, so what is read is all there was."""
    hoppers = ["--hopper", "3:100:40", "--coin-s", "0.002"]
    child = Child("cctalk", f"{SIMULATED}cctalk", "--ledger", str(folder / "c.jsonl"), *hoppers, log=folder / "c.log")
    try:
        ready = child.wait_ready(30)
        control = Control(int(ready["control"]))
        line = Tapped(f"127.0.0.1:{ready['port']}")
        bus = Bus(line)
        coins, hopper = CoinAcceptor(bus, 2, "CNY"), Hopper(bus, 3, 100)
        coins.connect()
        coins.about()
        start = coins.heard(None).counter
        coins.accept(frozenset({100}))
        control.ask(do="insert", value=100, count=3)
        coins.heard(start)
        hopper.connect()
        for count in (1, 5, 13):
            hopper.pay(count)
        control.close()
        bus.close()
    finally:
        child.stop()
    stream = b"".join(line.kept)
    ours = _frames(stream)
    chance, pieces = Random(1), []
    while stream:
        cut = chance.randrange(1, 9)
        pieces.append(stream[:cut].hex())
        stream = stream[cut:]
    script = folder / "stream.txt"
    script.write_text("\n".join(pieces))
    theirs = json.loads(node(HERE / "cctalk_frames.js", str(script.resolve())))
    agree([each.hex() for each in ours], theirs, "frames of the bus")
    if not all(cctalk.is_whole(each) for each in ours):
        raise Disagrees("a frame's checksum is wrong")
    return f"{len(theirs)} frames cut from {len(pieces)} pieces"


def _frames(stream: bytes) -> list[bytes]:
    found = []
    while stream:
        size = stream[1] + 5
        found.append(stream[:size])
        stream = stream[size:]
    return found


def _host(folder: Path) -> str:
    ledger = folder / "n.jsonl"
    child = Child("essp", f"{SIMULATED}essp", "--ledger", str(ledger), "--currency", "EUR", log=folder / "n.log")
    try:
        ready = child.wait_ready(30)
        said: dict[str, Any] = json.loads(
            node(HERE / "essp_host.js", str(ready["port"]), str(ready["control"]), "20", timeout_s=90)
        )
    finally:
        child.stop()
    agree([["EUR"] * 5, [5, 10, 20, 50, 100]], said["setup"], "channels")
    agree(1_873_452, said["serial"], "serial number")
    agree("OK", said["inhibits"], "inhibits")
    agree([["READ_NOTE", 3], ["CREDIT_NOTE", 3]], [e for e in said["events"] if e[1]], "a note's way")
    agree(1, said["counters"]["stacked"], "stacked")
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    agree([("in", 2000)], [(line["event"], line["value"]) for line in lines], "the ledger")
    return f"a sealed conversation of its own keys, {len(said['events'])} events, one note in the ledger"


def _seals(folder: Path) -> str:
    agreed = 0x1A2B3C4D
    key = Key(FIXED_DEFAULT, agreed)
    answers = [b"\xf0", b"\xf0\xef\x00", b"\xf0\xee\x03\xeb", b"\xf0\xcc", b"\xf0\xe8" + b"\xcc" * 20]
    ours = [essp.packet(bool(n % 2), essp.sealed(key, n, data)).hex() for n, data in enumerate(answers)]
    given = folder / "given.json"
    given.write_text(json.dumps({"agreed": agreed, "ours": ours}))
    said = json.loads(node(HERE / "essp_seals.js", str(given.resolve())))
    for count, (command, packet) in enumerate(said["theirs"]):
        raw = bytes.fromhex(packet)
        plain = raw[1:].replace(b"\x7f\x7f", b"\x7f")
        agree(essp.crc(plain[:-2]), int.from_bytes(plain[-2:], "little"), f"CRC of its {command}")
        code = {"POLL": 7, "ENABLE": 10, "GET_SERIAL_NUMBER": 12, "HOLD": 24, "GET_COUNTERS": 88}[command]
        agree((count, bytes((code,))), essp.opened(key, plain[2:-2]), f"its sealed {command}")
    agree([[True, n] for n in range(len(answers))], [each[:2] for each in said["read"]], "our sealed packets")
    agree([0xEE, 0xEB], said["read"][2][2], "a credit in ours")
    return f"{len(said['theirs'])} of its packets opened by us, {len(ours)} of ours by it"


NPM = needs("npm")
JUDGES = (
    Judge("cash: ccTalk frames, @serialport/parser-cctalk", NPM, _cctalk),
    Judge("cash: SSP host, encrypted-smiley-secure-protocol", NPM, _host),
    Judge("cash: SSP seals, encrypted-smiley-secure-protocol", NPM, _seals),
)
