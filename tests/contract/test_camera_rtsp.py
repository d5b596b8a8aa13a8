"""The camera driver on an RTSP stream, and the simulated camera as an RTSP server other programs can watch."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from devices.camera.reader import CameraReader
from devices.simulated.rtsp import packets
from kiosk.domain.errors import ReaderFault

from .conftest import Device, Start
from .test_camera import TEXT, code_picture, first_code


def reader_of(device: Device, timeout_s: float = 5.0) -> CameraReader:
    return CameraReader(f"rtsp://127.0.0.1:{device.port}/live", timeout_s)


def test_what_is_held_in_front_of_the_camera_is_read_over_rtsp(start: Start, tmp_path: Path) -> None:
    device = start("camera", "--rtsp", "--rate", "60", "--show", str(code_picture(tmp_path / "code.png")))
    reader = reader_of(device)
    frame = next(frame for frame in reader.frames() if frame.codes)
    assert frame.image.shape == (720, 1280, 3)
    assert frame.codes[0].text == TEXT
    reader.close()


@pytest.mark.parametrize("fault", ["dark", "freeze"])
def test_an_rtsp_camera_that_is_gone_is_a_fault_and_comes_back(start: Start, tmp_path: Path, fault: str) -> None:
    device = start("camera", "--rtsp", "--rate", "60")
    reader = reader_of(device, 1.0)
    frames = reader.frames()
    next(frames)
    device.order(fault)
    with pytest.raises(ReaderFault, match="gives no picture"):
        while True:
            next(frames)
    with pytest.raises(ReaderFault, match=r"cannot be opened|gives no picture"):
        next(reader.frames())
    device.order("show", path=str(code_picture(tmp_path / "code.png")))
    assert first_code(reader).text == TEXT
    reader.close()


def test_the_password_of_a_cameras_address_is_not_shown() -> None:
    with pytest.raises(ReaderFault) as fault:
        next(CameraReader("rtsp://gate:hunter2@127.0.0.1:9/live", 1.0).frames())
    assert "hunter2" not in str(fault.value) and "rtsp://gate:…@127.0.0.1:9/live" in str(fault.value)


def test_an_rtsp_viewer_that_wants_other_than_it_can_have_is_told(start: Start) -> None:
    device = start("camera", "--rtsp")
    with socket.create_connection(("127.0.0.1", device.port), 10) as viewer:
        viewer.sendall(
            b"SETUP rtsp://c/track RTSP/1.0\r\nCSeq: 4\r\nTransport: RTP/AVP;unicast;client_port=5-6\r\n\r\n"
        )
        assert viewer.recv(4096).startswith(b"RTSP/1.0 461 Unsupported Transport\r\nCSeq: 4\r\n")
        viewer.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert viewer.recv(4096) == b""  # hung up on


def test_the_packets_of_a_picture_put_together_are_its_scan() -> None:
    done, data = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 256, (720, 1280, 3), np.uint8))
    assert done
    jpeg = bytes(data)
    parts = list(packets(jpeg, (1280, 720), 65530, 9000))
    assert len(parts) > 100
    scan, tables = b"", b""
    for number, packet in enumerate(parts):
        version, kind, sequence, stamp, _ = struct.unpack_from(">BBHII", packet)
        assert version == 0x80 and kind & 127 == 26 and stamp == 9000 and sequence == (65530 + number) & 0xFFFF
        assert bool(kind & 128) == (packet is parts[-1])
        [offset] = struct.unpack_from(">I", packet, 12)
        assert offset == len(scan)
        body = packet[20:]
        if not number:
            [length] = struct.unpack_from(">H", body, 2)
            tables, body = body[4 : 4 + length], body[4 + length :]
        assert struct.unpack_from(">BB", packet, 18) == (160, 90)
        scan += body
    assert len(tables) == 128 and tables[:64] in jpeg and jpeg.endswith(scan + b"\xff\xd9")
