"""Codes frame by frame: one scan for each time a code is held up; several at once; light and torch."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.frame import scenes
from devices.camera.hints import Hint, light_of
from devices.camera.presence import Look, Presence
from devices.camera.reader import CameraReader
from devices.camera.torch import set_torch
from kiosk.ports import Code

A, B, POSTER = Code("QRCode", "T1:A"), Code("QRCode", "T1:B"), Code("QRCode", "https://example.org")


def presence() -> Presence:
    return Presence(lambda text: text.startswith("T1:"), away_s=1.5)


def scans(moments: list[tuple[float, tuple[Code, ...]]]) -> list[tuple[float, str]]:
    eye = presence()
    looks = [(at, eye.look(codes, at)) for at, codes in moments]
    return [(at, look.scan.text) for at, look in looks if look.scan]


def test_a_code_held_still_is_one_scan() -> None:
    assert scans([(n / 30, (A,)) for n in range(300)]) == [(0.0, "T1:A")]


def test_missed_for_a_moment_is_not_gone_and_gone_for_a_while_is() -> None:
    assert scans([(0.0, (A,)), (0.5, ()), (1.4, (A,)), (2.8, ()), (2.9, (A,))]) == [(0.0, "T1:A")]
    assert scans([(0.0, (A,)), (0.5, ()), (1.6, (A,))]) == [(0.0, "T1:A"), (1.6, "T1:A")]


def test_the_next_ticket_is_scanned_once_the_one_before_has_left() -> None:
    assert scans([(0.0, (A,)), (0.5, (B,)), (1.0, (B,)), (1.6, (B,))]) == [(0.0, "T1:A"), (1.6, "T1:B")]


def test_a_poster_beside_a_ticket_does_not_count_and_alone_it_is_a_scan() -> None:
    assert scans([(0.0, (POSTER, A))]) == [(0.0, "T1:A")]
    assert scans([(0.0, (POSTER,)), (0.1, (POSTER,))]) == [(0.0, POSTER.text)]


def test_two_tickets_at_once_are_ambiguous_until_one_has_left() -> None:
    eye = presence()
    assert eye.look((A, B), 0.0) == Look(ambiguous=("T1:A", "T1:B"))
    assert eye.look((A, B), 1.0).ambiguous
    assert eye.look((B,), 2.0).ambiguous  # the other may be back in the next frame
    assert eye.look((B,), 2.6) == Look(scan=B)
    assert eye.look((), 3.0) == Look()
    assert eye.look((), 5.0) == Look(empty=True)


def test_a_ticket_already_judged_is_not_judged_again_by_anothers_coming_and_going() -> None:
    assert scans([(0.0, (A,)), (0.5, (A, B)), (1.0, (A,)), (2.5, (A,)), (3.0, (A,))]) == [(0.0, "T1:A")]


@given(st.lists(st.tuples(st.floats(0.01, 4), st.sets(st.sampled_from((A, B, POSTER)))), max_size=40))
def test_two_scans_of_a_text_always_have_its_absence_between_them(
    steps: list[tuple[float, set[Code]]],
) -> None:
    at, moments = 0.0, []
    for gap, codes in steps:
        at += gap
        moments.append((at, tuple(codes)))
    found = scans(moments)
    for text in {text for _, text in found}:
        for before, after in pairwise(when for when, each in found if each == text):
            shown = [when for when, codes in moments if before <= when <= after and text in {c.text for c in codes}]
            assert any(later - earlier > 1.5 for earlier, later in pairwise(shown))


def test_hints_name_what_is_wrong_with_the_light() -> None:
    [frame] = scenes(1)
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    assert light_of(grey).hint is Hint.NONE
    assert light_of((grey * 0.12).astype(np.uint8)).hint is Hint.TOO_DARK
    assert light_of(cv2.GaussianBlur(grey, (0, 0), 5)).hint is Hint.BLURRED
    blinded = grey.copy()
    cv2.circle(blinded, (640, 360), 240, 255, -1)
    assert light_of(blinded).hint is Hint.GLARE
    assert light_of(np.full((720, 1280), 120, np.uint8)).hint is Hint.NONE  # a wall says nothing about focus


@pytest.mark.parametrize("sigma", [2.0, 4.0, 6.0])
def test_blur_is_measured_in_dots(sigma: float) -> None:
    [frame] = scenes(1)
    grey = cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (0, 0), sigma)
    assert light_of(grey).blur == pytest.approx(np.hypot(sigma, 1.2), rel=0.2)


def test_a_reader_tells_the_light_while_no_code_is_read(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "dark.png"), np.full((480, 640, 3), 9, np.uint8))
    reader = CameraReader(str(tmp_path))
    assert reader.light is None
    [_] = reader.frames()
    assert reader.light is not None and reader.light.hint is Hint.TOO_DARK
    cv2.imwrite(str(tmp_path / "dark.png"), scenes(1)[0])
    [frame] = reader.frames()
    assert frame.codes and reader.light is None


def test_what_has_no_torch_says_so(tmp_path: Path) -> None:
    plain = tmp_path / "file"
    plain.write_bytes(b"")
    for source in ("97", "/dev/null", str(plain), "rtsp://camera/", "/dev/video-that-is-not-there"):
        assert set_torch(source, True) is False
    assert CameraReader(str(plain)).torch(True) is False
