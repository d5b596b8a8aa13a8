"""How long to wait before the next try: doubling, with jitter so that terminals do not come back in step."""

from __future__ import annotations

import random


class Backoff:
    """Pure: no clock, and the seed fixes the sequence. `failed()` gives the next wait, `succeeded()` starts over."""

    def __init__(self, seed: int, *, first_s: float = 1.0, longest_s: float = 120.0) -> None:
        self._chance = random.Random(seed)
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0

    @property
    def failures(self) -> int:
        """Failures in a row."""
        return self._failures

    def failed(self) -> float:
        """Seconds to wait: between half and all of first_s x 2^(failures - 1), at most longest_s."""
        ceiling = min(self._longest_s, self._first_s * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return ceiling * self._chance.uniform(0.5, 1.0)

    def succeeded(self) -> None:
        self._failures = 0
