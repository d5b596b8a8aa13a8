"""The configuration of a gate where people check in by themselves: [checkin]."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckinSection:
    on: bool = False  # the screen is for guests: they scan, answer, and take their badge
    badges: bool = True  # the printer of [printer] prints one for whoever comes in
