"""`kiosk gate read`: what it prints, what it does about files that are no pictures, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from click.testing import CliRunner, Result

from kiosk.app.main import main


def code_picture(path: Path, text: str, kind: zxingcpp.BarcodeFormat = zxingcpp.BarcodeFormat.QRCode) -> Path:
    image: Any = zxingcpp.create_barcode(text, kind).to_image(scale=6)
    cv2.imwrite(str(path), np.pad(np.asarray(image), 30, constant_values=255))
    return path


def read(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["gate", "read", *map(str, arguments)])


def test_each_picture_is_named_with_what_it_says_and_how_it_was_read(tmp_path: Path) -> None:
    path = code_picture(tmp_path / "one.png", "T1:ONE")
    result = read(path)
    assert result.exit_code == 0
    line, summary = result.output.splitlines()
    assert line.startswith(f'read      {path}  QRCode  "T1:ONE"  by zxing  ') and line.endswith(" ms")
    assert summary.startswith("1 pictures, 0 not read, ")


@pytest.mark.parametrize("kind", ["QRCode", "Aztec", "PDF417"])
def test_the_kinds_of_code_tickets_have(tmp_path: Path, kind: str) -> None:
    path = code_picture(tmp_path / "code.png", "TICKET 0815", getattr(zxingcpp.BarcodeFormat, kind))
    result = read(path, "--json")
    [picture] = json.loads(result.output)
    assert result.exit_code == 0 and picture["fault"] is None and picture["ms"] > 0
    [code] = picture["codes"]
    assert (code["symbology"], code["text"], code["reader"], len(code["corners"])) == (kind, "TICKET 0815", "zxing", 4)


def test_what_is_no_picture_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    code_picture(folder / "good.png", "T1:GOOD")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    (folder / "note.txt").write_text("not meant to be read")
    cv2.imwrite(str(folder / "empty.png"), np.full((200, 200), 230, np.uint8))
    missing = tmp_path / "missing.png"
    result = read(missing, folder)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == ["fault", "fault", "not", "read", "4"]
    assert str(missing) in lines[0] and str(folder / "broken.png") in lines[1] and "T1:GOOD" in lines[3]
    again = json.loads(read("--json", missing, folder).output)
    assert [bool(each["fault"]) for each in again] == [True, True, False, False]
    assert [len(each["codes"]) for each in again] == [0, 0, 0, 1]


def test_a_folder_without_pictures_is_no_success(tmp_path: Path) -> None:
    assert read(tmp_path).exit_code == 1
    assert json.loads(read(tmp_path, "--json").output) == []
