"""Four gates as processes on the loopback: copies, kill -9 and a restart, apart and together again, a revocation."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from kiosk.domain import ticket as tickets
from tests.gate_world import berlin
from tests.gates.operator import Operator
from tests.gates.whole import Enrolled

LOOPBACK = "127.0.0.1"
PATIENCE_S = 30.0


class Process:
    """A gate over there."""

    def __init__(self, folder: Path, enrolled: Enrolled, offset_s: float) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        (folder / "enrolled.json").write_bytes(msgspec.json.encode(enrolled))
        (folder / "offset").write_text(str(offset_s))
        self._process: subprocess.Popen[str] | None = None

    def start(self, port: int) -> None:
        lan = {"interface": LOOPBACK, "port": port}
        (self.folder / "lan.json").write_text(json.dumps(lan))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.gates.process", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        json.loads(self._process.stdout.readline())

    def ask(self, **question: Any) -> dict[str, Any]:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer

    def end(self, *, kill: bool = False) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if kill:
            process.kill()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def until(reached: Callable[[], bool]) -> float:
    """Seconds it took; AssertionError when it never does."""
    begin = time.monotonic()
    while not reached():
        assert time.monotonic() - begin < PATIENCE_S, "the gates do not get there"
        time.sleep(0.002)
    return time.monotonic() - begin


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        return int(sock.getsockname()[1])


def run(*, quick: bool) -> dict[str, Any]:
    """What was seen; `ok`, and `wrong` in words."""
    noon = berlin("2026-10-23T07:30")
    operator = Operator(noon)
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        enrolled = [operator.enrol(f"G{number}", 20 + number) for number in range(4)]
        gates = [Process(folder / each.reply.name, each, noon - time.time()) for each in enrolled]
        for gate in gates:
            closing.callback(gate.end)
        return _story(operator, gates, 10 if quick else 60)


def _story(operator: Operator, gates: list[Process], copies: int) -> dict[str, Any]:
    port, apart = free_port(), free_port()
    page = operator.everything()
    for gate in gates:
        gate.start(port)
        gate.ask(list=[[page.text, page.issuer]])
    linked = until(lambda: all(gate.ask(linked=1)["linked"] == len(gates) - 1 for gate in gates))
    wrong: list[str] = []
    seller = operator.central.seller

    def see(gate: Process, code: str, word: str, what: str) -> None:
        found = gate.ask(scan=code)["word"]
        if found != word:
            wrong.append(f"{what}: {found} instead of {word}")

    told = []
    for number in range(copies):
        code = seller.sell_unreserved(from_call=0)
        ticket_id = tickets.read(code)[0].ticket_id
        first, second = gates[number % 4], gates[(number + 1 + number // 4 % 3) % 4]
        see(first, code, "admit", "the first")
        told.append(until(lambda at=second, ticket_id=ticket_id: at.ask(knows=ticket_id)["knows"]))  # type: ignore[misc]
        see(second, code, "used", "a copy")
    # killed, and back
    code = seller.sell_unreserved()
    gates[2].end(kill=True)
    see(gates[0], code, "admit", "while a gate is down")
    gates[2].start(port)
    back = until(lambda: gates[2].ask(knows=tickets.read(code)[0].ticket_id)["knows"])
    see(gates[2], code, "used", "after a kill -9")
    # apart: two networks that do not see each other
    for gate in gates[:2]:
        gate.end()
        gate.start(apart)
    until(lambda: all(gate.ask(linked=1)["linked"] == 1 for gate in gates))
    doubled = [seller.sell_unreserved() for _ in range(5)]
    for code in doubled:
        see(gates[0], code, "admit", "apart, first part")
        see(gates[3], code, "admit", "apart, other part")
        until(lambda code=code: gates[1].ask(knows=tickets.read(code)[0].ticket_id)["knows"])  # type: ignore[misc]
        see(gates[1], code, "used", "apart, once in each part")
    for gate in gates[:2]:
        gate.end()
        gate.start(port)
    merged = until(lambda: all(len(gate.ask(report=1)["contested"]) == len(doubled) for gate in gates))
    reports = [gate.ask(report=1) for gate in gates]
    if any(each["contested"] != reports[0]["contested"] for each in reports):
        wrong.append(f"reports differ: {reports}")
    if any({"forged", "ours", "revoked"} & each["refused"].keys() for each in reports):
        wrong.append(f"honest facts were not believed: {reports}")
    # a revocation, known to one
    code = seller.sell_unreserved()
    ticket_id = tickets.read(code)[0].ticket_id
    page = operator.revoke(ticket_id)
    gates[1].ask(list=[[page.text, page.issuer]])
    revoked = until(lambda: all(gate.ask(revoked=ticket_id)["revoked"] for gate in gates))
    see(gates[3], code, "revoked", "a revoked ticket")
    told.sort()
    return {
        "ok": not wrong,
        "wrong": wrong,
        "gates": len(gates),
        "copies": copies,
        "linked_s": round(linked, 2),
        "told_ms_p50": round(1000 * told[len(told) // 2], 1),
        "told_ms_max": round(1000 * told[-1], 1),
        "caught_up_after_kill_s": round(back, 2),
        "contested_after_merge": len(doubled),
        "merged_s": round(merged, 2),
        "revoked_everywhere_ms": round(1000 * revoked, 1),
    }
