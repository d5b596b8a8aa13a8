"""Central that is killed at one of its writes about payments: python -m tests.scanpay.dying N before|after serve ...

Write N (from 1) of an attempt or refund is the last thing it does: before the statement, or once it is durable.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from central.commands import central
from central.payments import rows

WRITES = ("insert", "save", "give_up", "insert_refund", "save_refund")


def main() -> None:
    last, when = int(sys.argv[1]), sys.argv[2]
    count = itertools.count(1)

    def dying(write: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            number = next(count)
            if number == last and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            done = write(*arguments)
            if number == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return call

    for name in WRITES:
        setattr(rows, name, dying(getattr(rows, name)))
    central(sys.argv[3:], prog_name="central")


if __name__ == "__main__":
    main()
