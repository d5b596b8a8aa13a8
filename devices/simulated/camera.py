"""A camera as a process: a stream of the picture that is held in front of it, MJPEG over HTTP or RTSP.

    python -m devices.simulated.camera [--port 0] [--control 0] [--rate 10] [--show FILE | --folder DIR --every-s 3]
        [--rtsp]

Orders: {"do": "show", "path": FILE, "tilt": degrees, "blur": sigma, "noise": sigma}, {"do": "empty"}, {"do": "dark"}
(the stream ends, and does not come back until the next "show" or "empty"), {"do": "freeze"} (the stream stays open and
silent), {"do": "state"}. The stream is at http://127.0.0.1:PORT/ (rtsp:// with --rtsp), the ready line's port.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from devices.simulated import rtsp
from devices.simulated.control import options_of, run

WIDTH, HEIGHT = 1280, 720
_HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"


class Camera:
    """Holds the scene as one JPEG; noise is drawn anew for each order, not for each frame."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._jpeg = _jpeg(_scene(None))
        self._dark = self._frozen = False
        self._shown = ""
        self._folder: list[tuple[str, bytes]] = []
        self._every_s = 1.0

    def play(self, folder: Path, every_s: float) -> None:
        """Hold the pictures of a folder in front of the camera, one after the other, for ever."""
        paths = sorted(each for each in folder.iterdir() if each.suffix.lower() in (".png", ".jpg", ".jpeg"))
        self._folder = [(str(path), _jpeg(_scene(path))) for path in paths]
        if not self._folder:
            raise SystemExit(f"{folder} holds no pictures")
        self._every_s = every_s

    def _now(self) -> bytes:
        if self._folder:
            self._shown, self._jpeg = self._folder[int(time.monotonic() / self._every_s) % len(self._folder)]
        return self._jpeg

    def order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Obey one order."""
        match message.get("do"):
            case "show":
                self._jpeg = _jpeg(_scene(Path(message["path"]), **_wishes(message)))
                self._shown, self._dark, self._frozen = str(message["path"]), False, False
                self._folder = []
            case "empty":
                self._jpeg, self._shown, self._dark, self._frozen = _jpeg(_scene(None)), "", False, False
                self._folder = []
            case "dark":
                self._dark = True
            case "freeze":
                self._frozen = True
            case "state":
                pass
            case other:
                return {"error": f"unknown order {other!r}"}
        return {"ok": True, "shown": self._shown, "dark": self._dark}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One viewer."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_HEAD)
        async for jpeg in self._pictures():
            if writer.is_closing():
                return
            length = str(len(jpeg)).encode()
            head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + length + b"\r\n\r\n"
            writer.write(head + jpeg + b"\r\n")
            await writer.drain()

    async def serve_rtsp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One viewer; while the camera is dark it hangs up at once."""
        if not self._dark:
            await rtsp.serve(reader, writer, self._pictures(), (WIDTH, HEIGHT))

    async def _pictures(self) -> AsyncIterator[bytes]:
        while not self._dark:
            if not self._frozen:
                yield self._now()
            await asyncio.sleep(1 / self._rate)


def _wishes(message: dict[str, Any]) -> dict[str, float]:
    return {name: float(message[name]) for name in ("tilt", "blur", "noise") if name in message}


def _scene(path: Path | None, tilt: float = 0.0, blur: float = 0.0, noise: float = 0.0) -> Any:
    """The picture on a grey table, as large as fits, as a camera would see it."""
    scene: Any = np.full((HEIGHT, WIDTH, 3), 96, np.uint8)
    if path is not None:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            raise ValueError(f"{path} is not a picture")
        fit = min((HEIGHT - 16) / image.shape[0], (WIDTH - 40) / image.shape[1])
        # A long ticket is held so that its code fills the picture, not its whole length.
        fit = max(fit, min(1.0, (WIDTH - 40) / image.shape[1]))
        image = cv2.resize(image, None, fx=fit, fy=fit, interpolation=cv2.INTER_AREA)
        top = _code_top(image)
        image = image[top : top + HEIGHT - 16]
        y, x = (HEIGHT - image.shape[0]) // 2, (WIDTH - image.shape[1]) // 2
        scene[y : y + image.shape[0], x : x + image.shape[1]] = image
    if tilt:
        turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), tilt, 0.9)
        scene = cv2.warpAffine(scene, turn, (WIDTH, HEIGHT), borderValue=(96, 96, 96))
    if blur:
        scene = cv2.GaussianBlur(scene, (0, 0), blur)
    if noise:
        grain = np.random.default_rng(1).normal(0, noise, scene.shape)
        scene = np.clip(scene + grain, 0, 255).astype(np.uint8)
    return scene


def _code_top(image: Any) -> int:
    """Where to cut a picture that is higher than the scene: its densest stretch, the code, comes into the middle."""
    room = HEIGHT - 16
    if image.shape[0] <= room:
        return 0
    edges = np.abs(np.diff(image[:, :, 0].astype(np.int16), axis=1)).sum(axis=1).astype(np.float64)
    stretch = min(340, room)
    densest = int(np.argmax(np.convolve(edges, np.ones(stretch), mode="valid")))
    return min(max(0, densest + stretch // 2 - room // 2), int(image.shape[0]) - room)


def _jpeg(scene: Any) -> bytes:
    done, data = cv2.imencode(".jpg", scene, [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert done
    return bytes(data)


def main(arguments: list[str] | None = None) -> None:
    parser = options_of("camera", "A camera (MJPEG over HTTP, or RTSP).")
    parser.add_argument("--rate", type=float, default=10.0, help="pictures a second")
    parser.add_argument("--show", type=Path, help="first picture")
    parser.add_argument("--folder", type=Path, help="pictures to show one after the other")
    parser.add_argument("--every-s", type=float, default=3.0, help="how long each picture of the folder is held")
    parser.add_argument("--rtsp", action="store_true", help="speak RTSP instead of HTTP")
    options = parser.parse_args(arguments)
    camera = Camera(options.rate)
    if options.show:
        camera.order({"do": "show", "path": options.show})
    if options.folder:
        camera.play(options.folder, options.every_s)
    run(camera.serve_rtsp if options.rtsp else camera.serve, options.port, camera.order, options.control)


if __name__ == "__main__":
    main()
