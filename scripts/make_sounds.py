#!/usr/bin/env python3
"""Writes assets/sounds/*.wav from the table in assets/sounds/tones.toml; the same table gives the same bytes."""

from __future__ import annotations

import tomllib
import wave
from pathlib import Path
from typing import Any

import numpy as np

SOUNDS = Path(__file__).resolve().parent.parent / "assets" / "sounds"
RATE_HZ, LOUDNESS, RAMP_S = 22_050, 0.6, 0.006


def tone(hertz: float, milliseconds: float, rough: bool) -> Any:
    """A sine with soft ends; `rough` adds the odd overtones of a buzzer. 0 Hz is silence."""
    count = int(RATE_HZ * milliseconds / 1000)
    at = np.arange(count) / RATE_HZ
    if not hertz:
        return np.zeros(count)
    overtones = ((1, 1.0), (3, 0.4), (5, 0.2)) if rough else ((1, 1.0),)
    wave_ = sum(share * np.sin(2 * np.pi * hertz * factor * at) for factor, share in overtones)
    ramp = int(RATE_HZ * RAMP_S)
    ends = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / ramp)
    return wave_ / sum(share for _, share in overtones) * ends


def main() -> None:
    for name, sound in tomllib.loads((SOUNDS / "tones.toml").read_text()).items():
        samples = np.concatenate([tone(hertz, ms, sound.get("rough", False)) for hertz, ms in sound["tones"]])
        with wave.open(str(SOUNDS / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes((samples * LOUDNESS * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
