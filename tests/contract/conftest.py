"""Fixtures of the contract suites."""

from __future__ import annotations

from .cash_world import shop
from .nexo_card import nexo
from .simulators import Device, Start, shared, start
from .zvt_shop import zvt, zvt_tcp

__all__ = ["Device", "Start", "nexo", "shared", "shop", "start", "zvt", "zvt_tcp"]
