"""What an import left out or repaired: file, line, what is wrong, and what follows from it."""

from __future__ import annotations

import msgspec

SHOWN_OF_A_KIND = 5


class Finding(msgspec.Struct, frozen=True):
    """One fault. `line` is the line of the file as an editor counts, 0 = the file as a whole."""

    file: str
    line: int
    message: str
    consequence: str


class Report(msgspec.Struct):
    """Findings by kind; a kind that occurs a thousand times is shown a few times and counted."""

    findings: list[Finding] = []
    counts: dict[str, int] = {}

    def add(self, file: str, line: int, kind: str, message: str, consequence: str) -> None:
        """`kind` groups equal faults: "stop_times.txt: unknown stop"."""
        key = f"{file}: {kind}"
        self.counts[key] = self.counts.get(key, 0) + 1
        if self.counts[key] <= SHOWN_OF_A_KIND:
            self.findings.append(Finding(file, line, message, consequence))

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def text(self) -> str:
        """For people: one line a finding, then what was not shown."""
        if not self.findings:
            return "No faults found."
        lines = [
            f"{each.file}{f', line {each.line}' if each.line else ''}: {each.message}: {each.consequence}"
            for each in self.findings
        ]
        more = [
            f"{key}: {count - SHOWN_OF_A_KIND} more" for key, count in self.counts.items() if count > SHOWN_OF_A_KIND
        ]
        return "\n".join([*lines, *more])
