"""The counter's file: every changed digit is noticed, every earlier form is understood."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kiosk.domain.errors import StoreDamaged
from kiosk.store.counter import Counter


def written(path: Path) -> bytes:
    counter = Counter(path)
    counter.advance(4711)
    counter.let_go(4000)
    counter.close()
    return path.read_bytes()


def test_every_single_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "counter"
    right = written(path)
    for bit in range(len(right) * 8):
        wrong = bytearray(right)
        wrong[bit // 8] ^= 1 << bit % 8
        path.write_bytes(wrong)
        with pytest.raises(StoreDamaged, match="the counter cannot be read"):
            Counter(path)


def test_cut_off_anywhere_it_is_noticed_or_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "counter"
    right = written(path)
    for length in range(1, len(right)):
        path.write_bytes(right[:length])
        if length in (20, 41):  # as earlier programs left it
            counter = Counter(path)
            assert counter.value == 4711 and counter.sent >= 4000
            counter.close()
        else:
            with pytest.raises(StoreDamaged):
                Counter(path)


def test_earlier_forms_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "counter"
    for text, value, sent in (("", 0, 0), (f"{7:020d}", 7, 7), (f"{7:020d} {5:020d}", 7, 5)):
        path.write_text(text)
        counter = Counter(path)
        assert (counter.value, counter.sent, counter.fresh) == (value, sent, not text)
        counter.close()


def test_acting_and_sending_at_once_lose_neither_number(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "counter")
    acting = threading.Thread(target=lambda: [counter.advance(seq) for seq in range(1, 400)])
    acting.start()
    for seq in range(1, 400):
        counter.let_go(seq)
        assert counter.sent == seq
    acting.join()
    counter.close()
    again = Counter(tmp_path / "counter")
    assert (again.value, again.sent) == (399, 399)
    again.close()
