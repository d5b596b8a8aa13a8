"""The only code in the terminal that knows SQLite."""

from __future__ import annotations

import sys

# sqlite_utils imports numpy only to know its number types. A store holds none, and numpy is a quarter of a cold start.
if "numpy" not in sys.modules:
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        import sqlite_utils  # noqa: F401
    finally:
        del sys.modules["numpy"]
