"""The gate's sounds: one a class of verdicts, none like another, and no player can hold the gate up."""

from __future__ import annotations

import itertools
import wave
from pathlib import Path

import numpy as np
import pytest

from ui.sound import SOUNDS, Sounds
from ui.viewmodels.gatesignals import SIGNS

NAMES = tuple(sign.sound for sign in SIGNS.values())
DEAF = """#!/bin/sh
trap '' TERM INT HUP
echo "$$ $*" >> "$0.started"
while :; do sleep 1; done
"""


@pytest.fixture
def deaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A player that hangs and heeds nothing, the only one of this machine."""
    player = tmp_path / "aplay"
    player.write_text(DEAF)
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for name in ("pw-play", "paplay"):
        (tmp_path / name).write_text("not a program")
    return player


def spectrum(name: str) -> tuple[float, np.ndarray]:
    """(seconds, share of the power in each of 40 bands of 50 Hz)."""
    with wave.open(str(SOUNDS / f"{name}.wav")) as file:
        rate, count = file.getframerate(), file.getnframes()
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(count), np.int16).astype(float)
    power = np.abs(np.fft.rfft(samples)) ** 2
    band = (np.fft.rfftfreq(count, 1 / rate) // 50).astype(int)
    shares = np.bincount(band[band < 40], power[band < 40], minlength=40)
    return count / rate, shares / shares.sum()


def rhythm(name: str) -> tuple[int, ...]:
    """Lengths of its tones and pauses in steps of 10 ms, as the ear would clap them."""
    with wave.open(str(SOUNDS / f"{name}.wav")) as file:
        step = file.getframerate() // 100
        samples = np.abs(np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float))
    loud = [bool(samples[at : at + step].max() > 2000) for at in range(0, len(samples), step)]
    return tuple(len(list(group)) for _, group in itertools.groupby(loud))


def test_sounds_that_nobody_mixes_up() -> None:
    found = {name: spectrum(name) for name in NAMES}
    assert all(seconds < 1 for seconds, _ in found.values()), "a queue moves on in two seconds"
    for one, two in itertools.combinations(NAMES, 2):
        overlap = float(np.minimum(found[one][1], found[two][1]).sum())
        assert overlap < 0.5, f"{one} and {two} share {overlap:.0%} of their tones"
        assert rhythm(one) != rhythm(two), f"{one} and {two} have the same rhythm"


def test_a_player_that_hangs_is_cut_off_by_the_next_sound(deaf: Path) -> None:
    sounds = Sounds()
    for name in NAMES:
        before = [player.pid for player in sounds._playing]
        sounds.play(name)
        for player in sounds._playing:
            if player.pid in before:
                assert player.wait(10) == -9
    last = sounds._playing[-1]
    sounds.stop()
    assert last.returncode == -9 and not sounds._playing


def test_a_machine_without_a_player_is_silent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sounds = Sounds()
    sounds.play("go")
    sounds.stop()
    assert not sounds._playing


def test_a_player_that_cannot_be_started_is_named_in_the_log(deaf: Path, caplog: pytest.LogCaptureFixture) -> None:
    sounds = Sounds()
    deaf.unlink()
    sounds.play("stop")
    sounds.stop()
    assert "aplay" in caplog.text
