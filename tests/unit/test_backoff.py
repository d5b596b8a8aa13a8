"""Waiting between tries: growing, bounded, spread out, repeatable by seed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.backoff import Backoff


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_a_wait_lies_between_half_and_all_of_a_doubling_bound(seed: int, failures: int) -> None:
    backoff = Backoff(seed, first_s=1.0, longest_s=120.0)
    for n in range(failures):
        bound = min(120.0, 2.0**n)
        assert bound / 2 <= backoff.failed() <= bound
    assert backoff.failures == failures


def test_success_starts_over() -> None:
    backoff = Backoff(1)
    for _ in range(8):
        backoff.failed()
    backoff.succeeded()
    assert backoff.failures == 0
    assert backoff.failed() <= 1.0


def test_the_seed_fixes_the_sequence_and_other_seeds_differ() -> None:
    def sequence(seed: int) -> list[float]:
        backoff = Backoff(seed)
        return [backoff.failed() for _ in range(10)]

    assert sequence(3) == sequence(3)
    assert len({sequence(seed)[9] for seed in range(50)}) == 50
