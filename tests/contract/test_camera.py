"""The code reader port: the camera driver on a simulated camera's stream, on films, pictures and folders."""

from __future__ import annotations

import socket
import struct
import threading
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import qrcode
from PIL import Image

from devices.camera.reader import CameraReader
from kiosk.domain.errors import ReaderFault
from kiosk.ports import Code, Frame

from .conftest import Device, Start

TEXT = "T1:" + "NCFOXN%TS3DH PVO:RPPDNWBG$WLVB/1G+UKT5EIJ.4F2" * 3


def code_picture(path: Path, text: str = TEXT) -> Path:
    """A code made by another encoder than the product's."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=8)
    code.add_data(text)
    code.make_image().save(path)
    return path


def huge_picture() -> bytes:
    """The head of a PNG of ten thousand million dots: more than can be read."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def reader_of(device: Device, timeout_s: float = 5.0) -> CameraReader:
    return CameraReader(f"http://127.0.0.1:{device.port}/", timeout_s)


def first_code(reader: CameraReader) -> Code:
    """Look until a code is there; the frames may hold an older scene for a moment."""
    return next(frame.codes[0] for frame in reader.frames() if frame.codes)


def first_empty(reader: CameraReader) -> Frame:
    return next(frame for frame in reader.frames() if not frame.codes)


@pytest.mark.parametrize("how", [{}, {"tilt": 25}, {"blur": 1.5}, {"noise": 25}])
def test_what_is_held_in_front_of_the_camera_is_read(start: Start, tmp_path: Path, how: dict[str, float]) -> None:
    device = start("camera", "--rate", "30")
    reader = reader_of(device)
    frame = first_empty(reader)
    assert frame.image.shape == (720, 1280, 3) and frame.image.dtype == np.uint8 and frame.taken_at > 0
    device.order("show", path=str(code_picture(tmp_path / "code.png")), **how)
    code = first_code(reader)
    assert (code.text, code.symbology, len(code.corners)) == (TEXT, "QRCode", 4)
    assert all(0 <= x < 1280 and 0 <= y < 720 for x, y in code.corners)
    device.order("empty")
    assert first_empty(reader).codes == ()
    reader.close()
    reader.close()


@pytest.mark.parametrize("fault", ["dark", "freeze"])
def test_a_camera_that_is_gone_is_a_fault_and_comes_back_when_asked_again(
    start: Start, tmp_path: Path, fault: str
) -> None:
    device = start("camera", "--rate", "30")
    reader = reader_of(device, 0.5)
    frames = reader.frames()
    next(frames)
    device.order(fault)
    with pytest.raises(ReaderFault, match="gives no picture"):
        while True:
            next(frames)
    with pytest.raises(ReaderFault, match="cannot be opened"):
        next(reader.frames())
    device.order("show", path=str(code_picture(tmp_path / "code.png")))
    assert first_code(reader).text == TEXT
    reader.close()


def test_a_reader_can_be_closed_while_another_thread_waits_for_a_frame(start: Start) -> None:
    device = start("camera", "--rate", "30")
    reader = reader_of(device, 1.0)
    seen = threading.Event()
    faults: list[Exception] = []

    def look() -> None:
        try:
            for _ in reader.frames():
                seen.set()
        except Exception as error:  # the test reports it
            faults.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    assert seen.wait(20)
    device.order("freeze")
    reader.close()
    thread.join(20)
    assert not thread.is_alive() and faults == []


def test_a_closed_reader_gives_no_more_frames(start: Start, tmp_path: Path) -> None:
    device = start("camera", "--rate", "30")
    for source in (f"http://127.0.0.1:{device.port}/", str(code_picture(tmp_path / "code.png"))):
        reader = CameraReader(source)
        reader.close()
        assert list(reader.frames()) == []


