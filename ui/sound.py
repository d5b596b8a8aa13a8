"""Sounds of the gate: played by the system's player where there is one, never waited for.

Qt's own player lives in an add-on of 160 MB; `aplay`, `paplay` or `pw-play` are on every Linux with sound.
Without one the gate is silent: colour, shape and words say the same.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
from pathlib import Path

log = logging.getLogger(__name__)

SOUNDS = Path(__file__).resolve().parent.parent / "assets" / "sounds"
END_TIMEOUT_S = 2.0
_PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"))


class Sounds:
    """`play` returns at once; a sound that is still playing is cut off by the next."""

    def __init__(self) -> None:
        self._player = next(([path, *rest] for name, *rest in _PLAYERS if (path := shutil.which(name))), None)
        self._playing: list[subprocess.Popen[bytes]] = []

    def play(self, name: str) -> None:
        """A sound of assets/sounds, by its name."""
        if self._player is None:
            return
        self._cut_off()
        command = [*self._player, str(SOUNDS / f"{name}.wav")]
        try:
            player = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            log.warning("no sound: %s cannot be started: %s", self._player[0], error)
            return
        self._playing.append(player)

    def stop(self) -> None:
        """Silence, and nothing left behind; a player held up by its device is given up after a while."""
        self._cut_off()
        for player in self._playing:
            try:
                player.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                log.warning("the player of sounds (process %d) does not end", player.pid)
        self._playing.clear()

    def _cut_off(self) -> None:
        # Players have nothing to save, and one that hangs on its device would not heed a polite word.
        self._playing = [player for player in self._playing if player.poll() is None]
        for player in self._playing:
            player.kill()
