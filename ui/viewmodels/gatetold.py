"""A verdict as it is told: everything the screen shows of it, made once, kept for the list of the last scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.codes import shown_code
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import Word
from ui.viewmodels.gatefacts import VerdictFact, asked_of, doubt_of, facts_of, holder_of, number_of, way_of
from ui.viewmodels.gateguests import known_of, unpaid_step
from ui.viewmodels.gatesignals import SIGNS, other_word, word_of
from ui.viewmodels.gatewords import fare_step, next_step, onward_of, reason_words
from ui.viewmodels.texts import translate


@dataclass(frozen=True)
class Told:
    """`code` is the reason's code, `ticket` the id of the ticket; all else is words in the language of the screen."""

    signal: str = ""
    code: str = ""
    ticket: str = ""
    word: str = ""
    other: str = ""
    reason: str = ""
    step: str = ""
    facts: tuple[VerdictFact, ...] = ()

    @property
    def icon(self) -> str:
        return SIGNS[self.signal].icon if self.signal else ""

    @property
    def left(self) -> bool:
        """The sign stands at the left: whoever holds the ticket may pass."""
        return bool(self.signal) and SIGNS[self.signal].left


@dataclass(frozen=True)
class Scan:
    """One of the last scans."""

    at: int  # unix s
    verdict: Verdict


@dataclass(frozen=True)
class ScanRow:
    """A line of the list of the last scans."""

    time: str
    signal: str
    icon: str
    word: str
    title: str
    detail: str


def told(verdict: Verdict, language: str, today: str = "", currency: str = "") -> Told:
    """The verdict in words."""
    decision = verdict.decision
    signal = verdict.decision.signal
    return Told(
        signal=signal,
        code=verdict.reason.value,
        ticket=verdict.ticket_id,
        word=word_of(signal),
        other=other_word(signal, language),
        reason=holder_of(verdict, language) or onward_of(verdict) or reason_words(verdict.reason, known_of(verdict)),
        step=decision.note
        or doubt_of(decision)
        or fare_step(verdict)
        or unpaid_step(decision)
        or next_step(verdict.reason, known_of(verdict))
        or way_of(verdict, language),
        facts=tuple([*asked_of(decision, currency), *facts_of(verdict, language, today)][:3]),
    )


def row_of(scan: Scan, language: str, zone: ZoneInfo | None) -> ScanRow:
    """One line: when, what, which ticket."""
    said = told(scan.verdict, language)
    facts = scan.verdict.facts
    guest = scan.verdict.guest
    what = number_of(facts, language) if facts is not None else guest.product if guest is not None else ""
    code = shown_code(said.ticket) if said.ticket else translate("Gate", "no ticket")
    return ScanRow(
        time=datetime.fromtimestamp(scan.at, zone).strftime("%H:%M:%S"),
        signal=said.signal,
        icon=said.icon,
        word=said.word,
        title=reason_words(scan.verdict.reason, known_of(scan.verdict)),
        detail="  ".join(each for each in (scan.verdict.holder, what, code) if each),
    )


def details_of(scan: Scan, language: str, zone: ZoneInfo | None) -> list[VerdictFact]:
    """All of it, with the why: for whoever asks what happened to them."""
    verdict = scan.verdict
    said = told(verdict, language)
    when = datetime.fromtimestamp(scan.at, zone).strftime("%H:%M:%S")
    rows = [
        VerdictFact(translate("Gate", "When"), when),
        VerdictFact(translate("Gate", "Verdict"), said.word),
        VerdictFact(translate("Gate", "Why"), reason_words(verdict.reason, known_of(verdict))),
    ]
    if said.step:
        rows.append(VerdictFact(translate("Gate", "Next"), said.step))
    if verdict.holder:
        rows.append(VerdictFact(translate("Gate", "Name"), verdict.holder))
    if said.ticket:
        rows.append(VerdictFact(translate("Gate", "Ticket"), shown_code(said.ticket)))
    rows += [each for each in said.facts if each.value]
    if verdict.decision.override:
        rows.append(
            VerdictFact(translate("Gate", "Let in all the same"), reason_words(Word(verdict.decision.override)))
        )
    return list(dict.fromkeys(rows))