def test_a_reader_closed_while_the_camera_is_being_opened_ends(start: Start) -> None:
    """A camera that takes its time to answer must not outlive the gate that wanted it."""
    device = start("camera", "--rate", "30")
    ended: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        reader = CameraReader(f"http://127.0.0.1:{door.getsockname()[1]}/", 10.0)
        thread = threading.Thread(target=lambda: ended.append(len(list(reader.frames()))))
        thread.start()
        viewer, _ = door.accept()  # the reader is opening now, and waits for an answer
        reader.close()
        with viewer, socket.create_connection(("127.0.0.1", device.port)) as stream:
            stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while thread.is_alive():  # the answer comes after all
                try:
                    viewer.sendall(stream.recv(65536))
                except OSError:  # the reader hung up
                    break
            thread.join(20)
    assert ended == [0]


def test_a_slow_looker_sees_the_newest_picture_and_not_a_queue_of_old_ones(start: Start, tmp_path: Path) -> None:
    device = start("camera", "--rate", "60")
    reader = reader_of(device)
    frames = reader.frames()
    next(frames)
    device.order("show", path=str(code_picture(tmp_path / "code.png")))
    other = reader_of(device)
    first_code(other)  # by now the new scene is out there ...
    for _, _ in zip(range(20), other.frames(), strict=False):
        pass  # ... and twenty newer pictures, which nobody took from the first reader
    found = [next(frames).codes for _ in range(2)]  # one may have been on its way
    assert found[1] and found[1][0].text == TEXT
    other.close()
    reader.close()


def test_a_folder_played_by_the_camera_and_a_folder_read_as_it_is(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    texts = [f"T1:PICTURE {n}" for n in range(3)]
    for number, text in enumerate(texts):
        code_picture(folder / f"{number}.png", text)
    device = start("camera", "--rate", "30", "--folder", str(folder), "--every-s", "0.2")
    reader, seen = reader_of(device), set()
    for frame in reader.frames():
        seen |= {code.text for code in frame.codes}
        if seen == set(texts):
            break
    reader.close()
    still = CameraReader(str(folder))
    assert [frame.codes[0].text for frame in still.frames()] == texts
    assert [frame.codes[0].text for frame in CameraReader(str(folder / "1.png")).frames()] == texts[1:2]
    still.close()


def test_a_film_ends(tmp_path: Path) -> None:
    scene = np.full((480, 640, 3), 200, np.uint8)
    picture = cv2.imread(str(code_picture(tmp_path / "code.png", "T1:FILM")))
    assert picture is not None
    scene[40 : 40 + picture.shape[0], 60 : 60 + picture.shape[1]] = picture
    film = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480))
    for _ in range(5):
        writer.write(scene)
    writer.release()
    assert [frame.codes[0].text for frame in CameraReader(str(film)).frames()] == ["T1:FILM"] * 5


def test_sources_that_are_none_say_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"not a picture")
    huge = tmp_path / "huge.png"
    huge.write_bytes(huge_picture())
    film = tmp_path / "junk.avi"
    film.write_bytes(b"not a film")
    for source, words in (
        (str(tmp_path / "empty"), "holds no pictures"),
        (str(junk), "not a picture"),
        (str(huge), "not a picture"),
        (str(tmp_path / "missing.png"), "is not there"),
        (str(tmp_path / "missing"), "there is no film"),
        (str(film), "cannot be opened"),
        ("http://127.0.0.1:9/", "cannot be opened"),
        ("77", "cannot be opened"),
        ("/dev/video77", "cannot be opened"),
        ("rtsp://127.0.0.1:9/", "cannot be opened"),
    ):
        with pytest.raises(ReaderFault, match=words):
            next(CameraReader(source, 1.0).frames())


def test_a_long_ticket_is_held_so_that_its_code_is_seen(start: Start, tmp_path: Path) -> None:
    with Image.open(code_picture(tmp_path / "code.png")) as code:
        paper = Image.new("L", (576, 1600), 255)
        paper.paste(code.convert("L").resize((400, 400)), (40, 1000))
    paper.save(tmp_path / "ticket.png")
    device = start("camera", "--show", str(tmp_path / "ticket.png"))
    reader = reader_of(device)
    assert first_code(reader).text == TEXT
    reader.close()
