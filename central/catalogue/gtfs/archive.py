"""The files of a feed as rows: zip or folder, any encoding, limits on everything."""

from __future__ import annotations

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Protocol

from central.catalogue.feed import FeedRefused
from central.catalogue.report import Report

FILE_BYTES_MAX = 2_000_000_000
TOTAL_BYTES_MAX = 4_000_000_000
FILES_MAX = 2_000
LINE_CHARACTERS_MAX = 1_000_000
# A timetable packs to a tenth or a twentieth; what packs a thousandfold is made to fill a disk.
RATIO_MAX = 500
RATIO_BYTES_MIN = 10_000_000
NEEDED = ("routes.txt", "stop_times.txt", "stops.txt", "trips.txt")

# NotImplementedError: how zipfile says that it cannot unpack what another program packed.
DAMAGE = (csv.Error, zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, NotImplementedError)

Row = dict[str, str]


class Archive:
    """Opens a feed; `rows` gives the rows of one of its tables."""

    def __init__(self, path: Path, report: Report) -> None:
        self._report = report
        self._stack = ExitStack()
        self._zip: zipfile.ZipFile | None = None
        self._members: dict[str, str] = {}
        with self._stack:  # closes what was opened when the feed is refused here
            self._members = _files(path) if path.is_dir() else self._packed(path)
            missing = [name for name in NEEDED if name not in self._members]
            if missing:
                raise FeedRefused(f"{path} is not a timetable: {', '.join(missing)} is missing. Is it a GTFS feed?")
            self._stack = self._stack.pop_all()

    def _packed(self, path: Path) -> dict[str, str]:
        try:
            self._zip = self._stack.enter_context(zipfile.ZipFile(path))
        except FileNotFoundError:
            raise FeedRefused(f"{path}: there is no such file or folder") from None
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise FeedRefused(f"{path} is not a zip file that can be read: {error}") from None
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(infos) > FILES_MAX:
            raise FeedRefused(f"{path} holds {len(infos)} files; a feed has a few dozen")
        for info in infos:
            # Nothing is ever unpacked to disk, but a zip that tries is not a feed to be trusted.
            if ".." in PurePosixPath(_slashed(info)).parts or _slashed(info).startswith("/"):
                raise FeedRefused(f"{path} names a file outside of itself ({info.filename}): it is refused whole")
            if info.file_size > max(RATIO_BYTES_MIN, info.compress_size * RATIO_MAX):
                raise FeedRefused(
                    f"{path}: {info.filename} unpacks to {info.file_size // 10**6} MB from "
                    f"{info.compress_size // 1000} kB: this is no timetable"
                )
        # Sizes are the zip's own claim; `_Counted` also counts what really comes out.
        if sum(info.file_size for info in infos) > TOTAL_BYTES_MAX:
            raise FeedRefused(f"{path} unpacks to more than {TOTAL_BYTES_MAX // 10**9} GB")
        members: dict[str, str] = {}
        for info in sorted(infos, key=lambda each: _slashed(each).count("/")):
            name = _slashed(info).rsplit("/", 1)[-1].lower()
            if name.endswith(".txt") and not info.filename.startswith("__MACOSX"):
                members.setdefault(name, info.filename)  # files at the top win over those in folders
        return members

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def has(self, name: str) -> bool:
        return name in self._members

    def columns(self, name: str) -> tuple[str, ...]:
        """Column names of a table; () when it is absent, empty or damaged."""
        if name not in self._members:
            return ()
        try:
            with self._open(name) as file:
                return tuple(_header(csv.reader(_lines(file, name))))
        except DAMAGE:
            return ()

    def rows(self, name: str) -> Iterator[tuple[int, Row]]:
        """(line, row) of a table, values stripped, missing ones ""; nothing when the table is absent."""
        if name not in self._members:
            return
        line = 0
        try:
            with self._open(name) as file:
                for line, row in self._sound(name, csv.reader(_lines(file, name))):
                    yield line, row
        except DAMAGE as error:
            self._report.add(name, line, "damaged", f"the file is damaged: {error}", "the rest of it is not read")

    def _sound(self, name: str, reader: _Reader) -> Iterator[tuple[int, Row]]:
        header = _header(reader)
        if len(set(header)) != len(header):
            self._report.add(name, 1, "column twice", "a column occurs twice", "the last one is used")
        not_utf8 = False
        for cells in reader:
            if not cells or (len(cells) == 1 and not cells[0].strip()):
                continue
            if len(cells) != len(header):
                self._report.add(
                    name, reader.line_num, "cells", f"{len(cells)} cells under {len(header)} columns",
                    "missing cells are empty, surplus ones are ignored",
                )  # fmt: skip
                cells += [""] * (len(header) - len(cells))
            if not not_utf8 and "\ufffd" in "".join(cells):
                not_utf8 = True
                self._report.add(
                    name, reader.line_num, "encoding", "the file is not UTF-8", "odd letters show as \ufffd"
                )
            yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=False))

    def _open(self, name: str) -> io.TextIOWrapper:
        raw: IO[bytes]
        if self._zip is not None:
            try:
                raw = self._zip.open(self._members[name])
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                raise FeedRefused(f"{name} cannot be unpacked: {error}") from None
        else:
            raw = Path(self._members[name]).open("rb")  # noqa: SIM115  closed by the wrapper
        bytes_in = io.BufferedReader(_Counted(raw, name), 1 << 16)
        try:
            utf16 = bytes_in.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff")  # how some spreadsheets save
        except DAMAGE:
            bytes_in.close()
            raise
        return io.TextIOWrapper(bytes_in, encoding="utf-16" if utf16 else "utf-8-sig", errors="replace", newline="")


def _slashed(info: zipfile.ZipInfo) -> str:
    """The path of a member; some Windows programs part its folders by backslashes."""
    return info.filename.replace("\\", "/")


def _files(folder: Path) -> dict[str, str]:
    """Tables of a folder, or of the only folder in it."""
    for place in (folder, *sorted(each for each in folder.iterdir() if each.is_dir())):
        found = {each.name.lower(): str(each) for each in sorted(place.glob("*.txt")) if each.is_file()}
        if found:
            return found
    return {}


class _Reader(Protocol):
    """What csv.reader returns."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def _header(reader: Iterator[list[str]]) -> list[str]:
    return [each.strip().lower() for each in next(reader, [])]


def _lines(file: io.TextIOWrapper, name: str) -> Iterator[str]:
    """Lines without NUL, which no database takes; one that never ends is refused before it fills the memory."""
    while line := file.readline(LINE_CHARACTERS_MAX):
        if len(line) == LINE_CHARACTERS_MAX:
            raise FeedRefused(f"{name} has a line of more than {LINE_CHARACTERS_MAX} characters: this is no timetable")
        yield line.replace("\x00", "") if "\x00" in line else line


class _Counted(io.RawIOBase):
    """Stops a zip bomb by what it really unpacks to."""

    def __init__(self, raw: IO[bytes], name: str) -> None:
        self._raw = raw
        self._name = name
        self._left = FILE_BYTES_MAX

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._raw.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise FeedRefused(f"{self._name} unpacks to more than {FILE_BYTES_MAX // 10**9} GB")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()
