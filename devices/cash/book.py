"""What the cash devices told of, piece by piece, on disk before they are asked for more: the memory they do not have.

Counts only ever grow, so two looks at them say what moved in between, whatever happened to this program meanwhile. Of
sales and payments it knows nothing. Lines of JSON: "in" (a piece), "asked" (a payout, before it is begun), "doubt"
(pieces nobody can name), "filled", "dry" (hoppers), "emptied" (the cash box), "coins", "notes" (how a device counts).
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kiosk.domain.errors import DeviceFault

LONG = 2_000_000  # bytes: then it begins anew with what it came to


@dataclass
class Filled:
    """A hopper's coins when its life-long count stood at `total`; `back` fell in since."""

    serial: str
    coins: int
    total: int
    back: int = 0


@dataclass
class State:
    """What all lines come to."""

    inside: dict[int, int] = field(default_factory=dict)  # pieces ever taken, by value
    asked: dict[int, int] = field(default_factory=dict)  # coins ever asked for, by hopper
    doubts: list[str] = field(default_factory=list)
    box: dict[int, int] = field(default_factory=dict)  # in the cash box since it was emptied
    hoppers: dict[int, Filled] = field(default_factory=dict)
    coins: tuple[str, int, int | None] | None = None  # serial, last event, life-long count
    notes: tuple[str, int | None] | None = None  # serial, life-long count


class Book:
    """One file; one writer. OSError from any verb: then no more money may be taken."""

    def __init__(self, path: Path) -> None:
        self.path, self.state = path, State()
        self._file = -1
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock()
        kept = path.read_bytes() if path.exists() else b""
        whole = kept[: kept.rfind(b"\n") + 1]  # the last line may have lost its end to a power cut
        try:
            for line in whole.splitlines():
                self._fold(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise DeviceFault(
                f"{path} cannot be read ({error}); move it away, count the hoppers and tell them: kiosk cash fill"
            ) from None
        if len(whole) > LONG:
            self._begin_anew()
        else:
            self._open()
            if len(whole) != len(kept):
                os.truncate(path, len(whole))

    # what devices say

    def coin(self, value: int, hopper: int, event: int) -> None:
        """A coin fell into a hopper, or with 0 into the cash box."""
        self._write(what="in", value=value, hopper=hopper, event=event)

    def note(self, value: int) -> None:
        self._write(what="in", value=value, hopper=0)

    def coins(self, serial: str, event: int, total: int | None) -> None:
        """How the coin acceptor counts now."""
        if self.state.coins != (serial, event, total):
            self._write(what="coins", serial=serial, event=event, total=total)

    def notes(self, serial: str, total: int | None) -> None:
        """How the note validator counts now."""
        if self.state.notes != (serial, total):
            self._write(what="notes", serial=serial, total=total)

    def doubt(self, words: str) -> None:
        """Money came in, or may have, that nobody can name."""
        self._write(what="doubt", words=words)

    def asked(self, hopper: int, count: int) -> None:
        """A payout is about to begin."""
        self._write(what="asked", hopper=hopper, count=count)

    def dry(self, hopper: int, serial: str, total: int) -> None:
        """A hopper found nothing more to pay."""
        self._write(what="dry", hopper=hopper, serial=serial, total=total)

    # what staff say

    def filled(self, hopper: int, serial: str, coins: int, total: int) -> None:
        """So many coins are in a hopper now."""
        self._write(what="filled", hopper=hopper, serial=serial, coins=coins, total=total)

    def emptied(self) -> None:
        """The cash box was taken out."""
        self._write(what="emptied")

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            os.close(self._guard)
            self._file = -1

    def _write(self, **line: Any) -> None:
        os.write(self._file, json.dumps({"at": round(time.time(), 3), **line}).encode() + b"\n")
        os.fsync(self._file)
        self._fold(line)

    def _lock(self) -> None:
        """One program at a time; the lock goes with it, however it ends."""
        self._guard = os.open(self.path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._guard)
            raise DeviceFault(
                f"another program has the cash machine ({self.path}): close the terminal, or ask there"
            ) from None

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def _begin_anew(self) -> None:
        """One line with what it came to; the long file stays beside it."""
        new = self.path.with_suffix(".new")
        line = {"at": round(time.time(), 3), "what": "carried", **asdict(self.state)}
        with new.open("wb") as file:
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.path.with_suffix(f".{time.time_ns()}").hardlink_to(self.path)
        new.replace(self.path)
        self._open()

    def _fold(self, line: dict[str, Any]) -> None:
        state = self.state
        match line["what"]:
            case "in":
                self._came(line["value"], line["hopper"], line.get("event"))
            case "asked":
                state.asked[line["hopper"]] = state.asked.get(line["hopper"], 0) + line["count"]
            case "doubt":
                state.doubts.append(line["words"])
            case "filled":
                state.hoppers[line["hopper"]] = Filled(line["serial"], line["coins"], line["total"])
            case "dry":
                state.hoppers[line["hopper"]] = Filled(line["serial"], 0, line["total"])
            case "emptied":
                state.box.clear()
            case "coins":
                state.coins = (line["serial"], line["event"], line["total"])
            case "notes":
                state.notes = (line["serial"], line["total"])
            case "carried":
                self.state = _carried(line)

    def _came(self, value: int, hopper: int, event: int | None) -> None:
        state = self.state
        state.inside[value] = state.inside.get(value, 0) + 1
        if hopper and hopper in state.hoppers:
            state.hoppers[hopper].back += 1
        elif not hopper:
            state.box[value] = state.box.get(value, 0) + 1
        if event is not None and state.coins is not None:
            serial, _, total = state.coins
            state.coins = (serial, event, None if total is None else total + 1)
        elif event is None and state.notes is not None:
            serial, total = state.notes
            state.notes = (serial, None if total is None else total + 1)


def _carried(line: dict[str, Any]) -> State:
    counts = {name: {int(key): n for key, n in line[name].items()} for name in ("inside", "asked", "box")}
    hoppers = {int(key): Filled(**each) for key, each in line["hoppers"].items()}
    coins, notes = line["coins"], line["notes"]
    return State(
        **counts,
        doubts=line["doubts"],
        hoppers=hoppers,
        coins=tuple(coins) if coins else None,
        notes=tuple(notes) if notes else None,
    )
