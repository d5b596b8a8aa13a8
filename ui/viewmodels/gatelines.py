"""A line of a sheet on the gate's screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LineRow:
    """`name` "" = nothing happens when it is touched."""

    name: str
    sign: str
    icon: str
    title: str
    detail: str
    value: str = ""
