"""The walk itself: from world to world, breadth first, with the invariants checked in each."""

from __future__ import annotations

import time

from tests.prove.explore import Explorer, Extra
from tests.prove.model import Bounds
from tests.prove.parts import Result, World


def explore(bounds: Bounds, *, extra: Extra | None = None, most: int = 0, trace: bool = False) -> Result:
    """Walk all worlds within bounds (or the first `most`); stops at the first violation, which has the fewest steps.

    The way to a violation is found by walking once more: to remember where every world came from takes too much room.
    """
    explorer, result = Explorer(bounds, extra), Result(bounds)
    begin = time.perf_counter()
    seen = {explorer.start}
    from_where: dict[World, tuple[World, str]] = {}
    ring = [explorer.start]
    while ring and not result.violation and not (most and len(seen) >= most):
        result.depth += 1
        following_ring: list[World] = []
        for world in ring:
            for step, following in explorer.after(world):
                result.transitions += 1
                following = explorer.canonical(following)
                if following in seen:
                    continue
                seen.add(following)
                following_ring.append(following)
                if trace:
                    from_where[following] = (world, step)
                if said := explorer.broken(following[0], following[4]):
                    result.violation = said
                    result.trace = _trace(from_where, following) if trace else []
                    break
            if result.violation:
                break
        ring = following_ring
    result.states, result.seconds = len(seen), time.perf_counter() - begin
    if result.violation and not trace:
        result.trace = explore(bounds, extra=extra, trace=True).trace
    return result


def _trace(from_where: dict[World, tuple[World, str]], world: World) -> list[str]:
    steps = []
    while world in from_where:
        world, step = from_where[world]
        steps.append(step)
    return steps[::-1]
