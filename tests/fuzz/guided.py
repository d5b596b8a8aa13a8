"""atheris looks for a text that comes in or breaks the gate, guided by which lines of the parser and rules run.

    python -m tests.fuzz.guided SECONDS

Its own process: it ends the interpreter when it is done or has found something, with the text in the last words.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["kiosk.domain.ticket", "kiosk.domain.gate", "kiosk.domain.codes"]):
    from kiosk.domain.gate.words import Word
    from tests.fuzz.gate import GOOD, word_of

import base45

from kiosk.domain import ticket as tickets

KNOWN = {bytes(base45.b45decode(text[3:])) for text in GOOD}


def one(data: bytes) -> None:
    """First byte: as a text, as bytes behind the prefix, or as changes of a good ticket."""
    if not data:
        return
    how, rest = data[0] % 3, data[1:]
    if how == 0:
        text = rest.decode("utf-8", "surrogateescape")
    elif how == 1:
        text = tickets.PREFIX + base45.b45encode(rest).decode()
    else:
        changed = bytearray(base45.b45decode(GOOD[0][3:]))
        for at, value in zip(rest[::2], rest[1::2], strict=False):
            changed[at % len(changed)] ^= value
        text = tickets.PREFIX + base45.b45encode(bytes(changed)).decode()
    if word_of(text) in (Word.ADMIT, Word.EXIT) and text not in GOOD:
        raise AssertionError(f"{text!r} came in")


def main() -> None:
    seconds = int(sys.argv[1])
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=400", "-verbosity=1"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
