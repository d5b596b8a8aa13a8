"""Scanners: a serial line that is a real pseudo-terminal, and bursts of keys told from typing."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.reader.scans import SCAN_LENGTH_MAX, Lines
from devices.reader.serial_scanner import SerialScanner
from devices.reader.wedge import Burst, Verdict
from kiosk.domain.errors import ReaderFault

TICKET = "T1:6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N"


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """(the scanner's end, the name of ours)."""
    theirs, ours = os.openpty()
    tty.setraw(ours)
    yield theirs, os.ttyname(ours)
    for end in (theirs, ours):
        try:
            os.close(end)
        except OSError:
            continue  # the test pulled the plug


def test_scans_come_one_by_one_whatever_ends_them(line: tuple[int, str]) -> None:
    theirs, name = line
    scanner = SerialScanner(name)
    frames = scanner.frames()
    os.write(theirs, f"{TICKET}\r\nsecond\rthird\n".encode())
    found = [next(frames) for _ in range(3)]
    assert [frame.codes[0].text for frame in found] == [TICKET, "second", "third"]
    assert all(frame.codes[0].reader == "serial" and frame.image.shape == (8, 8, 3) for frame in found)
    scanner.close()
    assert list(frames) == []
    assert list(scanner.frames()) == []


def test_a_pulled_plug_is_a_fault_and_a_replugged_scanner_works_again(line: tuple[int, str], tmp_path: Path) -> None:
    theirs, name = line
    plug = tmp_path / "scanner"  # like the names under /dev/serial/by-id
    plug.symlink_to(name)
    scanner = SerialScanner(str(plug))
    frames = scanner.frames()
    os.write(theirs, b"before\r")
    assert next(frames).codes[0].text == "before"
    os.write(theirs, b"half a sc")
    os.close(theirs)
    with pytest.raises(ReaderFault, match="no scanner"):
        next(frames)
    plug.unlink()
    with pytest.raises(ReaderFault, match="no scanner"):
        scanner.frames()
    again, ours = os.openpty()
    tty.setraw(ours)
    plug.symlink_to(os.ttyname(ours))
    frames = scanner.frames()
    os.write(again, b"after\r")
    assert next(frames).codes[0].text == "after"
    scanner.close()
    os.close(again)
    os.close(ours)


def test_no_scanner_is_a_fault() -> None:
    with pytest.raises(ReaderFault, match="/dev/none-such"):
        next(SerialScanner("/dev/none-such").frames())


def test_what_is_longer_than_any_code_is_dropped_whole() -> None:
    lines = Lines()
    assert lines.feed(b"x" * (SCAN_LENGTH_MAX + 5)) == []
    assert lines.feed(b"tail\rnext\r") == ["next"]


def typed(burst: Burst, text: str, start: float, pace: float) -> tuple[str, list[str]]:
    """(what reached the page, scans) of keys at that pace."""
    keys, scans = "", []
    for number, character in enumerate(text):
        verdict = burst.key(character, start + number * pace)
        keys += verdict.keys
        scans += [verdict.scan] if verdict.scan is not None else []
    last = burst.quiet(start + len(text) * pace + 1)
    return keys + last.keys, scans


def test_a_burst_is_a_scan_and_nothing_of_it_reaches_the_page() -> None:
    assert typed(Burst(), f"{TICKET}\r", 10, 0.005) == ("", [TICKET])


def test_typing_reaches_the_page_in_order_and_is_no_scan() -> None:
    assert typed(Burst(), "Hauptbahnhof\r", 10, 0.12) == ("Hauptbahnhof\r", [])


def test_typing_before_a_scan_is_given_back_and_the_scan_is_whole() -> None:
    burst = Burst()
    assert burst.key("B", 1.0) == Verdict()
    assert typed(burst, f"{TICKET}\n", 2.0, 0.004) == ("B", [TICKET])


def test_a_fast_short_word_and_a_burst_without_an_end_are_typing() -> None:
    assert typed(Burst(), "ab\r", 5, 0.01) == ("ab\r", [])
    assert typed(Burst(), TICKET, 5, 0.004) == (TICKET, [])
