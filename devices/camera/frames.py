"""Pictures from a camera: device number, film, MJPEG address, a picture, or a folder of pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2

from kiosk.domain.errors import ReaderFault

PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}
OPEN_TIMEOUT_MS = 5_000
READ_TIMEOUT_MS = 5_000
Image = Any  # numpy array, height x width x 3, BGR, uint8


class Source:
    """Yields pictures until the source ends (film, folder) or is gone (ReaderFault)."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._capture: cv2.VideoCapture | None = None

    def __iter__(self) -> Iterator[Image]:
        path = Path(self._source)
        if path.is_dir():
            yield from self._pictures(sorted(each for each in path.iterdir() if each.suffix.lower() in PICTURES))
        elif path.suffix.lower() in PICTURES:
            yield from self._pictures([path])
        else:
            yield from self._captured()

    def _pictures(self, paths: list[Path]) -> Iterator[Image]:
        if not paths:
            raise ReaderFault(f"{self._source} holds no pictures")
        for path in paths:
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if image is None:
                raise ReaderFault(f"{path} is not a picture that can be read")
            yield image

    def _captured(self) -> Iterator[Image]:
        live = self._source.isdigit() or "://" in self._source
        capture = self._capture = self._open()
        try:
            count = 0
            while True:
                read, image = capture.read()
                if not read:
                    break
                count += 1
                yield image
        finally:
            self.close()
        if live or not count:
            raise ReaderFault(f"the camera {self._source} gives no picture; check its cable and its power")

    def _open(self) -> cv2.VideoCapture:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
        if self._source.isdigit():
            capture = cv2.VideoCapture(int(self._source))
        else:
            # No read-ahead: a gate must see what is in front of it now.
            os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "fflags;nobuffer|flags;low_delay")
            capture = cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, limits)
        if not capture.isOpened():
            capture.release()
            raise ReaderFault(f"the camera {self._source} cannot be opened; check [camera] source")
        return capture

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None
