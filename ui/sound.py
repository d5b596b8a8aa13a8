"""Sounds of the gate: played by the system's player where there is one, never waited for.

Qt's own player lives in an add-on of 160 MB; `aplay`, `paplay` or `pw-play` are on every Linux with sound.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SOUNDS = Path(__file__).resolve().parent.parent / "assets" / "sounds"
_PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"))


class Sounds:
    """`play` returns at once; a sound that is still playing is cut off by the next."""

    def __init__(self) -> None:
        self._player = next(([path, *rest] for name, *rest in _PLAYERS if (path := shutil.which(name))), None)
        self._playing: subprocess.Popen[bytes] | None = None

    def play(self, name: str) -> None:
        """ "admit", "refuse" or "look"."""
        if self._player is None:
            return
        self.stop()
        command = [*self._player, str(SOUNDS / f"{name}.wav")]
        self._playing = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def stop(self) -> None:
        if self._playing is not None:
            self._playing.terminate()
            self._playing.wait()
            self._playing = None
