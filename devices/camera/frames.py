"""Pictures from a camera: V4L2 device, RTSP or MJPEG address, film, a picture, or a folder of pictures."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from kiosk.domain.errors import ReaderFault

PICTURES = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".avif", ".jp2"}
PICTURES |= {".pbm", ".pgm", ".ppm", ".pnm"}
OPAQUE = {".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".pbm", ".pgm", ".ppm", ".pnm"}
"""Kinds of pictures without clear parts."""
HEIC = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}
DOTS_MAX = 24_000_000
"""Larger pictures are made as small as this: a code in them has dots enough."""
WISHES: tuple[tuple[int, float], ...] = (
    (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # raw pictures of this size come at 10 a second over USB 2
    (cv2.CAP_PROP_FRAME_WIDTH, 1280),
    (cv2.CAP_PROP_FRAME_HEIGHT, 720),
    (cv2.CAP_PROP_FPS, 60),
    (cv2.CAP_PROP_BUFFERSIZE, 1),
)
"""What a V4L2 camera is asked for."""
Image = Any  # numpy array, height x width x 3, BGR, uint8


class Source:
    """Yields pictures until a finite source (film, picture, folder) ends; ReaderFault when it is gone.

    A live source (device, address) yields only the newest picture: whoever looks at pictures slower than they come must
    not fall behind what is in front of the camera. Iterating again opens it again, until it
    is closed: then there are no more pictures.
    """

    def __init__(self, source: str, timeout_s: float = 5.0) -> None:
        self._source = source
        self._timeout_ms = int(timeout_s * 1000)
        self._closed = threading.Event()
        self._live: _Newest | None = None

    def __iter__(self) -> Iterator[Image]:
        path = Path(self._source)
        if self._closed.is_set():
            return
        if _is_device(self._source) or "://" in self._source:
            yield from self._newest()
        elif path.is_dir():
            yield from self._pictures(sorted(each for each in path.iterdir() if each.suffix.lower() in PICTURES))
        elif path.suffix.lower() in PICTURES:
            yield from self._pictures([path])
        else:
            yield from self._film()

    def close(self) -> None:
        """From any thread: the iteration ends."""
        self._closed.set()
        if self._live is not None:
            self._live.stop()

    def _pictures(self, paths: list[Path]) -> Iterator[Image]:
        if not paths:
            raise ReaderFault(f"{self._source} holds no pictures")
        for path in paths:
            if self._closed.is_set():
                return
            yield picture_at(path)

    def _film(self) -> Iterator[Image]:
        if not Path(self._source).is_file():
            raise ReaderFault(f"there is no film, picture or folder {self._source}; check [camera] source")
        capture = self._open()
        try:
            count = 0
            while not self._closed.is_set():
                read, image = capture.read()
                if not read:
                    break
                count += 1
                yield image
        finally:
            capture.release()
        if not count and not self._closed.is_set():
            raise ReaderFault(f"{self._source} holds no pictures")

    def _newest(self) -> Iterator[Image]:
        live = self._live = _Newest(self._open())
        try:
            if self._closed.is_set():  # while it was being opened, when there was nothing to stop yet
                live.stop()
            while (image := live.next()) is not None:
                yield image
        finally:
            live.stop()
            live.join()
            self._live = None
        if not self._closed.is_set():
            raise ReaderFault(f"the camera {self.name} gives no picture; check its cable and its power")

    def _open(self) -> cv2.VideoCapture:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, self._timeout_ms, cv2.CAP_PROP_READ_TIMEOUT_MSEC, self._timeout_ms]
        if _is_device(self._source):
            # The one way to tell this backend how long a camera may say nothing; whole seconds.
            os.environ["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"] = str(max(1, round(self._timeout_ms / 1000)))
            capture = cv2.VideoCapture(int(self._source.removeprefix("/dev/video")), cv2.CAP_V4L2)
            for wish, value in WISHES:
                capture.set(wish, value)  # a camera that cannot do it stays as it is
        else:
            capture = cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, limits)
        if not capture.isOpened():
            capture.release()
            raise ReaderFault(f"the camera {self.name} cannot be opened; check [camera] source")
        return capture

    @property
    def name(self) -> str:
        """The source as it may be shown: without the password of its address."""
        return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:…@", self._source)


def _is_device(source: str) -> bool:
    return source.removeprefix("/dev/video").isdigit()


def _on_white(image: Image, whole: Image) -> Image:
    """What is clear in a drawing is paper; OpenCV leaves it black or whatever lies below."""
    if whole is None or whole.ndim != 3 or whole.shape[2] != 4 or whole.dtype != np.uint8:
        return image
    opaque = whole[..., 3:].astype(np.float32) / 255
    if opaque.min() == 1:
        return image
    return (whole[..., :3] * opaque + 255 * (1 - opaque)).astype(np.uint8)


def picture_at(path: Path) -> Image:
    """The picture in a file; ReaderFault when there is none."""
    try:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
        if image is not None and path.suffix.lower() not in OPAQUE:
            image = _on_white(image, cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    except cv2.error:  # larger than OpenCV takes
        image = None
    if image is None:
        raise ReaderFault(f"{path} {_why_none(path)}")
    by = (DOTS_MAX / (image.shape[0] * image.shape[1])) ** 0.5
    size = max(1, round(image.shape[1] * by)), max(1, round(image.shape[0] * by))
    return image if by >= 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _why_none(path: Path) -> str:
    """What is wrong with a file that gives no picture, and the way out."""
    try:
        with path.open("rb") as file:
            begin = file.read(12)
    except FileNotFoundError:
        return "is not there"
    except OSError as fault:
        return f"cannot be opened: {fault.strerror}"
    if not begin:
        return "is empty"
    if begin[4:8] == b"ftyp" and begin[8:] in HEIC:
        return "is a HEIC picture, which this program cannot read; save it as JPEG or PNG"
    if begin.startswith(b"%PDF"):
        return "is a PDF; save its page as PNG"
    return "is not a picture that can be read: damaged, too large, or of another kind; save it as PNG or JPEG"


class _Newest:
    """Reads a capture on a thread of its own and keeps only the newest picture."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture
        self._changed = threading.Condition()
        self._image: Image | None = None
        self._over = False
        self._thread = threading.Thread(target=self._read, name="camera", daemon=True)
        self._thread.start()

    def next(self) -> Image | None:
        """The newest picture not handed out yet; None when there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._image is not None)
            image, self._image = self._image, None
            return None if self._over else image

    def stop(self) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def join(self) -> None:
        """Waits for the read under way, which has a time limit of its own."""
        self._thread.join()

    def _read(self) -> None:
        try:
            while not self._over:
                read, image = self._capture.read()
                if not read:
                    return
                with self._changed:
                    self._image = image
                    self._changed.notify_all()
        finally:
            self._capture.release()
            self.stop()
