"""What is wrong with a picture that shows no code: too dark, glare, blurred. Plain values for the screen.

Blur is told by the steepest edges: where the picture is sharp, dark turns to light within a dot or two, and an edge
blurred by a Gaussian of s dots is at most contrast / (s * sqrt(2 pi)) steep, whatever the scene.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from devices.camera.decoders import Grey

DARK_BELOW = 40
"""Brightness (0 to 255) that nine tenths of a picture stay under when it is too dark."""
GLARE_ABOVE = 0.08
"""Share of dots that are blown out (253 and more) in one middle spot beyond which a code may lie in it."""
BLUR_ABOVE = 3.5
"""Dots of blur at which a ticket's code across a third of a 1280 dots wide picture is no longer read."""
CONTRAST_MIN = 25
"""Brightness steps between light and dark below which nothing can be said about edges."""


class Hint(StrEnum):
    """What to tell the person before the camera; NONE when the picture is good enough."""

    NONE = ""
    TOO_DARK = "too_dark"
    GLARE = "glare"
    BLURRED = "blurred"


@dataclass(frozen=True)
class Light:
    """What was measured: brightness 0 to 255 (90th percentile), share blown out, blur in dots (0: cannot be told)."""

    brightness: float
    blown_out: float
    blur: float

    @property
    def hint(self) -> Hint:
        """The most likely hindrance; darkness hides the others."""
        if self.brightness < DARK_BELOW:
            return Hint.TOO_DARK
        if self.blown_out > GLARE_ABOVE:
            return Hint.GLARE
        return Hint.BLURRED if self.blur > BLUR_ABOVE else Hint.NONE


def light_of(grey: Grey) -> Light:
    """Measures a picture; a millisecond or two at 1280 x 720."""
    thin = np.ascontiguousarray(grey[::4, ::4])
    brightness = float(np.percentile(thin, 90))
    height, width = thin.shape
    middle = thin[height // 6 : height - height // 6, width // 6 : width - width // 6]
    blown_out = float((middle >= 253).mean()) if middle.size else 0.0
    # Paper and phones are white without glare; a spot of glare is white and has nothing in it, not even grain.
    calm = cv2.blur((thin >= 253).astype(np.float32), (9, 9)) > 0.999
    blown_out = float(calm.mean()) if blown_out > GLARE_ABOVE else blown_out
    return Light(brightness, blown_out, _blur(grey))


def _blur(grey: Grey) -> float:
    """The blur of the sharpest thousandth of a picture's edges, in dots."""
    height, width = grey.shape
    middle = grey[height // 6 : height - height // 6, width // 6 : width - width // 6]
    if min(middle.shape) < 8:
        return 0.0
    calm = cv2.blur(middle, (3, 3))  # grain has no edges
    low, high = np.percentile(calm[::4, ::4], (1, 99))
    if high - low < CONTRAST_MIN:
        return 0.0
    along, down = cv2.spatialGradient(calm)
    steep = np.maximum(np.abs(along), np.abs(down))[::2, ::2] / 8  # Sobel's weights
    steepest = float(np.percentile(steep, 99.9))
    return float((high - low) / (max(steepest, 0.1) * np.sqrt(2 * np.pi)))
