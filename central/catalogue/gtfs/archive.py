"""The files of a feed as rows: zip or folder, any encoding, limits on everything."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

from central.catalogue.feed import FeedRefused
from central.catalogue.report import Report

FILE_BYTES_MAX = 2_000_000_000
TOTAL_BYTES_MAX = 4_000_000_000
FILES_MAX = 2_000

Row = dict[str, str]


class Archive:
    """Opens a feed; `rows` gives the rows of one of its tables."""

    def __init__(self, path: Path, report: Report) -> None:
        self._report = report
        self._stack = ExitStack()
        self._zip: zipfile.ZipFile | None = None
        if path.is_dir():
            self._members = {each.name.lower(): str(each) for each in sorted(path.glob("*.txt"))}
        else:
            self._members = self._open_zip(path)
        if not {"stops.txt", "routes.txt", "trips.txt", "stop_times.txt"} <= self._members.keys():
            missing = sorted({"stops.txt", "routes.txt", "trips.txt", "stop_times.txt"} - self._members.keys())
            self._stack.close()
            raise FeedRefused(f"{path} is not a timetable: {', '.join(missing)} is missing. Is it a GTFS feed?")

    def _open_zip(self, path: Path) -> dict[str, str]:
        try:
            self._zip = self._stack.enter_context(zipfile.ZipFile(path))
        except FileNotFoundError:
            raise FeedRefused(f"{path}: there is no such file") from None
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise FeedRefused(f"{path} is not a zip file that can be read: {error}") from None
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(infos) > FILES_MAX:
            self._stack.close()
            raise FeedRefused(f"{path} holds {len(infos)} files; a feed has a few dozen")
        # Sizes are the zip's own claim; `_Limited` also counts what really comes out.
        if sum(info.file_size for info in infos) > TOTAL_BYTES_MAX:
            self._stack.close()
            raise FeedRefused(f"{path} unpacks to more than {TOTAL_BYTES_MAX // 10**9} GB")
        members: dict[str, str] = {}
        for info in sorted(infos, key=lambda each: each.filename.count("/")):
            name = info.filename.rsplit("/", 1)[-1].lower()
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
        """Column names of a table; () when it is absent or empty."""
        if name not in self._members:
            return ()
        with self._open(name) as file:
            header = next(csv.reader(file), [])
        return tuple(each.strip().lower() for each in header)

    def rows(self, name: str) -> Iterator[tuple[int, Row]]:
        """(line, row) of a table, values stripped, missing ones ""; nothing when the table is absent."""
        if name not in self._members:
            return
        with self._open(name) as file:
            reader = csv.reader(file)
            try:
                header = [each.strip().lower() for each in next(reader, [])]
                if len(set(header)) != len(header):
                    self._report.add(name, 1, "column twice", "a column occurs twice", "the last one is used")
                damaged = False
                for cells in reader:
                    if not cells or (len(cells) == 1 and not cells[0].strip()):
                        continue
                    if len(cells) != len(header):
                        self._report.add(
                            name, reader.line_num, "cells", f"{len(cells)} cells under {len(header)} columns",
                            "missing cells are empty, surplus ones are ignored",
                        )  # fmt: skip
                        cells += [""] * (len(header) - len(cells))
                    row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
                    if not damaged and any("�" in cell for cell in cells):
                        damaged = True
                        self._report.add(
                            name, reader.line_num, "encoding", "the file is not UTF-8", "odd letters show as �"
                        )
                    yield reader.line_num, row
            except (csv.Error, zipfile.BadZipFile, OSError, EOFError) as error:
                self._report.add(name, reader.line_num, "damaged", str(error), "the rest of the file is not read")

    def _open(self, name: str) -> io.TextIOWrapper:
        raw: IO[bytes]
        if self._zip is not None:
            try:
                raw = self._zip.open(self._members[name])
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                raise FeedRefused(f"{name} cannot be unpacked: {error}") from None
        else:
            raw = Path(self._members[name]).open("rb")  # noqa: SIM115  closed by the wrapper
        return io.TextIOWrapper(_Limited(raw), encoding="utf-8-sig", errors="replace", newline="")


class _Limited(io.BufferedReader):
    """Stops a zip bomb by what it really unpacks to."""

    def __init__(self, raw: IO[bytes]) -> None:
        super().__init__(_Counted(raw), 1 << 16)


class _Counted(io.RawIOBase):
    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._left = FILE_BYTES_MAX

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._raw.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise FeedRefused(f"a file of the feed unpacks to more than {FILE_BYTES_MAX // 10**9} GB")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()
